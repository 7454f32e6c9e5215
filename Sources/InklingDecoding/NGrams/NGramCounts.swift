// SPDX-License-Identifier: Apache-2.0

public import InklingModel
public import InklingTokenizer

/// N-grams counted in memory: for a document at hand, and as the plain form that other stores are compared with.
public struct NGramCounts: NGramModel {
    private struct Followers: Sendable {
        var total = 0
        var counts: [TokenID: Int] = [:]
    }

    public let orders: ClosedRange<Int>
    private var followers: [[TokenID]: Followers] = [:]

    /// - Precondition: n-grams have at least two tokens.
    public init(orders: ClosedRange<Int> = 2...6) {
        precondition(orders.lowerBound >= 2)
        self.orders = orders
    }

    /// Counts every n-gram of a text. None reaches over the end of one text into another.
    public mutating func add(_ text: [TokenID]) {
        for order in orders where text.count >= order {
            for end in order - 1..<text.count {
                let context = Array(text[end - order + 1..<end])
                followers[context, default: Followers()].total += 1
                followers[context, default: Followers()].counts[text[end], default: 0] += 1
            }
        }
    }

    public func probabilities(
        of candidates: [TokenID], after context: ArraySlice<TokenID>, weights: [Float], into result: inout [Float]
    ) {
        result.removeAll(keepingCapacity: true)
        result.append(contentsOf: repeatElement(0, count: candidates.count))
        for (index, weight) in weights.enumerated() where weight > 0 && index < context.count {
            guard orders.contains(index + 2), let known = followers[Array(context.suffix(index + 1))] else { continue }
            for (place, candidate) in candidates.enumerated() {
                result[place] += weight * Float(known.counts[candidate] ?? 0) / Float(known.total)
            }
        }
    }
}
