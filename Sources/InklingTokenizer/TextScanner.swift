// SPDX-License-Identifier: Apache-2.0

/// One scalar of a text: where it ends and what it is.
struct Rune {
    /// The scalar value; U+FFFD for a byte that is no valid UTF-8; `UInt32.max` past the end.
    var value: UInt32
    /// The position after it.
    var end: Int
    var classes: CharacterClass

    @inline(__always)
    func isAny(of classes: CharacterClass) -> Bool {
        self.classes.isAny(of: classes)
    }

    @inline(__always)
    func `is`(_ character: Unicode.Scalar) -> Bool {
        value == character.value
    }

    @inline(__always)
    var isLineBreak: Bool { value == 0x0A || value == 0x0D }

    /// Past the end: in no class at all.
    @inline(__always)
    var isMissing: Bool { classes.rawValue == 0 }
}

/// Reads a text scalar by scalar, with the classes of each. A byte that is not part of valid UTF-8 is a scalar of its
/// own, U+FFFD by class, so that no byte is lost or drawn into another character.
struct TextScanner {
    let text: [UInt8]
    private let basicPlane: [CharacterClass]

    init(_ text: [UInt8]) {
        self.text = text
        basicPlane = CharacterClass.basicPlane
    }

    /// The scalar at `position`, seen as if the text ended at `end`.
    @inline(__always)
    func rune(at position: Int, before end: Int) -> Rune {
        guard position < end else { return Rune(value: .max, end: position, classes: []) }
        let first = text[position]
        if first < 0x80 {
            return Rune(value: UInt32(first), end: position &+ 1, classes: basicPlane[Int(first)])
        }
        return multibyteRune(at: position, before: end)
    }

    private func multibyteRune(at position: Int, before end: Int) -> Rune {
        let first = UInt32(text[position])
        let length: Int
        var value: UInt32
        var lowest: UInt32 = 0x80
        var highest: UInt32 = 0xBF
        switch first {
        case 0xC2...0xDF:
            length = 2
            value = first & 0x1F
        case 0xE0...0xEF:
            length = 3
            value = first & 0x0F
            if first == 0xE0 { lowest = 0xA0 }
            if first == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            length = 4
            value = first & 0x07
            if first == 0xF0 { lowest = 0x90 }
            if first == 0xF4 { highest = 0x8F }
        default:
            return invalid(position)
        }
        guard position + length <= end else { return invalid(position) }
        for offset in 1..<length {
            let byte = UInt32(text[position + offset])
            guard byte >= lowest, byte <= highest else { return invalid(position) }
            value = value << 6 | byte & 0x3F
            lowest = 0x80
            highest = 0xBF
        }
        if value < 0x10000 {
            return Rune(value: value, end: position + length, classes: basicPlane[Int(value)])
        }
        let classes = Unicode.Scalar(value).map(CharacterClass.init(of:)) ?? .other
        return Rune(value: value, end: position + length, classes: classes)
    }

    private func invalid(_ position: Int) -> Rune {
        Rune(value: 0xFFFD, end: position + 1, classes: .symbol)
    }

    /// The end of the run of scalars in `classes` that begins at `position`; `position` itself when there is none.
    @inline(__always)
    func run(of classes: CharacterClass, from position: Int, before end: Int) -> Int {
        var position = position
        while true {
            let rune = rune(at: position, before: end)
            if !rune.isAny(of: classes) { return position }
            position = rune.end
        }
    }

    /// The end of the run of scalars that are in the text but in none of `classes`.
    @inline(__always)
    func run(ofNone classes: CharacterClass, from position: Int, before end: Int) -> Int {
        var position = position
        while true {
            let rune = rune(at: position, before: end)
            if rune.isMissing || rune.isAny(of: classes) { return position }
            position = rune.end
        }
    }
}
