// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingStore

@Suite struct MessageTreeTests {
    let time = Timestamp(rawValue: 1_772_000_000_000)

    static let deletions: [(delete: MessageID, path: [MessageID])] = [
        (4, [1, 2, 3, 6]), (5, [1, 2, 3, 4]), (6, [1, 2, 3, 5]), (3, [1, 2]), (1, []),
    ]

    /// 1 → 2 → 3 → 4, question and answer in turn.
    func conversation() throws -> MessageTree {
        var tree = MessageTree()
        try tree.add(message(1))
        try tree.add(message(2, after: 1, .assistant))
        try tree.add(message(3, after: 2))
        try tree.add(message(4, after: 3, .assistant))
        return tree
    }

    @Test func `An empty tree has no path and no end`() {
        let tree = MessageTree()
        #expect(tree.isEmpty)
        #expect(tree.path.isEmpty)
        #expect(tree.leaf == nil)
        #expect(tree.children(of: nil).isEmpty)
        #expect(tree.brokenInvariant() == nil)
    }

    @Test func `Messages in turn make one path`() throws {
        let tree = try conversation()
        #expect(tree.path.map(\.id) == [1, 2, 3, 4])
        #expect(tree.leaf == 4)
        #expect(tree.children(of: nil) == [1])
        #expect(tree.children(of: 2) == [3])
        #expect(tree.siblingPosition(of: 3)?.description == "1/1")
        #expect(tree.path(to: 2).map(\.id) == [1, 2])
    }

    @Test func `An edit branches beside the old message and becomes current`() throws {
        var tree = try conversation()
        let edited = try tree.edit(3, as: 5, content: "other", created: time)
        #expect(edited.parent == 2)
        #expect(edited.role == .user)
        #expect(edited.ending == .written)
        #expect(tree.path.map(\.id) == [1, 2, 5])
        #expect(tree.siblings(of: 5) == [3, 5])
        #expect(tree.siblingPosition(of: 5)?.description == "2/2")
        #expect(tree.path(to: 4).map(\.id) == [1, 2, 3, 4])
        #expect(tree.brokenInvariant() == nil)
    }

    @Test func `The first message can be edited`() throws {
        var tree = try conversation()
        _ = try tree.edit(1, as: 5, content: "other", created: time)
        #expect(tree.roots == [1, 5])
        #expect(tree.path.map(\.id) == [5])
        #expect(tree.select(1) == 4)
        #expect(tree.path.map(\.id) == [1, 2, 3, 4])
    }

    @Test func `To answer again adds an empty answer in flight beside the old`() throws {
        var tree = try conversation()
        let answer = try tree.regenerate(4, as: 5, created: time, model: "m", strategy: "sd")
        #expect(answer.parent == 3)
        #expect(answer.role == .assistant)
        #expect(answer.content.isEmpty)
        #expect(answer.isInFlight)
        #expect(answer.model == "m")
        #expect(tree.path.map(\.id) == [1, 2, 3, 5])
    }

    @Test func `To answer a question adds an answer after it`() throws {
        var tree = try conversation()
        let answer = try tree.regenerate(3, as: 5, created: time)
        #expect(answer.parent == 3)
        #expect(tree.children(of: 3) == [4, 5])
    }

    @Test func `Another branch goes on as it was left`() throws {
        var tree = try conversation()
        _ = try tree.regenerate(4, as: 5, created: time)
        _ = try tree.regenerate(4, as: 6, created: time)
        tree.select(5)
        _ = try tree.edit(3, as: 7, content: "other", created: time)
        #expect(tree.path.map(\.id) == [1, 2, 7])
        // Neither the first nor the newest of the answers to 3, but the one that was looked at last.
        #expect(tree.select(3) == 5)
        #expect(tree.path.map(\.id) == [1, 2, 3, 5])
    }

    @Test func `One goes from sibling to sibling and no further`() throws {
        var tree = try conversation()
        _ = try tree.regenerate(4, as: 5, created: time)
        _ = try tree.regenerate(4, as: 6, created: time)
        #expect(tree.selectSibling(of: 6, by: 1) == nil)
        #expect(tree.selectSibling(of: 6, by: -1) == 5)
        #expect(tree.selectSibling(of: 5, by: -1) == 4)
        #expect(tree.selectSibling(of: 4, by: -1) == nil)
        #expect(tree.selectSibling(of: 4, by: .max) == nil)
        #expect(tree.selectSibling(of: 99, by: 1) == nil)
        #expect(tree.leaf == 4)
    }

