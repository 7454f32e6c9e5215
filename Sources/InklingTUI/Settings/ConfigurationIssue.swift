// SPDX-License-Identifier: Apache-2.0

/// Something in a file of the user's that was not understood. It is told and passed over; it never keeps the program from
/// starting.
public struct ConfigurationIssue: Sendable, Equatable, CustomStringConvertible {
    /// The file's name, without its folder.
    public var file: String
    /// From 1; nil where it is about the file as a whole.
    public var line: Int?
    public var column: Int?
    public var text: String
    /// What may have been meant.
    public var suggestion: String?

    public init(file: String, line: Int? = nil, column: Int? = nil, text: String, suggestion: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.text = text
        self.suggestion = suggestion
    }

    public var description: String {
        var place = file
        if let line {
            place += ":\(line)"
            if let column { place += ":\(column)" }
        }
        return "\(place): \(text)" + (suggestion.map { "; did you mean \"\($0)\"?" } ?? "")
    }
}
