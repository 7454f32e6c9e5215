// SPDX-License-Identifier: Apache-2.0

typealias StaticText = [Unicode.Scalar]

enum Token: Sendable, Equatable {
    case text(String)
    case blockBegin
    case blockEnd
    case variableBegin
    case variableEnd
    case name(String)
    case string(String)
    case integer(Int)
    case float(Double)
    case symbol(String)
    case end

    /// How an error message calls it.
    var description: String {
        switch self {
        case .text: "text"
        case .blockBegin: "'{%'"
        case .blockEnd: "the end of the statement block"
        case .variableBegin: "'{{'"
        case .variableEnd: "the end of the expression"
        case .name(let name): "'\(name)'"
        case .string: "a string"
        case .integer(let value): "'\(value)'"
        case .float(let value): "'\(value)'"
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end of the template"
        }
    }
}

struct LocatedToken: Sendable {
    var token: Token
    var position: TemplatePosition
}

/// Splits a template into text and the tokens of its tags, with whitespace control applied.
///
/// Behaves as a lexer with both `trim_blocks` and `lstrip_blocks` on: the first newline after a block or comment goes,
/// and so does the space from the start of its line to a block or comment. `-` strips further, `+` keeps.
/// Line ends become `\n`, and one newline at the very end of the source is dropped.
struct Lexer {
    let source: [Unicode.Scalar]
    var index = 0
    var line = 1
    var lineStart = 0
    var tokens: [LocatedToken] = []
    /// Whether the text from `index` begins a line, for the stripping of blanks before a block.
    var isAtLineStart = true

    init(_ source: String) {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(source.utf8.count)
        var afterReturn = false
        for scalar in source.unicodeScalars {
            if scalar == "\r" {
                scalars.append("\n")
                afterReturn = true
                continue
            }
            if !(afterReturn && scalar == "\n") { scalars.append(scalar) }
            afterReturn = false
        }
        if scalars.last == "\n" { scalars.removeLast() }
        self.source = scalars
    }

    static func tokens(of source: String) throws(TemplateError) -> [LocatedToken] {
        var lexer = Lexer(source)
        try lexer.run()
        return lexer.tokens
    }

    var position: TemplatePosition { TemplatePosition(line: line, column: index - lineStart + 1) }

