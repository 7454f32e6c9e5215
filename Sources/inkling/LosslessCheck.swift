// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingDecoding
import InklingEngine
import InklingTokenizer

/// Compares the greedy output of strategies with plain decoding's, token for token.
struct LosslessCheck {
    /// What a strategy chose at a place, and how clear a choice it was.
    struct Choice: Encodable, Equatable {
        /// nil where the output ended before.
        var id: Nullable<Int32>
        var text: String
        /// The greatest logit less the second greatest, as this strategy's passes gave them.
        var gap: Nullable<Double>

        static var ended: Choice { Choice(id: Nullable(nil), text: "", gap: Nullable(nil)) }
    }

    struct Difference: Encodable, Equatable {
        var prompt: String
        /// Of the first token that differs, from 0.
        var index: Int
        var expected, found: Choice
    }

    /// A strategy on a number of threads.
    struct Row: Encodable, Equatable {
        var strategy: String
        var threads: Int
        var prompts = 0
        var tokens = 0
        var accepted = 0
        var identical: Bool { differing_prompts == 0 }
        var differing_prompts = 0
        /// On the first prompt that differs.
        var difference: Nullable<Difference> = Nullable(nil)

        private enum CodingKeys: String, CodingKey {
            case strategy, threads, prompts, tokens, accepted, identical, differing_prompts, difference
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(strategy, forKey: .strategy)
            try container.encode(threads, forKey: .threads)
            try container.encode(prompts, forKey: .prompts)
            try container.encode(tokens, forKey: .tokens)
            try container.encode(accepted, forKey: .accepted)
            try container.encode(identical, forKey: .identical)
            try container.encode(differing_prompts, forKey: .differing_prompts)
            try container.encode(difference, forKey: .difference)
        }
    }

    private let prompts: [EncodedPrompt]
    private let maxTokens: Int
    private let cancellation: CancellationFlag
    /// By prompt: what plain decoding chose on the first number of threads.
    private var reference: [String: [Choice]] = [:]
    private(set) var rows: [Row] = []

    init(prompts: [EncodedPrompt], maxTokens: Int, cancellation: CancellationFlag) {
        self.prompts = prompts
        self.maxTokens = maxTokens
        self.cancellation = cancellation
    }

    /// Adds a row for each strategy.
    ///
    /// - Precondition: the first is plain decoding.
    /// - Parameters:
    ///   - threads: those of `session`, for the rows.
    ///   - generate: runs a request, as ``ModelSession/generate(_:cancellation:emit:)`` does.
    mutating func check(
        _ choices: [StrategyChoice], threads: Int, endTokens: Set<TokenID>, progress: (String) -> Void,
        generate: (GenerationRequest, CancellationFlag, (DecodeEvent) -> Void) -> GenerationSummary
    ) throws {
        precondition(choices.first?.isPlain == true)
        var added = choices.map { Row(strategy: $0.label, threads: threads) }
        for prompt in prompts {
            for (index, choice) in choices.enumerated() {
                progress("threads \(threads): \(choice.label) on \(prompt.id)")
                var request = GenerationRequest(
                    prompt: prompt.tokens, strategy: choice.descriptor.id, parameters: choice.parameters,
                    sampler: .greedy, maxTokens: maxTokens, endTokens: endTokens)
                // The two best tokens come with each token, and with them the gap between their logits.
                request.alternativeCount = 2
                var chosen: [Choice] = []
                let summary = generate(request, cancellation) { event in
                    guard case .round(let round) = event else { return }
                    chosen += round.committed.map(Self.choice)
                }
                switch summary.reason {
                case .cancelled: throw Failure.interrupted
                case .failed(let error): throw Failure("\(choice.label) on \(prompt.id): \(error.description)")
                case .endOfText, .tokenLimit, .stopString, .contextFull: break
                }
                added[index].prompts += 1
                added[index].tokens += chosen.count
                added[index].accepted += summary.statistics.acceptedCount
                guard let expected = reference[prompt.id] else {
                    reference[prompt.id] = chosen
                    continue
                }
                guard let difference = Self.difference(prompt.id, expected, chosen) else { continue }
                added[index].differing_prompts += 1
                if added[index].differing_prompts == 1 { added[index].difference = Nullable(difference) }
            }
        }
        rows += added
    }

    /// nil where both chose the same tokens, however clearly.
    static func difference(_ prompt: String, _ expected: [Choice], _ found: [Choice]) -> Difference? {
        let index = zip(expected, found).prefix { $0.0.id == $0.1.id }.count
        guard index < max(expected.count, found.count) else { return nil }
        return Difference(
            prompt: prompt, index: index, expected: index < expected.count ? expected[index] : .ended,
            found: index < found.count ? found[index] : .ended)
    }

    private static func choice(_ token: CommittedToken) -> Choice {
        // ln p₁ − ln p₂ is the difference of the logits: what they are normalised by falls out.
        let gap: Double? =
            token.alternatives.count > 1 && token.alternatives[1].probability > 0
            ? log(Double(token.alternatives[0].probability) / Double(token.alternatives[1].probability)) : nil
        return Choice(id: Nullable(token.id.rawValue), text: token.text, gap: Nullable(gap))
    }
}

extension LosslessCheck.Row {
    /// What stands under the table.
    var explanation: String? {
        guard let difference = difference.value else { return nil }
        return
            "\(strategy) on \(threads) \(threads == 1 ? "thread" : "threads") differs from ar on \(differing_prompts) of "
            + "\(prompts) prompts, first on \(difference.prompt) at token \(difference.index): ar \(difference.expected), "
            + "\(strategy) \(difference.found)"
    }
}

extension LosslessCheck.Choice: CustomStringConvertible {
    var description: String {
        guard let id = id.value else { return "had ended" }
        let gap = gap.value.map { "\($0)" } ?? "unknown"
        return "chose \(id) \"\(text)\" (logit gap to the second \(gap))"
    }
}
