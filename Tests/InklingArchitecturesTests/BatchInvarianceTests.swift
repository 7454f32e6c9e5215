// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingGGUF
import InklingModel
import InklingModelMaker
import InklingTensor
import InklingTestSupport
import InklingTokenizer
import Testing

/// What a pass left behind for one position: its logits and what the cache holds of it, to the bit.
private struct Trace: Equatable {
    var logits: [UInt32]
    var cache: [[UInt8]]
}

extension TransformerRunner {
    /// Passes a batch and takes down every row.
    fileprivate func trace(_ batch: ModelBatch) throws -> [Trace] {
        var batch = batch
        batch.want = .allLogits
        let base = cachedCount
        guard !batch.rows.isEmpty else { return [] }
        let rows = try #require(try forward(batch).logits)
        return (0..<batch.rows.count).map { row in
            Trace(logits: rows[row].map(\.bitPattern), cache: bits(at: base + row))
        }
    }

    fileprivate func bits(at slot: Int) -> [[UInt8]] {
        (0..<cache.storage.layout.layerCount).map { cache.storage.bits(layer: $0, slot: slot) }
    }

    /// Passes a chain in pieces of the given sizes, the last one as often as it takes.
    fileprivate func trace(_ tokens: [TokenID], pieces: [Int]) throws -> [Trace] {
        var result: [Trace] = []
        var rest = tokens[...]
        var pieces = pieces
        while !rest.isEmpty {
            let size = pieces.count > 1 ? pieces.removeFirst() : pieces[0]
            result += try trace(ModelBatch(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return result
    }
}

/// A random tree: each row hangs from an earlier one or from the cache.
private func randomTree(_ count: Int, seed: UInt64) -> [Int] {
    var random = RandomSource(seed: seed)
    return (0..<count).map { $0 == 0 ? -1 : Int.random(in: max(-1, $0 - 5)..<$0, using: &random) }
}

private func path(to row: Int, in parents: [Int]) -> [Int] {
    var path = [row]
    while let first = path.first, parents[first] >= 0 { path.insert(parents[first], at: 0) }
    return path
}

/// A row's numbers depend on its own path and on nothing else, bit for bit.
@Suite struct `Batch invariance` {
    private static let chainTree = (0..<9).map { $0 - 1 }

    /// Alone, in chains of several sizes, in a tree, with each table of kernels.
    private func check(_ tiny: TinyModel, kernels: KernelSet, format: KVFormat, seed: UInt64) throws {
        let prompt = tiny.tokens(6, seed: seed)
        let tokens = tiny.tokens(27, seed: seed + 1)
        let alone = try tiny.runner(format: format, kernels: kernels)
        let promptTrace = try alone.trace(prompt, pieces: [1])
        let single = try alone.trace(tokens, pieces: [1])
        let note = Comment(rawValue: "\(kernels.name), \(format)")

        // Plain C has one way through a tile only, and is slow.
        let cuts = [[27], [2, 3, 4, 5, 13], [16, 11], [6, 7, 8, 9], [12, 15]]
        for pieces in kernels.name == "scalar" ? Array(cuts[1...1]) : cuts {
            let runner = try tiny.runner(format: format, kernels: kernels)
            #expect(try runner.trace(ModelBatch(prompt)) == promptTrace, note)
            #expect(try runner.trace(tokens, pieces: pieces) == single, note)
        }

        let runner = try tiny.runner(format: format, kernels: kernels)
        _ = try runner.trace(ModelBatch(prompt))
        let chain = try runner.trace(
            ModelBatch(rows: tokens[..<9].map { .token($0) }, layout: .tree(parents: Self.chainTree)))
        #expect(chain == Array(single[..<9]), note)
        runner.keep([], after: prompt.count)

        let parents = randomTree(13, seed: seed + 2)
        let tree = try runner.trace(
            ModelBatch(rows: tokens[..<13].map { .token($0) }, layout: .tree(parents: parents)))
        for row in parents.indices {
            alone.truncate(to: prompt.count)
            let own = path(to: row, in: parents).map { tokens[$0] }
            #expect(try alone.trace(ModelBatch(own)).last == tree[row], note)
        }
    }

    @Test(arguments: ElementType.supported)
    func `Weights of every type, on every table`(type: ElementType) throws {
        // One layer is enough here, and keeps the plain C table affordable.
        let tiny = try TinyModel(.llama, type: type) { $0.layerCount = 1 }
        for (index, kernels) in KernelSet.available.enumerated() {
            try check(tiny, kernels: kernels, format: .f16, seed: UInt64(type.code) * 10 + UInt64(index))
        }
    }

    @Test(arguments: ModelRecipe.Architecture.allCases)
    func `Every architecture, with either cache`(architecture: ModelRecipe.Architecture) throws {
        for type in [ElementType.f32, .q8_0] {
            let tiny = try TinyModel(architecture, type: type) { $0.headDimension = 32 }
            for kernels in KernelSet.available.prefix(3) {
                try check(tiny, kernels: kernels, format: .q8_0, seed: 77)
            }
            try check(tiny, kernels: KernelSet.available[0], format: .f16, seed: 78)
        }
    }

    @Test(arguments: [
        (ModelRecipe.Architecture.llama, ElementType.f32, KVFormat.f16), (.qwen2, .q8_0, .q8_0), (.gemma2, .q4_0, .f16),
        (.phi3, .f16, .q8_0), (.gemma3, .q5_1, .f16),
    ])
    func `Prefill pieces of any size`(
        architecture: ModelRecipe.Architecture, type: ElementType, format: KVFormat
    ) throws {
        let tiny = try TinyModel(architecture, type: type) {
            $0.headDimension = 32
            $0.layerCount = 2
            // Reaches across the border of a block of 64 positions.
            if $0.slidingWindow != nil { $0.slidingWindow = 70 }
        }
        let tokens = tiny.tokens(530)
        let whole = try tiny.runner(format: format).trace(tokens, pieces: [1])
        for size in [7, 16, 17, 32, 64, 511, 512, 530] {
            for threads in size == 512 || size == 17 ? [1, 2] : [1] {
                let runner = try tiny.runner(format: format, threads: threads)
                #expect(try runner.trace(tokens, pieces: [size]) == whole, "\(size) tokens, \(threads) threads")
            }
        }
    }

    @Test(arguments: [ElementType.f32, .f16, .q8_0, .q4_K])
    func `Any number of threads`(type: ElementType) throws {
        // Wide enough that even one row is handed out to several threads.
        let tiny = try TinyModel(.llama, type: type) {
            ($0.embeddingLength, $0.feedForwardLength, $0.headCount, $0.kvHeadCount) = (512, 1024, 8, 4)
            ($0.vocabularySize, $0.layerCount) = (515, 1)
        }
        let tokens = tiny.tokens(70)
        let parents = randomTree(20, seed: 5)
        func traces(threads: Int) throws -> [[Trace]] {
            let runner = try tiny.runner(threads: threads)
            let alone = try runner.trace(Array(tokens[..<10]), pieces: [1])
            let chain = try runner.trace(Array(tokens[10...]), pieces: [35, 5, 20])
            let tree = ModelBatch(rows: tokens[..<20].map { .token($0) }, layout: .tree(parents: parents))
            return [alone, chain, try runner.trace(tree)]
        }
        let one = try traces(threads: 1)
        for threads in 2...3 { #expect(try traces(threads: threads) == one) }
    }

    @Test func `A smaller scratch changes nothing`() throws {
        let tiny = try TinyModel(.qwen3, type: .q8_0)
        let tokens = tiny.tokens(50)
        let whole = try tiny.runner().trace(ModelBatch(tokens))
        for limit in [1, 5, 33] { #expect(try tiny.runner(rowLimit: limit).trace(ModelBatch(tokens)) == whole) }
    }

    @Test func `What the caller wants of the result does not change it`() throws {
        let tiny = try TinyModel(.gemma2)
        let tokens = tiny.tokens(40)
        let all = try #require(try tiny.runner().forward(ModelBatch(tokens, want: .allLogits)).logits)
        let last = try tiny.runner(rowLimit: 16).forward(ModelBatch(tokens, want: .lastLogits))
        #expect(last.logits?.rowCount == 1 && last.hidden == nil)
        #expect(last.logits.map { Array($0.values) } == Array(all[39]))
        let both = try tiny.runner().forward(ModelBatch(tokens, want: .allLogitsAndHidden))
        #expect(both.logits == all && both.hidden?.columnCount == 64 && both.hidden?.rowCount == 40)
        let runner = try tiny.runner()
        let nothing = try runner.forward(ModelBatch(tokens, want: .nothing))
        #expect(nothing.logits == nil && nothing.hidden == nil && runner.cachedCount == 40)
        #expect(try runner.forward(ModelBatch([TokenID]())).logits == nil)
    }
}

@Suite struct `Cache and runner` {
    private func expectFresh(
        _ runner: TransformerRunner, _ tiny: TinyModel, _ tokens: [TokenID], format: KVFormat = .f16,
        _ note: Comment? = nil
    ) throws {
        let fresh = try tiny.runner(format: format)
        let expected = try fresh.trace(ModelBatch(tokens))
        #expect(runner.ledger == tokens.map { $0 }, note)
        for slot in tokens.indices { #expect(runner.bits(at: slot) == expected[slot].cache, note) }
        let next = tiny.tokens(2, seed: 99)
        #expect(try runner.trace(ModelBatch(next)) == fresh.trace(ModelBatch(next)), note)
        runner.truncate(to: tokens.count)
    }

    @Test(arguments: KVFormat.allCases)
    func `A kept path equals a fresh prefill`(format: KVFormat) throws {
        for architecture in [ModelRecipe.Architecture.llama, .gemma3] {
            let tiny = try TinyModel(architecture) { $0.headDimension = 32 }
            let runner = try tiny.runner(format: format)
            var tokens = tiny.tokens(55)
            _ = try runner.forward(ModelBatch(tokens))
            // Long enough that paths cross the border of a block of 64 positions.
            for round in 0..<8 {
                let parents = randomTree(16, seed: UInt64(round))
                let drafted = tiny.tokens(16, seed: UInt64(100 + round))
                _ = try runner.forward(
                    ModelBatch(rows: drafted.map { .token($0) }, layout: .tree(parents: parents), want: .allLogits))
                let kept = round == 3 ? [] : path(to: 15 - round, in: parents)
                runner.keep(kept, after: tokens.count)
                tokens += kept.map { drafted[$0] }
                runner.cache.checkInvariants()
                try expectFresh(runner, tiny, tokens, format: format, "round \(round)")
            }
            #expect(tokens.count > 66)
        }
    }

    @Test(arguments: KVFormat.allCases)
    func `A tree grown over several passes equals one pass, and a path of it can be kept`(format: KVFormat) throws {
        for architecture in [ModelRecipe.Architecture.llama, .gemma3] {
            let tiny = try TinyModel(architecture) { $0.headDimension = 32 }
            // Long enough that the tree crosses the border of a block of 64 positions.
            let prompt = tiny.tokens(57)
            let drafted = tiny.tokens(24, seed: 5), parents = randomTree(24, seed: 6)
            let whole = try tiny.runner(format: format), grown = try tiny.runner(format: format)
            for runner in [whole, grown] { _ = try runner.forward(ModelBatch(prompt)) }
            let rows = drafted.map { ModelBatch.Row.token($0) }
            let expected = try whole.trace(ModelBatch(rows: rows, layout: .tree(parents: parents)))
            var found: [Trace] = []
            for part in [0..<1, 1..<4, 4..<15, 15..<24] {
                found += try grown.trace(
                    ModelBatch(rows: Array(rows[part]), layout: .branches(parents: Array(parents[part]))))
                grown.cache.checkInvariants()
                #expect(grown.cache.provisionalCount == part.upperBound)
            }
            #expect(found == expected)
            let kept = path(to: 22, in: parents)
            grown.keep(kept, after: prompt.count)
            try expectFresh(grown, tiny, prompt + kept.map { drafted[$0] }, format: format, "kept")
            // A new tree does not see the old one.
            let again = try grown.trace(ModelBatch(rows: [rows[0], rows[1]], layout: .branches(parents: [-1, -1])))
            let fresh = try tiny.runner(format: format)
            _ = try fresh.forward(ModelBatch(prompt + kept.map { drafted[$0] }))
            #expect(try again[0] == fresh.trace(ModelBatch([drafted[0]]))[0])
        }
    }

    @Test func `Truncating and going on equals a fresh prefill`() throws {
        let tiny = try TinyModel(.qwen2, type: .q8_0)
        let runner = try tiny.runner()
        var random = RandomSource(seed: 3)
        var tokens: [TokenID] = []
        for round in 0..<12 {
            let more = tiny.tokens(Int.random(in: 1...40, using: &random), seed: UInt64(round))
            _ = try runner.forward(ModelBatch(more))
            tokens += more
            let count = Int.random(in: 0...tokens.count, using: &random)
            runner.truncate(to: count)
            tokens.removeSubrange(count...)
            try expectFresh(runner, tiny, tokens, "round \(round)")
        }
    }

    @Test func `Forks do not see each other`() throws {
        let tiny = try TinyModel(.llama)
        let runner = try tiny.runner()
        let prompt = tiny.tokens(70)
        _ = try runner.forward(ModelBatch(prompt))
        let left = tiny.tokens(9, seed: 1)
        let right = tiny.tokens(9, seed: 2)
        let fork = runner.cache.fork()
        let before = runner.bits(at: 65)
        _ = try runner.forward(ModelBatch(left))
        let original = runner.exchangeCache(fork)
        #expect(runner.ledger == prompt.map { $0 })
        _ = try runner.forward(ModelBatch(right))
        try expectFresh(runner, tiny, prompt + right)
        let second = runner.exchangeCache(original)
        try expectFresh(runner, tiny, prompt + left)
        // A cut into the shared part, and other tokens there.
        runner.truncate(to: 30)
        _ = try runner.forward(ModelBatch(tiny.tokens(50, seed: 4)))
        _ = runner.exchangeCache(second)
        #expect(runner.bits(at: 65) == before)
        try expectFresh(runner, tiny, prompt + right)
    }

    @Test func `A path kept in one fork leaves the other alone`() throws {
        let tiny = try TinyModel(.llama)
        let runner = try tiny.runner()
        let prompt = tiny.tokens(60)
        let drafted = tiny.tokens(12, seed: 1)
        let parents = randomTree(12, seed: 8)
        _ = try runner.forward(ModelBatch(prompt))
        let fork = runner.cache.fork()
        _ = try runner.forward(
            ModelBatch(rows: drafted.map { .token($0) }, layout: .tree(parents: parents), want: .nothing))
        let kept = path(to: 11, in: parents)
        runner.keep(kept, after: 60)
        try expectFresh(runner, tiny, prompt + kept.map { drafted[$0] })
        _ = runner.exchangeCache(fork)
        try expectFresh(runner, tiny, prompt)
    }

    @Test(arguments: ModelRecipe.Architecture.allCases)
    func `A mixture of one token equals the token`(architecture: ModelRecipe.Architecture) throws {
        let tiny = try TinyModel(architecture)
        let prompt = tiny.tokens(5)
        let token = tiny.tokens(1, seed: 3)[0]
        let one = try tiny.runner()
        let other = try tiny.runner()
        _ = try one.trace(ModelBatch(prompt))
        _ = try other.trace(ModelBatch(prompt))
        let mixture = ModelBatch(rows: [.mixture([.init(token: token, weight: 1)])])
        #expect(try one.trace(ModelBatch([token])) == other.trace(mixture))
        #expect(one.ledger == prompt.map { $0 } + [token] && other.ledger == prompt.map { $0 } + [nil])
    }

    @Test func `A mixture lies between its tokens, and the order of its parts is the order of its sum`() throws {
        let tiny = try TinyModel(.llama)
        let parts = [(3, 0.5), (7, 0.25), (9, 0.25)].map {
            ModelBatch.WeightedToken(token: TokenID($0.0), weight: Float($0.1))
        }
        let rows: [ModelBatch.Row] = [.token(TokenID(5)), .mixture(parts), .token(TokenID(8))]
        let runner = try tiny.runner()
        let together = try runner.trace(ModelBatch(rows: rows))
        let alone = try tiny.runner()
        let separate = try rows.flatMap { try alone.trace(ModelBatch(rows: [$0])) }
        #expect(together == separate)
        let halves = [3, 3].map { ModelBatch.WeightedToken(token: TokenID($0), weight: 0.5) }
        let whole = try tiny.runner().trace(ModelBatch([TokenID(3)]))
        #expect(try tiny.runner().trace(ModelBatch(rows: [.mixture(halves)])) == whole)
    }

    @Test func `A full context is an error that changes nothing`() throws {
        let tiny = try TinyModel(.llama)
        let runner = try tiny.runner(capacity: 20)
        let tokens = tiny.tokens(18)
        _ = try runner.forward(ModelBatch(tokens))
        let bits = (0..<18).map { runner.bits(at: $0) }
        #expect(throws: ModelError.contextFull(capacity: 20)) { try runner.forward(ModelBatch(tiny.tokens(3))) }
        #expect(throws: ModelError.contextFull(capacity: 20)) {
            try runner.forward(
                ModelBatch(rows: tiny.tokens(3).map { .token($0) }, layout: .tree(parents: [-1, -1, 0])))
        }
        #expect(runner.ledger == tokens.map { $0 } && (0..<18).map { runner.bits(at: $0) } == bits)
        _ = try runner.forward(ModelBatch(tiny.tokens(2)))
        #expect(runner.cachedCount == 20)
        runner.truncate(to: 18)
        try expectFresh(runner, tiny, tokens)
        #expect("\(ModelError.contextFull(capacity: 20))" == "the context is full (20 tokens)")
    }

    @Test func `A token out of range is an error that changes nothing`() throws {
        let tiny = try TinyModel(.llama)
        let runner = try tiny.runner()
        _ = try runner.forward(ModelBatch(tiny.tokens(4)))
        for token in [TokenID(301), TokenID(-1), TokenID(Int32.max), TokenID(Int32.min)] {
            let error = ModelError.tokenOutOfRange(token: Int(token.rawValue), vocabulary: 301)
            #expect(throws: error) { try runner.forward(ModelBatch([TokenID(1), token])) }
            #expect(throws: error) {
                try runner.forward(ModelBatch(rows: [.mixture([.init(token: token, weight: 1)])]))
            }
        }
        #expect(runner.cachedCount == 4)
        #expect(
            "\(ModelError.tokenOutOfRange(token: 301, vocabulary: 301))"
                == "token 301 is not in the vocabulary (0 to 300)")
    }

    @Test func `A window hides what lies before it, and only in local layers`() throws {
        let windowed = try TinyModel(.llama) {
            $0.slidingWindow = 8
            $0.layerCount = 1
        }
        let tokens = windowed.tokens(30)
        let whole = try windowed.runner().trace(ModelBatch(tokens))
        var other = tokens
        // One layer sees the last 8 positions: another token 8 back changes nothing, one 7 back does.
        other[21] = TokenID((other[21].rawValue + 1) % 301)
        #expect(try windowed.runner().trace(ModelBatch(other))[29].logits == whole[29].logits)
        #expect(try windowed.runner().trace(ModelBatch(other))[28].logits != whole[28].logits)

        let mixed = try TinyModel(.gemma2) { $0.slidingWindow = 8 }
        let before = try mixed.runner().trace(ModelBatch(tokens))
        var far = tokens
        far[2] = TokenID((far[2].rawValue + 1) % 301)
        #expect(try mixed.runner().trace(ModelBatch(far))[29].logits != before[29].logits)
    }
}
