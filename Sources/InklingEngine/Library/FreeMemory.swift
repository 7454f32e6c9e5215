// SPDX-License-Identifier: Apache-2.0

/// How much memory this process could still get without swapping.
public enum FreeMemory {
    /// Bytes free now: what the system says is available, or what is left to the control group if that is less. Nil where
    /// the system does not say.
    public static func now() -> Int? {
        guard let text = text(of: "/proc/meminfo") else { return nil }
        let free = available(meminfo: text)
        guard let limit = number("/sys/fs/cgroup/memory.max"), let used = number("/sys/fs/cgroup/memory.current") else {
            return free
        }
        // Pages of files count as used there, and are given up when others are needed.
        let reclaimable =
            Self.text(of: "/sys/fs/cgroup/memory.stat").flatMap { value(of: "inactive_file", in: $0) } ?? 0
        let left = max(0, limit - max(0, used - reclaimable))
        return free.map { min($0, left) } ?? left
    }

    /// `MemAvailable` of the text of `/proc/meminfo`.
    static func available(meminfo text: String) -> Int? {
        guard let kibibytes = value(of: "MemAvailable:", in: text), (0...Int.max / 1024).contains(kibibytes) else {
            return nil
        }
        return kibibytes * 1024
    }

    private static func value(of key: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            if words.count > 1, words[0] == key { return Int(words[1]) }
        }
        return nil
    }

    private static func number(_ path: String) -> Int? {
        text(of: path).flatMap { Int($0.split(separator: "\n").first ?? "") }
    }

    private static func text(of path: String) -> String? {
        SmallFile.read(path, limit: 1 << 16).map { String(decoding: $0, as: UTF8.self) }
    }
}
