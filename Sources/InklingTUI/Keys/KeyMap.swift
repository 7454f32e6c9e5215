// SPDX-License-Identifier: Apache-2.0

public import InklingCells

/// A key that does something in one place.
public struct KeyBinding: Sendable, Hashable {
    public var context: KeyContext
    public var key: KeyPress
    public var action: Action
    /// What the footer says of it when there is room; nil keeps it out of there.
    public var caption: String?

    public init(_ context: KeyContext, _ key: KeyPress, _ action: Action, caption: String? = nil) {
        self.context = context
        self.key = key
        self.action = action
        self.caption = caption
    }
}

/// All keys, as rows: what they do, help, footer and the README's table are made from them.
public struct KeyMap: Sendable, Equatable {
    public private(set) var rows: [KeyBinding]

    public init(rows: [KeyBinding]) {
        self.rows = rows
    }

    /// What a key does where these places are asked in turn.
    public func action(for key: KeyPress, in contexts: [KeyContext]) -> Action? {
        for context in contexts {
            if let row = rows.first(where: { $0.context == context && $0.key == key }) { return row.action }
        }
        return nil
    }

    /// The first key of an action in a place, for captions.
    public func key(for action: Action, in context: KeyContext) -> KeyPress? {
        rows.first { $0.context == context && $0.action == action }?.key
    }

    /// The key of an action that counts wherever one is, else the first one anywhere.
    public func key(for action: Action) -> KeyPress? {
        key(for: action, in: .everywhere) ?? rows.first { $0.action == action }?.key
    }

    public func rows(in context: KeyContext) -> [KeyBinding] {
        rows.filter { $0.context == context }
    }

    /// Two rows that want the same key in the same place.
    public var conflicts: [(KeyBinding, KeyBinding)] {
        var seen: [KeyBinding: KeyBinding] = [:]
        var found: [(KeyBinding, KeyBinding)] = []
        for row in rows {
            let place = KeyBinding(row.context, row.key, .help)
            if let other = seen[place] { found.append((other, row)) } else { seen[place] = row }
        }
        return found
    }

    /// Gives an action other keys in a place; none takes them away.
    public mutating func bind(_ keys: [KeyPress], to action: Action, in context: KeyContext) {
        let position = rows.firstIndex { $0.context == context && $0.action == action } ?? rows.endIndex
        let caption = rows.first { $0.context == context && $0.action == action }?.caption
        rows.removeAll { $0.context == context && $0.action == action }
        let fresh = keys.enumerated().map { index, key in
            KeyBinding(context, key, action, caption: index == 0 ? caption : nil)
        }
        rows.insert(contentsOf: fresh, at: min(position, rows.count))
    }

    /// Takes a key in a place from every action but one.
    mutating func release(_ key: KeyPress, in context: KeyContext, butFor action: Action) {
        for row in rows(in: context) where row.key == key && row.action != action {
            bind(
                rows(in: context).filter { $0.action == row.action && $0.key != key }.map(\.key), to: row.action,
                in: context)
        }
    }
}

extension KeyMap {
    /// The keys without configuration.
    public static let standard = KeyMap(rows: Self.build())

