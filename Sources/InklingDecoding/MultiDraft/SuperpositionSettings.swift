// SPDX-License-Identifier: Apache-2.0

/// The numbers of Superposed Decoding; Shen et al. 2024 call them α (here `share`), T, n_token_sample and λ of the n-grams.
public struct SuperpositionSettings: Sendable, Equatable {
    /// λ: how much n-grams decide, and the model the less. Without n-grams the model decides alone.
    public var share: Double
    /// Divides the logits, which sharpens: the drafts then differ in what is probable.
    public var temperature: Double
    /// How many of the most probable tokens each draft may go on with; 0: three for each draft.
    public var candidateCount: Int
    /// ω: how much a context of 1, 2, … tokens counts.
    public var weights: [Float]
    /// Taken from the score of a draft of which no n-gram knows how it goes on.
    public var penalty: Double
    /// How many drafts may begin with the same token; 0 for any number, as published: then all drafts soon differ in a word
    /// or two at most, the others having been displaced by variants of the best.
    public var siblings: Int
    /// Divides the scores that the drafts' weights in the mixture come from. Published is 1: the best draft then has nearly
    /// all of it. With more the others are heard too.
    public var evenness: Double
    /// Where siblings are limited: a token whose ln p is further than this from that of the most probable one begins no draft.
    /// What is missing then branches off later, within twice that distance. 0: any candidate begins one.
    public var reach: Double

    public init(
        share: Double = 0.54, temperature: Double = 0.06, candidateCount: Int = 0,
        weights: [Float] = [0.01, 0.04, 0.15, 0.18, 0.12], penalty: Double = 200, siblings: Int = 0,
        evenness: Double = 1, reach: Double = 0
    ) {
        self.share = share
        self.temperature = temperature
        self.candidateCount = candidateCount
        self.weights = weights
        self.penalty = penalty
        self.siblings = siblings
        self.evenness = evenness
        self.reach = reach
    }

    /// What the authors found best for so many drafts, or the nearest number that they tried; and drafts that all begin
    /// differently and share the mixture by about what the model gives them, as if nothing had been sharpened. On validation
    /// text that is better in every respect: perplexity, the true next word, words in a row.
    /// - Parameter promptCount: very short prompts have numbers of their own.
    public init(forDrafts count: Int, promptCount: Int) {
        if promptCount <= 5 {
            self.init(share: 0.34, temperature: 0.12, candidateCount: 5 * count)
        } else {
            switch count {
            case ...2: self.init(share: 0.62)
            case 3: self.init(share: 0.54)
            case 4, 6, 7, 8: self.init(share: 0.52)
            case 5: self.init(share: 0.60)
            default: self.init(share: 0.54, temperature: 0.12)
            }
        }
        siblings = 1
        reach = 2.5
        evenness = 16
    }

    public static let shareRange = 0.0...1.0
    public static let temperatureRange = 0.001...10.0
    public static let candidateCountRange = 0...1024
    public static let weightRange = 0.0...1.0
    public static let penaltyRange = 0.0...1_000_000.0
    public static let siblingRange = 0...DraftRequest.countRange.upperBound
    public static let reachRange = 0.0...1000.0
    public static let evennessRange = 0.1...1_000_000.0

    func validate() throws(GenerationError) {
        try SamplerSettings.check("the share of the n-grams", share, Self.shareRange)
        try SamplerSettings.check("the temperature", temperature, Self.temperatureRange)
        try SamplerSettings.check("the number of candidates", candidateCount, Self.candidateCountRange)
        try SamplerSettings.check("the penalty", penalty, Self.penaltyRange)
        try SamplerSettings.check("the number of siblings", siblings, Self.siblingRange)
        try SamplerSettings.check("the reach", reach, Self.reachRange)
        try SamplerSettings.check("the evenness", evenness, Self.evennessRange)
        for weight in weights { try SamplerSettings.check("a weight", Double(weight), Self.weightRange) }
    }
}
