// SPDX-License-Identifier: Apache-2.0

public import InklingGGUF
import InklingTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The transformer as its papers define it, in Double, without a cache, a batch or a trick: what the runtime is held
/// against. Slow. It reads a file's metadata by itself.
public struct ReferenceModel {
    /// Rounding that the runtime does on purpose. With it done here too, what is left is the error of its arithmetic.
    public struct Rounding {
        /// Keys and values pass through f16.
        public var cachesHalf = false
        /// Inputs of quantised matrices are rounded to 8 bits with one scale per 32.
        public var activations = false

        public init(cachesHalf: Bool = false, activations: Bool = false) {
            self.cachesHalf = cachesHalf
            self.activations = activations
        }
    }

    /// What comes out for a chain of tokens; the last index is the token's.
    public struct Result {
        /// `[layer][token]`: the state after each layer.
        public var states: [[[Double]]] = []
        /// `[token]`: the state after the last norm.
        public var hidden: [[Double]] = []
        public var logits: [[Double]] = []
    }

    private let file: GGUFFile
    private let architecture: String
    private let rounding: Rounding
    private let contextCapacity: Int
    private let layerCount, embedding, heads, kvHeads, width: Int

    /// - Parameter contextCapacity: of the runner it is held against; the same as that of ``TinyModel/runner``.
    public init(_ file: GGUFFile, rounding: Rounding = Rounding(), contextCapacity: Int = 1024) {
        self.file = file
        self.contextCapacity = contextCapacity
        self.rounding = rounding
        let architecture = file.metadata.string("general.architecture") ?? ""
        self.architecture = architecture
        func int(_ name: String) -> Int? { file.metadata.int("\(architecture).\(name)") }
        layerCount = int("block_count") ?? 0
        embedding = int("embedding_length") ?? 0
        heads = int("attention.head_count") ?? 0
        kvHeads = int("attention.head_count_kv") ?? heads
        width = int("attention.key_length") ?? embedding / heads
    }

    private func int(_ name: String) -> Int? { file.metadata.int("\(architecture).\(name)") }
    private func number(_ name: String) -> Double? { file.metadata.float("\(architecture).\(name)") }
    private var isGemma: Bool { architecture.hasPrefix("gemma") }

    // MARK: Weights

    private struct Matrix {
        let values: [Float]
        let columns, rows: Int
        let isQuantised: Bool
    }

    private func vector(_ name: String) -> [Double]? {
        guard let tensor = file.tensor(named: name) else { return nil }
        let floats = EmbeddingTable.floats(file.mappedBytes(of: tensor), type: tensor.type, count: tensor.elementCount)
        return floats.map { Double($0) }
    }

    private func matrix(_ name: String) -> Matrix? {
        guard let tensor = file.tensor(named: name) else { return nil }
        let floats = EmbeddingTable.floats(file.mappedBytes(of: tensor), type: tensor.type, count: tensor.elementCount)
        return Matrix(
            values: floats, columns: tensor.shape[0], rows: tensor.shape[1], isQuantised: tensor.type.isQuantized)
    }

    /// Rows `range` of `matrix` times `x`.
    private func product(_ matrix: Matrix, _ x: [Double], rows range: Range<Int>? = nil) -> [Double] {
        let input = matrix.isQuantised && rounding.activations ? Self.roundedTo8Bits(x) : x
        return (range ?? 0..<matrix.rows).map { row in
            var sum = 0.0
            var index = row * matrix.columns
            for value in input {
                sum += Double(matrix.values[index]) * value
                index += 1
            }
            return sum
        }
    }

    /// In float32, as the definition of the rounding has it.
    private static func roundedTo8Bits(_ x: [Double]) -> [Double] {
        var result: [Double] = []
        for begin in stride(from: 0, to: x.count, by: 32) {
            let block = x[begin..<min(begin + 32, x.count)].map { Float($0) }
            let largest = block.reduce(0) { max($0, abs($1)) }
            let inverse = largest > 0 ? 127 / largest : 0
            result += block.map { Double(largest / 127) * Double(($0 * inverse).rounded(.toNearestOrEven)) }
        }
        return result
    }

    private func cached(_ x: [Double]) -> [Double] {
        rounding.cachesHalf ? x.map { Double(Float16(Float($0))) } : x
    }

    private static func add(_ x: [Double], _ y: [Double]?) -> [Double] {
        guard let y else { return x }
        return zip(x, y).map { $0 + $1 }
    }

    // MARK: Parts

    private func norm(_ x: [Double], _ weight: [Double]?) -> [Double] {
        guard let weight else { return x }
        let epsilon = number("attention.layer_norm_rms_epsilon") ?? 1e-5
        let power = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
        return zip(x, weight).map { $0 / (power + epsilon).squareRoot() * $1 }
    }

