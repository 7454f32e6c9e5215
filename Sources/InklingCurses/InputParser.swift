// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// Makes events from the bytes a terminal sends.
///
/// Bytes may come in any pieces. Where what has come may be a key by itself or the beginning of a longer one (Escape),
/// ``next()`` waits for more until ``flush()`` says that no more came.
struct InputParser {
    /// Bytes that keys of this terminal send, from its description.
    private let keys: [[UInt8]: KeyPress]
    private let longestKey: Int
    private let firstBytes: Set<UInt8>
    private var bytes: [UInt8] = []
    private var head = 0
    private var isOver = false
    /// What has come of a paste that has not ended.
    private var pasted: [UInt8]?
    /// Whether the terminal has said what it is. Answers come in the order of the questions, so one to a question that
    /// was asked before will not come any more.
    var isIdentified = false

    /// A paste longer than this is cut, in bytes.
    static let pasteLimit = 64 << 20
    /// No sequence of any terminal is longer; beyond it, it is taken for something else.
    private static let sequenceLimit = 4096

    init(keys: [(bytes: [UInt8], key: String)] = []) {
        self.keys = keys.reduce(into: [:]) { result, row in
            if let press = KeyPress(name: row.key), !row.bytes.isEmpty { result[row.bytes] = press }
        }
        longestKey = self.keys.keys.map(\.count).max() ?? 0
        firstBytes = Set(self.keys.keys.compactMap(\.first))
    }

