// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// What the figures of a benchmark depend on besides the model.
enum Machine {
    /// The processor's name as the system has it; nil where it has none.
    static var processorName: String? { field("model name", of: "/proc/cpuinfo") }

    /// Most memory this process has held at any time, in bytes; nil where the system does not say.
    static var peakMemory: Int? { kilobytes(field("VmHWM", of: "/proc/self/status")) }

    /// `debug` builds of Swift say nothing about speed.
    static var buildKind: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    static func kilobytes(_ field: String?) -> Int? {
        guard let words = field?.split(separator: " "), words.count == 2, words[1] == "kB", let count = Int(words[0])
        else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 1024)
        return overflow ? nil : bytes
    }

    /// The value of the first line `name : value` of a file.
    static func field(_ name: String, of path: String) -> String? {
        guard let bytes = try? StandardInput.readFile(path) else { return nil }
        return field(name, in: String(decoding: bytes, as: UTF8.self))
    }

    static func field(_ name: String, in text: String) -> String? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, trimmed(parts[0]) == name { return trimmed(parts[1]) }
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
