// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingStore

extension App {
    /// Does what a key or a line of the palette stands for.
    static func perform(_ state: inout AppState, _ action: Action) -> [Effect] {
        if let effects = replayAction(&state, action) { return effects }
        // There these keys take drafts.
        let takesDrafts = state.screen == .playground && state.overlays.isEmpty && action.recentIndex != nil
        if !takesDrafts, let effects = everywhere(&state, action) { return effects }
        if !state.overlays.isEmpty { return overlayAction(&state, action) }
        if state.panels.zoomed != nil, action == .cancel, !state.isGenerating {
            state.panels.zoomed = nil
            return []
        }
        switch state.screen {
        case .chat: return chatAction(&state, action)
        case .playground: return playgroundAction(&state, action)
        case .xray: return xrayAction(&state, action)
        case .race: return raceAction(&state, action)
        case .models: return modelsAction(&state, action)
        case .settings: return settingsAction(&state, action)
        }
    }

    /// Actions that mean the same wherever one is; nil for the others.
    private static func everywhere(_ state: inout AppState, _ action: Action) -> [Effect]? {
        switch action {
        case .help:
            if case .page? = state.overlays.last {
                state.overlays.removeLast()
            } else {
                open(&state, .page(helpPage(state)))
            }
        case .palette: open(&state, .palette(PaletteState()))
        case .chatScreen: show(&state, .chat)
        case .playgroundScreen:
            show(&state, .playground)
            return state.playground.outcomes.isEmpty ? complete(&state) : []
        case .xrayScreen: show(&state, .xray)
        case .raceScreen:
            show(&state, .race)
            prepareRace(&state)
        case .modelsScreen:
            show(&state, .models)
            return state.models.listing == nil ? [.findModels] : askMemory(&state)
        case .settingsScreen: show(&state, .settings)
        case .chats:
            open(&state, .chats(ChatListState()))
            return [.store(.list(query: ""))]
        case .newChat: return newChat(&state)
        case .panels: state.preferences.showsPanels.toggle()
        case .zoomPanel:
            state.panels.zoomed =
                state.panels.zoomed == nil ? state.preferences.panels.first ?? PanelRegistry.all.first?.id : nil
        case .nextPanel:
            let ids = PanelRegistry.all.map(\.id)
            if let zoomed = state.panels.zoomed, let index = ids.firstIndex(of: zoomed) {
                state.panels.zoomed = ids[(index + 1) % ids.count]
            }
        case .speedPanel, .acceptancePanel, .gainPanel, .cachePanel, .alternativesPanel:
            togglePanel(&state, action)
        case .nextStrategy: nextStrategy(&state)
        case .nextTheme:
            let names = state.themeNames
            let index = names.firstIndex(of: state.preferences.theme) ?? 0
            state.preferences.theme = names[(index + 1) % names.count]
            let isAutomatic = state.preferences.theme == Preferences.automaticTheme
            state.note("theme: \(state.preferences.theme)" + (isAutomatic ? " (\(state.theme.name))" : ""))
        case .chooseTheme: openThemes(&state)
        case .redraw: return [.redraw]
        case .suspend: return [.suspend]
        case .quit: return confirmQuit(&state)
        case .interrupt: return interrupt(&state)
        case .systemPrompt:
            open(
                &state,
                .field(
                    FieldState(
                        .systemPrompt, title: "System prompt", hint: "Enter keeps it; Alt-Enter is a new line",
                        text: state.preferences.systemPrompt, isSingleLine: false)))
        default:
            guard let index = action.recentIndex else { return nil }
            return useRecent(&state, index)
        }
        return []
    }

    static func open(_ state: inout AppState, _ overlay: Overlay) {
        // The same thing twice is once too often.
        state.overlays.removeAll { $0.kind == overlay.kind }
        state.overlays.append(overlay)
    }

    private static func show(_ state: inout AppState, _ screen: Screen) {
        state.screen = screen
        state.overlays = []
        state.panels.zoomed = nil
    }

