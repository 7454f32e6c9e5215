// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingGGUF
import InklingModel
import InklingModelMaker
import InklingTensor
import InklingTestSupport
import InklingTokenizer
import Testing

/// What the runtime's logits may differ from the definition's, as Σ(a − b)² / Σ b².
private enum Bound {
    /// float32 weights, the cache's f16 done by the reference too: rounding of float32 sums (1e-13), and now and then a
    /// key that falls to the other side of an f16 step (5e-10).
    static let arithmetic = 4e-9
    /// The f16 of keys and values: 2⁻¹¹ relative, squared, averaged over many.
    static let halfCache = 3e-7
    /// Quantised weights, 8-bit activations done by the reference too: rounding of float32 sums (1e-13), and now and then
    /// an activation at a border that falls to the other side (1e-6).
    static let quantised = 2e-5
    /// The same after seven layers, where one such activation has moved others.
    static let quantisedDeep = 2e-4
    /// 8-bit activations against exact ones: a step is 1/127 of the largest of 32 values, its error 0.2 % of a value's
    /// deviation squared to 1e-5, at each of the products a layer.
    static let eightBitActivations = 5e-4
    /// 8-bit keys and values.
    static let eightBitCache = 1e-4
}

struct Variant: Sendable, CustomTestStringConvertible {
    let name: String
    let recipe: ModelRecipe
    var testDescription: String { name }

    init(
        _ architecture: ModelRecipe.Architecture, _ name: String = "plain",
        _ change: (inout ModelRecipe) -> Void = { _ in }
    ) {
        self.name = "\(architecture.rawValue), \(name)"
        recipe = TinyModel.recipe(architecture, change)
    }

    static let all: [Variant] = [
        Variant(.llama),
        Variant(.llama, "tied, one KV head") {
            $0.isTied = true
            $0.kvHeadCount = 1
        },
        Variant(.llama, "biases, as many KV heads") {
            $0.hasBiases = true
            $0.kvHeadCount = 4
        },
        Variant(.llama, "divisors") { $0.ropeScaling = .divisors },
        Variant(.llama, "linear scaling") { $0.ropeScaling = .linear(factor: 3) },
        Variant(.llama, "YaRN") {
            $0.ropeScaling = .yarn(factor: 4, originalContext: 40)
            $0.headCount = 2
        },
        Variant(.llama, "sliding window, heads of 24, half of them rotating") {
            $0.slidingWindow = 5
            $0.headDimension = 24
            $0.rotaryDimension = 12
        },
        Variant(.qwen2),
        Variant(.qwen2, "seven queries a key, tied") {
            ($0.embeddingLength, $0.headCount, $0.kvHeadCount) = (84, 14, 2)
            $0.isTied = true
        },
        Variant(.qwen3),
        Variant(.qwen3, "heads wider than their share") { $0.headDimension = 40 },
        Variant(.gemma2),
        Variant(.gemma2, "heads wider than their share") { $0.headDimension = 32 },
        Variant(.gemma3),
        Variant(.gemma3, "linear scaling, no window") {
            $0.ropeScaling = .linear(factor: 8)
            $0.slidingWindow = nil
            $0.layerCount = 2
        },
        Variant(.phi3),
        Variant(.phi3, "long factors") { $0.ropeScaling = .longRope(originalContext: 64, attention: 1.19) },
        Variant(.phi3, "short factors, tied") {
            $0.ropeScaling = .longRope(originalContext: 4096, attention: 1.19)
            $0.isTied = true
        },
    ]
}

@Suite struct `Runner against the definition` {
    private func tokens(_ tiny: TinyModel, _ count: Int) -> [Int] { tiny.tokens(count).map { Int($0.rawValue) } }

    private func error(_ rows: Rows?, _ exact: [[Double]]) throws -> Double {
        let rows = try #require(rows)
        #expect(rows.rowCount == exact.count)
        return normalizedSquaredError(rows.values, exact.joined())
    }

