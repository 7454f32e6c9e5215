// SPDX-License-Identifier: Apache-2.0

/// A colour of a cell.
public enum Color: Hashable, Sendable {
    /// What the terminal shows when nothing else is asked for.
    case standard
    /// One of the sixteen that the terminal's user chose: 0-7, and 8-15 bright. Higher numbers count modulo 16.
    case ansi(UInt8)
    /// One of the 256 of xterm: 16-231 a cube of 6x6x6, 232-255 greys.
    case indexed(UInt8)
    case rgb(UInt8, UInt8, UInt8)
}

/// How many colours a terminal shows.
public enum ColorDepth: Int, Comparable, Sendable, CaseIterable {
    case none, ansi, indexed, rgb

    public static func < (a: ColorDepth, b: ColorDepth) -> Bool { a.rawValue < b.rawValue }
}

extension Color {
    /// Names of the sixteen, in their order; `bright-` goes before the second eight.
    private static let ansiNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

    /// All names that ``init(name:)`` knows, for messages that suggest one.
    public static let names: [String] =
        ["default"] + ansiNames + ansiNames.map { "bright-" + $0 } + ["grey", "gray"]

    /// A colour as it is written in a theme: `#d8dbe6` or `#dde`, a name of ``names``, or a number from 0 to 255.
    /// Nil for anything else.
    public init?(name: String) {
        if name.hasPrefix("#") {
            self.init(hexadecimal: name.dropFirst().utf8)
        } else if let number = UInt8(name), name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            self = number < 16 ? .ansi(number) : .indexed(number)
        } else if let index = Self.ansiNames.firstIndex(of: name) {
            self = .ansi(UInt8(index))
        } else if name.hasPrefix("bright-"), let index = Self.ansiNames.firstIndex(of: String(name.dropFirst(7))) {
            self = .ansi(UInt8(index + 8))
        } else if name == "grey" || name == "gray" {
            self = .ansi(8)
        } else if name == "default" {
            self = .standard
        } else {
            return nil
        }
    }

    private init?(hexadecimal digits: Substring.UTF8View) {
        var values: [UInt8] = []
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): values.append(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): values.append(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): values.append(digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
            guard values.count <= 6 else { return nil }
        }
        switch values.count {
        case 3: self = .rgb(values[0] * 17, values[1] * 17, values[2] * 17)
        case 6: self = .rgb(values[0] << 4 | values[1], values[2] << 4 | values[3], values[4] << 4 | values[5])
        default: return nil
        }
    }
}
