// SPDX-License-Identifier: Apache-2.0

import CNcurses

/// A terminal description in the binary form of terminfo (term(5)), the one with numbers of 32 bits.
struct CompiledDescription {
    let name: String
    var flags: [Bool] = []
    /// -1 for what the terminal lacks.
    var numbers: [Int32] = []
    /// Nil for what the terminal lacks.
    var strings: [[UInt8]?] = []
    /// Flags beyond those that have a place of their own.
    var extraFlags: [String] = []

    init(name: String) { self.name = name }

    mutating func set(flag name: String, to value: Bool) {
        guard let index = unsafe Self.index(of: name, { unsafe ncurses_flag_name($0) }) else { return }
        flags[index] = value
    }

    mutating func set(number name: String, to value: Int32) {
        guard let index = unsafe Self.index(of: name, { unsafe ncurses_number_name($0) }) else { return }
        numbers[index] = value
    }

    mutating func set(string name: String, to value: [UInt8]?) {
        guard let index = unsafe Self.index(of: name, { unsafe ncurses_string_name($0) }) else { return }
        strings[index] = value
    }

    private static func index(of name: String, _ nameAt: (Int32) -> UnsafePointer<CChar>?) -> Int? {
        var index: Int32 = 0
        while let candidate = unsafe nameAt(index) {
            if unsafe String(cString: candidate) == name { return Int(index) }
            index += 1
        }
        return nil
    }

    /// The bytes of a file that terminfo would find, 32 KiB at most.
    var encoded: [UInt8] {
        var (offsets, table) = ([Int](), [UInt8]())
        for string in strings {
            offsets.append(string == nil ? -1 : table.count)
            if let string { table += string + [0] }
        }
        let names = Array("\(name)|".utf8) + [0]
        var bytes: [UInt8] = []
        for count in [0o1036, names.count, flags.count, numbers.count, offsets.count, table.count] {
            Self.append(count, 2, to: &bytes)
        }
        bytes += names
        bytes += flags.map { $0 ? 1 : 0 }
        Self.align(&bytes)
        for number in numbers { Self.append(Int(number), 4, to: &bytes) }
        for offset in offsets { Self.append(offset, 2, to: &bytes) }
        bytes += table
        guard !extraFlags.isEmpty else { return bytes }

        Self.align(&bytes)
        (offsets, table) = ([], [])
        for name in extraFlags {
            offsets.append(table.count)
            table += Array(name.utf8) + [0]
        }
        for count in [extraFlags.count, 0, 0, offsets.count, table.count] { Self.append(count, 2, to: &bytes) }
        bytes += extraFlags.map { _ in 1 }
        Self.align(&bytes)
        for offset in offsets { Self.append(offset, 2, to: &bytes) }
        return bytes + table
    }

    /// The same as it may stand in the variable TERMINFO.
    var variable: String {
        let digits = Array("0123456789ABCDEF".utf8)
        let text = encoded.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "hex:" + String(decoding: text, as: UTF8.self)
    }

    private static func append(_ value: Int, _ count: Int, to bytes: inout [UInt8]) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    private static func align(_ bytes: inout [UInt8]) { if bytes.count % 2 != 0 { bytes.append(0) } }
}