    func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        index + offset < source.count ? source[index + offset] : nil
    }

    func starts(with text: StaticText, at offset: Int = 0) -> Bool {
        let start = index + offset
        guard start + text.count <= source.count else { return false }
        for (step, scalar) in text.enumerated() where source[start + step] != scalar { return false }
        return true
    }

    mutating func advance(to end: Int) {
        while index < end {
            if source[index] == "\n" {
                line += 1
                lineStart = index + 1
            }
            index += 1
        }
    }

    mutating func emit(_ token: Token, at position: TemplatePosition) {
        tokens.append(LocatedToken(token: token, position: position))
    }

    mutating func skipWhitespace() {
        var end = index
        while end < source.count, source[end].isPythonWhitespace { end += 1 }
        advance(to: end)
    }

    // MARK: Text

    mutating func run() throws(TemplateError) {
        while index < source.count {
            let textStart = index
            let start = position
            var end = index
            while end + 1 < source.count {
                if source[end] == "{", source[end + 1] == "%" || source[end + 1] == "{" || source[end + 1] == "#" {
                    break
                }
                end += 1
            }
            if end + 1 >= source.count {
                emit(.text(String(scalars: source[textStart...])), at: start)
                advance(to: source.count)
                break
            }
            let opening = source[end + 1]
            var textEnd = end
            let sign = end + 2 < source.count ? source[end + 2] : nil
            if sign == "-" {
                textEnd = strippedEnd(from: textStart, to: end)
            } else if sign != "+", opening != "{" {
                textEnd = blankEnd(from: textStart, to: end)
            }
            if textEnd > textStart { emit(.text(String(scalars: source[textStart..<textEnd])), at: start) }
            advance(to: end)
            let tagPosition = position
            advance(to: end + 2 + (sign == "-" || sign == "+" ? 1 : 0))
            switch opening {
            case "#": try comment(from: tagPosition)
            case "{": try tag(isBlock: false, from: tagPosition)
            default:
                if let body = rawBegin() {
                    advance(to: body)
                    isAtLineStart = index > 0 && source[index - 1] == "\n"
                    try raw(from: tagPosition)
                } else {
                    try tag(isBlock: true, from: tagPosition)
                }
            }
            isAtLineStart = index > 0 && source[index - 1] == "\n"
        }
        emit(.end, at: position)
    }

    func strippedEnd(from start: Int, to end: Int) -> Int {
        var end = end
        while end > start, source[end - 1].isPythonWhitespace { end -= 1 }
        return end
    }

    /// Where text ends once the blanks between the last newline and a block are gone.
    func blankEnd(from start: Int, to end: Int) -> Int {
        var lineBegin = end
        while lineBegin > start, source[lineBegin - 1] != "\n" {
            if !source[lineBegin - 1].isPythonWhitespace { return end }
            lineBegin -= 1
        }
        return lineBegin > start || isAtLineStart ? lineBegin : end
    }

    // MARK: Comments and raw blocks

    mutating func comment(from start: TemplatePosition) throws(TemplateError) {
        var end = index
        while end + 1 < source.count {
            if source[end] == "#", source[end + 1] == "}" {
                let sign = end > index ? source[end - 1] : nil
                advance(to: end + 2)
                finishTag(sign: sign, trimsNewline: true)
                return
            }
            end += 1
        }
        // The reference implementation forgives one that the template ends with.
        guard index < source.count else { return }
        throw .syntax("a comment is not closed with '#}'", start)
    }

    /// After the `%}`, `#}` or `}}` of a tag: `-` swallows whitespace, a plain block swallows one newline.
    mutating func finishTag(sign: Unicode.Scalar?, trimsNewline: Bool) {
        if sign == "-" {
            skipWhitespace()
        } else if sign != "+", trimsNewline, peek() == "\n" {
            advance(to: index + 1)
        }
    }

    /// If the tag that begins before `index` is `raw`, where its body begins.
    func rawBegin() -> Int? {
        guard let afterName = keyword(["r", "a", "w"], from: index) else { return nil }
        if afterName + 2 < source.count, source[afterName] == "-", source[afterName + 1] == "%",
            source[afterName + 2] == "}"
        {
            var end = afterName + 3
            while end < source.count, source[end].isPythonWhitespace { end += 1 }
            return end
        }
        guard afterName + 1 < source.count, source[afterName] == "%", source[afterName + 1] == "}" else { return nil }
        return afterName + 2
    }

    /// Matches blanks, `word`, blanks; the index after them.
    func keyword(_ word: StaticText, from start: Int) -> Int? {
        var end = start
        while end < source.count, source[end].isPythonWhitespace { end += 1 }
        for scalar in word {
            guard end < source.count, source[end] == scalar else { return nil }
            end += 1
        }
        while end < source.count, source[end].isPythonWhitespace { end += 1 }
        return end
    }

    mutating func raw(from start: TemplatePosition) throws(TemplateError) {
        let textStart = index
        let textPosition = position
        var end = index
        while end + 1 < source.count {
            defer { end += 1 }
            guard source[end] == "{", source[end + 1] == "%" else { continue }
            let sign = end + 2 < source.count ? source[end + 2] : nil
            let signed = sign == "-" || sign == "+"
            guard let close = keyword(["e", "n", "d", "r", "a", "w"], from: end + 2 + (signed ? 1 : 0)) else {
                continue
            }
            guard close < source.count else { continue }
            let endSigned = source[close] == "-" || source[close] == "+"
            let percent = close + (endSigned ? 1 : 0)
            guard percent + 1 < source.count, source[percent] == "%", source[percent + 1] == "}" else { continue }
            var textEnd = end
            if sign == "-" {
                textEnd = strippedEnd(from: textStart, to: end)
            } else if sign != "+" {
                textEnd = blankEnd(from: textStart, to: end)
            }
            if textEnd > textStart { emit(.text(String(scalars: source[textStart..<textEnd])), at: textPosition) }
            advance(to: percent + 2)
            finishTag(sign: endSigned ? source[close] : nil, trimsNewline: true)
            return
        }
        throw .syntax("a raw block is not closed with 'endraw'", start)
    }

    // MARK: Tags

    mutating func tag(isBlock: Bool, from start: TemplatePosition) throws(TemplateError) {
        emit(isBlock ? .blockBegin : .variableBegin, at: start)
        var brackets: [Unicode.Scalar] = []
        let close: Unicode.Scalar = isBlock ? "%" : "}"
        while let scalar = peek() {
            if brackets.isEmpty {
                var sign: Unicode.Scalar?
                if scalar == "-" || (isBlock && scalar == "+") { sign = scalar }
                let offset = sign == nil ? 0 : 1
                if peek(offset) == close, peek(offset + 1) == "}" {
                    let end = position
                    advance(to: index + offset + 2)
                    finishTag(sign: sign, trimsNewline: isBlock)
                    emit(isBlock ? .blockEnd : .variableEnd, at: end)
                    return
                }
            }
            if scalar.isPythonWhitespace {
                skipWhitespace()
            } else if scalar.isASCIIDigit {
                try number()
            } else if scalar.isNameScalar {
                name()
            } else if scalar == "\"" || scalar == "'" {
                try string(quote: scalar)
            } else {
                try symbol(&brackets)
            }
        }
        throw .syntax(isBlock ? "a block is not closed with '%}'" : "an expression is not closed with '}}'", start)
    }

    mutating func name() {
        let start = position
        var end = index
        while end < source.count, source[end].isNameScalar { end += 1 }
        emit(.name(String(scalars: source[index..<end])), at: start)
        advance(to: end)
    }

    mutating func symbol(_ brackets: inout [Unicode.Scalar]) throws(TemplateError) {
        let start = position
        let two: [StaticText] = [["=", "="], ["!", "="], [">", "="], ["<", "="], ["/", "/"], ["*", "*"]]
        for pair in two where starts(with: pair) {
            emit(.symbol(String(scalars: pair[...])), at: start)
            advance(to: index + 2)
            return
        }
        let scalar = source[index]
        switch scalar {
        case "(": brackets.append(")")
        case "[": brackets.append("]")
        case "{": brackets.append("}")
        case ")", "]", "}":
            guard let expected = brackets.popLast() else {
                throw .syntax("'\(scalar)' closes nothing", start)
            }
            guard expected == scalar else { throw .syntax("found '\(scalar)', expected '\(expected)'", start) }
        case "+", "-", "/", "*", "%", "~", ">", "<", "=", ".", ":", "|", ",", ";": break
        default: throw .syntax("a stray character \(PythonFormat.quoted(String(scalar)))", start)
        }
        emit(.symbol(String(scalar)), at: start)
        advance(to: index + 1)
    }
}
