// SPDX-License-Identifier: Apache-2.0

public import InklingCells

extension AppState {
    /// Whether something is being made, loaded or looked for, so that the screen will change by itself.
    public var isBusy: Bool {
        if loading != nil || isGenerating || playground.inProgress != nil || race.isRunning { return true }
        if screen == .models, models.listing == nil { return true }
        if case .chats(let list) = overlays.last, list.rows == nil { return true }
        return false
    }
}

extension App {
    /// Goes to a place of the recording that is played, and stays there.
    ///
    /// - Parameter rounds: how many rounds have been; nil is the end.
    public static func show(_ state: inout AppState, rounds: Int?) {
        guard state.replay != nil else { return }
        guard let rounds else {
            _ = perform(&state, .replayEnd)
            return
        }
        _ = perform(&state, .replayRestart)
        while let replay = state.replay, replay.playedRoundCount < rounds, !replay.isAtEnd {
            _ = perform(&state, .replayStep)
        }
    }
}

extension AppState {
    /// Shows what a recording led to as it looked when it was made: the message in the place of the transport.
    public mutating func showAsLive() {
        guard replay != nil else { return }
        replay = nil
        preferences.strategy = replayedStrategy
        if chat.focus == .transcript { chat.focus = .composer }
    }
}

extension KeyMap {
    /// The key that shows a screen.
    public func key(to screen: Screen) -> KeyPress? { key(for: screen.action) }
}
