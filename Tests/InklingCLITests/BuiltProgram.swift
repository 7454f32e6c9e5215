// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

/// The `inkling` that was built together with the tests, run as a user would run it.
enum BuiltProgram {
    struct Outcome {
        var status: Int32
        var output: [UInt8]
        var error: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Beside the test program; nil where the build put it elsewhere.
    static let path: String? = {
        guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return nil
        }
        let folders = [program, CommandLine.arguments.first ?? ""].map {
            URL(fileURLWithPath: $0).deletingLastPathComponent()
        }
        return folders.map { $0.appendingPathComponent("inkling").path }.first { unsafe access($0, X_OK) == 0 }
    }()

    /// Runs it with standard input from `input`, in an environment of its own, until it ends.
    static func run(_ arguments: [String], input: [UInt8] = [], in folder: ProgramFolder) throws -> Outcome {
        guard let path else { throw Problem.notFound }
        let standardInput = try folder.file("stdin", input)
        let outputs = [folder.path + "/stdout", folder.path + "/stderr"]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, standardInput, O_RDONLY, 0)
        for (index, output) in outputs.enumerated() {
            unsafe posix_spawn_file_actions_addopen(
                &actions, Int32(index + 1), output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        // Nothing of the machine it runs on: no models but those of the test, no home.
        let environment = ["PATH=/usr/bin:/bin", "HOME=\(folder.path)", "NO_COLOR=1"]
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var process = pid_t()
        guard unsafe posix_spawn(&process, path, &actions, nil, &words, &variables) == 0 else {
            throw Problem.notStarted
        }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return Outcome(
            status: status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F),
            output: [UInt8](try Data(contentsOf: URL(fileURLWithPath: outputs[0]))),
            error: String(decoding: try Data(contentsOf: URL(fileURLWithPath: outputs[1])), as: UTF8.self))
    }

    enum Problem: Error {
        case notFound, notStarted
    }
}

/// A folder that is removed when the value goes.
final class ProgramFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("inkling-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = self.path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}
