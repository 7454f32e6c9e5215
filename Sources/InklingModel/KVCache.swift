// SPDX-License-Identifier: Apache-2.0

public import InklingTensor
public import InklingTokenizer

/// The keys and values a model has computed, and which token each position stands for.
///
/// Positions are appended as a chain, or provisionally as a tree of which ``keep(_:after:)`` then chooses a path. Rolling
/// back is truncating: nothing is recomputed, nothing is cleared. Not `Sendable`: one owner.
public final class KVCache {
    public private(set) var ledger: [TokenID?] = []
    public let capacity: Int
    public let storage: KVStorage
    /// Positions that a tree pass appended and nobody has chosen from yet.
    public private(set) var provisionalCount = 0

    public init(layout: KVLayout, capacity: Int) {
        self.capacity = capacity
        storage = KVStorage(layout: layout)
    }

    private init(forking other: KVCache) {
        capacity = other.capacity
        ledger = other.ledger
        storage = other.storage.fork()
    }

    /// A branch: the same positions, sharing memory until either side writes.
    public func fork() -> KVCache {
        precondition(provisionalCount == 0, "choose a path before forking")
        return KVCache(forking: self)
    }

    public var count: Int { ledger.count }
    public var byteCount: Int { storage.byteCount }
    /// Bytes that the cached positions take, without the unused rest of the last block.
    public var usedBytes: Int { count * storage.layout.bytesPerToken }

    /// Makes room for `rows` more positions, without appending them.
    /// - Parameter growing: whether they join a tree that waits for ``keep(_:after:)``.
    /// - Throws: ``ModelError/contextFull(capacity:)`` or ``ModelError/outOfMemory(byteCount:what:)``; nothing has changed.
    public func reserve(_ rows: Int, growing: Bool = false) throws(ModelError) {
        guard provisionalCount == 0 || growing else { preconditionFailure("choose a path before the next pass") }
        guard rows <= capacity - count else { throw .contextFull(capacity: capacity) }
        do {
            try storage.prepare(count..<count + rows)
        } catch {
            throw .outOfMemory(byteCount: error.byteCount, what: "the KV cache")
        }
    }

    /// Appends the positions that a pass has just computed; provisional ones join those that wait.
    public func append(_ tokens: [TokenID?], provisional: Bool) {
        ledger.append(contentsOf: tokens)
        provisionalCount = provisional ? provisionalCount + tokens.count : 0
    }

    /// Forgets every position from `count` on.
    public func truncate(to count: Int) {
        precondition(count >= 0, "a cache cannot hold fewer than no positions")
        guard count < ledger.count else { return }
        ledger.removeSubrange(count...)
        provisionalCount = 0
        // One block is kept ready, so that drafts that come and go at a border do not allocate each time.
        storage.release(from: count + KVLayout.blockSlots)
    }

    /// Of the rows after position `base`, keeps `rows` (ascending), which move together; drops the rest.
    public func keep(_ rows: [Int], after base: Int) {
        let appended = ledger.count - base
        precondition(zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }, "rows must ascend")
        precondition(rows.allSatisfy { $0 >= 0 && $0 < appended }, "no such row")
        for (index, row) in rows.enumerated() {
            storage.move(from: base + row, to: base + index)
            ledger[base + index] = ledger[base + row]
        }
        truncate(to: base + rows.count)
        provisionalCount = 0
    }

    /// What must always hold; checked by tests after each step.
    public func checkInvariants() {
        precondition(ledger.count <= capacity && provisionalCount <= ledger.count)
        precondition(storage.byteCount >= usedBytes)
    }
}
