// SPDX-License-Identifier: Apache-2.0

/// What a piece of the screen means. Code draws by role; a ``Theme`` says how a role looks. The raw values are the
/// names in theme files.
public enum Role: String, CaseIterable, Sendable {
    // The interface
    case text
    case dim
    case accent
    case heading
    case border
    case borderFocused = "border.focused"
    case panelTitle = "panel.title"
    case selection
    case cursorLine = "cursor.line"
    case searchMatch = "search.match"
    case statusBar = "status.bar"
    case statusKey = "status.key"
    case key
    case tab
    case tabActive = "tab.active"
    case inputText = "input.text"
    case inputPlaceholder = "input.placeholder"
    case ghostText = "ghost.text"
    case scrollbar
    case scrollbarThumb = "scrollbar.thumb"
    case error
    case warning
    case success

    // Conversation and Markdown
    case chatUser = "chat.user"
    case chatAssistant = "chat.assistant"
    case chatSystem = "chat.system"
    case reasoning
    case code
    case codeKeyword = "code.keyword"
    case codeString = "code.string"
    case codeComment = "code.comment"
    case codeNumber = "code.number"
    case link
    case quote
    case tableRule = "table.rule"

    // Decoding
    case plainToken = "token.plain"
    case draftAccepted = "draft.accepted"
    case draftRejected = "draft.rejected"
    case correction
    case bonus
    case laneTarget = "lane.target"
    case laneDraft = "lane.draft"
    case probabilityHigh = "probability.high"
    case probabilityMiddle = "probability.middle"
    case probabilityLow = "probability.low"

    // Figures
    case gaugeFill = "gauge.fill"
    case gaugeEmpty = "gauge.empty"
    case sparkline
    case series1 = "series.1"
    case series2 = "series.2"
    case series3 = "series.3"
    case series4 = "series.4"
    case kvPrompt = "kv.prompt"
    case kvReused = "kv.reused"
    case kvAnswer = "kv.answer"
    case kvDraft = "kv.draft"
    case kvRolledBack = "kv.rolled-back"
    case kvFree = "kv.free"

    /// Whose style this role takes for what a theme does not say of it; nil for `text`, the end of every chain.
    public var parent: Role? {
        switch self {
        case .text: nil
        case .dim, .accent, .border, .selection, .cursorLine, .statusBar, .inputText, .error, .warning, .success,
            .chatAssistant, .code, .quote, .plainToken, .probabilityMiddle:
            .text
        case .inputPlaceholder, .ghostText, .chatSystem, .reasoning, .codeComment, .draftRejected, .gaugeEmpty, .kvFree,
            .tab, .probabilityLow:
            .dim
        case .heading, .searchMatch, .key, .chatUser, .link, .draftAccepted, .bonus, .gaugeFill, .sparkline, .tabActive,
            .borderFocused, .laneTarget, .series1, .kvAnswer, .probabilityHigh:
            .accent
        case .panelTitle: .heading
        case .statusKey: .statusBar
        case .scrollbar, .tableRule: .border
        case .scrollbarThumb: .borderFocused
        case .codeKeyword, .codeString, .codeNumber: .code
        case .correction: .warning
        case .kvRolledBack: .draftRejected
        case .kvPrompt: .laneTarget
        case .kvReused: .success
        case .laneDraft, .series2: .success
        case .kvDraft: .laneDraft
        case .series3: .warning
        case .series4: .error
        }
    }
}
