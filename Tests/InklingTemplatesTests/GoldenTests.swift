// SPDX-License-Identifier: Apache-2.0

import InklingTemplates
import Testing

/// Templates with the text that Python's jinja2 (3.1.6, Python 3.11) gives for them, configured as chat templates expect:
/// an immutable sandbox, `trim_blocks`, `lstrip_blocks`, loop controls, `tojson` without escapes, and the functions
/// `raise_exception` and `strftime_now` (fixed at 2026-11-20 09:05:07).
///
/// A line is `{"t": template, "ok": text}` or, where the reference fails, `{"t": template, "error": true}`.
enum Goldens {
    static let context = #"""
        {
        "messages": [{"role": "system", "content": "  Be terse. "}, {"role": "user", "content": "Hi <b>there</b>\n & \"you\" 'x'"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nHello", "tool_calls": [{"type": "function", "id": "c1", "function": {"name": "get_w", "arguments": {"city": "Z\u00fcrich", "n": 3, "ok": true, "z": null, "f": 1.5}}}]}, {"role": "tool", "content": "42", "name": "get_w"}, {"role": "user", "content": "\u00dcn\u00ef \ud83e\udd99 done"}],
        "tools": [{"type": "function", "function": {"name": "get_w", "description": "Gets w.\nTwo lines", "parameters": {"type": "object", "properties": {"city": {"type": "string", "description": "A city"}, "n": {"type": "integer", "enum": [1, 2]}, "tags": {"type": "array", "items": {"type": "string"}}}, "required": ["city"]}}}],
        "s": "Hello World",
        "e": "",
        "u": "\u00f1and\u00fa \u03a3\u0391\u03a3 \u00df \u01c6",
        "ml": "a\nb\n\n  c\r\nd",
        "n": 7,
        "neg": -7,
        "f": 2.5,
        "big": 9007199254740993,
        "t": true,
        "fa": false,
        "no": null,
        "l": [3, 1, 2],
        "ls": ["b", "A", "c"],
        "d": {"b": 1, "a": 2, "C": 3},
        "nested": {"x": [{"y": 1}, {"y": 2}], "k": {"z": "q"}},
        "em": [],
        "emd": {},
        "users": [{"name": "bob", "age": 30, "a": {"c": "X"}}, {"name": "Al", "age": 25, "a": {"c": "Y"}}, {"name": "cy", "age": 30}],
        "bos_token": "<s>",
        "eos_token": "</s>",
        "add_generation_prompt": true,
        "combining": "e\u0301\r\nx",
        "composed": "\u00e9",
        "dk": {"items": 5, "keys": 1, "foo": "bar", "items2": [1]}
        }
        """#
}

@Suite struct GoldenTests {
    @Test(arguments: [
        ("expressions", Goldens.expressions), ("operators", Goldens.operators),
        ("statements", Goldens.statements),
    ])
    func `Text is byte for byte that of the reference implementation`(name: String, table: String) throws {
        let context = try JSONReader.read(Goldens.context).entries
        let date = TemplateDate(year: 2026, month: 11, day: 20, hour: 9, minute: 5, second: 7)
        var checked = 0
        for line in table.split(separator: "\n") {
            let golden = try JSONReader.read(String(line))
            let source = try #require(golden["t"]?.text)
            var result: String?
            var problem: TemplateError?
            do throws(TemplateError) {
                result = try ChatTemplate(source: source).render(context, date: date)
            } catch {
                problem = error
            }
            let expected = golden["ok"]?.text
            #expect(
                result.map { Array($0.utf8) } == expected.map { Array($0.utf8) },
                "\(source): \(String(describing: problem))")
            checked += 1
        }
        #expect(checked > 200, "the table of \(name) is not read")
    }
}