    private func headNorm(_ x: [Double], _ weight: [Double]?) -> [Double] {
        guard weight != nil else { return x }
        return stride(from: 0, to: x.count, by: width).flatMap { norm(Array(x[$0..<$0 + width]), weight) }
    }

    private func isLocal(_ layer: Int) -> Bool {
        guard int("attention.sliding_window") != nil else { return false }
        switch architecture {
        case "gemma2": return layer % 2 == 0
        case "gemma3": return layer % 6 != 5
        default: return true
        }
    }

    /// Angles per position of each pair, and what sines and cosines are multiplied with.
    private func rotation(isLocal: Bool) -> (frequencies: [Double], magnitude: Double) {
        let dimension = int("rope.dimension_count") ?? width
        let isOwnTable = isLocal && architecture == "gemma3"
        let base = (isOwnTable ? number("rope.freq_base_swa") : number("rope.freq_base")) ?? 10_000
        var frequencies = (0..<dimension / 2).map { pow(base, -Double(2 * $0) / Double(dimension)) }
        var magnitude = 1.0
        let original = int("rope.scaling.original_context_length")
        let isLong = contextCapacity > original ?? int("context_length") ?? 0
        let divisors =
            architecture == "phi3"
            ? vector(isLong ? "rope_factors_long.weight" : "rope_factors_short.weight") : vector("rope_freqs.weight")
        if let divisors {
            frequencies = zip(frequencies, divisors).map { $0 / $1 }
            magnitude = number("rope.scaling.attn_factor") ?? 1
        }
        guard !isOwnTable, let factor = number("rope.scaling.factor") else { return (frequencies, magnitude) }
        switch file.metadata.string("\(architecture).rope.scaling.type") {
        case "linear": frequencies = frequencies.map { $0 / factor }
        case "yarn":
            // Pairs that turn more than 32 times within the trained context stay, those that turn less than once are
            // stretched, those between are mixed by their number (Peng et al. 2023, section 3.2).
            func pair(turning turns: Double) -> Double {
                Double(dimension) * log(Double(original ?? 0) / (turns * 2 * .pi)) / (2 * log(base))
            }
            let low = max(0, pair(turning: 32).rounded(.down))
            let high = min(Double(dimension - 1), pair(turning: 1).rounded(.up))
            frequencies = frequencies.enumerated().map { index, frequency in
                let stretched = min(1, max(0, (Double(index) - low) / max(0.001, high - low)))
                return frequency / factor * stretched + frequency * (1 - stretched)
            }
            magnitude *= 1 + 0.1 * log(factor)
        default: break
        }
        return (frequencies, magnitude)
    }

    /// Every head of `x`, turned to `position`.
    private func rotated(_ x: [Double], position: Int, _ rotation: (frequencies: [Double], magnitude: Double))
        -> [Double]
    {
        var result = x
        let half = rotation.frequencies.count
        for head in stride(from: 0, to: x.count, by: width) {
            for (pair, frequency) in rotation.frequencies.enumerated() {
                let first = head + (architecture == "llama" ? 2 * pair : pair)
                let second = architecture == "llama" ? first + 1 : first + half
                let angle = Double(position) * frequency
                let cosine = cos(angle) * rotation.magnitude
                let sine = sin(angle) * rotation.magnitude
                result[first] = x[first] * cosine - x[second] * sine
                result[second] = x[first] * sine + x[second] * cosine
            }
        }
        return result
    }

    private func attention(_ query: [Double], _ keys: [[Double]], _ values: [[Double]], isLocal: Bool) -> [Double] {
        let last = keys.count - 1
        let first = isLocal ? max(0, last + 1 - (int("attention.sliding_window") ?? 0)) : 0
        let cap = architecture == "gemma2" ? number("attn_logit_softcapping") ?? 50 : 0
        var result: [Double] = []
        for head in 0..<heads {
            let shared = head / (heads / kvHeads) * width
            var scores: [Double] = []
            for key in keys[first...last] {
                var score = 0.0
                for i in 0..<width { score += query[head * width + i] * key[shared + i] }
                score /= Double(width).squareRoot()
                scores.append(cap > 0 ? cap * tanh(score / cap) : score)
            }
            let largest = scores.max() ?? 0
            let weights = scores.map { exp($0 - largest) }
            let total = weights.reduce(0, +)
            var sum = [Double](repeating: 0, count: width)
            for (weight, value) in zip(weights, values[first...last]) {
                for i in 0..<width { sum[i] += weight / total * value[shared + i] }
            }
            result += sum
        }
        return result
    }

