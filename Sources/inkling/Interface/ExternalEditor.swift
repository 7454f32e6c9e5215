// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingTUI

/// The user's own editor, on a text.
enum ExternalEditor {
    /// Runs `$VISUAL`, else `$EDITOR`, else vi, and waits for it. The terminal must be free.
    static func edit(_ text: String) -> Result<String, EffectFailure> {
        let environment = ProcessInfo.processInfo.environment
        let editor = [environment["VISUAL"], environment["EDITOR"]].compactMap { $0 }.first { !$0.isEmpty } ?? "vi"
        let folder = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
        var name = Array("\(folder)/inkling-XXXXXX.md".utf8CString)
        // Made for its owner alone; what is written is private.
        let file = unsafe mkstemps(&name, 3)
        guard file >= 0 else { return .failure(EffectFailure("cannot make a file in \(folder): \(reason(errno))")) }
        close(file)
        let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unsafe unlink(path) }
        do { try Data(text.utf8).write(to: URL(filePath: path)) } catch {
            return .failure(EffectFailure("cannot write \(path)"))
        }
        // Through a shell, as editors are given with options.
        let status = run("/bin/sh", ["sh", "-c", editor + " \"$1\"", "sh", path])
        guard status == 0 else {
            return .failure(EffectFailure("\(editor) did not end well (\(status)); the message is as it was"))
        }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            return .failure(EffectFailure("cannot read \(path); the message is as it was"))
        }
        return .success(String(decoding: data, as: UTF8.self))
    }

    private static func reason(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }

    /// - Returns: the exit status; -1 where it could not be started or was killed.
    private static func run(_ program: String, _ arguments: [String]) -> Int32 {
        var attributes = posix_spawnattr_t()
        guard unsafe posix_spawnattr_init(&attributes) == 0 else { return -1 }
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // What this program waits for on a thread of its own, the editor must get.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var list: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe list.forEach { unsafe free($0) } }
        var child: pid_t = 0
        guard unsafe posix_spawn(&child, program, nil, &attributes, &list, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 {
            if errno != EINTR { return -1 }
        }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    }
}
