// SPDX-License-Identifier: Apache-2.0

import InklingCells
import InklingMarkdown

/// The glyphs of the lines, a rule, and the same with a letter for each role: upper case for bold, and after the line
/// what other attributes there are in it.
func sheet(of lines: some Sequence<MarkdownLine>) -> String {
    let lines = Array(lines)
    let roles = lines.map { line in
        let letters = line.text.spans.reduce("") { text, span in
            let letter = String(letter(span.role))
            return text
                + span.text.reduce("") { result, character in
                    let shown = character == " " ? "." : span.attributes.contains(.bold) ? letter.uppercased() : letter
                    return result + String(repeating: shown, count: displayWidth(character))
                }
        }
        let all = line.text.spans.reduce(into: Attributes()) { $0.formUnion($1.attributes) }
        let names: [(Attributes, String)] = [(.italic, "/"), (.underline, "_"), (.strikethrough, "-")]
        let marks = names.filter { all.contains($0.0) }.map(\.1).joined()
        let code = line.codeBlock.map { " #\($0)" + (line.startsCodeBlock ? "!" : "") } ?? ""
        return letters + (marks.isEmpty ? "" : " " + marks) + code
    }
    return (lines.map(\.text.text) + ["---"] + roles).joined(separator: "\n")
}

private func letter(_ role: Role) -> Character {
    switch role {
    case .text: "t"
    case .dim: "d"
    case .heading: "h"
    case .code: "c"
    case .codeKeyword: "k"
    case .codeString: "s"
    case .codeComment: "m"
    case .codeNumber: "n"
    case .link: "l"
    case .quote: "q"
    case .tableRule: "b"
    case .reasoning: "r"
    case .success: "g"
    default: "?"
    }
}

extension MarkdownDocument {
    func drawing(width: Int, foldsReasoning: Bool = true) -> String {
        sheet(of: lines(width: width, foldsReasoning: foldsReasoning))
    }
}
