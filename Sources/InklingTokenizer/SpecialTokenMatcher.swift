// SPDX-License-Identifier: Apache-2.0

/// Finds special tokens spelt out in a text and cuts it there.
///
/// Longer tokens go before shorter ones wherever they stand, and among equals the leftmost first, as in the reference
/// implementation. A first pass keeps the places whose two bytes begin some token; each length then visits only
/// those, so the cost is the text once and the places once a length.
struct SpecialTokenMatcher: Sendable {
    enum Fragment: Equatable {
        case text(Range<Int>)
        case token(TokenID)
    }

    private let vocabulary: Vocabulary
    private let always: Spellings
    private let all: Spellings

    init(_ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        var always = Spellings()
        var all = Spellings()
        for index in 0..<vocabulary.count {
            let type = vocabulary.types[index]
            if type == .normal || type == .byte || type == .unused { continue }
            let text = vocabulary.texts[index]
            all.insert(text)
            if type == .userDefined { always.insert(text) }
        }
        always.sort()
        all.sort()
        self.always = always
        self.all = all
    }

    /// The lengths of some spellings, longest first, and the pairs of bytes they begin with.
    private struct Spellings: Sendable {
        private(set) var lengths: [Int] = []
        private var pairs = [UInt64](repeating: 0, count: 1024)
        private var singles = [Bool](repeating: false, count: 256)

        mutating func insert(_ text: ArraySlice<UInt8>) {
            guard let first = text.first else { return }
            if !lengths.contains(text.count) { lengths.append(text.count) }
            if text.count == 1 {
                singles[Int(first)] = true
            } else {
                let pair = Int(first) << 8 | Int(text[text.startIndex + 1])
                pairs[pair >> 6] |= 1 << UInt64(pair & 63)
            }
        }

        mutating func sort() {
            lengths.sort(by: >)
        }

        @inline(__always)
        func mayBegin(_ text: [UInt8], _ position: Int) -> Bool {
            if singles[Int(text[position])] { return true }
            guard position + 1 < text.count else { return false }
            let pair = Int(text[position]) << 8 | Int(text[position + 1])
            return pairs[pair >> 6] & (1 << UInt64(pair & 63)) != 0
        }
    }

    /// The text in order, cut at the special tokens that count under a policy; empty stretches are left out.
    func fragments(of text: [UInt8], special policy: SpecialTokenPolicy) -> [Fragment] {
        if text.isEmpty { return [] }
        let spellings = policy == .ignore ? always : all
        if spellings.lengths.isEmpty { return [.text(0..<text.count)] }
        let places = (0..<text.count).filter { spellings.mayBegin(text, $0) }
        if places.isEmpty { return [.text(0..<text.count)] }

        var fragments: [Fragment] = [.text(0..<text.count)]
        for length in spellings.lengths {
            guard places.contains(where: { match(text, $0, length, policy) != nil }) else { continue }
            var finer: [Fragment] = []
            var place = 0
            for fragment in fragments {
                guard case .text(let range) = fragment else {
                    finer.append(fragment)
                    continue
                }
                cut(text, range, length, policy, places, &place, into: &finer)
            }
            fragments = finer
        }
        return fragments
    }

    /// Cuts one stretch at the tokens of one length. `place` walks along `places` from stretch to stretch.
    private func cut(
        _ text: [UInt8], _ range: Range<Int>, _ length: Int, _ policy: SpecialTokenPolicy, _ places: [Int],
        _ place: inout Int, into result: inout [Fragment]
    ) {
        var start = range.lowerBound
        while place < places.count, places[place] < range.upperBound {
            let position = places[place]
            place += 1
            guard position >= start, position + length <= range.upperBound,
                let token = match(text, position, length, policy)
            else { continue }
            var before = position
            if vocabulary.stripsLeft.contains(token) {
                while before > start, Self.isBlank(text[before - 1]) {
                    before -= 1
                }
            }
            if before > start { result.append(.text(start..<before)) }
            result.append(.token(token))
            start = position + length
            if vocabulary.stripsRight.contains(token) {
                while start < range.upperBound, Self.isBlank(text[start]) {
                    start += 1
                }
            }
        }
        if start < range.upperBound { result.append(.text(start..<range.upperBound)) }
    }

    private func match(_ text: [UInt8], _ position: Int, _ length: Int, _ policy: SpecialTokenPolicy) -> TokenID? {
        guard position + length <= text.count,
            let index = vocabulary.table.index(of: text, position..<(position + length), in: vocabulary.texts)
        else { return nil }
        switch vocabulary.types[Int(index)] {
        case .userDefined: return TokenID(index)
        case .control, .unknown: return policy.parsesControl(at: position..<position + length) ? TokenID(index) : nil
        case .normal, .unused, .byte: return nil
        }
    }

    /// The blanks of the C locale.
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}

extension SpecialTokenPolicy {
    /// Whether a control token spelled at these bytes counts as one.
    fileprivate func parsesControl(at place: Range<Int>) -> Bool {
        switch self {
        case .parse: true
        case .ignore: false
        case .parseOutside(let ranges): !ranges.contains { $0.overlaps(place) }
        }
    }
}
