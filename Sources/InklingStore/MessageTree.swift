// SPDX-License-Identifier: Apache-2.0

/// The messages of a chat: each follows another or begins the conversation, and where two follow the same one the chat
/// branches. One branch is the current one; every fork remembers which way it was left.
///
/// A pure value. What changes it says what the store is to be told: see ``ChatStore/append(_:to:)``,
/// ``ChatStore/select(_:in:at:)`` and ``ChatStore/deleteSubtree(of:in:leaf:)``.
public struct MessageTree: Sendable, Equatable {
    private struct Node: Sendable, Equatable {
        var message: StoredMessage
        var children: [MessageID] = []
        /// The child on the branch that was current last; nil: the newest.
        var lastChild: MessageID?
    }

    private var nodes: [MessageID: Node] = [:]
    /// In the order of their coming, so that parents stand before their children.
    private var order: [MessageID] = []
    /// Messages that begin a conversation: several once the first was edited.
    public private(set) var roots: [MessageID] = []
    /// The end of the current branch, which nothing follows; nil if there are no messages.
    public private(set) var leaf: MessageID?

    public init() {}

    /// A tree from what was stored. Damage costs as little as possible: a message whose parent does not stand before
    /// it begins a conversation of its own, the second of two messages of one name is dropped.
    ///
    /// - Parameters:
    ///   - messages: parents before their children.
    ///   - lastChildren: which way forks were left.
    ///   - leaf: any message on the branch that is to be current; nil: the newest.
    public init(
        _ messages: some Sequence<StoredMessage>, lastChildren: [MessageID: MessageID] = [:], leaf: MessageID? = nil
    ) {
        for message in messages where nodes[message.id] == nil {
            insert(message.parent.map { nodes[$0] != nil } ?? true ? message : message.following(nil))
        }
        for id in order {
            let remembered = lastChildren[id]
            let isChild = remembered.flatMap { nodes[$0]?.message.parent } == id
            nodes[id]?.lastChild = isChild ? remembered : nil
        }
        if let newest = order.last { select(leaf.flatMap { nodes[$0]?.message.id } ?? newest) }
    }

    // MARK: Looking

    public var isEmpty: Bool { nodes.isEmpty }

    public var count: Int { nodes.count }

    /// All messages in the order of their coming.
    public var messages: [StoredMessage] { order.compactMap { nodes[$0]?.message } }

    public subscript(id: MessageID) -> StoredMessage? { nodes[id]?.message }

    /// - Parameter id: nil for ``roots``.
    public func children(of id: MessageID?) -> [MessageID] {
        guard let id else { return roots }
        return nodes[id]?.children ?? []
    }

    /// The current branch from the first message to the last.
    public var path: [StoredMessage] { leaf.map { path(to: $0) } ?? [] }

    /// The messages from the first down to this one.
    public func path(to id: MessageID) -> [StoredMessage] {
        var path: [StoredMessage] = []
        var next: MessageID? = id
        while let current = next, let node = nodes[current] {
            path.append(node.message)
            next = node.message.parent
        }
        return path.reversed()
    }

    /// The messages that follow the same one as this does, itself included, oldest first.
    public func siblings(of id: MessageID) -> [MessageID] {
        guard let message = nodes[id]?.message else { return [] }
        return children(of: message.parent)
    }

    /// Which of its siblings a message is.
    public struct SiblingPosition: Sendable, Equatable, CustomStringConvertible {
        /// From 0.
        public let index: Int
        public let count: Int

        /// `2/3` for the second of three.
        public var description: String { "\(index + 1)/\(count)" }
    }

    public func siblingPosition(of id: MessageID) -> SiblingPosition? {
        let siblings = siblings(of: id)
        return siblings.firstIndex(of: id).map { SiblingPosition(index: $0, count: siblings.count) }
    }

    /// Where one gets from this message by going on as it was left, at forks never visited by the newest way.
    public func end(below id: MessageID) -> MessageID {
        var id = id
        while let node = nodes[id], let next = node.lastChild ?? node.children.last { id = next }
        return id
    }

    /// The way every fork was left.
    var lastChildren: [MessageID: MessageID] { nodes.compactMapValues(\.lastChild) }

    // MARK: Growing

    /// Adds a message after its parent and makes it the end of the current branch.
    ///
    /// - Throws: ``StoreError/alreadyStored(_:)``, ``StoreError/unknownParent(_:)``.
    public mutating func add(_ message: StoredMessage) throws(StoreError) {
        guard nodes[message.id] == nil else { throw .alreadyStored(message.id) }
        if let parent = message.parent, nodes[parent] == nil { throw .unknownParent(parent) }
        insert(message)
        if let leaf, leaf == message.parent {
            // All above it is remembered already: a chat may be thousands of messages long.
            nodes[leaf]?.lastChild = message.id
            self.leaf = message.id
        } else {
            setLeaf(message.id)
        }
    }

    /// - Precondition: the message is new, its parent is not.
    private mutating func insert(_ message: StoredMessage) {
        if let parent = message.parent {
            nodes[parent]?.children.append(message.id)
        } else {
            roots.append(message.id)
        }
        nodes[message.id] = Node(message: message)
        order.append(message.id)
    }

    /// Writes a message anew beside the old one, which stays with all that follows it, and makes it current.
    ///
    /// - Returns: the new message, to be stored.
    public mutating func edit(
        _ id: MessageID, as newID: MessageID, content: String, created: Timestamp
    ) throws(StoreError) -> StoredMessage {
        guard let old = nodes[id]?.message else { throw .noSuchMessage(id) }
        let message = StoredMessage(
            id: newID, parent: old.parent, role: old.role, content: content, created: created)
        try add(message)
        return message
    }

