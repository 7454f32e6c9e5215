// SPDX-License-Identifier: Apache-2.0

import InklingTemplates
import Testing

/// Renders with no variables but those given.
func rendered(_ source: String, _ context: [(String, TemplateValue)] = []) throws(TemplateError) -> String {
    try ChatTemplate(source: source).render(context)
}

/// The error a template ends with; `nil` if it renders.
func failure(
    _ source: String, _ context: [(String, TemplateValue)] = [], limits: TemplateLimits = .default
) -> TemplateError? {
    do throws(TemplateError) {
        _ = try ChatTemplate(source: source, limits: limits).render(context, limits: limits)
        return nil
    } catch {
        return error
    }
}

@Suite struct ErrorTests {
    private func at(_ line: Int, _ column: Int) -> TemplatePosition { TemplatePosition(line: line, column: column) }

    @Test func `A message raised by the template is passed on word for word`() {
        let error = failure("a\n{{ raise_exception('Roles must ' ~ 'alternate!') }}")
        #expect(error == .raised("Roles must alternate!", at(2, 4 + 15)))
        #expect(error?.description == "The chat template refuses this conversation: Roles must alternate!")
    }

    @Test func `A syntax error names line, column and what was expected`() {
        #expect(
            failure("{% if x %}\n  {% endfor %}")
                == .syntax("'endfor' is not a statement, or closes no open block", at(2, 3)))
        #expect(failure("ab {{ 1 2 }}") == .syntax("found '2', expected the end of the expression", at(1, 9)))
        #expect(
            failure("{% for x in y %}\nz")?.description
                == "The chat template has a syntax error at line 2, column 2: the template ends inside a block, "
                + "expected 'endfor' or 'else'.")
    }

    @Test func `Reading an attribute of what is missing is an error where it stands`() {
        #expect(failure("{{ a }}") == nil)
        #expect(failure("é {{ a.b }}") == .undefined("'a' is undefined", at(1, 8)))
        #expect(failure("{{ m.x.y }}", [("m", [:])]) == .undefined("'dict object' has no attribute 'x'", at(1, 8)))
    }

    @Test func `What would change a value is refused`() {
        #expect(failure("{{ [1].append(2) }}") == .forbidden("'append' would change a 'list'", at(1, 8)))
        #expect(failure("{{ ''.__class__.__mro__ }}")?.position == at(1, 17))
    }

    @Test func `Features that are left out say so, but only when they are reached`() {
        #expect(failure("{% include 'x' %}") == .unsupported("'include': a chat template is one file", at(1, 1)))
        #expect(failure("{{ 1|nope }}") == .unsupported("the filter 'nope'", at(1, 6)))
        #expect(failure("{% if false %}{{ 1|nope }}{{ 1 is nope }}{% endif %}") == nil)
        #expect(failure("{{ 'x'.encode() }}") == .unsupported("the method 'encode' of 'str'", at(1, 8)))
    }

    @Test func `Integers that do not fit are an error, never a trap`() {
        for source in [
            "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 2 ** 63 }}", "{{ 3 * 2 ** 62 }}",
            "{{ -(-9223372036854775807 - 1) }}", "{{ (-9223372036854775807 - 1) // -1 }}",
            "{{ (-9223372036854775807 - 1)|abs }}", "{{ 1e30|int }}", "{{ ('9' * 30)|int }}",
        ] {
            guard case .invalidOperation = failure(source) else {
                Issue.record("\(source): \(String(describing: failure(source)))")
                continue
            }
        }
        #expect(throws: TemplateError.self) { try rendered("{{ 99999999999999999999 }}") }
    }
}
