// SPDX-License-Identifier: Apache-2.0

import InklingTemplates
import Testing

/// Damaged templates give text or an error: nothing here can trap or hang.
@Suite struct FuzzTests {
    /// SplitMix64 (Steele, Lea and Flood 2014).
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let fragments: [String] = [
        "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", "|", " if ",
        " else ", " for x in ", " in ", " is ", " not ", " and ", "endif", "endfor", "loop", "loop.index", "messages",
        "tojson", "*", "**", "-", "//", "%", ".", ",", ":", "::-1", "~", "==", "<", "0", "-1", "9223372036854775807",
        "1e308", "'a'", "range(10)", "namespace()", "caller()", "\n", "é", "🦙", "\r", "|length", "|list", "|sort",
        "[1:]", "=", "%s", "\u{0}", "set x=", "macro f()", "break", "raw", "endraw", "recursive", "loop(x)",
    ]

    @Test(arguments: [1, 2, 3, 4])
    func `Random damage to templates gives text or an error`(seed: Int) throws {
        var generator = Generator(state: UInt64(seed))
        let context = try JSONReader.read(Goldens.context).entries
        let tables = Goldens.statements + "\n" + Goldens.expressions
        var sources: [[Unicode.Scalar]] = []
        for line in tables.split(separator: "\n") {
            let source = try #require(JSONReader.read(String(line))["t"]?.text)
            sources.append(Array(source.unicodeScalars))
        }
        var outcomes = (text: 0, error: 0)
        for _ in 0..<500 {
            var source = sources[Int.random(in: 0..<sources.count, using: &generator)]
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                let start = Int.random(in: 0...source.count, using: &generator)
                let end = min(source.count, start + Int.random(in: 0...10, using: &generator))
                let place = Int.random(in: 0..<FuzzTests.fragments.count, using: &generator)
                let fragment = Array(FuzzTests.fragments[place].unicodeScalars)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: source.replaceSubrange(start..<end, with: [])
                case 1: source.insert(contentsOf: fragment, at: start)
                case 2: source.replaceSubrange(start..<end, with: fragment)
                default: source.insert(contentsOf: source[start..<end], at: end)
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: source)
            if failure(String(text), context) == nil { outcomes.text += 1 } else { outcomes.error += 1 }
        }
        #expect(outcomes.text > 20 && outcomes.error > 20)
    }

    @Test func `Every beginning of a template gives text or an error`() throws {
        let source =
            "{% macro m(a, b=[1, {'k': 2.5}]) %}{{ a|default('x')|upper ~ b[0:1] }}{% endmacro %}{% for x in l if x %}"
            + "{% if x is odd and not loop.last %}{{- m(x, b=(1,)) -}}{% else %}{# c #}{% endif %}{% endfor %}\n{% raw %}{{{% endraw %}"
        for end in source.indices {
            let beginning = String(source[..<end])
            guard let error = failure(beginning, [("l", [1, 2, 3])]) else { continue }
            #expect(error.position.line <= 2)
        }
        #expect(failure(source, [("l", [1, 2, 3])]) == nil)
    }
}
