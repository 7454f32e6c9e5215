// SPDX-License-Identifier: Apache-2.0

internal import InklingGGUF
internal import InklingModel
internal import InklingTensor

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Reads an architecture's metadata, checking every number before anything is computed from it.
struct ConfigReader {
    let file: GGUFFile
    let prefix: String

    /// No model comes near these; a file that claims more is broken or hostile.
    private static let dimensionLimit = 1 << 20
    private static let countLimit = 1 << 28

    func key(_ name: String) -> String { "\(prefix).\(name)" }

    /// A positive integer up to `limit`; an array of equal integers counts as one.
    func count(_ name: String, limit: Int = dimensionLimit) throws(ModelError) -> Int {
        guard let value = try optionalCount(name, limit: limit) else { throw .missingMetadata(key: key(name)) }
        return value
    }

    func optionalCount(_ name: String, limit: Int = dimensionLimit) throws(ModelError) -> Int? {
        let key = key(name)
        guard let raw = file.metadata[key] else { return nil }
        var value = file.metadata.int(key)
        if value == nil, let values = file.metadata.ints(key), let first = values.first {
            guard values.allSatisfy({ $0 == first }) else {
                throw .badMetadata(key: key, reason: "layers that differ in this are not supported")
            }
            value = first
        }
        guard let value else { throw .badMetadata(key: key, reason: "expected an integer, found \(raw.summary)") }
        guard value > 0, value <= limit else {
            throw .badMetadata(key: key, reason: "\(value) is not between 1 and \(limit)")
        }
        return value
    }

    func number(_ name: String) throws(ModelError) -> Double? {
        let key = key(name)
        guard let raw = file.metadata[key] else { return nil }
        guard let value = file.metadata.float(key), value.isFinite else {
            throw .badMetadata(key: key, reason: "expected a finite number, found \(raw.summary)")
        }
        return value
    }

    func positive(_ name: String) throws(ModelError) -> Double? {
        guard let value = try number(name) else { return nil }
        guard value > 0 else { throw .badMetadata(key: key(name), reason: "\(value) is not above 0") }
        return value
    }

    /// Positions that layers with a sliding window see; nil for 0, which files have for "no window".
    func slidingWindow() throws(ModelError) -> Int? {
        let name = "attention.sliding_window"
        return file.metadata.int(key(name)) == 0 ? nil : try optionalCount(name, limit: Self.countLimit)
    }

    /// A cap on scores or logits; 0 for none.
    func softcap(_ name: String, default value: Double) throws(ModelError) -> Float {
        let cap = try number(name) ?? value
        guard cap >= 0 else { throw .badMetadata(key: key(name), reason: "\(cap) is below 0") }
        return Float(cap)
    }

    /// The first of these that the file has: newer and older names of one number.
    private func first(of names: String...) throws(ModelError) -> Double? {
        for name in names { if let value = try positive(name) { return value } }
        return nil
    }

    /// What all architectures of the family have in common.
    func common(pairing: RotaryPairing, activation: Activation = .silu) throws(ModelError) -> ModelConfig {
        if let experts = file.metadata.int(key("expert_count")), experts > 0 {
            throw .badMetadata(key: key("expert_count"), reason: "mixtures of experts are not supported yet")
        }
        let embedding = try count("embedding_length")
        let heads = try count("attention.head_count")
        let kvHeads = try optionalCount("attention.head_count_kv") ?? heads
        let headDimension = try optionalCount("attention.key_length") ?? embedding / heads
        if let valueDimension = try optionalCount("attention.value_length"), valueDimension != headDimension {
            throw .badMetadata(
                key: key("attention.value_length"), reason: "values of another width than keys are not supported")
        }
        guard headDimension > 0 else {
            throw .badMetadata(key: key("attention.head_count"), reason: "more heads than embedding values")
        }
        guard let embeddingTensor = file.tensor(named: "token_embd.weight") else {
            throw .missingTensor(name: "token_embd.weight")
        }
        return ModelConfig(
            architecture: prefix,
            layerCount: try count("block_count", limit: 4096),
            embeddingLength: embedding, headCount: heads, kvHeadCount: kvHeads, headDimension: headDimension,
            feedForwardLength: try count("feed_forward_length"),
            vocabularySize: embeddingTensor.rowCount,
            contextLength: try optionalCount("context_length", limit: Self.countLimit) ?? 2048,
            normEpsilon: Float(try positive("attention.layer_norm_rms_epsilon") ?? 1e-5),
            activation: activation,
            attentionScale: Float(try positive("attention.scale") ?? 1 / Double(headDimension).squareRoot()),
            rotary: try rotary(headDimension: headDimension, pairing: pairing))
    }