    mutating func feed(_ new: some Sequence<UInt8>) {
        if head == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            head = 0
        }
        bytes += new
        isOver = false
    }

    /// Whether, after ``next()`` gave nil, there are bytes that would be an event if no more came.
    var isWaiting: Bool { pasted == nil && head < bytes.count }

    /// Says that no more bytes came for a while.
    mutating func flush() { isOver = true }

    /// Whether what has come is the beginning of an answer of the terminal, which no key is: it may take its time.
    var isInAnswer: Bool { isWaiting && bytes[head...].starts(with: Self.answerStart) }

    private static let answerStart = Array("\u{1B}]1".utf8)

    mutating func next() -> TerminalEvent? {
        while head < bytes.count {
            if pasted != nil {
                guard let event = nextOfPaste() else { return nil }
                return event
            }
            switch parse(at: head) {
            case .event(let event, let count):
                head += count
                return event
            case .nothing(let count): head += count
            case .identity(let count):
                head += count
                isIdentified = true
            case .pasteBegins(let count):
                head += count
                pasted = []
            case .incomplete: return nil
            }
        }
        return nil
    }

    private enum Parsed {
        case event(TerminalEvent, Int)
        /// A sequence that means nothing to us.
        case nothing(Int)
        case pasteBegins(Int)
        /// What the terminal is, whatever it says.
        case identity(Int)
        case incomplete

        static func key(_ key: Key, _ count: Int) -> Parsed { .event(.key(KeyPress(key)), count) }

        static func key(_ key: Key, _ modifiers: KeyModifiers, _ count: Int) -> Parsed {
            .event(.key(KeyPress(key, modifiers)), count)
        }
    }

    // MARK: Pastes

    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private mutating func nextOfPaste() -> TerminalEvent? {
        let end = Self.pasteEnd
        var position = head
        while position < bytes.count {
            guard bytes[position] == 0x1B else {
                position += 1
                continue
            }
            let rest = bytes[position...].prefix(end.count)
            if rest.elementsEqual(end) {
                takePasted(to: position)
                head = position + end.count
                let text = Self.text(pasted ?? [])
                pasted = nil
                return .paste(text)
            }
            // The end may have come in part.
            if rest.count < end.count, end.starts(with: rest) { break }
            position += 1
        }
        takePasted(to: position)
        return nil
    }

    private mutating func takePasted(to position: Int) {
        let room = Self.pasteLimit - (pasted?.count ?? 0)
        pasted?.append(contentsOf: bytes[head..<position].prefix(room))
        head = position
    }

    /// Terminals send a carriage return for every line break of a paste.
    private static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A, index > 0, bytes[index - 1] == 0x0D { continue }
            result.append(byte == 0x0D ? 0x0A : byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    // MARK: Keys

    private func parse(at start: Int) -> Parsed {
        if firstBytes.contains(bytes[start]) {
            for count in stride(from: min(longestKey, bytes.count - start), to: 0, by: -1) {
                if let press = keys[Array(bytes[start..<start + count])], count > 1 || bytes[start] != 0x1B {
                    return .event(.key(press), count)
                }
            }
        }
        return bytes[start] == 0x1B ? parseEscape(at: start) : parseCharacter(at: start)
    }

    private func parseCharacter(at start: Int) -> Parsed {
        switch bytes[start] {
        case 0x00: return .key(.character(" "), .control, 1)
        case 0x09: return .key(.tab, 1)
        case 0x0D: return .key(.enter, 1)
        case 0x7F: return .key(.backspace, 1)
        case let byte where byte < 0x1B: return .key(.character(Self.character(byte + 0x60)), .control, 1)
        case let byte where byte < 0x20: return .key(.character(Self.character(byte + 0x40)), .control, 1)
        case let byte where byte < 0x7F: return .key(.character(Self.character(byte)), 1)
        case let byte:
            let length = byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1
            let sequence = bytes[start...].prefix(length)
            let continuing = sequence.dropFirst().prefix { $0 & 0xC0 == 0x80 }.count + 1
            if continuing == sequence.count, sequence.count < length, !isOver { return .incomplete }
            let text = String(decoding: sequence.prefix(continuing), as: UTF8.self)
            guard continuing == length, text.unicodeScalars.count == 1, let character = text.first,
                character != "\u{FFFD}", !(0x80..<0xA0).contains(text.unicodeScalars.first?.value ?? 0)
            else { return .nothing(continuing) }
            return .key(.character(character), continuing)
        }
    }

    private static func character(_ byte: UInt8) -> Character { Character(Unicode.Scalar(byte)) }

    private func parseEscape(at start: Int) -> Parsed {
        guard start + 1 < bytes.count else { return isOver ? .key(.escape, 1) : .incomplete }
        switch bytes[start + 1] {
        case UInt8(ascii: "["): return parseControlSequence(at: start)
        case UInt8(ascii: "O"): return parseShiftThree(at: start)
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
            return parseString(at: start)
        case 0x1B:
            // Escape, and then another key; or Alt with a key that sends a sequence.
            guard start + 2 < bytes.count || isOver else { return .incomplete }
            guard start + 2 < bytes.count, "[O".utf8.contains(bytes[start + 2]) else { return .key(.escape, 1) }
            return withAlt(parseEscape(at: start + 1))
        default: return withAlt(parseCharacter(at: start + 1))
        }
    }

    /// The key with Alt, which sends an Escape before it.
    private func withAlt(_ parsed: Parsed) -> Parsed {
        switch parsed {
        case .event(.key(let press), let count): .key(press.key, press.modifiers.union(.alt), count + 1)
        case .event(let event, let count): .event(event, count + 1)
        case .nothing(let count): .nothing(count + 1)
        case .pasteBegins(let count): .pasteBegins(count + 1)
        case .identity(let count): .identity(count + 1)
        case .incomplete: .incomplete
        }
    }

    private func altKey(at start: Int) -> Parsed { .key(.character(Self.character(bytes[start + 1])), .alt, 2) }

    /// `ESC O` and a letter, with a modifier before it in some terminals.
    private func parseShiftThree(at start: Int) -> Parsed {
        var position = start + 2
        var modifiers: KeyModifiers = []
        if position < bytes.count, (UInt8(ascii: "2")...UInt8(ascii: "8")).contains(bytes[position]) {
            modifiers = Self.modifiers(Int(bytes[position] - UInt8(ascii: "0")))
            position += 1
        }
        guard position < bytes.count else { return isOver ? altKey(at: start) : .incomplete }
        let count = position + 1 - start
        if bytes[position] == UInt8(ascii: "M") { return .key(.enter, modifiers, count) }
        guard let key = Self.letterKeys[bytes[position]] else {
            return (0x40...0x7E).contains(bytes[position]) ? .nothing(count) : altKey(at: start)
        }
        return .key(key, modifiers, count)
    }

    /// A string of the terminal, an answer to a question: up to BEL or `ESC \`.
    private func parseString(at start: Int) -> Parsed {
        var position = start + 2
        while position < bytes.count, position - start < Self.sequenceLimit {
            if bytes[position] == 0x07, bytes[start + 1] == UInt8(ascii: "]") {
                return answer(start..<position, position + 1 - start)
            }
            if bytes[position] == 0x1B {
                if position + 1 == bytes.count { break }
                if bytes[position + 1] == UInt8(ascii: "\\") { return answer(start..<position, position + 2 - start) }
                return altKey(at: start)
            }
            position += 1
        }
        return isOver || position - start >= Self.sequenceLimit ? altKey(at: start) : .incomplete
    }

    /// The answer to the question for the background; others were not asked.
    private func answer(_ range: Range<Int>, _ count: Int) -> Parsed {
        let text = String(decoding: bytes[range].dropFirst(), as: UTF8.self)
        guard text.hasPrefix("]11;"), let ground = TerminalGround(colorSpecification: String(text.dropFirst(4))) else {
            return .nothing(count)
        }
        return .event(.ground(ground), count)
    }

    /// Sequences with a question mark: what the terminal says of itself.
    private func report(_ numbers: [Int], _ final: UInt8, _ count: Int) -> Parsed {
        switch (final, numbers) {
        case (UInt8(ascii: "c"), _): .identity(count)
        case (UInt8(ascii: "n"), [997, 1]): .event(.ground(.dark), count)
        case (UInt8(ascii: "n"), [997, 2]): .event(.ground(.light), count)
        default: .nothing(count)
        }
    }

    private func parseControlSequence(at start: Int) -> Parsed {
        var position = start + 2
        while position < bytes.count, (0x20..<0x40).contains(bytes[position]) {
            position += 1
            // `$` ends a key of rxvt with Shift, and is in the middle of nothing that we are sent.
            if bytes[position - 1] == UInt8(ascii: "$") {
                position -= 1
                break
            }
        }
        guard position < bytes.count else {
            if position - start >= Self.sequenceLimit { return .nothing(position - start) }
            return !isOver ? .incomplete : position == start + 2 ? altKey(at: start) : .nothing(position - start)
        }
        let final = bytes[position]
        let count = position + 1 - start
        guard final >= 0x40 || final == UInt8(ascii: "$"), final < 0x7F else { return .nothing(position - start) }
        if final == UInt8(ascii: "["), position == start + 2 {
            // The Linux console's F1 to F5.
            guard position + 1 < bytes.count else { return isOver ? .nothing(count) : .incomplete }
            let number = Int(bytes[position + 1]) - 0x40
            return (1...5).contains(number) ? .key(.function(number), count + 1) : .nothing(count + 1)
        }
        let text = bytes[start + 2..<position]
        if text.first == UInt8(ascii: "<") { return mouse(Self.numbers(text.dropFirst()), final, count) }
        if text.first == UInt8(ascii: "?") { return report(Self.numbers(text.dropFirst()), final, count) }
        guard text.first.map({ (0x30...0x3B).contains($0) }) ?? true else { return .nothing(count) }
        return key(Self.numbers(text), final, count)
    }

    private func key(_ numbers: [Int], _ final: UInt8, _ count: Int) -> Parsed {
        let modifiers = Self.modifiers(numbers.count > 1 ? numbers[1] : 1)
        switch final {
        case UInt8(ascii: "~"), UInt8(ascii: "^"), UInt8(ascii: "$"), UInt8(ascii: "@"):
            let first = numbers.first ?? 0
            if first == 200 { return .pasteBegins(count) }
            if first == 27, numbers.count == 3 { return code(numbers[2], modifiers, count) }
            guard let key = Self.numberKeys[first] else { return .nothing(count) }
            switch final {
            case UInt8(ascii: "^"): return .key(key, .control, count)
            case UInt8(ascii: "$"): return .key(key, .shift, count)
            case UInt8(ascii: "@"): return .key(key, [.control, .shift], count)
            default: return .key(key, modifiers, count)
            }
        case UInt8(ascii: "u"): return code(numbers.first ?? 0, modifiers, count)
        case UInt8(ascii: "Z"): return .key(.backTab, modifiers.subtracting(.shift), count)
        case UInt8(ascii: "I"): return .event(.focus(true), count)
        case UInt8(ascii: "O"): return .event(.focus(false), count)
        case UInt8(ascii: "a")...UInt8(ascii: "d") where numbers.isEmpty:
            // Shifted arrows of rxvt.
            guard let key = Self.letterKeys[final - 0x20] else { return .nothing(count) }
            return .key(key, .shift, count)
        default:
            guard let key = Self.letterKeys[final] else { return .nothing(count) }
            return .key(key, modifiers, count)
        }
    }

    /// A key by its Unicode number, as terminals send it for what has no sequence of its own.
    private func code(_ number: Int, _ modifiers: KeyModifiers, _ count: Int) -> Parsed {
        switch number {
        case 9:
            return modifiers.contains(.shift)
                ? .key(.backTab, modifiers.subtracting(.shift), count) : .key(.tab, modifiers, count)
        case 13, 57414: return .key(.enter, modifiers, count)
        case 27: return .key(.escape, modifiers, count)
        case 8, 127: return .key(.backspace, modifiers, count)
        default:
            guard number >= 0x20, let value = UInt32(exactly: number), !(0x80..<0xA0).contains(value),
                !(0xE000..<0xF900).contains(value), let scalar = Unicode.Scalar(value)
            else { return .nothing(count) }
            var character = Character(scalar)
            // What is typed is shifted already.
            if modifiers.contains(.shift), let upper = character.uppercased().first { character = upper }
            return .key(.character(character), modifiers.subtracting(.shift), count)
        }
    }

    private func mouse(_ numbers: [Int], _ final: UInt8, _ count: Int) -> Parsed {
        guard numbers.count == 3, final == UInt8(ascii: "M") || final == UInt8(ascii: "m") else {
            return .nothing(count)
        }
        let code = numbers[0]
        let point = Point(x: max(0, numbers[1] - 1), y: max(0, numbers[2] - 1))
        var modifiers: KeyModifiers = []
        if code & 4 != 0 { modifiers.insert(.shift) }
        if code & 8 != 0 { modifiers.insert(.alt) }
        if code & 16 != 0 { modifiers.insert(.control) }
        let button: MouseEvent.Button = [.left, .middle, .right, .none][code & 3]
        switch code & ~0x1F {
        case 0:
            let action: MouseEvent.Action = final == UInt8(ascii: "m") ? .release : .press
            return .event(.mouse(MouseEvent(action, button, at: point, modifiers: modifiers)), count)
        case 32: return .event(.mouse(MouseEvent(.drag, button, at: point, modifiers: modifiers)), count)
        case 64 where code & 3 < 2:
            let action: MouseEvent.Action = code & 1 == 0 ? .scrollUp : .scrollDown
            return .event(.mouse(MouseEvent(action, at: point, modifiers: modifiers)), count)
        default: return .nothing(count)
        }
    }

    private static func modifiers(_ number: Int) -> KeyModifiers {
        let bits = max(0, number - 1)
        var modifiers: KeyModifiers = []
        if bits & 1 != 0 { modifiers.insert(.shift) }
        // Alt, and Meta where a terminal tells them apart.
        if bits & 2 != 0 || bits & 8 != 0 { modifiers.insert(.alt) }
        if bits & 4 != 0 { modifiers.insert(.control) }
        return modifiers
    }

    /// Numbers between semicolons; what is after a colon in one of them is left out.
    private static func numbers(_ text: ArraySlice<UInt8>) -> [Int] {
        guard !text.isEmpty else { return [] }
        return text.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { part in
            var number = 0
            for digit in part {
                guard (0x30...0x39).contains(digit), number < 10_000_000 else { break }
                number = number * 10 + Int(digit - 0x30)
            }
            return number
        }
    }

    private static let letterKeys: [UInt8: Key] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
        UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end, UInt8(ascii: "P"): .function(1),
        UInt8(ascii: "Q"): .function(2), UInt8(ascii: "R"): .function(3), UInt8(ascii: "S"): .function(4),
    ]

    private static let numberKeys: [Int: Key] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end, 11: .function(1),
        12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5), 17: .function(6), 18: .function(7),
        19: .function(8), 20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
    ]
}
