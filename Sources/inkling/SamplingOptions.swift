// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding

/// How the next token is chosen.
struct SamplingOptions: ParsableArguments {
    @Option(help: "Temperature; 0 always takes the likeliest token.")
    var temp: Float = SamplerSettings().temperature

    @Option(help: "Keep the K likeliest tokens; 0 keeps all.")
    var topK: Int = SamplerSettings().topK

    @Option(help: "Keep the likeliest tokens that together reach this probability.")
    var topP: Float = SamplerSettings().topP

    @Option(help: "Drop tokens less likely than this share of the likeliest.")
    var minP: Float = SamplerSettings().minP

    @Option(help: "Locally typical sampling; 1 is off.")
    var typicalP: Float = 1

    @Option(help: "Divide the logits of recent tokens by this; 1 is off.")
    var repeatPenalty: Float = 1

    @Option(help: "Subtract this from a token's logit each time it occurred.")
    var frequencyPenalty: Float = 0

    @Option(help: "Subtract this from a token's logit once it has occurred.")
    var presencePenalty: Float = 0

    @Option(help: "Tokens that penalties look back on.")
    var repeatWindow: Int = SamplerSettings().penaltyWindow

    @Option(help: "Mirostat: 0 off, 1 or 2.")
    var mirostat: Int = 0

    @Option(help: "Mirostat's target surprise, in bits.")
    var mirostatTau: Float = MirostatSettings().targetSurprise

    @Option(help: "Mirostat's learning rate.")
    var mirostatEta: Float = MirostatSettings().learningRate

    @Option(help: "Seed; the same one gives the same text (default: another each time).")
    var seed: UInt64?

    func settings() throws -> SamplerSettings {
        guard let version = MirostatSettings.Version(rawValue: mirostat) else {
            throw ValidationError("--mirostat is \(mirostat); it must be 0, 1 or 2")
        }
        let settings = SamplerSettings(
            temperature: temp, topK: topK, topP: topP, minP: minP, typicalP: typicalP,
            repetitionPenalty: repeatPenalty, frequencyPenalty: frequencyPenalty, presencePenalty: presencePenalty,
            penaltyWindow: repeatWindow,
            mirostat: MirostatSettings(version: version, targetSurprise: mirostatTau, learningRate: mirostatEta),
            seed: seed ?? UInt64.random(in: 0..<1 << 32))
        do throws(GenerationError) { try settings.validate() } catch { throw ValidationError(error.description) }
        return settings
    }
}