    @Test(arguments: Variant.all)
    func `Float weights agree to the rounding of sums`(variant: Variant) throws {
        let tiny = try TinyModel(variant.recipe)
        let tokens = tokens(tiny, 14)
        let exact = ReferenceModel(tiny.file, rounding: .init(cachesHalf: true)).run(tokens)
        let output = try tiny.runner().forward(ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogitsAndHidden))
        #expect(try error(output.logits, exact.logits) < Bound.arithmetic)
        #expect(try error(output.hidden, exact.hidden) < Bound.arithmetic)
    }

    @Test(arguments: [64, 65])
    func `Long factors are for caches longer than the context before stretching`(capacity: Int) throws {
        let tiny = try TinyModel(.phi3) { $0.ropeScaling = .longRope(originalContext: 64, attention: 1.19) }
        let tokens = tokens(tiny, 14)
        let batch = ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogits)
        let logits = try tiny.runner(capacity: capacity).forward(batch).logits
        func reference(_ capacity: Int) -> [[Double]] {
            ReferenceModel(tiny.file, rounding: .init(cachesHalf: true), contextCapacity: capacity).run(tokens).logits
        }
        #expect(try error(logits, reference(capacity)) < Bound.arithmetic)
        #expect(try error(logits, reference(capacity == 64 ? 65 : 64)) > 100 * Bound.arithmetic)
    }

    @Test(arguments: ModelRecipe.Architecture.allCases)
    func `Every layer agrees`(architecture: ModelRecipe.Architecture) throws {
        let tiny = try TinyModel(architecture)
        let tokens = tokens(tiny, 11)
        let exact = ReferenceModel(tiny.file, rounding: .init(cachesHalf: true)).run(tokens)
        for count in 1...tiny.recipe.layerCount {
            var editor = ModelFileEditor(tiny.file)
            editor.keepLayers(count, architecture: architecture.rawValue)
            let pool = ComputePool(width: 1)
            let file = try editor.file()
            let runner = try TransformerRunner(
                model: TransformerModel(file: file, pool: pool), contextCapacity: 32, kernels: KernelSet.available[0],
                pool: pool)
            let output = try runner.forward(
                ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogitsAndHidden))
            // The first layers' own states, through the last norm.
            let shallow = ReferenceModel(file, rounding: .init(cachesHalf: true)).run(tokens)
            #expect(shallow.states == Array(exact.states[..<count]))
            #expect(try error(output.hidden, shallow.hidden) < Bound.arithmetic, "layer \(count)")
        }
    }

    @Test func `The cache's f16 costs what f16 costs`() throws {
        for architecture in ModelRecipe.Architecture.allCases {
            let tiny = try TinyModel(architecture)
            let tokens = tokens(tiny, 14)
            let exact = ReferenceModel(tiny.file).run(tokens)
            let batch = ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogits)
            let half = try error(tiny.runner().forward(batch).logits, exact.logits)
            #expect(half < Bound.halfCache, "\(architecture)")
        }
    }

    @Test func `An 8-bit cache costs little more`() throws {
        for architecture in ModelRecipe.Architecture.allCases {
            let tiny = try TinyModel(architecture) { $0.headDimension = 32 }
            let tokens = tokens(tiny, 14)
            let exact = ReferenceModel(tiny.file).run(tokens)
            let batch = ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogits)
            let runner = try tiny.runner(format: .q8_0)
            let found = try error(runner.forward(batch).logits, exact.logits)
            #expect(found < Bound.eightBitCache && found > 0, "\(architecture)")
        }
    }

    @Test(arguments: ElementType.supported)
    func `Weights of every type agree`(type: ElementType) throws {
        let tiny = try TinyModel(.llama, type: type)
        let tokens = tokens(tiny, 5)
        let output = try tiny.runner().forward(ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogits))
        let rounded = ReferenceModel(tiny.file, rounding: .init(cachesHalf: true, activations: true)).run(tokens)
        #expect(
            try error(output.logits, rounded.logits) < (type.isQuantized ? Bound.quantised : Bound.arithmetic))
        let exact = ReferenceModel(tiny.file).run(tokens)
        #expect(
            try error(output.logits, exact.logits) < (type.isQuantized ? Bound.eightBitActivations : Bound.halfCache))
    }

    @Test(arguments: ModelRecipe.Architecture.allCases)
    func `Quantised weights agree in every architecture`(architecture: ModelRecipe.Architecture) throws {
        let tiny = try TinyModel(architecture, type: .q5_0)
        let tokens = tokens(tiny, 12)
        let output = try tiny.runner().forward(ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogits))
        let rounded = ReferenceModel(tiny.file, rounding: .init(cachesHalf: true, activations: true)).run(tokens)
        let bound = tiny.recipe.layerCount > 2 ? Bound.quantisedDeep : Bound.quantised
        #expect(try error(output.logits, rounded.logits) < bound)
    }

    @Test(arguments: KernelSet.available.map(\.name))
    func `Every table of kernels agrees`(name: String) throws {
        let kernels = try KernelSet.chosen(by: name)
        for (architecture, type) in [
            (ModelRecipe.Architecture.llama, ElementType.f32), (.gemma2, .f32), (.qwen3, .q8_0),
        ] {
            let tiny = try TinyModel(architecture, type: type)
            let tokens = tokens(tiny, 9)
            let output = try tiny.runner(kernels: kernels).forward(
                ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogits))
            let exact = ReferenceModel(tiny.file, rounding: .init(cachesHalf: true, activations: true)).run(tokens)
            #expect(
                try error(output.logits, exact.logits) < (type.isQuantized ? Bound.quantised : Bound.arithmetic))
        }
    }

    @Test func `A wrong model is told from the right one`() throws {
        // The bounds above would mean little if a small mistake stayed within them.
        let tiny = try TinyModel(.llama)
        let tokens = tokens(tiny, 14)
        var editor = ModelFileEditor(tiny.file)
        editor.metadata["llama.rope.freq_base"] = .float32(10_300)
        let exact = ReferenceModel(try editor.file(), rounding: .init(cachesHalf: true)).run(tokens)
        let output = try tiny.runner().forward(ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogits))
        #expect(try error(output.logits, exact.logits) > 3 * Bound.arithmetic)
    }

    @Test func `Mixed types in one model work, as quantisers mix them`() throws {
        let tiny = try TinyModel(.llama) {
            $0.weights = .q4KMedium
            ($0.embeddingLength, $0.feedForwardLength, $0.headCount, $0.layerCount) = (256, 288, 8, 2)
        }
        let types = Set(tiny.file.tensors.map(\.type))
        #expect(types == [.f32, .q4_K, .q6_K, .q8_0, .q5_0] || types == [.f32, .q4_K, .q6_K, .q8_0])
        let tokens = tokens(tiny, 4)
        let output = try tiny.runner().forward(ModelBatch(tokens.map { TokenID(Int32($0)) }, want: .allLogits))
        let rounded = ReferenceModel(tiny.file, rounding: .init(cachesHalf: true, activations: true)).run(tokens)
        #expect(try error(output.logits, rounded.logits) < Bound.quantised)
    }
}
