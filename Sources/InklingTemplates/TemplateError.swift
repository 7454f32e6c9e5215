// SPDX-License-Identifier: Apache-2.0

/// A place in a template's source. Lines and columns count from 1; a column is a Unicode scalar.
public struct TemplatePosition: Sendable, Equatable, CustomStringConvertible {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public var description: String { "line \(line), column \(column)" }
}

/// Why a template could not be parsed or rendered. Every case names the place in the template.
public enum TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The source is not a template: nothing was rendered.
    case syntax(String, TemplatePosition)
    /// A missing variable, attribute or argument was used where a value is needed.
    case undefined(String, TemplatePosition)
    /// The template called `raise_exception` with this message.
    case raised(String, TemplatePosition)
    /// An operation met values it is not defined for: a wrong type, an index out of range, a division by zero.
    case invalidOperation(String, TemplatePosition)
    /// The template reached for something that would change or escape its data.
    case forbidden(String, TemplatePosition)
    /// Valid in the full template language, not offered here.
    case unsupported(String, TemplatePosition)
    /// The template needs more work or memory than it may have.
    case limitExceeded(TemplateLimit, TemplatePosition)

    public var position: TemplatePosition {
        switch self {
        case .syntax(_, let position), .undefined(_, let position), .raised(_, let position),
            .invalidOperation(_, let position), .forbidden(_, let position), .unsupported(_, let position):
            position
        case .limitExceeded(_, let position): position
        }
    }

    public var description: String {
        switch self {
        case .syntax(let message, let position):
            "The chat template has a syntax error at \(position): \(message)."
        case .undefined(let message, let position):
            "The chat template used a missing value at \(position): \(message)."
        case .raised(let message, _):
            "The chat template refuses this conversation: \(message)"
        case .invalidOperation(let message, let position):
            "The chat template failed at \(position): \(message)."
        case .forbidden(let message, let position):
            "The chat template did something it may not at \(position): \(message)."
        case .unsupported(let message, let position):
            "The chat template needs a feature that is not supported, at \(position): \(message)."
        case .limitExceeded(let limit, let position):
            "The chat template was stopped at \(position): it exceeds the limit on \(limit)."
        }
    }
}

/// What a ``TemplateLimits`` value bounds.
public enum TemplateLimit: String, Sendable, Equatable, CustomStringConvertible {
    case sourceSize
    case nesting
    case steps
    case callDepth
    case valueDepth
    case stringSize
    case listSize
    case outputSize

    public var description: String {
        switch self {
        case .sourceSize: "the size of a template"
        case .nesting: "the nesting of blocks and expressions"
        case .steps: "the work of one rendering"
        case .callDepth: "the depth of nested evaluation"
        case .valueDepth: "the nesting of values"
        case .stringSize: "the size of a string"
        case .listSize: "the number of items in a list"
        case .outputSize: "the size of the output"
        }
    }
}
