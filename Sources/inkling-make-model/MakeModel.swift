// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import InklingGGUF
internal import InklingModelMaker
internal import InklingTensor

/// Writes a model with random weights.
@main struct MakeModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inkling-make-model",
        abstract: "Writes a GGUF model with random weights, for measuring and testing.",
        discussion: "Such a model costs what a real one of its shape costs, has a tokenizer and a chat template, and "
            + "says nothing that makes sense.")

    @Option(help: "A shape that people run: \(ModelRecipe.Preset.allCases.map(\.rawValue).joined(separator: ", ")).")
    var preset: String?

    @Option(
        help: "\(ModelRecipe.Architecture.allCases.map(\.rawValue).joined(separator: ", ")); the preset's if left out.")
    var arch: String?

    @Option(help: "Storage of the weights: \(WeightMix.names.joined(separator: ", ")).")
    var type = "Q8_0"

    @Option(help: "Tokens; from \(BytePairVocabulary.leastCount) on the file has a tokenizer.")
    var vocab: Int?

    @Option(help: "Layers.")
    var layers: Int?

    @Option(help: "Seed of the weights.")
    var seed: UInt64 = 1

    @Option(name: .shortAndLong, help: "The file to write.")
    var output: String

    func validate() throws {
        _ = try recipe()
    }

    private func recipe() throws -> ModelRecipe {
        var recipe: ModelRecipe
        if let preset {
            guard let known = ModelRecipe.Preset(rawValue: preset) else {
                throw ValidationError(
                    "unknown preset \"\(preset)\"; known: "
                        + ModelRecipe.Preset.allCases.map(\.rawValue).joined(separator: ", "))
            }
            recipe = ModelRecipe(preset: known)
        } else {
            recipe = ModelRecipe(.llama)
        }
        if let arch {
            guard let known = ModelRecipe.Architecture(rawValue: arch) else {
                throw ValidationError(
                    "unknown architecture \"\(arch)\"; known: "
                        + ModelRecipe.Architecture.allCases.map(\.rawValue).joined(separator: ", "))
            }
            if known != recipe.architecture { recipe = recipe.adapted(to: known) }
        }
        guard let mix = WeightMix(name: type) else {
            throw ValidationError("unknown type \"\(type)\"; known: \(WeightMix.names.joined(separator: ", "))")
        }
        recipe.weights = mix
        if let vocab {
            guard (1...500_000).contains(vocab) else { throw ValidationError("--vocab is between 1 and 500000") }
            recipe.vocabularySize = vocab
        }
        if let layers {
            guard (1...512).contains(layers) else { throw ValidationError("--layers is between 1 and 512") }
            recipe.layerCount = layers
        }
        recipe.seed = seed
        return recipe
    }

    func run() throws {
        let maker = ModelMaker(try recipe())
        try maker.write(to: output)
        print("\(output): \(maker.recipe.name), \(maker.recipe.weights.name), \(maker.byteCount >> 20) MiB of tensors")
    }
}
