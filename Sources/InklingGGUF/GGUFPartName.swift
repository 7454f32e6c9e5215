// SPDX-License-Identifier: Apache-2.0

/// The name of one file of a model in several: `model-00002-of-00005.gguf`.
struct GGUFPartName: Equatable {
    /// Folder and name up to the number: `folder/model`.
    var stem: String
    /// From 1.
    var part: Int
    var count: Int

    init(stem: String, part: Int, count: Int) {
        self.stem = stem
        self.part = part
        self.count = count
    }

    /// Nil if `path` is not so named.
    init?(path: String) {
        // From the end: ".gguf", five digits, "-of-", five digits, "-".
        let bytes = Array(path.utf8)
        let tail = Array("-00000-of-00000.gguf".utf8)
        guard bytes.count >= tail.count else { return nil }
        let start = bytes.count - tail.count
        for (byte, pattern) in zip(bytes[start...], tail) {
            let digit = UInt8(ascii: "0")...UInt8(ascii: "9")
            guard pattern == UInt8(ascii: "0") ? digit.contains(byte) : byte == pattern else { return nil }
        }
        func number(_ range: Range<Int>) -> Int {
            bytes[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        part = number(start + 1..<start + 6)
        count = number(start + 10..<start + 15)
        stem = String(decoding: bytes[..<start], as: UTF8.self)
        guard part >= 1, part <= count else { return nil }
    }

    var path: String { "\(stem)-\(Self.digits(part))-of-\(Self.digits(count)).gguf" }

    func sibling(_ part: Int) -> GGUFPartName {
        GGUFPartName(stem: stem, part: part, count: count)
    }

    /// At least five digits.
    static func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
}
