// SPDX-License-Identifier: Apache-2.0

/// Text in one role.
public struct TextSpan: Hashable, Sendable {
    public var text: String
    public var role: Role
    /// Added to those of the role.
    public var attributes: Attributes

    public init(_ text: String, role: Role = .text, attributes: Attributes = []) {
        self.text = text
        self.role = role
        self.attributes = attributes
    }
}

/// A line of text in several roles.
public struct TextLine: Hashable, Sendable {
    public var spans: [TextSpan]

    public init(_ spans: [TextSpan] = []) {
        self.spans = spans
    }

    public init(_ text: String, role: Role = .text, attributes: Attributes = []) {
        spans = text.isEmpty ? [] : [TextSpan(text, role: role, attributes: attributes)]
    }

    public var text: String { spans.reduce(into: "") { $0 += $1.text } }

    /// Columns it takes when it is drawn.
    public var width: Int { spans.reduce(0) { $0 + displayWidth(sanitizedForTerminal($1.text)) } }

    public var isEmpty: Bool { spans.allSatisfy { $0.text.isEmpty } }

    public mutating func append(_ text: String, role: Role = .text, attributes: Attributes = []) {
        guard !text.isEmpty else { return }
        if let last = spans.indices.last, spans[last].role == role, spans[last].attributes == attributes {
            spans[last].text += text
        } else {
            spans.append(TextSpan(text, role: role, attributes: attributes))
        }
    }

    public static func + (a: TextLine, b: TextLine) -> TextLine {
        TextLine(a.spans + b.spans)
    }
}