    @Test(arguments: deletions)
    func `A deleted branch gives way to its neighbour, then to its parent`(
        delete: MessageID, path: [MessageID]
    ) throws {
        var tree = try conversation()
        _ = try tree.regenerate(4, as: 5, created: time)
        _ = try tree.regenerate(4, as: 6, created: time)
        tree.select(delete)
        if delete == 4 { _ = tree.deleteSubtree(of: 5) }
        let removed = tree.deleteSubtree(of: delete)
        #expect(removed.contains(delete))
        #expect(tree.path.map(\.id) == path)
        #expect(tree.brokenInvariant() == nil)
    }

    @Test func `To delete elsewhere leaves the current branch as it is`() throws {
        var tree = try conversation()
        _ = try tree.edit(3, as: 5, content: "other", created: time)
        let removed = tree.deleteSubtree(of: 3)
        #expect(removed == [3, 4])
        #expect(tree.path.map(\.id) == [1, 2, 5])
        let nothing = tree.deleteSubtree(of: 3)
        #expect(nothing.isEmpty)
        #expect(tree.messages.map(\.id) == [1, 2, 5])
    }

    @Test func `An answer grows and ends in place`() throws {
        var tree = try conversation()
        let id = try tree.regenerate(3, as: 5, created: time).id
        for word in ["one", " two"] { tree.appendContent(word, to: id) }
        #expect(tree[id]?.content == "one two")
        tree.finish(id, .cancelled, stats: JSONText(rawValue: "{}"))
        #expect(tree[id]?.ending == .cancelled)
        tree.reopen(id)
        #expect(tree[id]?.isInFlight == true)
        let isThere = tree.appendContent("x", to: 99)
        #expect(!isThere)
    }

    @Test func `What has no place is refused`() throws {
        var tree = try conversation()
        #expect(throws: StoreError.alreadyStored(2)) { try tree.add(message(2, after: 4)) }
        #expect(throws: StoreError.unknownParent(99)) { try tree.add(message(5, after: 99)) }
        #expect(throws: StoreError.noSuchMessage(99)) { try tree.edit(99, as: 5, content: "", created: time) }
        #expect(throws: StoreError.noSuchMessage(99)) { try tree.regenerate(99, as: 5, created: time) }
        #expect(tree.select(99) == nil)
        #expect(try tree == conversation())
    }

    @Test func `A damaged list of messages loses as little as possible`() {
        let tree = MessageTree(
            // 2 and 3 follow each other, 5 follows itself, 4 is there twice.
            [
                message(1), message(2, after: 3), message(3, after: 2), message(4, after: 1), message(4, after: 2),
                message(5, after: 5),
            ], lastChildren: [1: 3, 2: 99, 98: 97], leaf: 77)
        #expect(tree.brokenInvariant() == nil)
        #expect(tree.messages.map(\.id) == [1, 2, 3, 4, 5])
        #expect(tree.roots == [1, 2, 5])
        #expect(tree.children(of: 2) == [3])
        #expect(tree.leaf == 5)
    }

    @Test func `A chain of 20,000 messages needs no stack`() throws {
        var messages = [message(1)]
        for id in 2...Int64(20_000) { messages.append(message(id, after: id - 1)) }
        var tree = MessageTree(messages)
        #expect(tree.path.count == 20_000)
        #expect(tree.deleteSubtree(of: 2).count == 19_999)
        #expect(tree.path.map(\.id) == [1])
    }

    @Test(arguments: 1...20)
    func `Whatever is done, the invariants hold and rebuilding gives the same tree`(seed: UInt64) throws {
        var generator = FixedGenerator(state: seed)
        var tree = MessageTree()
        for next in Int64(1)...120 {
            let known = tree.messages.map(\.id)
            let some = known.randomElement(using: &generator)
            switch Int.random(in: 0..<9, using: &generator) {
            case 0...2: try tree.add(message(next, after: tree.leaf?.rawValue, next % 2 == 0 ? .assistant : .user))
            case 3: if let some { _ = try tree.edit(some, as: MessageID(rawValue: next), content: "e", created: time) }
            case 4: if let some { _ = try tree.regenerate(some, as: MessageID(rawValue: next), created: time) }
            case 5: if let some { tree.select(some) }
            case 6: if let some { tree.selectSibling(of: some, by: Int.random(in: -2...2, using: &generator)) }
            case 7: if let some { tree.appendContent("x", to: some) }
            default:
                if let some, next % 3 == 0 {
                    let removed = tree.deleteSubtree(of: some)
                    #expect(removed.isSubset(of: known))
                }
            }
            #expect(tree.brokenInvariant() == nil)
            #expect(MessageTree(tree.messages, lastChildren: tree.lastChildren, leaf: tree.leaf) == tree)
        }
    }
}
