// SPDX-License-Identifier: Apache-2.0

import InklingTemplates
import InklingTokenizer
import Testing

@testable import inkling

@Suite struct MeasuringTextTests {
    @Test func `Token ids may stand between spaces, breaks and commas`() throws {
        let tokens = try TokenList.parse(Array("1, 2\n\t3,,4\r\n 0005 ".utf8), from: "x")
        #expect(tokens.map(\.rawValue) == [1, 2, 3, 4, 5])
        #expect(try TokenList.parse([], from: "x").isEmpty)
        #expect(TokenList.line([TokenID(7), TokenID(0), TokenID(31999)]) == Array("7 0 31999\n".utf8))
        #expect(TokenList.line([]) == [10])
    }

    @Test(arguments: [
        ("a", "a"), ("-1", "-1"), ("+1", "+1"), ("1.5", "1.5"), ("2147483648", "2147483648"),
        ("\u{1B}[2J", "\u{FFFD}[2J"),
        (String(repeating: "9", count: 30), String(repeating: "9", count: 24) + "…"),
    ])
    func `What is no token id is named, fit for a terminal`(text: String, shown: String) {
        #expect(
            throws: Failure(
                "x: \"\(shown)\" is no token id; ids are whole numbers, with spaces or commas",
                hint: "\"inkling tokenize\" turns text into token ids")
        ) { try TokenList.parse(Array(text.utf8), from: "x") }
    }

    @Test func `Decimals are rounded and never localised`() {
        #expect(
            Decimals.text(1.005, 1) == "1.0" && Decimals.text(0.05, 2) == "0.05" && Decimals.text(12.999, 2) == "13.00")
        #expect(Decimals.text(-0.04, 1) == "0.0" && Decimals.text(-2.5, 0) == "-3" && Decimals.text(0, 0) == "0")
        #expect(Decimals.text(.nan, 2) == "-" && Decimals.text(-.infinity, 2) == "-inf")
        #expect(
            Decimals.short(0.1234) == "0.123" && Decimals.short(12.34) == "12.3" && Decimals.short(12345.6) == "12346")
        #expect(Decimals.bytes(1023) == "1023 B" && Decimals.bytes(1536) == "1.50 KiB")
        #expect(Decimals.bytes(20 << 30) == "20.0 GiB")
    }

    @Test func `Markdown tables are rows of cells with rules that align`() {
        var table = TextTable([("name", .left), ("n", .right)])
        table.append(["a|b", "12345"])
        #expect(
            table.text(.markdown) == """
                | name |     n |
                | ---- | ----: |
                | a\\|b | 12345 |
                """)
        #expect(table.text(.plain) == "name      n\na|b   12345")
    }

    @Test func `Fields of the system's files are found by name`() {
        let text = "Name:\tinkling\nVmHWM:\t   24608 kB\nmodel name\t: Some CPU: 3 GHz\n"
        #expect(
            Machine.field("VmHWM", in: text) == "24608 kB" && Machine.field("model name", in: text) == "Some CPU: 3 GHz"
        )
        #expect(Machine.field("Vm", in: text) == nil)
        #expect(Machine.kilobytes("24608 kB") == 24608 * 1024)
        for text in ["24608", "24608 MB", "x kB", "9223372036854775807 kB"] { #expect(Machine.kilobytes(text) == nil) }
        #expect(Machine.kilobytes(nil) == nil)
    }

    // MARK: - JSON

    private func read(_ text: String) throws -> TemplateValue { try TemplateJSON.parse(Array(text.utf8)) }

    @Test func `JSON keeps the order of keys and tells 1 from 1·0`() throws {
        #expect(
            try read(#" {"b": 1, "a": 1.0, "c": [true, false, null, -0, 1e2], "": {}, "d": []} "#)
                == .object([
                    ("b", .int(1)), ("a", .double(1)),
                    ("c", .list([.bool(true), .bool(false), .null, .int(0), .double(100)])),
                    ("", .map([])), ("d", .list([])),
                ]))
        #expect(try read("123456789012345678901234567890") == .double(123_456_789_012_345_677_877_719_597_056))
        #expect(try read("\u{FEFF}7") == .int(7))
    }

    @Test func `JSON strings have their escapes undone`() throws {
        #expect(
            try read(#""\"\\\/\b\f\n\r\t\u00e9\ud83e\udd99 ü""#)
                == .string("\"\\/\u{8}\u{C}\n\r\té🦙 ü"))
        // Halves of pairs stand for nothing.
        #expect(try read(#""\ud83ex\udd99\ud83e\u0041""#) == .string("\u{FFFD}x\u{FFFD}\u{FFFD}A"))
    }

    @Test(arguments: [
        ("", 1, 1, "the text ends where a value should be"), ("[1,\n 2", 2, 3, "a list needs \",\" or \"]\" here"),
        ("[1] x", 1, 5, "text after the end of the value"),
        ("{a: 1}", 1, 2, "an object needs a key in double quotes here"),
        ("{\"a\" 1}", 1, 6, "an object needs \":\" after a key"), ("01", 1, 3, "not a number"),
        ("-", 1, 2, "not a number"), ("1.", 1, 3, "a number needs digits after its point"),
        ("1e", 1, 3, "a number needs digits in its exponent"), ("1e999", 1, 6, "a number too large"),
        ("\"a", 1, 3, "the text ends inside a string"), (#""\x""#, 1, 3, "no such escape in a string"),
        (#""\u12g4""#, 1, 6, "\\u needs four hexadecimal digits"), ("tru", 1, 1, "no value begins like this"),
        ("\"a\nb\"", 1, 3, "a line break or control character inside a string; write it as \\n or \\u…"),
    ])
    func `Broken JSON is told with its place`(text: String, line: Int, column: Int, message: String) {
        #expect(throws: TemplateJSON.Problem(message: message, line: line, column: column)) { try read(text) }
    }

    @Test func `Deep JSON and bytes that are no text are refused`() {
        #expect(throws: TemplateJSON.Problem.self) { try read(String(repeating: "[", count: 100_000)) }
        #expect(throws: TemplateJSON.Problem.self) { try TemplateJSON.parse([34, 0xFF, 34]) }
    }

    @Test func `Every part of a valid JSON text gives a value or an error`() throws {
        let text = Array(#"[{"role":"user","content":"a\u00e9\ud83e\udd99b","n":[-1.5e+3,{"x":null}]}]"#.utf8)
        for count in 0..<text.count {
            #expect(throws: TemplateJSON.Problem.self) { try TemplateJSON.parse(Array(text[..<count])) }
        }
        for at in text.indices {
            for byte: UInt8 in [0, 34, 44, 92, 93, 117, 255] {
                var changed = text
                changed[at] = byte
                _ = try? TemplateJSON.parse(changed)
            }
        }
    }

    // MARK: - Conversations

    @Test func `A conversation may carry more than role and content`() throws {
        let value = try read(
            #"[{"role":"assistant","tool_calls":[]},{"role":"tool","content":null,"name":"f"},"#
                + #"{"role":"user","content":[{"type":"text"}]}]"#
        )
        #expect(try .list(TemplateCommand.messages(in: value, from: "x")) == value)
        #expect(try TemplateCommand.messages(in: .list([]), from: "x").isEmpty)
    }

    @Test(arguments: [
        ("{}", "\"x\" holds no conversation; it must be a list of {\"role\", \"content\"}"),
        ("[1]", "\"x\", message 1 is not an object; it must be a list of {\"role\", \"content\"}"),
        (
            #"[{"role":"user","content":""},{"content":"b"}]"#,
            "\"x\", message 2 has no \"role\"; it must be a list of {\"role\", \"content\"}"
        ),
        (#"[{"role":1,"content":"b"}]"#, "\"x\", message 1: \"role\" must be a string"),
        (#"[{"role":"user"}]"#, "\"x\", message 1 has no \"content\"; it must be a list of {\"role\", \"content\"}"),
        (#"[{"role":"user","content":5}]"#, "\"x\", message 1: \"content\" must be a string"),
    ])
    func `What is no conversation is refused with the message at fault`(text: String, message: String) throws {
        let value = try read(text)
        #expect(throws: Failure(message)) { try TemplateCommand.messages(in: value, from: "x") }
    }
}
