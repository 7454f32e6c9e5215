// SPDX-License-Identifier: Apache-2.0

/// What came of asking for a line.
enum LineEvent: Equatable {
    /// Without its end. Holds line breaks if it was pasted or edited so.
    case line(String)
    /// Ctrl-C: the line is gone. `wasEmpty` says whether there was nothing on it.
    case interrupted(wasEmpty: Bool)
    case endOfInput
    /// A signal asks the program to end.
    case leave
}

/// Reads lines from a person or a pipe.
protocol LineReader: AnyObject {
    /// Waits for a line.
    /// - Parameter prompt: shown where there is someone to see it.
    func read(prompt: LinePrompt) throws(Failure) -> LineEvent

    /// Makes an entry one that can be called back, now and in later runs. Does nothing where that is not possible.
    func remember(_ entry: String)
}

/// The mark before the place to type, with or without colour.
struct LinePrompt: Equatable {
    var text: String
    /// Bold and green; never the only sign.
    var isColored: Bool

    /// - Parameters:
    ///   - mute, loud: what the reader needs around characters that take no room.
    func rendered(mute: String = "", loud: String = "") -> String {
        guard isColored else { return text }
        return "\(mute)\u{1B}[1;32m\(loud)\(text)\(mute)\u{1B}[0m\(loud)"
    }
}