    private func activated(_ x: Double) -> Double {
        guard isGemma else { return x / (1 + exp(-x)) }
        return 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }

    // MARK: The whole

    /// - Parameter allLogits: false: only the last token's.
    public func run(_ tokens: [Int], allLogits: Bool = true) -> Result {
        guard let table = matrix("token_embd.weight") else { return Result() }
        let scale = isGemma ? Double(embedding).squareRoot() : 1
        var states = tokens.map { token in
            table.values[token * embedding..<(token + 1) * embedding].map { Double($0) * scale }
        }
        var result = Result()
        for layer in 0..<layerCount {
            states = run(layer: layer, states)
            result.states.append(states)
        }
        let outputNorm = vector("output_norm.weight")
        let output = matrix("output.weight") ?? table
        result.hidden = states.map { norm($0, outputNorm) }
        let cap = isGemma ? number("final_logit_softcapping") ?? (architecture == "gemma2" ? 30 : 0) : 0
        let bias = vector("output.bias")
        result.logits = result.hidden.suffix(allLogits ? tokens.count : 1).map { hidden in
            Self.add(product(output, hidden), bias).map { cap > 0 ? cap * tanh($0 / cap) : $0 }
        }
        return result
    }

    private func run(layer: Int, _ states: [[Double]]) -> [[Double]] {
        func name(_ part: String) -> String { "blk.\(layer).\(part)" }
        let isLocal = isLocal(layer)
        let rotation = rotation(isLocal: isLocal)
        let queryRows = heads * width
        let kvRows = kvHeads * width
        let fused = matrix(name("attn_qkv.weight"))
        func projection(_ part: String, _ rows: Range<Int>) -> ([Double]) -> [Double] {
            let own = matrix(name("\(part).weight"))
            let bias = vector(name("\(part).bias"))
            return { x in
                guard let fused else { return own.map { Self.add(product($0, x), bias) } ?? [] }
                return product(fused, x, rows: rows)
            }
        }
        let queries = projection("attn_q", 0..<queryRows)
        let keys = projection("attn_k", queryRows..<queryRows + kvRows)
        let values = projection("attn_v", queryRows + kvRows..<queryRows + 2 * kvRows)
        let attentionNorm = vector(name("attn_norm.weight"))
        let queryNorm = vector(name("attn_q_norm.weight"))
        let keyNorm = vector(name("attn_k_norm.weight"))
        let out = matrix(name("attn_output.weight"))
        let outBias = vector(name("attn_output.bias"))
        let postAttention = vector(name("post_attention_norm.weight"))
        var cachedKeys: [[Double]] = []
        var cachedValues: [[Double]] = []
        var attended: [[Double]] = []
        for (position, state) in states.enumerated() {
            let x = norm(state, attentionNorm)
            let query = rotated(headNorm(queries(x), queryNorm), position: position, rotation)
            cachedKeys.append(cached(rotated(headNorm(keys(x), keyNorm), position: position, rotation)))
            cachedValues.append(cached(values(x)))
            let sum = attention(query, cachedKeys, cachedValues, isLocal: isLocal)
            let projected = out.map { Self.add(product($0, sum), outBias) } ?? []
            attended.append(Self.add(state, norm(projected, postAttention)))
        }

        let feedNorm = vector(name("ffn_norm.weight"))
        let postFeed = vector(name("post_ffw_norm.weight"))
        let gate = matrix(name("ffn_gate.weight"))
        let gateBias = vector(name("ffn_gate.bias"))
        let up = matrix(name("ffn_up.weight"))
        let upBias = vector(name("ffn_up.bias"))
        let down = matrix(name("ffn_down.weight"))
        let downBias = vector(name("ffn_down.bias"))
        guard let up, let down else { return [] }
        return attended.map { state in
            let x = norm(state, feedNorm)
            let gated: [Double]
            let passed: [Double]
            if let gate {
                gated = Self.add(product(gate, x), gateBias)
                passed = Self.add(product(up, x), upBias)
            } else {
                gated = product(up, x, rows: 0..<up.rows / 2)
                passed = product(up, x, rows: up.rows / 2..<up.rows)
            }
            let inner = zip(gated, passed).map { activated($0) * $1 }
            return Self.add(state, norm(Self.add(product(down, inner), downBias), postFeed))
        }
    }
}

/// Squared error over squared size: Σ(a − b)² / Σ b².
public func normalizedSquaredError(_ values: some Sequence<Float>, _ exact: some Sequence<Double>) -> Double {
    var error = 0.0
    var power = 0.0
    for (value, truth) in zip(values, exact) {
        error += (Double(value) - truth) * (Double(value) - truth)
        power += truth * truth
    }
    return power > 0 ? error / power : error
}
