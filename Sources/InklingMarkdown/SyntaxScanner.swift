// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// Gives roles to code, line by line. Linear in the length of the line.
struct SyntaxScanner {
    private enum Mode: Equatable {
        case code
        /// Within a comment, this deep.
        case comment(Int)
        /// Within a string of the form with this index.
        case string(Int)
    }

    private let syntax: LanguageSyntax
    private var mode: Mode = .code

    init(_ syntax: LanguageSyntax) {
        self.syntax = syntax
    }

    /// To be called after a line, all of it.
    mutating func endLine() {
        if case .string(let index) = mode, !syntax.strings[index].isMultiline { mode = .code }
    }

    /// - Parameter text: a line or a part of one.
    mutating func highlight(_ text: String) -> TextLine {
        let bytes = Array(text.utf8)
        var line = TextLine()
        var position = 0
        while position < bytes.count {
            let start = position
            let role: Role
            switch mode {
            case .comment(let depth):
                (position, role) = (commentEnd(bytes, from: position, depth: depth), .codeComment)
            case .string(let index):
                (position, role) = (stringEnd(bytes, from: position, index), .codeString)
            case .code:
                (position, role) = token(bytes, at: position)
            }
            line.append(String(decoding: bytes[start..<position], as: UTF8.self), role: role)
        }
        return line
    }

    // MARK: Tokens

    /// Reads what begins at a position. The result is beyond it.
    private mutating func token(_ bytes: [UInt8], at start: Int) -> (Int, Role) {
        let byte = bytes[start]
        if let comment = syntax.blockComment, matches(comment.open, bytes, at: start) {
            mode = .comment(1)
            return (commentEnd(bytes, from: start + comment.open.count, depth: 1), .codeComment)
        }
        if !syntax.commentsNeedBlank || start == 0 || bytes[start - 1] <= 0x20 || bytes[start - 1] == UInt8(ascii: ";"),
            syntax.lineComments.contains(where: { matches($0, bytes, at: start) })
        {
            return (bytes.count, .codeComment)
        }
        for (index, form) in syntax.strings.enumerated() where matches(form.open, bytes, at: start) {
            mode = .string(index)
            let end = stringEnd(bytes, from: start + form.open.count, index)
            return (end, syntax.namesKeys && isBeforeColon(bytes, end) ? .codeKeyword : .codeString)
        }
        if isDigit(byte) { return (numberEnd(bytes, from: start), .codeNumber) }
        if isWord(byte) {
            let end = wordEnd(bytes, from: start)
            return (end, wordRole(bytes[start..<end]))
        }
        if syntax.sigils.contains(byte), start + 1 < bytes.count, isWord(bytes[start + 1]) {
            return (wordEnd(bytes, from: start + 1), .codeKeyword)
        }
        return (start + 1, .code)
    }

    private func wordRole(_ bytes: ArraySlice<UInt8>) -> Role {
        // No keyword is longer.
        guard bytes.count <= 24 else { return .code }
        let word = String(decoding: bytes, as: UTF8.self)
        return syntax.keywords.contains(word) ? .codeKeyword : syntax.constants.contains(word) ? .codeNumber : .code
    }

    private func numberEnd(_ bytes: [UInt8], from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: ".") {
                // Not the dots of a range, nor a call on a number.
                guard end + 1 < bytes.count, isDigit(bytes[end + 1]) else { return end }
            } else if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") {
                guard end > start, bytes[end - 1] | 0x20 == UInt8(ascii: "e"), end + 1 < bytes.count,
                    isDigit(bytes[end + 1])
                else { return end }
            } else if !isWord(byte) {
                return end
            }
            end += 1
        }
        return end
    }

    private func wordEnd(_ bytes: [UInt8], from start: Int) -> Int {
        bytes[start...].firstIndex { !isWord($0) } ?? bytes.count
    }

    // MARK: Over several lines

    private mutating func commentEnd(_ bytes: [UInt8], from start: Int, depth: Int) -> Int {
        guard let comment = syntax.blockComment else { return bytes.count }
        var depth = depth
        var position = start
        while position < bytes.count {
            if matches(comment.close, bytes, at: position) {
                depth -= 1
                position += comment.close.count
                if depth == 0 {
                    mode = .code
                    return position
                }
            } else if comment.nests, matches(comment.open, bytes, at: position) {
                depth += 1
                position += comment.open.count
            } else {
                position += 1
            }
        }
        mode = .comment(depth)
        return position
    }

    private mutating func stringEnd(_ bytes: [UInt8], from start: Int, _ index: Int) -> Int {
        let form = syntax.strings[index]
        var position = start
        while position < bytes.count {
            if form.hasEscapes, bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count {
                position += 2
                // The whole of a character, if it is not ASCII.
                while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
            } else if matches(form.close, bytes, at: position) {
                mode = .code
                return position + form.close.count
            } else {
                position += 1
            }
        }
        return position
    }

    private func isBeforeColon(_ bytes: [UInt8], _ position: Int) -> Bool {
        mode == .code && bytes[position...].first { $0 != 0x20 } == UInt8(ascii: ":")
    }

    // MARK: Bytes

    private func matches(_ mark: [UInt8], _ bytes: [UInt8], at position: Int) -> Bool {
        guard bytes[position] == mark[0], bytes.count - position >= mark.count else { return false }
        return bytes[position..<position + mark.count].elementsEqual(mark)
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
