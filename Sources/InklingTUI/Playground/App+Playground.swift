// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

extension App {
    static func playgroundAction(_ state: inout AppState, _ action: Action) -> [Effect] {
        switch action {
        case .takeDraft: return take(&state, state.playground.selected)
        case .nextDraft: cycle(&state, by: 1)
        case .previousDraft: cycle(&state, by: -1)
        case .newline:
            state.playground.editor.insert("\n")
            return complete(&state)
        case .editor: return [.edit(state.playground.editor.text)]
        case .compare:
            state.playground.compares.toggle()
            return complete(&state)
        case .moreDrafts, .fewerDrafts:
            let step = action == .moreDrafts ? 1 : -1
            state.playground.count = max(1, min(9, state.playground.count + step))
            return complete(&state)
        case .cancel:
            if state.playground.drafts.isEmpty {
                state.screen = .chat
                return []
            }
            state.playground.outcomes = [:]
            state.playground.request += 1
            state.playground.waiting = []
            return [.cancelCompletion]
        default:
            guard let index = action.recentIndex else { return [] }
            return take(&state, index)
        }
        return []
    }

    /// A key for the text.
    static func typeInPlayground(_ state: inout AppState, _ press: KeyPress) -> [Effect] {
        let before = state.playground.editor
        state.playground.editor.handle(press, width: PlaygroundLayout(state).textWidth)
        return state.playground.editor == before ? [] : complete(&state)
    }

    /// Asks for drafts of the text as it is now; what was asked for before no longer counts.
    static func complete(_ state: inout AppState) -> [Effect] {
        guard state.replay == nil, !isRacing(&state) else { return [] }
        state.playground.request += 1
        state.playground.outcomes = [:]
        state.playground.selected = 0
        state.playground.waiting = state.playground.compares ? PlaygroundState.methods : [.superposed]
        guard !state.playground.editor.isEmpty, state.session != nil else {
            state.playground.waiting = []
            return [.cancelCompletion]
        }
        return askNext(&state)
    }

    private static func askNext(_ state: inout AppState) -> [Effect] {
        guard !state.playground.waiting.isEmpty else {
            state.playground.inProgress = nil
            return []
        }
        let method = state.playground.waiting.removeFirst()
        state.playground.inProgress = method
        state.playground.outcomes[method] = PlaygroundState.Outcome()
        let editor = state.playground.editor
        if method == .superposed {
            state.xray.change { $0.beginDrafts(of: String(editor.characters[..<editor.cursor])) }
        }
        let request = CompletionRequest(
            prefix: String(editor.characters[..<editor.cursor]), suffix: String(editor.characters[editor.cursor...]),
            method: method, count: state.playground.count, length: state.playground.length,
            sampler: state.preferences.recommendedSampling.applied(to: DraftRequest.nucleus()), cut: .line,
            voice: .automatic)
        return [.complete(request, number: state.playground.request)]
    }

    private static func cycle(_ state: inout AppState, by step: Int) {
        let count = state.playground.drafts.count
        guard count > 0 else { return }
        state.playground.selected = (state.playground.selected + step + count) % count
    }

    private static func take(_ state: inout AppState, _ index: Int) -> [Effect] {
        let drafts = state.playground.drafts
        guard drafts.indices.contains(index) else { return [] }
        state.playground.editor.insert(drafts[index])
        return complete(&state)
    }

    /// What the autocompleter says about request `number`.
    static func autocomplete(_ state: inout AppState, _ number: Int, _ event: AutocompleteEvent) -> [Effect] {
        guard number == state.playground.request, let method = state.playground.inProgress else { return [] }
        var outcome = state.playground.outcomes[method] ?? PlaygroundState.Outcome()
        defer { state.playground.outcomes[method] = outcome }
        switch event {
        case .step(_, let live):
            outcome.live = live
            if method == .superposed { state.xray.change { $0.take(live) } }
            outcome.drafts = live.map(\.text)
            return []
        case .finished(_, let result, let latency):
            outcome.drafts = result.completions.map(\.text)
            if method == .superposed {
                state.xray.change { $0.endDrafts(.tokenLimit, repairPassCount: result.report.repairPassCount) }
            }
            outcome.isDone = true
            outcome.latency = latency
            outcome.passCount = result.report.passCount
            outcome.draftDuration = result.report.draftDuration
            outcome.repairPassCount = result.report.repairPassCount
            outcome.repairDuration = result.report.repairDuration
            state.playground.selected = min(state.playground.selected, max(0, outcome.drafts.count - 1))
        case .failed(_, let error):
            if method == .superposed { state.xray.change { $0.endDrafts(.cancelled) } }
            outcome.isDone = true
            outcome.problem = error.description
        }
        return askNext(&state)
    }
}
