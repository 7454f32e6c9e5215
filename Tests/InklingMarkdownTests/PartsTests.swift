// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@testable import InklingMarkdown

struct HighlighterTests {
    @Test
    func `Every language is found by its names, and no name is given twice`() {
        let names = Highlighter.all.flatMap(\.names)
        #expect(Set(names).count == names.count)
        for name in names { #expect(Highlighter.syntax(of: name.uppercased()) != nil) }
        #expect(Highlighter.syntax(of: "brainfuck") == nil)
    }

    @Test(arguments: Highlighter.all.indices)
    func `Highlighting keeps the text, line by line or in pieces`(index: Int) {
        for text in Corpus.all {
            var scanner = SyntaxScanner(Highlighter.all[index])
            for line in text.split(separator: "\n") {
                #expect(scanner.highlight(String(line)).text == String(line))
                scanner.endLine()
            }
        }
    }

    @Test(arguments: [
        ("swift", "let x = 0x1F...3 // a", "kcncnm"),
        ("swift", "@Main func f() { \"a\\\"b\" }", "kkcsc"),
        ("sh", "echo $# 'a' # b", "kcsm"),
        ("json", "{\"a\": [1, true, \"b\"]}", "ckcncncsc"),
        ("python", "@x\ndef f(): return None", "k\nkckn"),
        ("c", "#include <a>\nint x = 1;", "kc\nkcnc"),
    ])
    func `Words get their roles`(language: String, code: String, roles: String) throws {
        var scanner = SyntaxScanner(try #require(Highlighter.syntax(of: language)))
        let letters: [Role: String] = [
            .code: "c", .codeKeyword: "k", .codeString: "s", .codeComment: "m", .codeNumber: "n",
        ]
        let lines = code.split(separator: "\n").map { line in
            let text = scanner.highlight(String(line))
            scanner.endLine()
            return text.spans.filter { $0.text.contains { $0 != " " } }.map { letters[$0.role] ?? "?" }.joined()
        }
        #expect(lines == roles.split(separator: "\n").map(String.init))
    }

    @Test
    func `Comments and strings go on over lines as the language says`() throws {
        var swift = SyntaxScanner(try #require(Highlighter.syntax(of: "swift")))
        _ = swift.highlight("/* a /* b */")
        swift.endLine()
        #expect(swift.highlight("c */ d").spans.map(\.role) == [.codeComment, .code])
        _ = swift.highlight("\"not closed")
        swift.endLine()
        #expect(swift.highlight("e").spans.map(\.role) == [.code])
    }
}

struct ReasoningSplitterTests {
    @Test(arguments: [
        ("<think>a</think>b", "[a]b"),
        (" \n<think>\na</think>b", " \n[\na]b"),
        ("<thinking>a</think>b</thinking>", "[a</think>b]"),
        ("a <think>b", "a <think>b"),
        ("a\n<think>\nb\n</think>c", "a\n[b\n]c"),
        ("a\n<think> b", "a\n<think> b"),
        ("```\n<think>\n```\n<think> \nx", "```\n<think>\n```\n[x"),
        ("<thin", ""), ("<thinker", "<thinker"), ("<", "<"),
        ("<think>a</thi", "[a"), ("<think>a <b", "[a <b"), ("<think>a<</think>", "[a<]"),
    ])
    func `Sections begin and end with their tags`(text: String, expected: String) {
        for size in [1, 3, 100] {
            var splitter = ReasoningSplitter(beginsInReasoning: false)
            var result: [UInt8] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                splitter.read(Array(rest.prefix(size))) { event in
                    switch event {
                    case .text(let text): result += text
                    case .opens: result.append(UInt8(ascii: "["))
                    case .closes: result.append(UInt8(ascii: "]"))
                    }
                }
                rest = rest.dropFirst(size)
            }
            #expect(String(decoding: result + splitter.visiblePending, as: UTF8.self) == expected)
        }
    }

    @Test
    func `A chat format may have opened the section`() {
        let document = MarkdownDocument("so it is\n</think>\n\nYes.", beginsInReasoning: true)
        #expect(document.lines(width: 40).map(\.text.text) == ["▸ Thought 3 words", "", "Yes."])
        #expect(document.lines(width: 40).map(\.reasoning) == [0, nil, nil])
    }

    @Test
    func `An empty section is not shown`() {
        #expect(MarkdownDocument("<think>\n\n</think>\n\nYes.").lines(width: 40).map(\.text.text) == ["Yes."])
        #expect(MarkdownDocument("<think>\n").lines(width: 40).map(\.text.text) == ["▸ Thinking…"])
    }
}

struct TableWidthTests {
    @Test(arguments: [
        ([3, 4], 10, [3, 4] as [Int]?),
        ([3, 40], 20, [3, 17]),
        ([30, 40, 5], 25, [10, 10, 5]),
        ([30, 40], 21, [11, 10]),
        ([30, 40, 50], 10, nil),
        ([1, 1, 1, 1], 3, nil),
    ])
    func `Columns that fit keep their width, the others share the rest`(natural: [Int], available: Int, widths: [Int]?)
    {
        #expect(TableRenderer.columnWidths(natural, available: available) == widths)
    }
}
