// SPDX-License-Identifier: Apache-2.0

/// Where a key counts. A key is looked up in the focused place first and in ``everywhere`` last.
public enum KeyContext: String, Sendable, CaseIterable {
    case composer
    case transcript
    /// A cursor that walks through the tokens of an answer.
    case tokens
    case models
    case chats
    case settings
    /// The list of themes, each shown while the cursor is on it.
    case themes
    case playground
    case xray
    case race
    /// While a recording plays in the place of the models.
    case replay
    /// A panel that fills the screen.
    case panel
    /// Text on top of everything: help, a notice.
    case page
    case everywhere

    public var title: String {
        switch self {
        case .composer: "Message"
        case .transcript: "Conversation"
        case .tokens: "Tokens"
        case .models: "Models"
        case .chats: "Chats"
        case .settings: "Settings"
        case .themes: "Themes"
        case .playground: "Playground"
        case .xray: "X-ray"
        case .race: "Race"
        case .replay: "Replay"
        case .panel: "Panel"
        case .page: "Pages"
        case .everywhere: "Everywhere"
        }
    }
}
