// SPDX-License-Identifier: Apache-2.0

public import InklingCells
public import InklingDecoding
public import InklingEngine
public import InklingStore
public import InklingTokenizer

/// What fills the screen.
public enum Screen: String, Sendable, CaseIterable {
    case chat, playground, xray, race, models, settings

    public var title: String {
        switch self {
        case .chat: "Chat"
        case .playground: "Playground"
        case .xray: "X-ray"
        case .race: "Race"
        case .models: "Models"
        case .settings: "Settings"
        }
    }

    var action: Action {
        switch self {
        case .chat: .chatScreen
        case .playground: .playgroundScreen
        case .xray: .xrayScreen
        case .race: .raceScreen
        case .models: .modelsScreen
        case .settings: .settingsScreen
        }
    }
}

/// When something happened. Time enters the interface with messages and in no other way.
public struct Moment: Sendable, Hashable {
    /// Since the program began.
    public var elapsed: Duration
    public var wall: Timestamp

    public init(elapsed: Duration = .zero, wall: Timestamp) {
        self.elapsed = elapsed
        self.wall = wall
    }
}

/// A line that goes away by itself.
public struct Toast: Sendable, Equatable {
    public enum Kind: Sendable {
        case note, warning, failure
    }

    public var text: String
    public var kind: Kind
    public var until: Duration
}

/// Loading in progress.
public struct LoadingState: Sendable, Equatable {
    public var name: String
    /// What is being done, in a word.
    public var stage = ""
    /// From 0 to 1; nil while that is not known.
    public var share: Double?
}

/// Everything there is to the interface: a value. `App.update` changes it, `App.render` draws it, and nothing else does either.
public struct AppState: Sendable {
    public var size: Size
    public var now: Moment
    public var screen = Screen.chat
    /// On top of the screen, the last one above all.
    public var overlays: [Overlay] = []
    public var toasts: [Toast] = []

    public var preferences: Preferences
    /// What configuration and flags say, without what was changed since.
    public var configured: Preferences
    public var themes: [Theme]
    public var keyMap: KeyMap
    /// What the terminal shows; themes are adapted to it.
    public var colorDepth = ColorDepth.rgb
    /// What is behind the terminal's text; nil if nobody knows.
    public var ground: TerminalGround?

    /// What runs; nil before the first model is loaded.
    public var session: SessionSnapshot?
    /// Of the target, for the text of tokens that were not taken.
    public var vocabulary: Vocabulary?
    /// The same where a recording is played and there is no model.
    var pieces: [TokenID: String] = [:]
    /// A recording that plays in the place of the engine.
    public internal(set) var replay: ReplayState?
    /// Method of the answer that the recording shows.
    var replayedStrategy = ""
    /// The file that everything is recorded to.
    public var recording: String?
    public var loading: LoadingState?
    public var chat = ChatState()
    public var playground = PlaygroundState()
    public var race = RaceState()
    public var models = ModelsState()
    public var settings = SettingsState()
    public var panels = PanelsState()
    public var metrics = MetricHistory()
    public var xray = XRayState()
    public var recentPairs: [RecentPair] = []
    /// Why chats are not kept, where that is so.
    public var storeTrouble: String?
    /// Chats that were left while they could not be kept.
    var unsaved: [Conversation] = []
    /// Chats that were deleted in this run, the last one last: they can be brought back.
    var deletedChats: [ChatID] = []

    /// What stands where in the last frame, for the mouse.
    var hits: [MouseHit] = []
    /// Makes names for chats and messages.
    var random: SplitMix

    public init(
        size: Size, now: Moment, preferences: Preferences = Preferences(), themes: [Theme] = Theme.allBuiltIn,
        keyMap: KeyMap = .standard, seed: UInt64
    ) {
        self.size = size
        self.now = now
        self.preferences = preferences
        configured = preferences
        self.themes = themes
        self.keyMap = keyMap
        random = SplitMix(seed: seed)
    }

    public var theme: Theme {
        theme(named: themeInView ?? preferences.theme).adapted(to: colorDepth)
    }

    /// What can be chosen, the automatic one first.
    var themeNames: [String] { [Preferences.automaticTheme] + themes.map(\.name) }

    func theme(named name: String) -> Theme {
        let automatic = ground == .light ? "light" : "dark"
        let name = name == Preferences.automaticTheme ? automatic : name
        return themes.first { $0.name == name } ?? themes.first ?? .builtIn
    }

    /// The theme that is being looked at before it is chosen. However the list is closed, the chosen one is back.
    private var themeInView: String? {
        for case .themes(let list) in overlays where themeNames.indices.contains(list.list.selected) {
            return themeNames[list.list.selected]
        }
        return nil
    }

    var glyphs: GlyphSet { preferences.ascii ? .ascii : .unicode }

    /// Whether an answer is being made.
    public var isGenerating: Bool { chat.answer != nil }

    /// Whether something moves that time alone changes, so that the loop must wake up by itself.
    public var wantsTicks: Bool { tickInterval != nil }

    /// How often the loop must wake up by itself; nil while only messages change anything.
    public var tickInterval: Duration? {
        if let replay { return replay.isRunning ? .milliseconds(33) : toasts.isEmpty ? nil : .milliseconds(100) }
        if race.playbackTime(at: now.elapsed) != nil { return .milliseconds(33) }
        let moves =
            race.isRunning || isGenerating || loading != nil || !toasts.isEmpty || chat.unsavedSince != nil
            || xray.wantsTicks
        return moves ? .milliseconds(100) : nil
    }

    /// What a token stands for in a text, as far as it is text by itself.
    func text(of token: TokenID) -> String {
        guard let vocabulary else { return pieces[token] ?? "" }
        return String(decoding: vocabulary.bytes(of: token), as: UTF8.self)
    }

    // MARK: Small verbs

    mutating func note(_ text: String, _ kind: Toast.Kind = .note) {
        let seconds: Int = kind == .note ? 4 : 8
        toasts.removeAll { $0.text == text }
        toasts.append(Toast(text: text, kind: kind, until: now.elapsed + .seconds(seconds)))
        if toasts.count > 4 { toasts.removeFirst(toasts.count - 4) }
    }

    mutating func makeMessageID() -> MessageID { .random(using: &random) }
    mutating func makeChatID() -> ChatID { .random(using: &random) }
}

/// Numbers that names are made from; the same seed gives the same names, so that tests can tell them beforehand.
struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