    private static func build() -> [KeyBinding] {
        var rows: [KeyBinding] = []
        func add(_ context: KeyContext, _ action: Action, _ names: String..., footer caption: String? = nil) {
            for (index, name) in names.enumerated() {
                guard let key = KeyPress(name: name) else { preconditionFailure("no key is called \(name)") }
                rows.append(KeyBinding(context, key, action, caption: index == 0 ? caption : nil))
            }
        }

        add(.composer, .send, "enter", footer: "send")
        add(.composer, .newline, "alt-enter", "ctrl-j")
        add(.composer, .focusNext, "tab", footer: "conversation")
        add(.composer, .editor, "ctrl-g")
        add(.composer, .attach, "alt-a")
        add(.composer, .regenerate, "ctrl-r")
        add(.composer, .pageUp, "page-up")
        add(.composer, .pageDown, "page-down")
        add(.composer, .leaveIfEmpty, "ctrl-d")

        add(.transcript, .up, "k", "up", footer: "move")
        add(.transcript, .down, "j", "down")
        add(.transcript, .previousMessage, "K", "{")
        add(.transcript, .nextMessage, "J", "}")
        add(.transcript, .pageUp, "page-up")
        add(.transcript, .pageDown, "page-down", "space")
        add(.transcript, .halfUp, "ctrl-u")
        add(.transcript, .halfDown, "ctrl-d")
        add(.transcript, .top, "g", "home")
        add(.transcript, .bottom, "G", "end")
        add(.transcript, .copyMessage, "y", footer: "copy")
        add(.transcript, .copyCode, "c", footer: "copy code")
        add(.transcript, .copyChat, "Y")
        add(.transcript, .editMessage, "e", footer: "edit")
        add(.transcript, .regenerate, "r", "ctrl-r", footer: "again")
        add(.transcript, .continueAnswer, "o")
        add(.transcript, .branchPrevious, "[", "left", "h")
        add(.transcript, .branchNext, "]", "right", "l", footer: "versions")
        add(.transcript, .walkTokens, "t", "enter", footer: "tokens")
        add(.transcript, .foldReasoning, "z")
        add(.transcript, .rawText, "m")
        add(.transcript, .deleteMessage, "d")
        add(.transcript, .search, "/", footer: "search")
        add(.transcript, .searchNext, "n")
        add(.transcript, .searchPrevious, "N")
        add(.transcript, .exportChat, "x")
        add(.transcript, .focusNext, "tab", "i")
        for (index, panel) in PanelRegistry.all.prefix(9).enumerated() {
            add(.transcript, panel.action, "\(index + 1)")
        }
        add(.transcript, .help, "?")
        add(.transcript, .quit, "q")

        add(.tokens, .left, "left", "h", footer: "back")
        add(.tokens, .right, "right", "l", footer: "on")
        add(.tokens, .up, "up", "k")
        add(.tokens, .down, "down", "j", footer: "next likely")
        add(.tokens, .top, "home", "g")
        add(.tokens, .bottom, "end", "G")
        add(.tokens, .choose, "enter", footer: "branch here")
        add(.tokens, .help, "?")

        add(.models, .up, "k", "up")
        add(.models, .down, "j", "down", footer: "move")
        add(.models, .pageUp, "page-up", "ctrl-u")
        add(.models, .pageDown, "page-down", "ctrl-d")
        add(.models, .top, "g", "home")
        add(.models, .bottom, "G", "end")
        add(.models, .choose, "enter", footer: "use")
        add(.models, .setDraft, "d", footer: "as draft")
        add(.models, .noDraft, "D", footer: "no draft")
        add(.models, .filter, "/", footer: "filter")
        add(.models, .rescan, "R")
        add(.models, .help, "?")
        add(.models, .quit, "q")

        add(.chats, .up, "k", "up")
        add(.chats, .down, "j", "down")
        add(.chats, .pageUp, "page-up", "ctrl-u")
        add(.chats, .pageDown, "page-down", "ctrl-d")
        add(.chats, .top, "g", "home")
        add(.chats, .bottom, "G", "end")
        add(.chats, .choose, "enter", footer: "open")
        add(.chats, .filter, "/", footer: "search")
        add(.chats, .renameChat, "r", footer: "rename")
        add(.chats, .deleteChat, "d", footer: "delete")
        add(.chats, .undoDelete, "u", footer: "undo")
        add(.chats, .exportChat, "x", footer: "export")
        add(.chats, .newChat, "n", footer: "new")
        add(.chats, .help, "?")

        add(.settings, .up, "k", "up")
        add(.settings, .down, "j", "down", footer: "move")
        add(.settings, .top, "g", "home")
        add(.settings, .bottom, "G", "end")
        add(.settings, .decrease, "left", "h", footer: "less")
        add(.settings, .increase, "right", "l", footer: "more")
        add(.settings, .choose, "enter", footer: "change")
        add(.settings, .reset, "backspace", "r", footer: "default")
        add(.settings, .keepSetting, "w", footer: "keep")
        add(.settings, .help, "?")
        add(.settings, .quit, "q")

        add(.themes, .up, "k", "up")
        add(.themes, .down, "j", "down", footer: "look at")
        add(.themes, .pageUp, "page-up", "ctrl-u")
        add(.themes, .pageDown, "page-down", "ctrl-d")
        add(.themes, .top, "g", "home")
        add(.themes, .bottom, "G", "end")
        add(.themes, .choose, "enter", footer: "keep")
        add(.themes, .help, "?")

        add(.playground, .takeDraft, "tab", footer: "take")
        add(.playground, .nextDraft, "down", "alt-]", footer: "next draft")
        add(.playground, .previousDraft, "up", "alt-[")
        add(.playground, .compare, "ctrl-r", footer: "compare")
        add(.playground, .moreDrafts, "alt-+", "alt-=")
        add(.playground, .fewerDrafts, "alt--")
        add(.playground, .newline, "enter", "ctrl-j", "alt-enter")
        add(.playground, .editor, "ctrl-g")

        add(.xray, .xrayStep, "right", "l", "n", "enter", footer: "one round")
        add(.xray, .xrayBack, "left", "h", "p", footer: "back")
        add(.xray, .xrayHold, "space", footer: "hold/go")
        add(.xray, .xraySlow, "s", footer: "slow")
        add(.xray, .xrayFaster, "+", "=")
        add(.xray, .xraySlower, "-")
        add(.xray, .up, "k", "up", footer: "explain")
        add(.xray, .down, "j", "down")
        add(.xray, .pageUp, "page-up")
        add(.xray, .pageDown, "page-down")
        add(.xray, .halfUp, "ctrl-u")
        add(.xray, .halfDown, "ctrl-d")
        add(.xray, .top, "g", "home")
        add(.xray, .bottom, "G", "end", footer: "follow")
        add(.xray, .regenerate, "r", "ctrl-r", footer: "again")
        add(.xray, .xrayEarlier, "[", footer: "earlier")
        add(.xray, .xrayLater, "]")
        add(.xray, .copyMessage, "y")
        add(.xray, .help, "?")
        add(.xray, .quit, "q")

        add(.race, .choose, "enter", footer: "start")
        add(.race, .left, "left", "h")
        add(.race, .right, "right", "l", "tab", footer: "racer")
        add(.race, .up, "up", "k")
        add(.race, .down, "down", "j", footer: "method")
        add(.race, .raceParameters, "p", footer: "parameters")
        add(.race, .raceModels, "m", footer: "models")
        add(.race, .raceAdd, "a", footer: "add")
        add(.race, .raceRemove, "d", footer: "remove")
        add(.race, .racePrompt, "e", footer: "prompt")
        add(.race, .raceQuestion, "c")
        add(.race, .decrease, "-")
        add(.race, .increase, "+", "=")
        add(.race, .raceRounds, "r")
        add(.race, .raceTemperature, "t")
        add(.race, .raceAgain, "space", footer: "show again")
        add(.race, .raceSave, "s", footer: "save")
        add(.race, .copyMessage, "y")
        add(.race, .help, "?")
        add(.race, .quit, "q")
        add(.replay, .replayPause, "space", footer: "pause")
        add(.replay, .replayStep, ".", footer: "step")
        add(.replay, .replayStepBack, ",", footer: "back")
        add(.replay, .replaySlower, "<", "-", footer: "slower")
        add(.replay, .replayFaster, ">", "+", "=", footer: "faster")
        add(.replay, .replayForward, "right", footer: "ten on")
        add(.replay, .replayBack, "left")
        add(.replay, .replayNext, "}", footer: "next answer")
        add(.replay, .replayPrevious, "{")
        add(.replay, .replayRestart, "0", footer: "restart")
        add(.replay, .replayEnd, "$")
        add(.replay, .help, "?")
        add(.replay, .quit, "q", footer: "leave")

        add(.panel, .nextPanel, "tab", "right", "l", footer: "next panel")
        add(.panel, .zoomPanel, "z", footer: "back")
        add(.panel, .help, "?")

        add(.page, .up, "k", "up")
        add(.page, .down, "j", "down")
        add(.page, .pageUp, "page-up", "ctrl-u")
        add(.page, .pageDown, "page-down", "ctrl-d", "space")
        add(.page, .top, "g", "home")
        add(.page, .bottom, "G", "end")
        add(.page, .cancel, "q", "?")

        add(.everywhere, .help, "f1")
        add(.everywhere, .palette, "ctrl-p", footer: "commands")
        add(.everywhere, .chatScreen, "f2", "alt-c")
        add(.everywhere, .playgroundScreen, "f3", "alt-p")
        add(.everywhere, .xrayScreen, "f4", "alt-x", footer: "X-ray")
        add(.everywhere, .raceScreen, "f5", "alt-r")
        add(.everywhere, .modelsScreen, "f6", "alt-m", footer: "models")
        add(.everywhere, .settingsScreen, "f7", "alt-s")
        add(.everywhere, .chats, "ctrl-o", footer: "chats")
        add(.everywhere, .newChat, "ctrl-n")
        add(.everywhere, .panels, "alt-v", "f8")
        add(.everywhere, .zoomPanel, "alt-z", "f9")
        add(.everywhere, .nextStrategy, "alt-n")
        add(.everywhere, .nextTheme, "alt-t")
        add(.everywhere, .systemPrompt, "alt-y")
        add(.everywhere, .continueAnswer, "alt-o")
        add(.everywhere, .redraw, "ctrl-l")
        add(.everywhere, .suspend, "ctrl-z")
        add(.everywhere, .cancel, "esc")
        add(.everywhere, .interrupt, "ctrl-c")
        for number in 1...9 {
            if let action = Action(rawValue: "recent-\(number)") { add(.everywhere, action, "alt-\(number)") }
        }
        return rows
    }
}