    /// The rotary table that the metadata describe: read, never guessed.
    func rotary(
        headDimension: Int, pairing: RotaryPairing, base givenBase: Double? = nil, isScaled: Bool = true,
        divisors givenDivisors: [Float]? = nil, magnitude: Double = 1
    ) throws(ModelError) -> RotaryTable {
        let dimension = try optionalCount("rope.dimension_count") ?? headDimension
        guard dimension % 2 == 0, dimension <= headDimension else {
            throw .badMetadata(
                key: key("rope.dimension_count"), reason: "\(dimension) is odd or above the head's \(headDimension)")
        }
        var base = 10_000.0
        if let givenBase { base = givenBase } else if let found = try positive("rope.freq_base") { base = found }
        let divisors = if let givenDivisors { givenDivisors } else { try frequencyDivisors(count: dimension / 2) }
        return RotaryTable(
            dimension: dimension, base: base, pairing: pairing, scaling: isScaled ? try scaling() : .none,
            divisors: divisors, magnitude: magnitude)
    }

    private func scaling() throws(ModelError) -> RotaryTable.Scaling {
        let type = file.metadata.string(key("rope.scaling.type"))
        let factor = try first(of: "rope.scaling.factor", "rope.scale_linear") ?? 1
        switch type {
        case nil, "linear": return factor == 1 ? .none : .linear(factor: factor)
        case "none", "longrope": return .none
        case "yarn":
            var original = try optionalCount("rope.scaling.original_context_length", limit: Self.countLimit)
            if original == nil { original = try count("context_length", limit: Self.countLimit) }
            return .yarn(
                factor: factor,
                originalContext: original ?? 0,
                betaFast: try positive("rope.scaling.yarn_beta_fast") ?? 32,
                betaSlow: try positive("rope.scaling.yarn_beta_slow") ?? 1,
                extrapolation: try number("rope.scaling.yarn_ext_factor") ?? 1,
                attention: try first(of: "rope.scaling.yarn_attn_factor", "rope.scaling.attn_factor") ?? 1)
        case let other?:
            throw .badMetadata(
                key: key("rope.scaling.type"), reason: "\"\(other)\" is unknown; known: none, linear, yarn, longrope")
        }
    }

    /// Llama 3's `rope_freqs`, one divisor a pair; empty when the file has none.
    private func frequencyDivisors(count: Int) throws(ModelError) -> [Float] {
        try factors(tensor: "rope_freqs.weight", count: count) ?? []
    }

    func factors(tensor name: String, count: Int) throws(ModelError) -> [Float]? {
        guard let tensor = file.tensor(named: name) else { return nil }
        guard tensor.shape == [count] else {
            throw .wrongShape(tensor: name, expected: [count], found: tensor.shape)
        }
        guard tensor.type == .f32 else {
            throw .unsupportedType(tensor: name, type: tensor.type.name, known: ["F32"])
        }
        let values = EmbeddingTable.floats(file.mappedBytes(of: tensor), type: .f32, count: count)
        guard values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw .badMetadata(key: name, reason: "holds values that are not above 0")
        }
        return values
    }

    /// Sizes must fit each other before any memory is asked for.
    static func validate(_ config: ModelConfig) throws(ModelError) {
        func check(_ condition: Bool, _ key: String, _ reason: String) throws(ModelError) {
            guard condition else { throw .badMetadata(key: "\(config.architecture).\(key)", reason: reason) }
        }
        try check(
            config.headCount % config.kvHeadCount == 0, "attention.head_count_kv",
            "\(config.kvHeadCount) does not divide the \(config.headCount) query heads")
        try check(
            config.headCount <= dimensionLimit / config.headDimension, "attention.head_count", "heads are too wide")
    }
}
