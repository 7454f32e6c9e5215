// SPDX-License-Identifier: Apache-2.0

import GRDB
import InklingCells
import Testing

@testable import InklingStore

@Suite struct SearchTests {
    let store: ChatStore

    static let queries: [(text: String, messages: [Int64?])] = [
        ("vector", [1, 2]), ("vec", [1, 2]), ("VECTOR head", [2]), ("header vector", [2]), ("ector", []),
        ("creme", [nil, 3]), ("CRÈME BRULEE", [3]), ("crème  ", [nil, 3]),
        // Signs count where a word is written with them.
        ("c++", [1]), ("std::vector", [2]), ("std::", [2]), ("100%", [2]), ("%", [2]), ("_", [5]), ("snake_case", [5]),
        ("++", [1]), ("don't", [2]), ("don’t", [2]), ("c", [nil, 1, 3, 5]),
        // Scripts without blanks between words.
        ("東京", [4]), ("天気", [nil, 4]), ("の天", [4]), ("東京 の", [4]), ("大阪", []), ("langu", [nil]),
        // Never syntax.
        ("vector OR crème", []), ("NOT vector", []), ("vector*", []), ("content:vector", []), ("\"quoted\"", [5]),
        ("NEAR(a b)", []), ("^vector", []), ("(", []), ("\"", [5]), ("vector\"", []), ("-", []), ("a AND", [nil]),
        ("\\", []), ("'; DROP TABLE chats; --", []), ("\0", []), ("", []), ("   ", []),
    ]

    init() throws {
        store = try ChatStore.inMemory()
        try store.append(message(1, .user, "How do I write a vector in C++ code?"), to: chat(1, title: "Languages"))
        try store.append(
            message(2, after: 1, .assistant, "Use std::vector<int>. Don't forget the header, it's a 100% must."),
            to: chat(1))
        try store.append(message(3, .user, "Où est la crème brûlée?"), to: chat(2, title: "Crème and cake"))
        try store.append(message(4, .user, "今日は東京の天気がいいですね。"), to: chat(3, title: "天気"))
        try store.append(
            message(5, .user, "C is a letter; snake_case too. 50 percent \"quoted\""), to: chat(4, title: "Letters"))
    }

    func found(_ text: String) throws -> [Int64?] { try store.search(text).map { $0.message?.rawValue } }

    @Test(arguments: queries)
    func `Words are found as one types them`(text: String, messages: [Int64?]) throws {
        #expect(Set(try found(text)) == Set(messages))
    }

    @Test func `Titles come first, and say so`() throws {
        let hits = try store.search("crème")
        #expect(hits.map(\.message) == [nil, 3])
        #expect(hits.map(\.chat) == [2, 2])
        #expect(hits.map(\.title) == ["Crème and cake", "Crème and cake"])
        #expect(hits[0].role == nil)
        #expect(hits[1].role == .user)
        #expect(hits[0].snippet.runs.first == Snippet.Run(text: "Crème", isMatch: true))
    }

    @Test func `Matches are marked where they stand`() throws {
        let hit = try #require(try store.search("brul creme").first)
        #expect(hit.snippet.text == "Où est la crème brûlée?")
        #expect(hit.snippet.runs.filter(\.isMatch).map(\.text) == ["crème", "brûlée"])
        #expect(hit.snippet.matches == [10..<15, 16..<22])
        let japanese = try #require(try store.search("天気").last)
        #expect(japanese.snippet.runs.map(\.text) == ["今日は東京の", "天気", "がいいですね。"])
        #expect(japanese.snippet.runs.map(\.isMatch) == [false, true, false])
    }

    @Test func `A snippet is one safe line about the match`() throws {
        let filler = String(repeating: "filler words\n", count: 400)
        try store.append(message(9, .user, filler + "a \u{1B}[31m needle\u{202E} b" + filler), to: chat(9))
        let snippet = try #require(try store.search("needle").first).snippet
        #expect(snippet.runs.contains(Snippet.Run(text: "needle", isMatch: true)))
        #expect(snippet.text.count < 260)
        #expect(!snippet.text.contains("\n"))
        #expect(sanitizedForTerminal(snippet.text) == snippet.text)
        #expect(snippet.text.hasPrefix("…"))
    }

    @Test func `A snippet of a giant word stays small`() throws {
        let giant = String(repeating: "y", count: 200_000)
        try store.append(message(9, .user, "\(giant) needle \(giant)"), to: chat(9))
        let snippet = try #require(try store.search("needle").first).snippet
        #expect(snippet.text.count < 400)
        #expect(snippet.runs.contains { $0.isMatch && $0.text == "needle" })
        try store.append(message(10, .user, String(repeating: "水", count: 200_000) + "火"), to: chat(9))
        #expect(try store.search("火").first?.snippet.text.count ?? 0 < 400)
    }

    @Test func `A query of any length and kind does no harm`() throws {
        _ = try store.search(String(repeating: "word ", count: 100_000))
        _ = try store.search(String(repeating: "%", count: 1_000_000))
        _ = try store.search(String(repeating: "\"", count: 1_000_000))
        var generator = FixedGenerator(state: 7)
        let letters = Array("ab\"'*()^-+:%_\\ \0\n\t{}.,ANDORNOT天é\u{E000}\u{301}")
        for _ in 0..<500 {
            let text = String((0..<12).compactMap { _ in letters.randomElement(using: &generator) })
            _ = try store.search(text)
        }
    }

    @Test func `Text that looks like our own marks is text`() throws {
        try store.append(message(9, .user, "\u{E000}1[ needle \u{E000}1] end"), to: chat(9))
        let snippet = try #require(try store.search("needle").first).snippet
        #expect(snippet.runs.filter(\.isMatch).map(\.text) == ["needle"])
    }

    @Test func `The index follows every change`() throws {
        let chat = chat(9)
        try store.append(message(9, .user, "question"), to: chat)
        try store.append(message(10, after: 9, .assistant, "alpha", ending: nil), to: chat)
        #expect(try found("alpha") == [])
        try store.saveDraft(10, content: "alpha beta")
        #expect(try found("beta") == [])
        try store.finish(10, content: "alpha beta gamma", ending: .endOfText)
        #expect(try found("gamma") == [10])
        try store.reopen(10)
        #expect(try found("gamma") == [])
        try store.finish(10, content: "delta", ending: .endOfText)
        #expect(try found("delta") == [10])
        #expect(try found("alpha") == [])
        #expect(try found("question") == [nil, 9])
        try store.rename(9, to: "renamed")
        #expect(try found("question") == [9])
        #expect(try found("renam") == [nil])
        try store.deleteSubtree(of: 10, in: 9, leaf: 9)
        #expect(try found("delta") == [])
        try store.delete(9)
        #expect(try found("renamed") == [])
        try store.purge()
        try store.write { database in
            // An index that differs from the rows throws.
            try database.execute(sql: "INSERT INTO message_text (message_text, rank) VALUES ('integrity-check', 1)")
            try database.execute(sql: "INSERT INTO chat_titles (chat_titles, rank) VALUES ('integrity-check', 1)")
        }
    }

    @Test func `No more is found than was asked for`() throws {
        for id in Int64(20)..<60 { try store.append(message(id, .user, "common"), to: chat(id)) }
        #expect(try store.search("common", limit: 7).count == 7)
        #expect(try store.search("common", limit: 45).count == 45)
        #expect(try store.search("common", limit: 0).isEmpty)
        #expect(try store.search("common", limit: -5).isEmpty)
    }
}
