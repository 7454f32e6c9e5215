// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Says which process wrote something, so that another can tell whether it still runs: an answer in flight whose writer
/// is gone was interrupted. Its number alone would not do, numbers are used again.
enum ProcessMark {
    /// `boot/process/start`: the boot of the machine, the process, and when it started after the boot.
    static let current = mark(of: getpid()) ?? "-/\(getpid())/-"

    /// - Returns: false only if the process surely is gone, as far as this machine can tell.
    static func isAlive(_ mark: String) -> Bool {
        if mark == current { return true }
        let parts = mark.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let process = pid_t(parts[1]), process > 0 else { return false }
        if parts[0] == "-" { return kill(process, 0) == 0 || errno == EPERM }
        return self.mark(of: process) == mark
    }

    /// - Returns: nil if there is no such process, or no `/proc` to ask.
    private static func mark(of process: pid_t) -> String? {
        guard let boot = contents(of: "/proc/sys/kernel/random/boot_id"),
            let status = contents(of: "/proc/\(process)/stat"),
            // The name of the program, in parentheses, may hold anything.
            let name = status.lastIndex(of: ")")
        else { return nil }
        let fields = status[name...].dropFirst().split(separator: " ")
        // Field 22 of proc(5); the first here is its third. A process that has ended and waits for its parent is gone.
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return "\(boot.prefix { !$0.isWhitespace })/\(process)/\(fields[19])"
    }

    private static func contents(of path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