    private static func togglePanel(_ state: inout AppState, _ action: Action) {
        guard let panel = PanelRegistry.all.first(where: { $0.action == action }) else { return }
        if let index = state.preferences.panels.firstIndex(of: panel.id) {
            state.preferences.panels.remove(at: index)
        } else {
            // In the order of the table, whatever the order of asking.
            let wanted = Set(state.preferences.panels + [panel.id])
            state.preferences.panels = PanelRegistry.all.map(\.id).filter { wanted.contains($0) }
            state.preferences.showsPanels = true
        }
    }

    /// The next method that can run with the models in use.
    private static func nextStrategy(_ state: inout AppState) {
        let ids = StrategyRegistry.all.map(\.id).filter { id in
            state.session.map { $0.availability(of: id) == .ready } ?? true
        }
        guard !ids.isEmpty else { return }
        let index = ids.firstIndex(of: state.preferences.strategy) ?? -1
        state.preferences.strategy = ids[(index + 1) % ids.count]
        state.note("method: \(state.preferences.strategy)")
    }

    private static func useRecent(_ state: inout AppState, _ index: Int) -> [Effect] {
        guard state.recentPairs.indices.contains(index) else {
            state.note("there is no recent pair \(index + 1) yet")
            return []
        }
        let pair = state.recentPairs[index]
        return load(&state, target: pair.target, draft: pair.draft, name: pair.targetName)
    }

    /// Stops what runs, empties what is written, asks whether to leave: one at a time.
    private static func interrupt(_ state: inout AppState) -> [Effect] {
        if state.isGenerating { return stopAnswer(&state) }
        if !state.overlays.isEmpty {
            state.overlays.removeLast()
            return []
        }
        if state.screen == .playground, state.panels.zoomed == nil {
            guard state.playground.editor.isEmpty else {
                state.playground.editor.replaceAll(with: "")
                return complete(&state)
            }
        } else if state.screen == .chat, !state.chat.composer.isEmpty || !state.chat.attachments.isEmpty {
            if state.chat.editing != nil {
                stopEditing(&state)
            } else {
                state.chat.composer.replaceAll(with: "")
                state.chat.attachments = []
            }
            return countTokens(&state)
        }
        if state.race.isRunning { return [.cancelRace] }
        if state.loading != nil {
            return [.cancelLoad]
        }
        return confirmQuit(&state)
    }

    /// What there is to know before one leaves.
    private static func leavingLines(_ state: AppState) -> [TextLine] {
        var lines: [TextLine] = []
        if let trouble = state.storeTrouble, !state.chat.tree.isEmpty {
            lines += [TextLine("This chat is not saved, and leaving tries it a last time:", role: .warning)]
            lines += TextLine(trouble, role: .warning).wrapped(to: max(20, min(72, state.size.width - 10)))
        } else if state.isGenerating {
            lines.append(TextLine("The answer is kept as far as it has got.", role: .dim))
        } else if !state.chat.tree.isEmpty {
            lines.append(TextLine("The chat is saved.", role: .dim))
        }
        if !state.chat.composer.isEmpty {
            lines.append(TextLine("The message that you are writing is not.", role: .warning))
        }
        return lines
    }

    /// Leaves at once where nothing can be lost by it, else asks.
    static func leave(_ state: inout AppState) -> [Effect] {
        let isSafe = !state.isGenerating && state.chat.composer.isEmpty && state.storeTrouble == nil
        return isSafe ? quit(&state) : confirmQuit(&state)
    }

    static func confirmQuit(_ state: inout AppState) -> [Effect] {
        if state.replay != nil { return [.quit] }
        open(
            &state,
            .choice(
                ChoiceState(
                    title: "Leave Inkling?",
                    lines: leavingLines(state),
                    options: [
                        .init("y", "leave", .quit), .init("n", "stay", .cancel),
                    ])))
        return []
    }
}
