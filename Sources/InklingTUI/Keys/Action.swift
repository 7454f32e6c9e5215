// SPDX-License-Identifier: Apache-2.0

/// Everything a key or the command palette can do. The raw values are the names in the configuration.
public enum Action: String, Sendable, CaseIterable {
    // Everywhere
    case help
    case palette
    case chatScreen = "chat-screen"
    case playgroundScreen = "playground-screen"
    case xrayScreen = "xray-screen"
    case raceScreen = "race-screen"
    case modelsScreen = "models-screen"
    case settingsScreen = "settings-screen"
    case chats
    case newChat = "new-chat"
    case panels
    case zoomPanel = "zoom-panel"
    case nextPanel = "next-panel"
    case speedPanel = "panel-speed"
    case acceptancePanel = "panel-acceptance"
    case gainPanel = "panel-net-gain"
    case cachePanel = "panel-kv-cache"
    case alternativesPanel = "panel-alternatives"
    case nextStrategy = "next-strategy"
    case nextTheme = "next-theme"
    case chooseTheme = "choose-theme"
    case redraw
    case suspend
    /// Stops what runs, closes what is open, one level at a time.
    case cancel
    /// As Ctrl-C: stops an answer, else empties the message, else asks whether to leave.
    case interrupt
    case quit
    case recent1 = "recent-1"
    case recent2 = "recent-2"
    case recent3 = "recent-3"
    case recent4 = "recent-4"
    case recent5 = "recent-5"
    case recent6 = "recent-6"
    case recent7 = "recent-7"
    case recent8 = "recent-8"
    case recent9 = "recent-9"

    // Message
    case send
    case newline
    case editor
    case attach
    case systemPrompt = "system-prompt"
    case focusNext = "focus-next"
    case leaveIfEmpty = "leave-if-empty"

    // Conversation
    case regenerate
    case continueAnswer = "continue"
    case nextMessage = "next-message"
    case previousMessage = "previous-message"
    case editMessage = "edit-message"
    case copyMessage = "copy-message"
    case copyCode = "copy-code"
    case copyChat = "copy-chat"
    case branchPrevious = "branch-previous"
    case branchNext = "branch-next"
    case walkTokens = "tokens"
    case foldReasoning = "fold-reasoning"
    case rawText = "raw-text"
    case deleteMessage = "delete-message"
    case exportChat = "export-chat"
    case search
    case searchNext = "search-next"
    case searchPrevious = "search-previous"

    // Lists and pages
    case up
    case down
    case left
    case right
    case pageUp = "page-up"
    case pageDown = "page-down"
    case halfUp = "half-up"
    case halfDown = "half-down"
    case top
    case bottom
    case choose
    case filter

    // Models
    case setDraft = "set-draft"
    case noDraft = "no-draft"
    case rescan

    // Chats
    case renameChat = "rename-chat"
    case deleteChat = "delete-chat"
    case undoDelete = "undo-delete"

    // Settings
    case decrease
    case increase
    case reset
    /// Writes a setting to the configuration, for every start.
    case keepSetting = "keep-setting"

    // Playground
    case takeDraft = "take-draft"
    case nextDraft = "next-draft"
    case previousDraft = "previous-draft"
    case compare
    case moreDrafts = "more-drafts"
    case fewerDrafts = "fewer-drafts"

    // X-ray
    case xrayHold = "xray-hold"
    case xrayStep = "xray-step"
    case xrayBack = "xray-back"
    case xraySlow = "xray-slow"
    case xrayFaster = "xray-faster"
    case xraySlower = "xray-slower"
    case xrayEarlier = "xray-earlier"
    case xrayLater = "xray-later"

    // Race
    case raceAdd = "race-add"
    case raceRemove = "race-remove"
    case raceParameters = "race-parameters"
    case raceModels = "race-models"
    case racePrompt = "race-prompt"
    case raceQuestion = "race-question"
    case raceRounds = "race-rounds"
    case raceTemperature = "race-temperature"
    case raceAgain = "race-again"
    case raceSave = "race-save"

    // A recording
    case replayPause = "replay-pause"
    case replayStep = "replay-step"
    case replayStepBack = "replay-step-back"
    case replayForward = "replay-forward"
    case replayBack = "replay-back"
    case replayFaster = "replay-faster"
    case replaySlower = "replay-slower"
    case replayNext = "replay-next"
    case replayPrevious = "replay-previous"
    case replayRestart = "replay-restart"
    case replayEnd = "replay-end"

