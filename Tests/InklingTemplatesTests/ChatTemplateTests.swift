// SPDX-License-Identifier: Apache-2.0

import InklingTemplates
import Testing

@Suite struct ChatTemplateTests {
    @Test func `A conversation is rendered with its variables`() throws {
        let template = try ChatTemplate(
            source: """
                {{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{{ m.note }}{{ eos_token }}{% endfor %}\
                {% if add_generation_prompt %}<|assistant|>{% endif %}{{ tools is none }}{{ documents is none }}{{ mood }}
                """)
        let messages = [
            ChatTemplateMessage(role: "user", content: "Hi"),
            ChatTemplateMessage(role: "assistant", content: "Yo", fields: [TemplateEntry(key: "note", value: 1.5)]),
        ]
        #expect(
            try template.render(
                messages: messages, addGenerationPrompt: true, bosToken: "<s>", eosToken: "</s>",
                extra: [("mood", "calm")])
                == "<s><|user|>Hi</s><|assistant|>Yo1.5</s><|assistant|>TrueTruecalm")
        #expect(
            try template.render(
                messages: [], addGenerationPrompt: false, bosToken: "", eosToken: "", tools: [["name": "f"]],
                extra: [("documents", [])]) == "FalseFalse")
    }

    @Test func `Text stays as it was: no line end, accent or ligature is changed`() throws {
        let content = "a\r\nb\u{301} é e\u{301} ﬁ \u{0} \u{feff}🦙\u{200d}🦙\n"
        let text = try rendered(
            "{{ c }}|{{ c ~ '' }}|{{ c[:] }}|{{ c|list|join }}|{{ c.split('~')[0] }}", [("c", .string(content))])
        #expect(Array(text.utf8) == Array([content, content, content, content, content].joined(separator: "|").utf8))
    }

    @Test func `Mappings keep their order, and equal keys their first place`() throws {
        let map = TemplateValue.object([("b", 1), ("a", 2), ("b", 3)])
        #expect(try rendered("{{ m|tojson }}{{ m.b }}", [("m", map)]) == #"{"b": 3, "a": 2}3"#)
        let large = TemplateValue.map((0..<100).map { TemplateEntry(key: "k\($0)", value: .int($0)) })
        #expect(
            try rendered("{{ m.k99 }}{{ m['k0'] }}{{ m|length }}{{ m.nope is defined }}", [("m", large)])
                == "990100False")
    }

    @Test func `Keys that only look the same differ`() throws {
        let map = TemplateValue.object([("é", 1), ("e\u{301}", 2)])
        #expect(try rendered("{{ m|length }}{{ m['é'] }}{{ m['e\\u0301'] }}", [("m", map)]) == "212")
    }

    @Test func `A rendering leaves nothing behind for the next`() throws {
        let template = try ChatTemplate(
            source: "{% set n = namespace(c=0) %}{% set n.c = n.c + 1 %}{{ n.c }}{{ x }}{% set x = 5 %}")
        #expect(try template.render([]) == "1")
        #expect(try template.render([]) == "1")
    }

    @Test func `A date is written as strftime writes it`() throws {
        let template = try ChatTemplate(source: "{{ strftime_now(f) }}")
        func text(_ format: String, _ date: TemplateDate) throws -> String {
            try template.render([("f", .string(format))], date: date)
        }
        let day = TemplateDate(year: 2024, month: 2, day: 29, hour: 0, minute: 3, second: 4)
        #expect(try text("%d %b %Y", day) == "29 Feb 2024")
        #expect(try text("%A, %B %-d, %Y %I:%M %p %j %y%%", day) == "Thursday, February 29, 2024 12:03 AM 060 24%")
        #expect(try text("%F %T", TemplateDate(year: 2000, month: 1, day: 1, hour: 23)) == "2000-01-01 23:00:00")
        #expect(try text("%a", TemplateDate(year: 1900, month: 3, day: 1)) == "Thu")
        #expect(throws: TemplateError.self) { try text("%Q", day) }
        #expect(throws: TemplateError.self) { try template.render([("f", "%d")]) }
        let now = TemplateDate.now()
        #expect(now.year >= 2024 && (1...12).contains(now.month) && (1...31).contains(now.day))
    }
}
