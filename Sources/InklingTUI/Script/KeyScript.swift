// SPDX-License-Identifier: Apache-2.0

public import InklingCells

/// What somebody does at the keyboard, as one line: text is typed, and names in angle brackets are keys.
///
///     How do I list files?<enter><wait><tab><t><right>
///
/// `<wait>` lets everything come to rest, `<rounds 12>` waits for so many rounds of an answer, and `<lt>` is a `<` to
/// be typed. In a recording that is played these are its end and one of its rounds.
public struct KeyScript: Sendable, Equatable {
    public enum Step: Sendable, Equatable {
        case key(KeyPress)
        /// Until nothing changes by itself any more.
        case wait
        /// Until an answer has had this many rounds, or has ended.
        case rounds(Int)
    }

    /// Why a line is no script.
    public struct Mistake: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
    }

    public let steps: [Step]

    public init(_ text: String) throws(Mistake) {
        var steps: [Step] = []
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard character == "<" else {
                steps.append(.key(KeyPress(character == "\n" ? .enter : .character(character))))
                continue
            }
            guard let end = rest.firstIndex(of: ">") else {
                throw Mistake(description: "\"<\(rest.prefix(12))\" has no \">\"; write <lt> for a \"<\" that is to be typed")
            }
            steps.append(try Self.step(String(rest[..<end])))
            rest = rest[rest.index(after: end)...]
        }
        self.steps = steps
    }

    private static func step(_ name: String) throws(Mistake) -> Step {
        if name == "wait" { return .wait }
        if name == "lt" { return .key(KeyPress(.character("<"))) }
        if name.hasPrefix("rounds ") {
            guard let count = Int(name.dropFirst(7)), (1...1_000_000).contains(count) else {
                throw Mistake(description: "<\(name)> needs a number of rounds, as <rounds 12>")
            }
            return .rounds(count)
        }
        guard let key = KeyPress(name: name) else {
            let near = KeyName.suggestion(for: name) ?? Suggestion.nearest(to: name, in: ["wait", "lt", "rounds 12"])
            throw Mistake(
                description: "no key is called <\(name)>" + (near.map { "; did you mean <\($0)>?" } ?? ""))
        }
        return .key(key)
    }
}

extension AppState {
    /// Whether something is being made, loaded or looked for, so that the screen will change by itself.
    public var isBusy: Bool {
        if loading != nil || isGenerating || playground.inProgress != nil { return true }
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
