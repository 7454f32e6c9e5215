// SPDX-License-Identifier: Apache-2.0

/// What ``SyntaxScanner`` must know of a language.
struct LanguageSyntax: Sendable {
    struct StringForm: Sendable {
        var open: [UInt8]
        var close: [UInt8]
        /// Whether it may go on in the next line.
        var isMultiline: Bool
        /// Whether a backslash takes the next character with it.
        var hasEscapes: Bool

        init(_ open: String, closedBy close: String? = nil, multiline: Bool = false, escape: Bool = true) {
            self.open = Array(open.utf8)
            self.close = Array((close ?? open).utf8)
            isMultiline = multiline
            hasEscapes = escape
        }
    }

    struct BlockComment: Sendable {
        var open: [UInt8]
        var close: [UInt8]
        var nests: Bool

        init(open: String, close: String, nests: Bool) {
            self.open = Array(open.utf8)
            self.close = Array(close.utf8)
            self.nests = nests
        }
    }

    /// In lower case, as they stand after a fence.
    var names: [String]
    var keywords: Set<String>
    var constants: Set<String>
    /// The first that fits counts, so longer ones go first.
    var strings: [StringForm]
    var lineComments: [[UInt8]]
    /// Whether a comment begins only at the beginning of a word.
    var commentsNeedBlank: Bool
    var blockComment: BlockComment?
    /// What makes the word after it a keyword.
    var sigils: [UInt8]
    /// Whether a string before a colon is a key.
    var namesKeys: Bool

    init(
        names: [String], keywords: String, constants: String, strings: [StringForm], lineComments: [String],
        commentsNeedBlank: Bool = false, blockComment: BlockComment? = nil, sigils: String = "", namesKeys: Bool = false
    ) {
        self.names = names
        self.keywords = Set(keywords.split { $0 == " " || $0 == "\n" }.map(String.init))
        self.constants = Set(constants.split(separator: " ").map(String.init))
        self.strings = strings
        self.lineComments = lineComments.map { Array($0.utf8) }
        self.commentsNeedBlank = commentsNeedBlank
        self.blockComment = blockComment
        self.sigils = Array(sigils.utf8)
        self.namesKeys = namesKeys
    }
}
