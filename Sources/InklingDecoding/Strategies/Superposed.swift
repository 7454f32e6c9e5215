// SPDX-License-Identifier: Apache-2.0

import InklingModel

extension StrategyDescriptor {
    /// Several drafts from one row a pass, of which the best becomes the output.
    public static let superposed = StrategyDescriptor(
        id: "superposed", title: "Superposed Decoding", source: "Shen et al. 2024",
        help: "keeps k drafts that one pass extends together, and takes the best; without n-grams they make less sense",
        guarantee: .approximate,
        parameters: [
            StrategyParameter("k", .integer(1...32), default: 3, "drafts"),
            StrategyParameter("length", .integer(1...64), default: 10, "tokens until the best draft is taken"),
        ] + SuperpositionSettings.parameters
    ) { values in
        Superposed(
            count: values.int("k"), length: values.int("length"), settings: SuperpositionSettings(values))
    }
}

extension SuperpositionSettings {
    /// What can be set of them by name.
    public static let parameters: [StrategyParameter] = {
        let standard = SuperpositionSettings()
        return [
            StrategyParameter(
                "lambda", .real(shareRange), default: .real(standard.share),
                "how much n-grams decide, where there are any"),
            StrategyParameter(
                "sharpness", .real(temperatureRange), default: .real(standard.temperature),
                "temperature of the model's distribution"),
            StrategyParameter(
                "candidates", .integer(candidateCountRange), default: .integer(standard.candidateCount),
                "most probable tokens to go on with; 0: three for each draft"),
            StrategyParameter(
                "penalty", .real(penaltyRange), default: .real(standard.penalty),
                "taken from drafts that no n-gram knows"),
            StrategyParameter(
                "siblings", .integer(siblingRange), default: .integer(standard.siblings),
                "drafts that may begin with one token; 0: any number"),
            StrategyParameter(
                "evenness", .real(evennessRange), default: .real(standard.evenness),
                "how evenly drafts share the mixture; 1: the best has nearly all"),
            StrategyParameter(
                "reach", .real(reachRange), default: .real(standard.reach),
                "with siblings: how far below the best in ln p a token may begin a draft; 0: any"),
        ]
            + standard.weights.enumerated().map { index, weight in
                StrategyParameter(
                    "omega\(index + 1)", .real(weightRange),
                    default: .real((Double(weight) * 1000).rounded() / 1000),
                    "weight of \(index + 1)-token context\(index == 0 ? "" : "s")")
            }
    }()

    /// Sets what ``parameters`` has under a name, to a value that is allowed there.
    /// - Returns: whether there is such a parameter.
    public mutating func set(_ name: String, to value: ParameterValue) -> Bool {
        switch (name, value) {
        case ("lambda", .real(let number)): share = number
        case ("sharpness", .real(let number)): temperature = number
        case ("candidates", .integer(let number)): candidateCount = number
        case ("penalty", .real(let number)): penalty = number
        case ("siblings", .integer(let number)): siblings = number
        case ("evenness", .real(let number)): evenness = number
        case ("reach", .real(let number)): reach = number
        case (_, .real(let number)):
            guard let index = weights.indices.first(where: { name == "omega\($0 + 1)" }) else { return false }
            weights[index] = Float(number)
        default: return false
        }
        return true
    }

    init(_ values: StrategyValues) {
        self.init()
        for parameter in Self.parameters {
            if let value = values[parameter.name] { _ = set(parameter.name, to: value) }
        }
    }
}

/// Superposed Decoding as a way to write one text: when the drafts are long enough, the best of them is read in one pass,
/// which gives the model's own probabilities and a cache without mixtures, and new drafts begin from there. The sampler's
/// settings are not used.
struct Superposed: DecodingStrategy {
    private let count: Int
    private let length: Int
    private let settings: SuperpositionSettings
    /// The drafts in progress, and the logits that they began with.
    private var search: Superposition?
    private var first: Rows?

    init(count: Int, length: Int, settings: SuperpositionSettings) {
        self.count = count
        self.length = length
        self.settings = settings
    }

    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        var drafts: Superposition
        if var going = search, let batch = going.nextBatch() {
            going.advance(try run.targetLogits(batch))
            drafts = going
        } else {
            drafts = Superposition(
                count: count, length: min(length, run.remainingCount), prompt: run.tokens, settings: settings,
                ngrams: run.ngrams, endTokens: run.endTokens)
            let rows = try run.targetLogits(ModelBatch([run.root]))
            first = rows
            let last = Rows(rowCount: 1, columnCount: rows.columnCount, values: Array(rows[rows.rowCount - 1]))
            drafts.begin(DraftOpening(last))
        }
        let continuations = drafts.continuations
        let live = drafts.live
        let hypotheses = continuations.map { continuation in
            let state = live.first { $0.tokens == continuation.tokens }
            // The drafts share one distribution, so none has a probability of its own yet.
            return Hypothesis(
                tokens: continuation.tokens, logProbability: continuation.score * Float(continuation.tokens.count),
                score: continuation.score, weight: state?.weight ?? 0, supports: state?.supports ?? [])
        }
        guard drafts.isComplete else {
            search = drafts
            return run.endRound(hypotheses: hypotheses)
        }
        search = nil
        try commit(continuations.first, run)
        return run.endRound(hypotheses: hypotheses)
    }

    /// Reads the draft as what it is: tokens, not mixtures.
    private func commit(_ draft: Continuation?, _ run: DecodingRun) throws(GenerationError) {
        guard let first else { throw .missingLogits(.target) }
        // A model that gives no number at all drafts nothing; the sampler has an answer even then.
        let tokens =
            draft?.tokens ?? [
                run.sampler.distribution(logits: first[first.rowCount - 1], history: run.history).mostProbable
            ]
        run.target.truncate(to: run.position)
        let rest = tokens.count > 1 ? try run.targetLogits(ModelBatch(tokens.dropLast(), want: .allLogits)) : nil
        for (index, token) in tokens.enumerated() {
            let logits = index == 0 ? first[first.rowCount - 1] : rest?[index - 1] ?? []
            run.commit(token, source: .target, distribution: Distribution(oneHot: token), logits: logits)
        }
    }
}
