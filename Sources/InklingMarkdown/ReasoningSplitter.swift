// SPDX-License-Identifier: Apache-2.0

/// Splits a text that grows into answer and reasoning.
struct ReasoningSplitter {
    enum Event: Equatable {
        /// More of the section there is.
        case text(ArraySlice<UInt8>)
        /// A section of reasoning begins.
        case opens
        /// It ends, and an answer begins.
        case closes
    }

    private enum State {
        /// There was nothing but blanks.
        case beginning
        case answer
        case reasoning(ReasoningTag)
    }

    /// Bytes of a line by which it is told whether it is a fence.
    private static let headLimit = 256

    private var state: State
    /// What may be a tag, when there is more of it.
    private var held: [UInt8] = []
    /// Whether the line so far may be a tag.
    private var isCandidate = true
    private var lineHead: [UInt8] = []
    private var fence: (character: UInt8, length: Int)?

    init(beginsInReasoning: Bool) {
        state = beginsInReasoning ? .reasoning(ReasoningTag.all[0]) : .beginning
    }

    /// Text at the end that was not handed on, as far as it should be seen: half a tag at the beginning, or at the end
    /// of reasoning, would only flicker.
    var visiblePending: [UInt8] {
        switch state {
        case .answer: held
        case .beginning, .reasoning: held.count < 2 ? held : []
        }
    }

    mutating func read(_ bytes: [UInt8], _ body: (Event) -> Void) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .beginning: readBeginning(&rest, body)
            case .answer: readAnswer(&rest, body)
            case .reasoning(let tag): readReasoning(&rest, tag, body)
            }
        }
    }

    private mutating func readBeginning(_ rest: inout ArraySlice<UInt8>, _ body: (Event) -> Void) {
        let byte = rest[rest.startIndex]
        if held.isEmpty, byte == 0x20 || byte == 0x09 || byte == 0x0A {
            body(.text([byte]))
            if byte == 0x0A { lineHead = [] } else { lineHead.append(byte) }
            rest = rest.dropFirst()
            return
        }
        let longer = held + [byte]
        guard let tag = ReasoningTag.all.first(where: { $0.opening.starts(with: longer) }) else {
            // Half a tag and then something else: not a tag, nor will this line be one.
            state = .answer
            isCandidate = false
            flush(body)
            return
        }
        rest = rest.dropFirst()
        held = longer
        if longer.count == tag.opening.count { open(tag, body) }
    }

    private mutating func readAnswer(_ rest: inout ArraySlice<UInt8>, _ body: (Event) -> Void) {
        if isCandidate {
            let byte = rest[rest.startIndex]
            rest = rest.dropFirst()
            held.append(byte)
            guard let tag = ReasoningTag.all.first(where: { isLine(held, of: $0) }) else {
                isCandidate = false
                flush(body)
                return
            }
            if byte == 0x0A { open(tag, body) }
            return
        }
        let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
        pass(rest[..<end], body)
        rest = rest[end...]
    }

    /// Hands on what was held.
    private mutating func flush(_ body: (Event) -> Void) {
        if held.isEmpty { return }
        let text = held
        held = []
        pass(text[...], body)
    }

    /// Hands on text of an answer: a part of a line, or the rest of it.
    private mutating func pass(_ text: ArraySlice<UInt8>, _ body: (Event) -> Void) {
        body(.text(text))
        lineHead += text.prefix(max(0, Self.headLimit - lineHead.count))
        if text.last == 0x0A { endLine() }
    }

    private mutating func readReasoning(_ rest: inout ArraySlice<UInt8>, _ tag: ReasoningTag, _ body: (Event) -> Void) {
        if held.isEmpty {
            let start = rest.firstIndex(of: UInt8(ascii: "<")) ?? rest.endIndex
            if start > rest.startIndex { body(.text(rest[..<start])) }
            held = Array(rest[start...].prefix(1))
            rest = rest[start...].dropFirst()
        } else if rest[rest.startIndex] == tag.closing[held.count] {
            held.append(rest[rest.startIndex])
            rest = rest.dropFirst()
            guard held.count == tag.closing.count else { return }
            held = []
            state = .answer
            (isCandidate, lineHead, fence) = (true, [], nil)
            body(.closes)
        } else {
            body(.text(held[...]))
            held = []
        }
    }

    private mutating func open(_ tag: ReasoningTag, _ body: (Event) -> Void) {
        state = .reasoning(tag)
        held = []
        body(.opens)
    }

    /// Whether the text may be a line with nothing but the tag; with its line break, whether it is.
    private func isLine(_ text: [UInt8], of tag: ReasoningTag) -> Bool {
        if text.count <= tag.opening.count { return tag.opening.starts(with: text) }
        guard text.starts(with: tag.opening), text.count < Self.headLimit else { return false }
        return text[tag.opening.count...].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }
    }

    private mutating func endLine() {
        let line = lineHead.drop { $0 == 0x20 || $0 == 0x09 }
        lineHead = []
        if let first = line.first, first == UInt8(ascii: "`") || first == UInt8(ascii: "~") {
            let length = line.prefix { $0 == first }.count
            let rest = line.dropFirst(length)
            if let fence {
                let isBlank = rest.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }
                if first == fence.character, length >= fence.length, isBlank { self.fence = nil }
            } else if length >= 3, first == UInt8(ascii: "~") || !rest.contains(first) {
                fence = (first, length)
            }
        }
        isCandidate = fence == nil
    }
}
