// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import InklingDecoding
import InklingEngine

extension DraftMethod: ExpressibleByArgument {}

/// How several continuations are made: shared by the commands that make them.
struct DraftOptions: ParsableArguments {
    @Option(name: .customShort("k"), help: ArgumentHelp("How many drafts.", valueName: "K"))
    var count: Int = 3

    @Option(name: .customShort("n"), help: ArgumentHelp("Tokens of each, at most.", valueName: "N"))
    var length: Int = 10

    @OptionGroup var ngrams: NGramOptions

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A parameter of superposed; \"inkling strategies\" lists them (default: what suits K).",
            valueName: "NAME=VALUE"))
    var parameters: [String] = []

    @Option(help: "Temperature of nucleus sampling (default: 1; for drafts what the model's file recommends).")
    var temp: Float?

    @Option(
        help: """
            Nucleus sampling keeps the likeliest tokens that together reach this probability (default: 0.9; for drafts \
            what the model's file recommends).
            """)
    var topP: Float?

    @Option(help: "Seed of nucleus sampling; the same one gives the same drafts (default: another each time).")
    var seed: UInt64?

    func validate() throws {
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
            guard range.contains(value) else {
                throw ValidationError("\(name) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        try check("-k", count, DraftRequest.countRange)
        try check("-n", length, DraftRequest.lengthRange)
        _ = try superposition(promptCount: 0)
        do throws(GenerationError) { try sampler().validate() } catch { throw ValidationError(error.description) }
    }

    /// The settings of nucleus sampling.
    /// - Parameter recommended: by the model's file; nothing where figures are to be compared.
    func sampler(recommended: RecommendedSampling = RecommendedSampling()) -> SamplerSettings {
        var settings = recommended.overrides.applied(to: DraftRequest.nucleus())
        settings.temperature = temp ?? settings.temperature
        settings.topP = topP ?? settings.topP
        settings.seed = seed ?? UInt64.random(in: 0..<1 << 32)
        return settings
    }

    /// What was set, on top of what suits the number of drafts; nil where nothing was.
    func superposition(promptCount: Int) throws -> SuperpositionSettings? {
        guard !parameters.isEmpty else { return nil }
        var settings = SuperpositionSettings(forDrafts: count, promptCount: promptCount)
        for text in parameters {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            do throws(GenerationError) {
                let value = try StrategyDescriptor.superposed.value(
                    named: parts[0], text: parts.count > 1 ? parts[1] : "")
                guard settings.set(parts[0], to: value) else {
                    throw .unknownParameter(
                        strategy: StrategyDescriptor.superposed.id, name: parts[0],
                        known: SuperpositionSettings.parameters.map(\.name))
                }
            } catch { throw ValidationError(error.description) }
        }
        return settings
    }
}
