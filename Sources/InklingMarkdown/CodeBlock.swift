// SPDX-License-Identifier: Apache-2.0

/// A block of code, fenced or indented, as the model wrote it: to be copied or saved. It is not made safe for a
/// terminal.
public struct CodeBlock: Hashable, Sendable {
    /// The first word after the fence, empty if there is none.
    public var language: String
    /// Without the line break at its end.
    public var text: String

    public init(language: String, text: String) {
        self.language = language
        self.text = text
    }
}
