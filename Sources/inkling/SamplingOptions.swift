// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import InklingEngine

/// How the next token is chosen. What is not given is as the model's file recommends, or else as the help says.
struct SamplingOptions: ParsableArguments {
    @Option(help: Self.help("Temperature; 0 always takes the likeliest token", "temperature"))
    var temp: Float?

    @Option(help: Self.help("Keep the K likeliest tokens; 0 keeps all", "top-k"))
    var topK: Int?

    @Option(help: Self.help("Keep the likeliest tokens that together reach this probability", "top-p"))
    var topP: Float?

    @Option(help: Self.help("Drop tokens less likely than this share of the likeliest", "min-p"))
    var minP: Float?

    @Option(help: Self.help("Locally typical sampling; 1 is off", "typical-p"))
    var typicalP: Float?

    @Option(help: Self.help("Divide the logits of recent tokens by this; 1 is off", "repeat-penalty"))
    var repeatPenalty: Float?

    @Option(help: Self.help("Subtract this from a token's logit each time it occurred", "frequency-penalty"))
    var frequencyPenalty: Float?

    @Option(help: Self.help("Subtract this from a token's logit once it has occurred", "presence-penalty"))
    var presencePenalty: Float?

    @Option(help: Self.help("Tokens that penalties look back on", "repeat-window"))
    var repeatWindow: Int?

    @Option(
        help: Self.help(
            "DRY: subtract this from a token that would go on with a repetition; 0 is off", "dry-multiplier"))
    var dryMultiplier: Float?

    @Option(help: Self.help("DRY: times this for each token that the repetition is longer than allowed", "dry-base"))
    var dryBase: Float?

    @Option(help: Self.help("DRY: leave shorter repetitions alone", "dry-allowed-length"))
    var dryAllowedLength: Int?

    @Option(
        name: .customLong("dry-penalty-last-n"),
        help: Self.help("DRY: tokens to look back on; -1 for all of the turn", "dry-penalty-last-n"))
    var dryPenaltyLastN: Int?

    @Option(help: Self.help("Mirostat: 0 off, 1 or 2", "mirostat"))
    var mirostat: Int?

    @Option(help: Self.help("Mirostat's target surprise, in bits", "mirostat-tau"))
    var mirostatTau: Float?

    @Option(help: Self.help("Mirostat's learning rate", "mirostat-eta"))
    var mirostatEta: Float?

    @Option(help: "Seed; the same one gives the same text (default: another each time).")
    var seed: UInt64?

    /// A help text with the value that holds when neither the user nor the file says anything.
    private static func help(_ text: String, _ id: SamplerField.ID) -> ArgumentHelp {
        let value = SamplerField.named(id).map { $0.text($0.value(in: SamplerSettings())) } ?? "-"
        return "\(text) (default: \(value), or as the model recommends)."
    }

    /// What was given, checked.
    func overrides() throws -> SamplerOverrides {
        if let mirostat, MirostatSettings.Version(rawValue: mirostat) == nil {
            throw ValidationError("--mirostat is \(mirostat); it must be 0, 1 or 2")
        }
        let reals: [(SamplerField.ID, Float?)] = [
            ("temperature", temp), ("top-p", topP), ("min-p", minP), ("typical-p", typicalP),
            ("repeat-penalty", repeatPenalty), ("frequency-penalty", frequencyPenalty),
            ("presence-penalty", presencePenalty), ("dry-multiplier", dryMultiplier), ("dry-base", dryBase),
            ("mirostat-tau", mirostatTau), ("mirostat-eta", mirostatEta),
        ]
        let wholes: [(SamplerField.ID, Int?)] = [
            ("top-k", topK), ("repeat-window", repeatWindow), ("dry-allowed-length", dryAllowedLength),
            ("dry-penalty-last-n", dryPenaltyLastN), ("mirostat", mirostat),
        ]
        var given: [SamplerField.ID: Double] = [:]
        for (id, value) in reals { given[id] = value.map { Double($0) } }
        for (id, value) in wholes { given[id] = value.map { Double($0) } }
        var overrides = SamplerOverrides()
        // In the order of the table, so that of several faults always the same one is told.
        for field in SamplerField.all {
            guard let value = given[field.id] else { continue }
            do throws(GenerationError) {
                try overrides.set(field, to: value)
            } catch { throw ValidationError(error.description) }
        }
        return overrides
    }

    /// The settings to use: built in, over these what the file recommends, over these what was given.
    func settings(_ given: SamplerOverrides, recommended: RecommendedSampling) -> SamplerSettings {
        var settings = given.applied(to: recommended.overrides.applied(to: SamplerSettings()))
        settings.seed = seed ?? UInt64.random(in: 0..<1 << 32)
        return settings
    }
}
