// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// One model, its KV cache, scratch memory and threads, for one run at a time.
///
/// Decoding methods know models through this protocol alone, so that every method can be tested on a toy model in
/// milliseconds. An implementation is not `Sendable`: it has one owner, which may hand it to another thread as a whole.
public protocol ModelRunner: AnyObject {
    var vocabularySize: Int { get }
    /// Tokens that the cache can hold.
    var contextCapacity: Int { get }
    /// Which token each cached position stands for, in order; nil for a mixture row. Its count is the cached length.
    var ledger: [TokenID?] { get }

    /// Computes the rows of a batch and appends them to the cache.
    ///
    /// After a chain of n rows the cache is n positions longer. After a tree of n rows it holds n provisional positions, of
    /// which ``keep(_:after:)`` must choose a path before the next pass, unless that one is of
    /// ``ModelBatch/Layout/branches(parents:)``, which adds n more.
    /// - Throws: ``ModelError/contextFull(capacity:)``, ``ModelError/tokenOutOfRange(token:vocabulary:)``,
    ///   ``ModelError/cancelled``. The cache is as before when it throws.
    func forward(_ batch: ModelBatch) throws(ModelError) -> ForwardOutput

    /// Forgets every position from `count` on.
    func truncate(to count: Int)

    /// After passes over a tree: of the rows appended after position `base`, keeps those listed, a path from the root, in
    /// order.
    func keep(_ rows: [Int], after base: Int)

    /// KV memory: bytes in use and bytes set aside.
    var cacheBytes: (used: Int, capacity: Int) { get }
}

extension ModelRunner {
    public var cachedCount: Int { ledger.count }

    /// How many leading tokens the cache already holds.
    public func commonPrefix(with tokens: [TokenID]) -> Int {
        var count = 0
        for (held, token) in zip(ledger, tokens) {
            guard held == token else { break }
            count += 1
        }
        return count
    }
}