    /// Begins an answer: another one beside this if it is an answer, one that follows it otherwise.
    ///
    /// - Returns: the new message, empty and in flight, to be stored.
    public mutating func regenerate(
        _ id: MessageID, as newID: MessageID, created: Timestamp, model: String? = nil, strategy: String? = nil
    ) throws(StoreError) -> StoredMessage {
        guard let old = nodes[id]?.message else { throw .noSuchMessage(id) }
        let message = StoredMessage(
            id: newID, parent: old.role == .assistant ? old.parent : id, role: .assistant, content: "",
            created: created, ending: nil, model: model, strategy: strategy)
        try add(message)
        return message
    }

    // MARK: Answers in flight

    /// - Returns: whether there is such a message.
    @discardableResult
    public mutating func appendContent(_ text: String, to id: MessageID) -> Bool {
        change(id) { $0.content += text }
    }

    @discardableResult
    public mutating func setContent(_ content: String, of id: MessageID) -> Bool {
        change(id) { $0.content = content }
    }

    @discardableResult
    public mutating func finish(_ id: MessageID, _ ending: MessageEnding, stats: JSONText? = nil) -> Bool {
        change(id) {
            $0.ending = ending
            $0.stats = stats
        }
    }

    /// Puts an answer back in flight, to be continued.
    @discardableResult
    public mutating func reopen(_ id: MessageID) -> Bool {
        change(id) { $0.ending = nil }
    }

    private mutating func change(_ id: MessageID, _ body: (inout StoredMessage) -> Void) -> Bool {
        // By index: an answer grows token by token, and must not be copied each time.
        guard let index = nodes.index(forKey: id) else { return false }
        body(&nodes.values[index].message)
        return true
    }

    // MARK: Branches

    /// Makes the branch through this message the current one, from here on as it was left.
    ///
    /// - Returns: the new ``leaf``, to be stored; nil if there is no such message.
    @discardableResult
    public mutating func select(_ id: MessageID) -> MessageID? {
        guard nodes[id] != nil else { return nil }
        let leaf = end(below: id)
        setLeaf(leaf)
        return leaf
    }

    /// Goes to the sibling so many places on (or, if negative, back).
    ///
    /// - Returns: the new ``leaf``; nil if there is no such sibling.
    @discardableResult
    public mutating func selectSibling(of id: MessageID, by offset: Int) -> MessageID? {
        let siblings = siblings(of: id)
        guard let index = siblings.firstIndex(of: id) else { return nil }
        let (target, overflows) = index.addingReportingOverflow(offset)
        guard !overflows, siblings.indices.contains(target) else { return nil }
        return select(siblings[target])
    }

    /// Removes a message and all that follows it. If the current branch loses its end, it goes on at the sibling
    /// before, else the one after, else ends at the parent.
    ///
    /// - Returns: the messages removed; none if there is no such message.
    @discardableResult
    public mutating func deleteSubtree(of id: MessageID) -> Set<MessageID> {
        guard let message = nodes[id]?.message, let position = siblingPosition(of: id) else { return [] }
        var removed: Set<MessageID> = []
        var waiting = [id]
        while let next = waiting.popLast() {
            removed.insert(next)
            waiting += nodes[next]?.children ?? []
        }
        for id in removed { nodes[id] = nil }
        order.removeAll { removed.contains($0) }
        if let parent = message.parent {
            nodes[parent]?.children.remove(at: position.index)
            if nodes[parent]?.lastChild == id { nodes[parent]?.lastChild = nil }
        } else {
            roots.remove(at: position.index)
        }
        if let leaf, removed.contains(leaf) {
            let rest = children(of: message.parent)
            if rest.isEmpty {
                self.leaf = message.parent
            } else {
                select(rest[max(0, position.index - 1)])
            }
        }
        return removed
    }

    private mutating func setLeaf(_ id: MessageID) {
        leaf = id
        var child = id
        while let parent = nodes[child]?.message.parent {
            nodes[parent]?.lastChild = child
            child = parent
        }
    }

    // MARK: Invariants

    /// What is wrong with the tree; nil if nothing is.
    func brokenInvariant() -> String? {
        var seen: Set<MessageID> = []
        for id in order {
            guard let node = nodes[id] else { return "order has \(id), which is no message" }
            guard node.message.id == id else { return "\(id) is filed under another name" }
            if let parent = node.message.parent {
                guard seen.contains(parent) else { return "\(id) stands before its parent" }
                guard nodes[parent]?.children.contains(id) == true else { return "\(id) is not among the children" }
            } else if !roots.contains(id) {
                return "\(id) is not among the roots"
            }
            if let last = node.lastChild, !node.children.contains(last) { return "\(id) remembers no child of its own" }
            seen.insert(id)
        }
        guard seen.count == nodes.count, order.count == nodes.count else { return "order and messages differ" }
        guard nodes.values.reduce(roots.count, { $0 + $1.children.count }) == nodes.count else {
            return "some message has two places"
        }
        guard let leaf else { return isEmpty ? nil : "no message is current" }
        guard nodes[leaf]?.children.isEmpty == true else { return "the current branch does not end at its end" }
        for message in path {
            guard let parent = message.parent else { continue }
            if nodes[parent]?.lastChild != message.id { return "\(parent) does not remember the current branch" }
        }
        return nil
    }
}

extension StoredMessage {
    /// The same message elsewhere.
    func following(_ parent: MessageID?, as id: MessageID? = nil) -> StoredMessage {
        StoredMessage(
            id: id ?? self.id, parent: parent, role: role, content: content, created: created, ending: ending,
            model: model, strategy: strategy, stats: stats)
    }
}
