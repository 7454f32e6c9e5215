// SPDX-License-Identifier: Apache-2.0

/// What models put around their reasoning, one row each.
///
/// A section begins with its tag at the very beginning of the text, or alone on a line that is not in a fenced code
/// block; it ends with the closing tag, wherever that stands, or with the text.
struct ReasoningTag: Sendable {
    static let all = ["think", "thinking", "reasoning"].map(ReasoningTag.init)

    let opening: [UInt8]
    let closing: [UInt8]

    init(_ name: String) {
        opening = Array("<\(name)>".utf8)
        closing = Array("</\(name)>".utf8)
    }
}
