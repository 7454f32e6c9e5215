// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingStore

@Suite struct ChatStoreTests {
    let folder: TemporaryFolder
    let store: ChatStore

    init() throws {
        folder = try TemporaryFolder()
        store = try ChatStore(path: folder.database)
    }

    /// The chats as another run would find them.
    func reopened() throws -> ChatStore { try ChatStore(path: folder.database) }

    @Test func `A chat and all about it is there again`() throws {
        var chat = chat(1, title: "Title")
        chat.target = ModelReference(name: "target", path: "/m/t.gguf")
        chat.draft = ModelReference(name: "draft", path: "/m/d.gguf")
        chat.strategy = "sd"
        chat.parameters = JSONText(rawValue: #"{"gamma":4}"#)
        chat.sampler = JSONText(rawValue: #"{"seed":18446744073709551615}"#)
        chat.systemPrompt = "Be brief."
        let question = message(1, .user, "Grüße, 世界 👩‍👩‍👧 \u{202E}")
        let answer = StoredMessage(
            id: 2, parent: 1, role: .assistant, content: "Hello.", created: Timestamp(rawValue: 1_772_000_009_000),
            ending: .endOfText, model: "target", strategy: "sd", stats: JSONText(rawValue: "{}"))
        try store.append(question, to: chat)
        try store.append(answer, to: chat)

        chat.updated = answer.created
        let found = try #require(try reopened().load(1))
        #expect(found.chat == chat)
        #expect(found.tree == MessageTree([question, answer]))
    }

    @Test func `An empty chat is not kept`() throws {
        try store.update(chat(1))
        #expect(try store.load(1) == nil)
        #expect(try store.list().isEmpty)
        try store.save(Conversation(chat: chat(1)))
        #expect(try store.chatCount() == 0)
    }

    @Test func `Settings change, title and time do not`() throws {
        try store.append(message(1, .user, "Question"), to: chat(1))
        var changed = chat(1, title: "stale")
        changed.strategy = "pearl"
        changed.systemPrompt = "New"
        try store.update(changed)
        let found = try #require(try store.load(1)).chat
        #expect(found.title == "Question")
        #expect(found.strategy == "pearl")
        #expect(found.systemPrompt == "New")
        #expect(found.updated == message(1).created)
        changed.strategy = nil
        try store.update(changed)
        #expect(try store.load(1)?.chat.strategy == nil)
    }

    @Test func `NUL characters cost nothing of what follows them`() throws {
        try store.append(message(1, .user, "a\0b"), to: chat(1, title: "t\0u"))
        let found = try #require(try store.load(1))
        #expect(found.tree[1]?.content == "a␀b")
        #expect(found.chat.title == "t␀u")
    }

    @Test func `Ten megabytes on one line are kept and found`() throws {
        let content = "needle " + String(repeating: "x", count: 10_000_000)
        try store.append(message(1, .user, content), to: chat(1))
        #expect(try store.load(1)?.tree[1]?.content.utf8.count == content.utf8.count)
        let hit = try #require(try store.search("needle").first)
        #expect(hit.snippet.text.count < 400)
        #expect(try store.list().first?.firstLine.count ?? 0 < 200)
    }

    // MARK: Messages

    @Test func `An answer in flight is kept as far as it got`() throws {
        let chat = chat(1)
        try store.append(message(1), to: chat)
        try store.append(message(2, after: 1, .assistant, "", ending: nil), to: chat)
        try store.saveDraft(2, content: "The begin")
        #expect(try reopened().load(1)?.tree[2]?.content == "The begin")
        #expect(try reopened().load(1)?.tree[2]?.isInFlight == true)

        let later = Timestamp(rawValue: 1_772_000_100_000)
        try store.finish(2, content: "The beginning.", ending: .endOfText, stats: JSONText(rawValue: "1"), at: later)
        let found = try #require(try reopened().load(1))
        #expect(found.tree[2]?.content == "The beginning.")
        #expect(found.tree[2]?.ending == .endOfText)
        #expect(found.tree[2]?.stats == JSONText(rawValue: "1"))
        #expect(found.chat.updated == later)

        // One that comes late changes nothing.
        try store.saveDraft(2, content: "The begin")
        #expect(try store.load(1)?.tree[2]?.content == "The beginning.")

        try store.reopen(2)
        try store.saveDraft(2, content: "The beginning. More")
        #expect(try store.load(1)?.tree[2]?.isInFlight == true)
        #expect(try store.load(1)?.tree[2]?.content == "The beginning. More")
    }

    @Test func `What has no place is refused and changes nothing`() throws {
        try store.append(message(1), to: chat(1))
        try store.append(message(9), to: chat(2))
        #expect(throws: StoreError.unknownParent(7)) { try store.append(message(8, after: 7), to: chat(3)) }
        #expect(throws: StoreError.unknownParent(9)) { try store.append(message(8, after: 9), to: chat(1)) }
        #expect(throws: StoreError.alreadyStored(1)) { try store.append(message(1), to: chat(1)) }
        #expect(throws: StoreError.noSuchMessage(8)) { try store.finish(8, content: "", ending: .written) }
        #expect(throws: StoreError.noSuchMessage(8)) { try store.reopen(8) }
        #expect(throws: StoreError.noSuchMessage(9)) { try store.select(9, in: 1) }
        #expect(throws: StoreError.noSuchMessage(9)) { try store.deleteSubtree(of: 9, in: 1, leaf: nil) }
        #expect(throws: StoreError.noSuchChat(3)) { try store.rename(3, to: "x") }
        #expect(throws: StoreError.noSuchChat(3)) { try store.delete(3) }
        #expect(throws: StoreError.noSuchChat(3)) { try store.undelete(3) }
        #expect(try store.list().map(\.id) == [2, 1])
        #expect(try store.load(1)?.tree == MessageTree([message(1)]))
    }

    @Test(arguments: 1...8)
    func `Whatever is done to a tree, the stored one is the same`(seed: UInt64) throws {
        var generator = FixedGenerator(state: seed)
        let chat = chat(1, title: "Title")
        let time = chat.created
        var tree = MessageTree()
        for next in Int64(1)...60 {
            let some = tree.messages.map(\.id).randomElement(using: &generator)
            let id = MessageID(rawValue: next)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0...2:
                let added = message(next, after: tree.leaf?.rawValue, next % 2 == 0 ? .assistant : .user)
                try tree.add(added)
                try store.append(added, to: chat)
            case 3:
                guard let some else { continue }
                try store.append(tree.edit(some, as: id, content: "edited", created: time), to: chat)
            case 4:
                guard let some else { continue }
                try store.append(tree.regenerate(some, as: id, created: time), to: chat)
                tree.appendContent("answer", to: id)
                tree.finish(id, .endOfText)
                try store.finish(id, content: "answer", ending: .endOfText, at: time)
            case 5...6:
                guard let some, let leaf = tree.select(some) else { continue }
                try store.select(leaf, in: chat.id)
            default:
                guard let some, next % 2 == 0 else { continue }
                tree.deleteSubtree(of: some)
                try store.deleteSubtree(of: some, in: chat.id, leaf: tree.leaf)
            }
            #expect(try store.load(1)?.tree ?? MessageTree() == tree)
        }
    }

    @Test func `A chain longer than SQLite's triggers are deep can be deleted`() throws {
        var tree = MessageTree()
        for id in Int64(1)...1500 { try tree.add(message(id, after: id > 1 ? id - 1 : nil)) }
        try store.save(Conversation(chat: chat(1), tree: tree))
        tree.deleteSubtree(of: 2)
        try store.deleteSubtree(of: 2, in: 1, leaf: tree.leaf)
        #expect(try store.load(1)?.tree == tree)
        #expect(try store.search("text").count == 2)
        try store.delete(1)
        try store.purge()
        #expect(try store.load(1) == nil)
    }

    @Test func `With its last message a chat is gone`() throws {
        try store.append(message(1), to: chat(1))
        try store.deleteSubtree(of: 1, in: 1, leaf: nil)
        #expect(try store.load(1) == nil)
        #expect(try store.search("text").isEmpty)
        try store.append(message(2), to: chat(1))
        #expect(try store.load(1)?.tree.count == 1)
    }

    @Test func `A conversation kept in memory is saved as a whole, and again as far as it is new`() throws {
        var tree = MessageTree()
        try tree.add(message(1))
        try tree.add(message(2, after: 1, .assistant, "part", ending: nil))
        let chat = chat(1, title: "Title")
        try store.save(Conversation(chat: chat, tree: tree))
        tree.setContent("whole", of: 2)
        tree.finish(2, .endOfText)
        try tree.add(message(3, after: 1, .assistant, "other"))
        tree.select(2)
        try store.save(Conversation(chat: chat, tree: tree))
        #expect(try store.load(1)?.tree == tree)
        #expect(try store.search("whole").map(\.message) == [2])
    }

    // MARK: Chats

    @Test func `A title comes from the first question unless there is one`() throws {
        try store.append(message(1, .system, "System text"), to: chat(1))
        try store.append(message(2, after: 1, .user, "\n First question\nmore"), to: chat(1))
        try store.append(message(3, after: 2, .user, "Second"), to: chat(1))
        try store.append(message(4, .user, "Question"), to: chat(2, title: "Given"))
        #expect(try store.load(1)?.chat.title == "First question")
        #expect(try store.load(2)?.chat.title == "Given")
        #expect(try store.rename(2, to: "  New\u{1B} \n name") == "New␛")
        #expect(try store.load(2)?.chat.title == "New␛")
        #expect(try store.rename(2, to: " ") == "Question")
    }

    @Test func `The list is by the latest message, in pages`() throws {
        for id in Int64(1)...25 {
            try store.append(message(id, .user, "Question \(id)\nand more"), to: chat(id))
        }
        // Two of the same time, and one that is old but was written to.
        try store.append(
            StoredMessage(id: 100, parent: 3, role: .user, content: "x", created: message(25).created), to: chat(3))
        var all: [ChatSummary] = []
        var previous: ChatSummary?
        while true {
            let page = try store.list(limit: 10, after: previous)
            all += page
            guard let last = page.last else { break }
            previous = last
        }
        #expect(all.map(\.id.rawValue) == [25, 3] + (1...24).reversed().filter { $0 != 3 })
        #expect(all[1].messageCount == 2)
        #expect(all[1].firstLine == "Question 3")
        #expect(try store.chatCount() == 25)
        #expect(try store.list(limit: -1).isEmpty)
    }

    @Test func `A deleted chat can be had back until the process ends`() throws {
        try store.append(message(1, .user, "needle"), to: chat(1))
        try store.delete(1)
        #expect(try store.list().isEmpty)
        #expect(try store.load(1) == nil)
        #expect(try store.search("needle").isEmpty)
        #expect(try store.chatCount() == 0)
        // Another store of this process opens: it is not the process's end.
        #expect(try reopened().list().isEmpty)
        try store.undelete(1)
        #expect(try store.load(1)?.tree.count == 1)
        try store.delete(1)
        try store.purge()
        #expect(throws: StoreError.noSuchChat(1)) { try store.undelete(1) }
    }

    @Test func `A deleted chat that is written to is back`() throws {
        try store.append(message(1), to: chat(1))
        try store.delete(1)
        try store.append(message(2, after: 1), to: chat(1))
        #expect(try store.load(1)?.tree.count == 2)
    }

    @Test func `A closed store refuses with an error`() throws {
        try store.append(message(1), to: chat(1))
        try store.close()
        #expect(throws: StoreError.self) { try store.list() }
        #expect(throws: StoreError.self) { try store.append(message(2, after: 1), to: chat(1)) }
        #expect(folder.files == ["chats.sqlite"])
        #expect(try reopened().list().count == 1)
    }

    @Test func `A change of another store is noticed, one of our own is not`() throws {
        let other = try reopened()
        let mark = try store.changeMark()
        try store.append(message(1), to: chat(1))
        #expect(try store.changeMark() == mark)
        try other.append(message(2), to: chat(2))
        #expect(try store.changeMark() != mark)
        #expect(try store.list().count == 2)
    }
}
