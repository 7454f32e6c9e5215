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
