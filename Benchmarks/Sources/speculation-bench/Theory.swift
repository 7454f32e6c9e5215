// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingDecoding

/// What the cost models of the papers promise for an acceptance rate, from measured times of passes.
struct Theory {
    /// Of the target with all cores, and with those that PEARL leaves it.
    let serial: CostModel
    let overlapping: CostModel

    /// Of a method of the benchmark; nil where there is no formula.
    func speedUp(of method: String, rate: Double) -> Double? {
        switch method {
        case "ar": 1
        case "pearl": bestPearl(rate, upTo: 8)
        case "auto": best(rate, upTo: 16)
        case "specdec++": stopping(rate, upTo: 16)
        default: method.split(separator: ":").last.flatMap { Int($0) }.map { speculative(rate, gamma: $0) }
        }
    }

    private func plain(_ costs: CostModel) -> Double { costs.targetPass(rows: 1) }

    /// Speed-up of a draft of `gamma` tokens over plain decoding: Leviathan et al. 2023, Theorem 3.8, with a measured
    /// curve in place of passes that cost one.
    func speculative(_ rate: Double, gamma: Int) -> Double {
        let tokens = rate < 1 ? (1 - pow(rate, Double(gamma + 1))) / (1 - rate) : Double(gamma + 1)
        let seconds = Double(gamma) * serial.draftPass(rows: 1) + serial.targetPass(rows: gamma + 1)
        return tokens * plain(serial) / seconds
    }

    /// The best of all lengths, one being none.
    func best(_ rate: Double, upTo longest: Int) -> Double {
        max(1, (1...longest).map { speculative(rate, gamma: $0) }.max() ?? 1)
    }

    /// Speed-up of the best rule that stops by the confidence of a draft which is right as often as it is sure, evenly
    /// round the rate: it goes on while a token brings more for its time than decoding brings on the whole.
    func stopping(_ rate: Double, upTo longest: Int) -> Double {
        let random = PositionalRandom(seed: 11)
        let reach = min(rate, 1 - rate)
        let price = (0...longest).map { Double($0) * serial.draftPass(rows: 1) + serial.targetPass(rows: $0 + 1) }
        // Tokens a second: of plain decoding at first, then of the rule that this figure makes.
        var goodput = 1 / plain(serial)
        for _ in 0..<12 {
            var tokens = 0.0, seconds = 0.0
            for round in 0..<4_000 {
                var survival = 1.0, length = 0
                tokens += 1
                while length < longest, survival * rate > goodput * (price[length + 1] - price[length]) {
                    survival *= rate + reach * (2 * random.uniform(at: round, for: .draft, draw: length) - 1)
                    tokens += survival
                    length += 1
                }
                seconds += price[length]
            }
            goodput = tokens / seconds
        }
        return goodput * plain(serial)
    }

    /// Speed-up of PEARL with blocks of `gamma` tokens: a share α / (α + 1 − α^γ) of its rounds verify a block, the others
    /// one token; a round takes as long as its slower lane.
    func pearl(_ rate: Double, gamma: Int) -> Double {
        let all = pow(rate, Double(gamma))
        let post = rate / (rate + 1 - all)
        let run = rate < 1 ? (1 - all) / (1 - rate) : Double(gamma)
        let drafting = Double(gamma) * overlapping.draftPass(rows: 1)
        let seconds =
            post * max(overlapping.targetPass(rows: gamma), drafting)
            + (1 - post) * max(overlapping.targetPass(rows: 1), drafting)
        return ((1 - post) + post * run) * plain(serial) / seconds
    }

    func bestPearl(_ rate: Double, upTo longest: Int) -> Double {
        (1...longest).map { pearl(rate, gamma: $0) }.max() ?? 1
    }
}
