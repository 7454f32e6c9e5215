// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingStore

@Suite struct ExportTests {
    let time = Timestamp(rawValue: 1_772_366_400_250)

    /// Two answers to the first question, a second question edited once.
    func conversation() throws -> Conversation {
        var chat = chat(1, title: "Ink")
        chat.target = ModelReference(name: "tiny", path: "/m/tiny.gguf")
        chat.strategy = "sd"
        chat.parameters = JSONText(rawValue: #"{"gamma":4}"#)
        chat.sampler = JSONText(rawValue: #"{"seed":18446744073709551615,"temperature":0.5}"#)
        chat.systemPrompt = "Be brief."
        var tree = MessageTree()
        func answer(_ id: Int64, _ parent: Int64, _ text: String, _ ending: MessageEnding) -> StoredMessage {
            StoredMessage(
                id: MessageID(rawValue: id), parent: MessageID(rawValue: parent), role: .assistant, content: text,
                created: time, ending: ending, model: "tiny", strategy: "sd", stats: JSONText(rawValue: #"{"tps":1.5}"#)
            )
        }
        try tree.add(message(1, .user, "What is ink?"))
        try tree.add(answer(2, 1, "A fluid.", .endOfText))
        try tree.add(message(3, after: 2, .user, "Which?"))
        try tree.add(answer(4, 3, "Black", .cancelled))
        try tree.add(answer(5, 1, "A dye.", .tokenLimit))
        try tree.add(message(6, after: 2, .user, "Since when?"))
        return Conversation(chat: chat, tree: tree)
    }

    @Test func `Markdown of the current branch reads from top to bottom`() throws {
        #expect(
            try conversation().markdown(.currentBranch) == """
                # Ink

                ## System

                Be brief.

                ## You

                What is ink?

                ## tiny (1/2)

                A fluid.

                ## You (2/2)

                Since when?

                """)
    }

    @Test func `Markdown of all branches tells each message once`() throws {
        let text = try conversation().markdown(.allBranches)
        #expect(
            text.hasSuffix(
                """
                Since when?

                ---

                # Another branch, after “What is ink?”

                ## tiny (2/2)

                A dye.

                *(cut at the token limit)*

                ---

                # Another branch, after “A fluid.”

                ## You (1/2)

                Which?

                ## tiny

                Black

                *(stopped)*

                """))
    }

    @Test(arguments: 1...10)
    func `However it branches, each message is told once`(seed: UInt64) throws {
        var generator = FixedGenerator(state: seed)
        var tree = MessageTree()
        for id in Int64(1)...40 {
            let parent = id > 1 && id % 9 != 0 ? Int64.random(in: 1..<id, using: &generator) : nil
            try tree.add(message(id, after: parent, .user, "message-\(id)."))
        }
        tree.select(MessageID(rawValue: Int64.random(in: 1...40, using: &generator)))
        let lines = Conversation(chat: chat(1, title: "t"), tree: tree).markdown(.allBranches).split(separator: "\n")
        for id in 1...40 { #expect(lines.count { $0 == "message-\(id)." } == 1) }
    }

    @Test func `JSON read again is the same chat under new names`() throws {
        let original = try conversation()
        let json = try original.json(.allBranches)
        var generator = FixedGenerator(state: 1)
        let copy = try Conversation(json: json, using: &generator)
        #expect(copy.chat.id != original.chat.id)
        var chat = original.chat
        chat = Chat(
            id: copy.chat.id, created: chat.created, title: chat.title, target: chat.target, draft: chat.draft,
            strategy: chat.strategy, parameters: chat.parameters, sampler: chat.sampler,
            systemPrompt: chat.systemPrompt)
        #expect(copy.chat == chat)
        // The document has no names but those, so that a second copy differs in nothing else.
        let names = Dictionary(
            uniqueKeysWithValues: zip(copy.tree.messages.map(\.id), original.tree.messages.map(\.id)))
        let renamed = copy.tree.messages.compactMap { message in
            names[message.id].map { message.following(message.parent.flatMap { names[$0] }, as: $0) }
        }
        #expect(renamed == original.tree.messages)
        #expect(copy.tree.path.map(\.content) == original.tree.path.map(\.content))
        #expect(copy.tree.leaf.flatMap { names[$0] } == original.tree.leaf)

        let store = try ChatStore.inMemory()
        try store.save(copy)
        #expect(try store.load(copy.chat.id)?.tree == copy.tree)
    }

    @Test func `JSON of the current branch holds no other`() throws {
        let copy = try Conversation(json: conversation().json(.currentBranch))
        #expect(copy.tree.messages.map(\.content) == ["What is ink?", "A fluid.", "Since when?"])
        #expect(copy.tree.leaf == copy.tree.messages.last?.id)
    }

    @Test func `The document is as promised`() throws {
        var tree = MessageTree()
        try tree.add(message(1, .user, "Hi/\u{1B}"))
        let json = try Conversation(chat: chat(1, title: "Hi"), tree: tree).json(.allBranches)
        #expect(
            String(decoding: json, as: UTF8.self).filter { !$0.isWhitespace } == """
                {"chat":{"created":"2026-02-25T06:13:20.001Z","leaf":"000000000001","title":"Hi",\
                "updated":"2026-02-25T06:13:20.001Z"},"format":"inkling-chat",\
                "messages":[{"content":"Hi/\\u001b","created":"2026-02-25T06:13:20.001Z","finish":"written",\
                "id":"000000000001","role":"user"}],"version":1}
                """)
    }

    @Test func `A plain list of messages is a chat`() throws {
        let json =
            #"[{"role":"system","content":"S"},{"role":"user","content":"Hello there"},{"role":"assistant","content":"Hi","x":1}]"#
        let conversation = try Conversation(json: Array(json.utf8), now: time)
        #expect(conversation.chat.systemPrompt == "S")
        #expect(conversation.chat.title == "Hello there")
        #expect(conversation.chat.created == time)
        #expect(conversation.tree.path.map(\.content) == ["Hello there", "Hi"])
        #expect(conversation.tree.path.map(\.role) == [.user, .assistant])
    }

    @Test(arguments: [
        ("", "The given data was not valid JSON."),
        ("[]", "it has no messages"),
        (#"[{"role":"system","content":"S"}]"#, "it has no messages"),
        ("{}", "\"format\" is missing"),
        (
            #"{"format":"x","version":1,"chat":{"title":"","created":"","updated":""},"messages":[]}"#,
            "its format is \"x\""
        ),
        (
            #"{"format":"inkling-chat","version":2,"chat":{"title":"","created":"","updated":""},"messages":[]}"#,
            "it is of version 2, which only a newer inkling reads"
        ),
        (
            #"{"format":"inkling-chat","version":1,"chat":{"title":"","created":"","updated":""},"messages":[]}"#,
            "it has no messages"
        ),
        (
            #"{"format":"inkling-chat","version":1,"chat":{"title":"","created":"","updated":""},"messages":[{"id":"a","role":"user","content":"x"}]}"#,
            "messages[0]: \"created\" is missing"
        ),
        (
            #"{"format":"inkling-chat","version":1,"chat":{"title":"","created":"","updated":""},"messages":[{"id":"a","parent":"a","role":"user","content":"x","created":""}]}"#,
            "the message \"a\" follows \"a\", which does not stand before it"
        ),
        (
            #"{"format":"inkling-chat","version":1,"chat":{"title":"","created":"","updated":""},"messages":[{"id":"a","role":"user","content":"x","created":""},{"id":"a","role":"user","content":"x","created":""}]}"#,
            "it has two messages \"a\""
        ),
    ])
    func `What is no chat is refused with the reason`(json: String, reason: String) {
        #expect(throws: StoreError.notAChat(reason: reason)) { try Conversation(json: Array(json.utf8)) }
    }

    @Test func `Deep nesting and cut files are refused, not fatal`() throws {
        let deep = Array((String(repeating: "[", count: 100_000)).utf8)
        #expect(throws: StoreError.self) { try Conversation(json: deep) }
        let whole = try conversation().json(.allBranches)
        for length in stride(from: 0, to: whole.count - 2, by: 7) {
            #expect(throws: StoreError.self) { try Conversation(json: Array(whole.prefix(length))) }
        }
    }
}
