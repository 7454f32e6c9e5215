// SPDX-License-Identifier: Apache-2.0

import InklingTemplates
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct LimitTests {
    private func limit(_ source: String) -> TemplateLimit? {
        if case .limitExceeded(let limit, _) = failure(source) { limit } else { nil }
    }

    @Test(arguments: [
        ("{{ 'a' * 10 ** 9 }}", TemplateLimit.stringSize),
        ("{{ 'ab' * 9223372036854775807 }}", .stringSize),
        ("{{ [0] * 10 ** 9 }}", .listSize),
        ("{{ range(10 ** 12) }}", .listSize),
        ("{% set x = 'a' * 100000 %}{{ x.replace('a', x) }}", .stringSize),
        ("{{ ([('a' * 100000)] * 1000)|join }}", .stringSize),
        ("{{ ('x' * 100).center(10 ** 10) }}", .stringSize),
        ("{{ 'x'|indent(10 ** 10) }}", .stringSize),
        ("{{ [[1]]|tojson(indent=10 ** 10) }}", .stringSize),
        ("{{ [1]|batch(10 ** 10, 0)|list }}", .listSize),
        ("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", .steps),
        ("{% set n = namespace(s='ab') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}", .steps),
        ("{% set n = namespace(l=[0]) %}{% for i in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}", .steps),
        ("{% set n = namespace(l=[0]) %}{% for i in range(99) %}{% set n.l = [n.l, n.l] %}{% endfor %}", .valueDepth),
        (
            "{% set n = namespace(l=[0]) %}{% for i in range(25) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}",
            .steps
        ),
        (
            "{% set n = namespace(l=[0]) %}{% for i in range(25) %}{% set n.l = [n.l, n.l] %}{% endfor %}"
                + "{{ n.l|tojson }}", .steps
        ),
        ("{% set n = namespace() %}{% set n.n = n %}{{ n }}", .valueDepth),
        ("{% set n = namespace() %}{% for i in range(99) %}{% set n.c = cycler(n.c) %}{% endfor %}", .valueDepth),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", .callDepth),
        ("{% macro f(a=f()) %}{% endmacro %}{{ f() }}", .callDepth),
        ("{% for x in [0] recursive %}{{ loop([0]) }}{% endfor %}", .callDepth),
        ("{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}", .callDepth),
    ])
    func `A template that asks for too much is stopped`(source: String, expected: TemplateLimit) {
        #expect(limit(source) == expected, "\(String(describing: failure(source)))")
    }

    @Test func `A template too large or too nested is refused`() {
        #expect(limit(String(repeating: "x", count: 300_000)) == .sourceSize)
        #expect(
            limit("{{ " + String(repeating: "(", count: 1000) + String(repeating: ")", count: 1000) + " }}") == .nesting
        )
        #expect(limit(String(repeating: "{% if 1 %}", count: 1000)) == .nesting)
        #expect(
            limit("{{ f" + String(repeating: "(1 + f", count: 1000) + String(repeating: ")", count: 1000) + " }}")
                == .nesting)
    }

    @Test func `Long chains need no nesting`() throws {
        #expect(try rendered("{{ 1" + String(repeating: " + 1", count: 5000) + " }}") == "5001")
        #expect(try rendered("{{ " + String(repeating: "not ", count: 5001) + "1 }}") == "False")
        #expect(try rendered("{{ " + String(repeating: "-", count: 5001).dropFirst() + " 1 }}") == "1")
        #expect(try rendered("{{ 'a'" + String(repeating: "|upper", count: 5000) + " }}") == "A")
        #expect(try rendered("{{ 1" + String(repeating: " if 0 else 2", count: 5000) + " }}") == "2")
    }

    @Test func `Output and own limits are kept`() {
        let source = "{% for i in range(1000) %}0123456789{% endfor %}"
        #expect(failure(source, limits: TemplateLimits(outputBytes: 10_000)) == nil)
        guard case .limitExceeded(.outputSize, _) = failure(source, limits: TemplateLimits(outputBytes: 9_999)) else {
            Issue.record("not stopped")
            return
        }
        guard case .limitExceeded(.steps, _) = failure(source, limits: TemplateLimits(steps: 1000)) else {
            Issue.record("not stopped")
            return
        }
    }

    @Test func `A long conversation stays within the limits`() throws {
        let template = try ChatTemplate(
            source: """
                {% for m in messages %}{% if '</think>' in m.content %}{% set c = m.content.split('</think>')[-1] %}\
                {% else %}{% set c = m.content | trim %}{% endif %}{{ '<|' + m.role + '|>' + c + '<|end|>\\n' }}{% endfor %}
                """)
        let messages = (0..<2000).map {
            ChatTemplateMessage(
                role: $0 % 2 == 0 ? "user" : "assistant", content: String(repeating: "text ", count: 100))
        }
        let text = try template.render(messages: messages, addGenerationPrompt: true, bosToken: "", eosToken: "")
        #expect(text.utf8.count > 1_000_000)
    }

    @Test func `Data nested too deeply is an error`() {
        var value: TemplateValue = 1
        for _ in 0..<20 { value = [value] }
        #expect(failure("{{ x }}", [("x", value)]) == nil)
        for _ in 0..<10 { value = [value] }
        #expect(failure("{{ x }}", [("x", value)]) != nil)
        #expect(failure("{{ y }}", [("x", value)]) == nil)
    }

    /// The deepest templates there can be, in parsing, in rendering and in what rendering makes.
    static let deepest: [String] = [
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{{ [n]|map('string')|join ~ f(f(n)) }}{% endmacro %}{{ f(1) }}",
        "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
        "{% macro f(a=f()) %}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{{ [1]|sort(attribute=f(1)) }}{% endmacro %}{{ f(1) }}",
        "{% for x in [[0]] recursive %}{{ loop([x]) }}{% endfor %}",
        "{% macro f() %}{% for i in [1] %}{% for j in [1] %}{{ f() }}{% endfor %}{% endfor %}{% endmacro %}{{ f() }}",
        "{% macro f() %}{% set x %}{% filter upper %}{{ f() }}{% endfilter %}{% endset %}{% endmacro %}{{ f() }}",
        "{% set n = namespace(l=[0], d=0) %}{% for i in range(29) %}{% set n.l = {'k': n.l} %}{% endfor %}"
            + "{% macro f() %}{% set n.d = n.d + 1 %}{% if n.d < 18 %}{{ f() }}{% else %}{{ n.l|tojson ~ n.l }}{% endif %}"
            + "{% endmacro %}{{ f() }}",
        "{{ " + String(repeating: "(", count: 500) + "1" + String(repeating: ")", count: 500) + " }}",
        "{{ " + String(repeating: "[", count: 31) + "1" + String(repeating: "]", count: 31) + " }}",
        "{{ " + String(repeating: "x.f(", count: 39) + "1" + String(repeating: ")", count: 39) + " }}",
        "{{ x" + String(repeating: "[x", count: 39) + String(repeating: "]", count: 39) + " }}",
        "{{ " + String(repeating: "f(not 1 or 1 and 1 == 1 + 1 ~ 1 * 2 ** ", count: 50) + "1"
            + String(repeating: ")", count: 50) + " }}",
        String(repeating: "{% filter upper %}", count: 39) + String(repeating: "{% endfilter %}", count: 39),
        String(repeating: "{% for x in [1] %}", count: 39) + "x" + String(repeating: "{% endfor %}", count: 39),
    ]

    @Test func `A stack of 512 KB is enough for any template`() {
        // A stack that overflows ends the process, so returning is the test.
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setstacksize(&attributes, 512 * 1024)
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, &attributes,
            { _ in
                for source in LimitTests.deepest { _ = failure(source) }
                return nil
            }, nil)
        #expect(status == 0)
        if status == 0 { pthread_join(thread, nil) }
        unsafe pthread_attr_destroy(&attributes)
    }
}
