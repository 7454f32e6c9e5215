// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

extension SamplerStage {
    /// Makes tokens that stand in the window less likely, each once a token, not once an occurrence.
    ///
    /// Source: repetition penalty: Keskar et al., "CTRL", 2019, in the usual form that multiplies negative logits, so that
    /// they fall as well; frequency and presence penalties: as in the OpenAI API.
    static let penalties = SamplerStage(
        id: "penalties", title: "Penalties", help: "makes tokens that were used lately less likely", shapesGreedy: true,
        isActive: {
            ($0.repetitionPenalty != 1 || $0.frequencyPenalty != 0 || $0.presencePenalty != 0) && $0.penaltyWindow != 0
        },
        apply: { candidates, settings, history in
            let window = settings.penaltyWindow < 0 ? history.count : settings.penaltyWindow
            var occurrences: [TokenID: Int] = [:]
            for token in history.tokens.suffix(window) { occurrences[token, default: 0] += 1 }
            for (token, count) in occurrences {
                candidates.update(token) { logit in
                    let repeated = logit > 0 ? logit / settings.repetitionPenalty : logit * settings.repetitionPenalty
                    let penalised = repeated - Float(count) * settings.frequencyPenalty - settings.presencePenalty
                    // A penalty makes a token unlikely, it never bans one.
                    return max(penalised, -.greatestFiniteMagnitude)
                }
            }
        })
}
