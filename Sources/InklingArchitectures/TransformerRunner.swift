// SPDX-License-Identifier: Apache-2.0

public import InklingModel
public import InklingTensor
public import InklingTokenizer

/// Runs a ``TransformerModel``: one KV cache, scratch memory and threads, for one run at a time.
///
/// Every operator works row by row in one fixed order, so the logits and the KV rows of a token are bit-identical whether
/// it is computed alone, in a chain, in a tree or in a prefill chunk of any size, on any number of threads.
public final class TransformerRunner: ModelRunner {
    public let model: TransformerModel
    public private(set) var cache: KVCache
    public let compute: Compute
    private let scratch: TransformerScratch
    /// Of the rows of a tree that waits in the cache: the slots that each sees of it.
    private var waitingPaths: [[Int]] = []

    /// Rows that one pass over the layers takes; longer chains are cut.
    public static let rowLimit = 512

    /// - Parameters:
    ///   - contextCapacity: positions the cache may hold; memory for them is taken as they come.
    ///   - rowLimit: rows of a pass; scratch memory grows with it.
    public init(
        model: TransformerModel, contextCapacity: Int, format: KVFormat = .f16, kernels: KernelSet,
        pool: ComputePool, rowLimit: Int = TransformerRunner.rowLimit
    ) throws(ModelError) {
        self.model = model
        cache = KVCache(layout: model.config.kvLayout(format: format), capacity: contextCapacity)
        compute = Compute(kernels: kernels, pool: pool)
        do {
            scratch = try TransformerScratch(
                model: model, rowLimit: max(1, min(rowLimit, contextCapacity)),
                rotary: model.config.rotary(contextCapacity: contextCapacity))
        } catch {
            throw .outOfMemory(byteCount: error.byteCount, what: "scratch memory")
        }
    }

    /// The threads that passes run on. May be replaced between passes: results do not depend on them.
    public var pool: ComputePool {
        get { compute.pool }
        set { compute.pool = newValue }
    }

    public var vocabularySize: Int { model.config.vocabularySize }
    public var contextCapacity: Int { cache.capacity }
    public var ledger: [TokenID?] { cache.ledger }
    public var cachedCount: Int { cache.count }
    public var cacheBytes: (used: Int, capacity: Int) { (cache.usedBytes, cache.byteCount) }

    public func truncate(to count: Int) { cache.truncate(to: count) }
    public func keep(_ rows: [Int], after base: Int) { cache.keep(rows, after: base) }

    /// Puts another cache of the same model in place, for instance a fork, and returns the one that was there.
    public func exchangeCache(_ other: KVCache) -> KVCache {
        precondition(other.storage.layout == cache.storage.layout, "caches of different models")
        let old = cache
        cache = other
        return old
    }

    public func forward(_ batch: ModelBatch) throws(ModelError) -> ForwardOutput {
        try check(batch)
        guard !batch.rows.isEmpty else { return ForwardOutput() }
        let isGrowing = if case .branches = batch.layout { true } else { false }
        try cache.reserve(batch.rows.count, growing: isGrowing)
        if cache.provisionalCount == 0 { waitingPaths = [] }
        var collector = OutputCollector(want: batch.want, rowCount: batch.rows.count)
        switch batch.layout {
        case .chain:
            for first in stride(from: 0, to: batch.rows.count, by: scratch.rowLimit) {
                let rows = first..<min(first + scratch.rowLimit, batch.rows.count)
                let base = cache.count
                pass(
                    batch.rows[rows], positions: (0..<rows.count).map { base + $0 },
                    views: AttentionViews(chainOf: rows.count, after: base, window: model.config.slidingWindow))
                cache.append(batch.rows[rows].map(\.token), provisional: false)
                collect(rows, into: &collector)
            }
        case .tree(let parents), .branches(let parents):
            precondition(parents.count == batch.rows.count, "a tree has one parent for each row")
            guard batch.rows.count <= scratch.rowLimit else {
                throw .badMetadata(key: "tree", reason: "more than \(scratch.rowLimit) rows")
            }
            let views = AttentionViews(
                treeOf: parents, after: cache.count - cache.provisionalCount, waiting: waitingPaths,
                window: model.config.slidingWindow)
            pass(batch.rows[...], positions: views.positions, views: views)
            cache.append(batch.rows.map(\.token), provisional: true)
            waitingPaths += views.paths
            collect(0..<batch.rows.count, into: &collector)
        }
        return collector.output(vocabulary: vocabularySize, embedding: model.config.embeddingLength)
    }

    private func check(_ batch: ModelBatch) throws(ModelError) {
        func check(_ token: TokenID) throws(ModelError) {
            guard token.rawValue >= 0, Int(token.rawValue) < vocabularySize else {
                throw .tokenOutOfRange(token: Int(token.rawValue), vocabulary: vocabularySize)
            }
        }
        for row in batch.rows {
            switch row {
            case .token(let token): try check(token)
            case .mixture(let parts): for part in parts { try check(part.token) }
            }
        }
    }

