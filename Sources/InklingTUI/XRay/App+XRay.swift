// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

extension App {
    static func xrayAction(_ state: inout AppState, _ action: Action) -> [Effect] {
        if let effects = steppingReplay(&state, action) { return effects }
        let page = max(1, state.size.height / 3)
        switch action {
        case .up: state.xray.move(by: -1)
        case .down: state.xray.move(by: 1)
        case .pageUp: state.xray.move(by: -page)
        case .pageDown: state.xray.move(by: page)
        case .halfUp: state.xray.move(by: -page / 2)
        case .halfDown: state.xray.move(by: page / 2)
        case .top: state.xray.moveToStart()
        case .bottom: state.xray.follow()
        case .xrayHold: state.xray.hold()
        case .xrayStep: state.xray.step(by: 1)
        case .xrayBack: state.xray.step(by: -1)
        case .xraySlow: state.xray.toggleSlow(at: state.now.elapsed)
        case .xrayFaster, .xraySlower: state.xray.changeRate(by: action == .xrayFaster ? 1 : -1)
        case .xrayEarlier:
            if !state.xray.changeRun(by: -1) { state.note("there is no earlier answer") }
        case .xrayLater:
            if !state.xray.changeRun(by: 1) { state.note("this is the newest answer") }
        case .copyMessage:
            guard let round = state.xray.cursor.flatMap({ state.xray.run?[$0] }) else { return [] }
            return [.copy(XRayExplanation(round, glyphs: state.glyphs).text)]
        case .regenerate:
            state.xray.showNewest()
            return regenerate(&state)
        case .quit: return confirmQuit(&state)
        case .cancel:
            if state.isGenerating { return stopAnswer(&state) }
            if state.xray.pace != .live || !state.xray.isFollowing { state.xray.goLive() } else { state.screen = .chat }
        default: break
        }
        return []
    }

    /// An event whose drafted tokens have their text, as far as it is known: not every recording holds it.
    static func withTexts(_ event: EngineEvent, _ state: AppState) -> EngineEvent {
        guard case .generation(let id, .decode(.round(var round))) = event, let draft = round.draft, !draft.isEmpty,
            draft.texts.isEmpty
        else { return event }
        round.draft?.texts = draft.tokens.map { state.text(of: $0) }
        return .generation(id, .decode(.round(round)))
    }

    /// A recording can wait, so there it does, and nothing need be held back.
    private static func steppingReplay(_ state: inout AppState, _ action: Action) -> [Effect]? {
        guard state.replay != nil, state.xray.heldCount == 0, state.xray.isFollowing else { return nil }
        switch action {
        case .xrayHold: return replayAction(&state, .replayPause)
        case .xrayStep: return replayAction(&state, .replayStep)
        case .xrayBack: return replayAction(&state, .replayStepBack)
        default: return nil
        }
    }
}