    /// What it does, for help and the palette.
    public var title: String {
        switch self {
        case .help: "help"
        case .palette: "command palette"
        case .chatScreen: "chat"
        case .playgroundScreen: "playground"
        case .xrayScreen: "X-ray"
        case .raceScreen: "race"
        case .modelsScreen: "models"
        case .settingsScreen: "settings"
        case .chats: "open a chat"
        case .newChat: "new chat"
        case .panels: "show or hide the panels"
        case .zoomPanel: "one panel on the whole screen"
        case .nextPanel: "next panel"
        case .speedPanel: "panel: speed"
        case .acceptancePanel: "panel: acceptance"
        case .gainPanel: "panel: net gain"
        case .cachePanel: "panel: KV cache"
        case .alternativesPanel: "panel: alternatives"
        case .nextStrategy: "next decoding method"
        case .nextTheme: "next theme"
        case .chooseTheme: "choose a theme"
        case .redraw: "draw the screen anew"
        case .suspend: "suspend (fg comes back)"
        case .cancel: "stop, or close"
        case .interrupt: "stop, clear, or leave"
        case .quit: "leave"
        case .recent1: "recent models 1"
        case .recent2: "recent models 2"
        case .recent3: "recent models 3"
        case .recent4: "recent models 4"
        case .recent5: "recent models 5"
        case .recent6: "recent models 6"
        case .recent7: "recent models 7"
        case .recent8: "recent models 8"
        case .recent9: "recent models 9"
        case .send: "send"
        case .newline: "new line"
        case .editor: "write in $EDITOR"
        case .attach: "attach a text file"
        case .systemPrompt: "system prompt"
        case .focusNext: "conversation or message"
        case .leaveIfEmpty: "leave, if the message is empty"
        case .regenerate: "answer again"
        case .continueAnswer: "go on with the answer"
        case .nextMessage: "next message"
        case .previousMessage: "previous message"
        case .editMessage: "edit the message"
        case .copyMessage: "copy the message"
        case .copyCode: "copy a code block"
        case .copyChat: "copy the conversation"
        case .branchPrevious: "previous version"
        case .branchNext: "next version"
        case .walkTokens: "tokens and alternatives"
        case .foldReasoning: "fold reasoning"
        case .rawText: "text as written, or rendered"
        case .deleteMessage: "delete from here on"
        case .exportChat: "export the chat"
        case .search: "search"
        case .searchNext: "next match"
        case .searchPrevious: "previous match"
        case .up: "up"
        case .down: "down"
        case .left: "left"
        case .right: "right"
        case .pageUp: "page up"
        case .pageDown: "page down"
        case .halfUp: "half a page up"
        case .halfDown: "half a page down"
        case .top: "to the top"
        case .bottom: "to the end"
        case .choose: "choose"
        case .filter: "filter"
        case .setDraft: "use as draft"
        case .noDraft: "no draft"
        case .rescan: "look for models again"
        case .renameChat: "rename"
        case .deleteChat: "delete"
        case .undoDelete: "undo the deletion"
        case .decrease: "less"
        case .increase: "more"
        case .reset: "default"
        case .keepSetting: "keep for every start"
        case .takeDraft: "take the draft"
        case .nextDraft: "next draft"
        case .previousDraft: "previous draft"
        case .compare: "compare with nucleus and beam"
        case .moreDrafts: "one draft more"
        case .fewerDrafts: "one draft less"
        case .xrayHold: "hold rounds back, or show them as they come"
        case .xrayStep: "one round on"
        case .xrayBack: "one round back"
        case .xraySlow: "slow motion on or off, from the start where all was seen"
        case .xrayFaster: "slow motion: faster"
        case .xraySlower: "slow motion: slower"
        case .xrayEarlier: "earlier answer"
        case .xrayLater: "later answer"
        case .raceAdd: "one racer more"
        case .raceRemove: "this racer leaves"
        case .raceParameters: "parameters of this racer"
        case .raceModels: "other models for this racer"
        case .racePrompt: "write the prompt"
        case .raceQuestion: "the chat's last question as the prompt"
        case .raceRounds: "how often each runs"
        case .raceTemperature: "greedy, or sampled as in the chat"
        case .raceAgain: "show the race again, or all of it"
        case .raceSave: "save the results"
        case .replayPause: "pause or play"
        case .replayStep: "one round on"
        case .replayStepBack: "one round back"
        case .replayForward: "ten rounds on"
        case .replayBack: "ten rounds back"
        case .replayFaster: "twice as fast"
        case .replaySlower: "half as fast"
        case .replayNext: "next answer"
        case .replayPrevious: "previous answer"
        case .replayRestart: "from the beginning"
        case .replayEnd: "to the end of the recording"
        }
    }

    /// Whether it means the same wherever one is.
    var isEverywhere: Bool {
        switch self {
        case .help, .palette, .chats, .newChat, .panels, .zoomPanel, .nextPanel, .speedPanel, .acceptancePanel,
            .gainPanel, .cachePanel, .alternativesPanel, .nextStrategy, .nextTheme, .chooseTheme, .redraw, .suspend,
            .quit, .interrupt, .cancel, .systemPrompt:
            true
        default: recentIndex != nil || Screen.allCases.contains { $0.action == self }
        }
    }

    /// Which of the recent pairs of models, from 0.
    var recentIndex: Int? {
        let rows: [Action] = [
            .recent1, .recent2, .recent3, .recent4, .recent5, .recent6, .recent7, .recent8, .recent9,
        ]
        return rows.firstIndex(of: self)
    }

    /// Whether it makes sense without knowing where the cursor is, so that the palette offers it.
    var isInPalette: Bool {
        switch self {
        case .up, .down, .left, .right, .pageUp, .pageDown, .halfUp, .halfDown, .top, .bottom, .choose, .filter,
            .cancel,
            .interrupt, .leaveIfEmpty, .palette, .send, .newline, .decrease, .increase, .reset, .keepSetting, .setDraft,
            .noDraft, .takeDraft, .nextDraft, .previousDraft, .compare, .moreDrafts, .fewerDrafts, .xrayHold, .xrayStep,
            .xrayBack, .xraySlow, .xrayFaster, .xraySlower, .xrayEarlier, .xrayLater, .raceAdd, .raceRemove,
            .raceParameters, .raceModels, .racePrompt, .raceQuestion, .raceRounds, .raceTemperature, .raceAgain,
            .raceSave, .replayPause, .replayStep,
            .replayStepBack, .replayForward, .replayBack, .replayFaster, .replaySlower, .replayNext, .replayPrevious,
            .replayRestart, .replayEnd, .renameChat, .deleteChat, .undoDelete, .focusNext, .nextPanel, .nextMessage,
            .previousMessage, .searchNext, .searchPrevious:
            false
        default: true
        }
    }
}
