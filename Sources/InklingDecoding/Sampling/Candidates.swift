// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// The tokens that are still in the draw, with their logits: what sampler stages work on.
///
/// Dense at first, when the index of a logit is its token; sparse once a stage has cut. Logits are never NaN or
/// +infinity; those that the model gives as NaN become −infinity, +infinity becomes the greatest finite value, so that
/// no stage needs to think of them. A logit of −infinity is a token that cannot be drawn.
public struct Candidates: Sendable {
    /// nil while dense.
    private var sparseTokens: [TokenID]?
    public private(set) var logits: [Float]
    /// Vocabulary size of the model, whatever has been cut.
    public let vocabularySize: Int
    /// See ``Distribution/keptMass``.
    public internal(set) var keptMass: Float = 1
    /// Whether logits fall, with ties in order of id.
    private var isSorted = false

    /// - Parameter logits: `[vocabulary]`, unscaled.
    public init(logits: ArraySlice<Float>) {
        var copy = Array(logits)
        for index in copy.indices where !(copy[index] <= .greatestFiniteMagnitude) {
            copy[index] = Self.sanitised(copy[index])
        }
        self.logits = copy
        vocabularySize = copy.count
    }

    public var count: Int { logits.count }

    public func token(at index: Int) -> TokenID {
        sparseTokens?[index] ?? TokenID(rawValue: Int32(truncatingIfNeeded: index))
    }

    /// Probabilities of what is left, in order; all zero when nothing can be drawn.
    public var probabilities: [Float] { VectorMath.softmax(logits) }

    public var greatestLogit: Float {
        isSorted ? logits.first ?? -.infinity : VectorMath.maximum(logits[...])
    }

    /// Indices of the candidates with the greatest logits, greatest first, lowest id on ties.
    public func greatest(_ count: Int) -> [Int] {
        isSorted ? Array(0..<min(count, logits.count)) : greatestIndices(count, of: logits)
    }

    /// Changes the logit of one token; a token that has been cut stays so.
    public mutating func update(_ token: TokenID, _ change: (Float) -> Float) {
        let index: Int?
        if let sparseTokens {
            index = sparseTokens.firstIndex(of: token)
        } else {
            index = logits.indices.contains(Int(token.rawValue)) ? Int(token.rawValue) : nil
        }
        guard let index, logits[index] > -.infinity else { return }
        logits[index] = Self.sanitised(change(logits[index]))
        isSorted = false
    }

    /// Divides all logits by a positive number, measured from the greatest: that one becomes 0, so nothing overflows.
    public mutating func divide(by divisor: Float) {
        let peak = greatestLogit
        guard peak > -.infinity else { return }
        for index in logits.indices { logits[index] = (logits[index] - peak) / divisor }
    }

    /// Keeps the candidates at these indices, in this order.
    /// - Parameter sorted: whether the order is that of ``greatest(_:)``.
    public mutating func keep(_ indices: [Int], sorted: Bool) {
        sparseTokens = indices.map { token(at: $0) }
        logits = indices.map { logits[$0] }
        isSorted = sorted
    }

    /// Keeps the candidates at these rising indices, in the order that they have.
    public mutating func keep(inOrder indices: [Int]) {
        keep(indices, sorted: isSorted)
    }

    /// Keeps candidates whose logit is at least `bound`, in their order.
    public mutating func keep(logitsFrom bound: Float) {
        guard greatestLogit >= bound else { return }
        keep(inOrder: logits.indices.filter { logits[$0] >= bound })
    }

    /// Keeps the fewest candidates, taken in falling order of `scores` (logits if nil), whose probabilities reach `mass`; at least one.
    ///
    /// - Parameter exceeds: whether the sum must exceed the mass rather than reach it.
    /// - Returns: indices in falling order of scores.
    ///
    /// Takes 128 candidates at first and 8 times as many whenever they do not suffice: a nucleus is nearly always small,
    /// and a full sort of the vocabulary costs as much as a small model's pass.
    func nucleus(_ mass: Float, scores: [Float]? = nil, probabilities: [Float], exceeds: Bool = false) -> [Int] {
        var taken = 128
        while true {
            let indices = if let scores { greatestIndices(taken, of: scores) } else { greatest(taken) }
            var sum = 0.0
            for (rank, index) in indices.enumerated() {
                sum += Double(probabilities[index])
                if exceeds ? sum > Double(mass) : sum >= Double(mass) { return Array(indices.prefix(rank + 1)) }
            }
            guard taken < count else { return indices }
            taken *= 8
        }
    }

    /// The normalised result. With nothing left to draw, the lowest id: a model that gives no number at all must not stop
    /// the program, and what it says means nothing anyway.
    func makeDistribution() -> Distribution {
        guard greatestLogit > -.infinity else { return Distribution(oneHot: TokenID(rawValue: 0)) }
        let tokens = sparseTokens ?? logits.indices.map { TokenID(rawValue: Int32(truncatingIfNeeded: $0)) }
        return Distribution(tokens: tokens, probabilities: probabilities, keptMass: keptMass)
    }

    private static func sanitised(_ logit: Float) -> Float {
        logit.isNaN ? -.infinity : min(logit, .greatestFiniteMagnitude)
    }
}
