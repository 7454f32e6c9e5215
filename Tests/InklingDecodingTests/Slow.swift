// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTestSupport
import InklingTokenizer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Slow and obvious versions of what the samplers do: in Double, with full sorts, from the definitions.
enum Slow {
    /// Probability by token.
    typealias Law = [Int: Double]

    static func ln(_ value: Double) -> Double { log(value) }

    static func softmax(_ logits: [Float]) -> [Double] {
        let peak = Double(logits.filter { !$0.isNaN }.max() ?? 0)
        let powers = logits.map { $0.isNaN ? 0 : exp(Double($0) - peak) }
        let total = powers.reduce(0, +)
        return powers.map { $0 / total }
    }

    static func normalised(_ law: Law) -> Law {
        let total = law.values.reduce(0, +)
        return law.mapValues { $0 / total }
    }

    /// Most probable first, lowest id on ties.
    static func ranked(_ law: Law) -> [(key: Int, value: Double)] {
        law.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    }

    static func keep(_ law: Law, _ ids: some Sequence<Int>) -> Law {
        let kept = Set(ids)
        return normalised(law.filter { kept.contains($0.key) })
    }

    static func topK(_ law: Law, _ k: Int) -> Law { keep(law, ranked(law).prefix(k).map(\.key)) }

    static func topP(_ law: Law, _ p: Double) -> Law {
        var sum = 0.0
        var ids: [Int] = []
        for (id, probability) in ranked(law) {
            ids.append(id)
            sum += probability
            if sum >= p { break }
        }
        return keep(law, ids)
    }

    static func minP(_ law: Law, _ fraction: Double) -> Law {
        let best = law.values.max() ?? 0
        return keep(law, law.filter { $0.value >= fraction * best }.map(\.key))
    }

    static func typical(_ law: Law, _ p: Double) -> Law {
        let entropy = law.values.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
        let order = law.sorted { abs(-log($0.value) - entropy) < abs(-log($1.value) - entropy) }
        var sum = 0.0
        var ids: [Int] = []
        for (id, probability) in order {
            ids.append(id)
            sum += probability
            if sum > p { break }
        }
        return keep(law, ids)
    }

    static func temperature(_ law: Law, _ temperature: Double) -> Law {
        normalised(law.mapValues { pow($0, 1 / temperature) })
    }

    static func penalised(_ logits: [Float], _ settings: SamplerSettings, _ history: [TokenID]) -> [Float] {
        let window = settings.penaltyWindow < 0 ? history : Array(history.suffix(settings.penaltyWindow))
        return logits.enumerated().map { id, logit in
            let count = window.count { Int($0.rawValue) == id }
            var result = logit + (settings.logitBias[TokenID(Int32(id))] ?? 0)
            guard count > 0 else { return result }
            if result > 0 { result /= settings.repetitionPenalty } else { result *= settings.repetitionPenalty }
            return result - Float(count) * settings.frequencyPenalty - settings.presencePenalty
        }
    }

    /// By its definition: for each earlier occurrence of a token, how many of the last tokens stand before it.
    static func repetition(of token: TokenID, in window: [TokenID]) -> Int? {
        window.indices.filter { window[$0] == token }.map { place in
            (0..<window.count).last { length in
                length <= place && Array(window[(place - length)..<place]) == Array(window.suffix(length))
            } ?? 0
        }.max()
    }

    static func dry(_ logits: [Float], _ settings: SamplerSettings, _ history: [TokenID]) -> [Float] {
        let dry = settings.dry
        guard dry.multiplier > 0 else { return logits }
        let stretch = history.split(omittingEmptySubsequences: false) { controlTokens.contains($0) }.last ?? []
        let window = Array(dry.window < 0 ? stretch : stretch.suffix(dry.window))
        return logits.enumerated().map { id, logit in
            guard let length = repetition(of: TokenID(Int32(id)), in: window), length >= dry.allowedLength else {
                return logit
            }
            return logit - dry.multiplier * Float(pow(Double(dry.base), Double(length - dry.allowedLength)))
        }
    }

    /// What the toy vocabularies of the tests have for control tokens.
    static let controlTokens: Set<TokenID> = [4]

    /// The whole chain, without Mirostat.
    static func chain(_ logits: [Float], _ settings: SamplerSettings, history: [TokenID] = []) -> Law {
        let probabilities = softmax(dry(penalised(logits, settings, history), settings, history))
        var law = Law(uniqueKeysWithValues: probabilities.enumerated().map { ($0, $1) })
        if settings.topK > 0 { law = topK(law, settings.topK) }
        if settings.typicalP < 1 { law = typical(law, Double(settings.typicalP)) }
        if settings.topP < 1 { law = topP(law, Double(settings.topP)) }
        if settings.minP > 0 { law = minP(law, Double(settings.minP)) }
        return temperature(law, Double(settings.temperature))
    }

    /// Probability of every continuation of a length.
    static func law(
        of model: ToyModel, after prompt: [TokenID], _ settings: SamplerSettings, length: Int
    ) -> [[TokenID]: Double] {
        var laws: [[TokenID]: Double] = [[]: 1]
        for _ in 0..<length {
            var longer: [[TokenID]: Double] = [:]
            for (path, probability) in laws {
                let next = chain(model.logits(after: prompt + path), settings, history: prompt + path)
                for (id, share) in next { longer[path + [TokenID(Int32(id))]] = probability * share }
            }
            laws = longer
        }
        return laws
    }
}

extension Distribution {
    /// Whether it agrees with a law, within rounding.
    func agrees(with law: Slow.Law) -> Bool {
        let positive = law.filter { $0.value > 0 }
        return Set(zip(tokens, probabilities).filter { $0.1 > 0 }.map { Int($0.0.rawValue) }) == Set(positive.keys)
            && law.allSatisfy { abs(Double(probability(of: TokenID(Int32($0.key)))) - $0.value) < 2e-6 }
    }
}