    /// One pass over the layers: writes keys and values of the rows behind the cached positions, leaves hidden states in
    /// `scratch.state`.
    private func pass(_ rows: ArraySlice<ModelBatch.Row>, positions: [Int], views: AttentionViews) {
        let count = rows.count, model = model, s = scratch
        embed(rows)
        s.rotary.prepare(positions: positions)
        s.localRotary?.prepare(positions: positions)
        // The configuration and the weights are read in place: a copy would count a reference for each of their parts.
        for index in model.layers.indices {
            let products = s.products[index], layer = model.layers[index]
            compute.rmsNorm(
                s.state, weight: layer.weights.attentionNorm, epsilon: model.config.normEpsilon, output: s.normed,
                rowCount: count)
            compute.multiply(products.attention, input: s.normed, rowCount: count)
            attend(index, layer, positions: count, views: views)
            compute.multiply(products.attentionOutput, input: s.attended, rowCount: count)
            if let bias = layer.weights.attentionOutputBias {
                compute.addBias(bias, to: s.projected, rowCount: count)
            }
            if let norm = layer.weights.postAttentionNorm {
                compute.rmsNorm(
                    s.projected, weight: norm, epsilon: model.config.normEpsilon, output: s.projected, rowCount: count)
            }
            compute.add(s.projected, to: s.state, rowCount: count)

            compute.rmsNorm(
                s.state, weight: layer.weights.feedForwardNorm, epsilon: model.config.normEpsilon, output: s.normed,
                rowCount: count)
            compute.multiply(products.feedForward, input: s.normed, rowCount: count)
            if let bias = layer.weights.gateBias { compute.addBias(bias, to: s.gate, rowCount: count) }
            if let bias = layer.weights.upBias { compute.addBias(bias, to: s.up, rowCount: count) }
            compute.activate(model.config.activation, gate: s.gate, up: s.up, rowCount: count)
            compute.multiply(products.down, input: s.gate, rowCount: count)
            if let bias = layer.weights.downBias { compute.addBias(bias, to: s.projected, rowCount: count) }
            if let norm = layer.weights.postFeedForwardNorm {
                compute.rmsNorm(
                    s.projected, weight: norm, epsilon: model.config.normEpsilon, output: s.projected, rowCount: count)
            }
            compute.add(s.projected, to: s.state, rowCount: count)
        }
    }

    private func embed(_ rows: ArraySlice<ModelBatch.Row>) {
        let state = scratch.state
        for (index, row) in rows.enumerated() {
            switch row {
            case .token(let token):
                model.embeddings.read(Int(token.rawValue), into: state, row: index)
            case .mixture(let parts):
                compute.clear(state, rows: index..<index + 1)
                for part in parts {
                    model.embeddings.read(Int(part.token.rawValue), into: scratch.normed, row: 0)
                    compute.add(scratch.normed, row: 0, times: part.weight, to: state, row: index)
                }
            }
        }
        if model.config.embeddingScale != 1 {
            compute.scale(state, by: model.config.embeddingScale, rows: 0..<rows.count)
        }
    }

    private func attend(
        _ index: Int, _ layer: TransformerModel.SharedLayer, positions count: Int, views: AttentionViews
    ) {
        let model = model, s = scratch, isLocal = model.config.isLocal(layer: index)
        if let bias = layer.weights.queryBias { compute.addBias(bias, to: s.queries, rowCount: count) }
        if let bias = layer.weights.keyBias { compute.addBias(bias, to: s.keys, rowCount: count) }
        if let bias = layer.weights.valueBias { compute.addBias(bias, to: s.values, rowCount: count) }
        if let norm = layer.weights.queryNorm {
            compute.rmsNorm(
                s.queries, weight: norm, epsilon: model.config.normEpsilon, output: s.queries, rowCount: count)
        }
        if let norm = layer.weights.keyNorm {
            compute.rmsNorm(s.keys, weight: norm, epsilon: model.config.normEpsilon, output: s.keys, rowCount: count)
        }
        let rotary = isLocal ? s.localRotary ?? s.rotary : s.rotary
        compute.rotate(s.queries, headDimension: model.config.headDimension, by: rotary, rowCount: count)
        compute.rotate(s.keys, headDimension: model.config.headDimension, by: rotary, rowCount: count)
        compute.store(
            keys: s.keys, values: s.values, in: cache.storage, layer: index, slot: cache.count, rowCount: count)
        compute.attend(
            queries: s.queries, cache: cache.storage, layer: index, view: isLocal ? views.local : views.global,
            scale: model.config.attentionScale, softcap: model.config.attentionSoftcap, output: s.attended)
    }

    /// Computes what the caller wants of the rows just passed, given as their place in the batch.
    private func collect(_ rows: Range<Int>, into collector: inout OutputCollector) {
        let wanted = collector.wanted(in: rows)
        guard !wanted.isEmpty else { return }
        let s = scratch
        // A vocabulary is wide: a few rows at a time keep the scratch small.
        for first in stride(from: wanted.lowerBound, to: wanted.upperBound, by: s.logits.rowCapacity) {
            let part = first..<min(first + s.logits.rowCapacity, wanted.upperBound)
            for (index, row) in part.enumerated() {
                s.outputRows.setRow(index, from: s.state, row: row - rows.lowerBound)
            }
            compute.rmsNorm(
                s.outputRows, weight: model.outputNorm, epsilon: model.config.normEpsilon, output: s.outputRows,
                rowCount: part.count)
            compute.multiply(s.output, input: s.outputRows, rowCount: part.count)
            if let bias = model.outputBias { compute.addBias(bias, to: s.logits, rowCount: part.count) }
            if model.config.logitSoftcap > 0 {
                compute.softcap(s.logits, cap: model.config.logitSoftcap, rowCount: part.count)
            }
            collector.append(logits: s.logits, hidden: s.outputRows, rowCount: part.count)
        }
    }
}

extension ModelBatch.Row {
    /// What the ledger says of a row.
    fileprivate var token: TokenID? {
        if case .token(let token) = self { token } else { nil }
    }
}
