// SPDX-License-Identifier: Apache-2.0

public import InklingArchitectures
public import InklingGGUF
public import InklingModel
public import InklingModelMaker
public import InklingTensor
public import InklingTokenizer

/// A model with random weights, small enough that a pass takes a millisecond: the whole way from a GGUF file to logits.
public struct TinyModel: Sendable {
    public let recipe: ModelRecipe
    public let file: GGUFFile

    public init(_ recipe: ModelRecipe) throws(GGUFError) {
        self.recipe = recipe
        file = try GGUFFile(bytes: ModelMaker(recipe).bytes(), name: "tiny")
    }

    /// The smallest model that shows everything an architecture does, with weights of one type.
    public init(
        _ architecture: ModelRecipe.Architecture, type: ElementType = .f32,
        _ change: (inout ModelRecipe) -> Void = { _ in }
    ) throws(GGUFError) {
        try self.init(Self.recipe(architecture, type: type, change))
    }

    public static func recipe(
        _ architecture: ModelRecipe.Architecture, type: ElementType = .f32,
        _ change: (inout ModelRecipe) -> Void = { _ in }
    ) -> ModelRecipe {
        var recipe = ModelRecipe(architecture)
        recipe.weights = .uniform(type)
        // Rows of the larger block types are multiples of 256.
        let width = type.blockLength == 256 ? 256 : 64
        recipe.embeddingLength = width
        recipe.feedForwardLength = type.blockLength == 256 ? 256 : type.blockLength == 32 ? 96 : 91
        (recipe.headCount, recipe.kvHeadCount) = (width / 16, width / 64 * 2)
        // No multiple of 16, which is how many rows a kernel takes at once.
        recipe.vocabularySize = 301
        // Gemma 3 has a global layer after each five local ones.
        recipe.layerCount = architecture == .gemma3 ? 7 : 2
        if recipe.slidingWindow != nil { recipe.slidingWindow = 9 }
        change(&recipe)
        return recipe
    }

    public func load(pool: ComputePool = ComputePool(width: 1)) throws(ModelError) -> TransformerModel {
        try TransformerModel(file: file, pool: pool)
    }

    public func runner(
        capacity: Int = 1024, format: KVFormat = .f16, kernels: KernelSet = KernelSet.available[0], threads: Int = 1,
        rowLimit: Int = TransformerRunner.rowLimit
    ) throws(ModelError) -> TransformerRunner {
        let pool = ComputePool(width: threads)
        return try TransformerRunner(
            model: load(pool: pool), contextCapacity: capacity, format: format, kernels: kernels, pool: pool,
            rowLimit: rowLimit)
    }

    /// Random tokens of its vocabulary.
    public func tokens(_ count: Int, seed: UInt64 = 7) -> [TokenID] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in TokenID(Int32.random(in: 0..<Int32(recipe.vocabularySize), using: &random)) }
    }
}
