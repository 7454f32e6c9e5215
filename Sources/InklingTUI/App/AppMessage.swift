// SPDX-License-Identifier: Apache-2.0

public import InklingCells
public import InklingEngine
public import InklingStore
public import InklingTokenizer

/// Something that happened.
public enum AppMessage: Sendable {
    /// Sent before the others of a batch, and by itself when nothing else comes.
    case time(Moment)
    case terminal(TerminalEvent)
    case engine(EngineEvent)
    case store(StoreReply)
    /// What models there are on this machine.
    case models(ModelListing)
    /// What the model at a path would take in memory; nil if it cannot be run.
    case memory(path: String, MemoryOutlook?)
    /// What `$EDITOR` left, or why it did not run.
    case edited(Result<String, EffectFailure>)
    case fileRead(path: String, Result<String, EffectFailure>)
    case fileWritten(path: String, EffectFailure?)
    /// Of the target that is in use from now on.
    case vocabulary(Vocabulary?)
    /// A file of settings or a theme was read anew, or could not be.
    case configured(Preferences?, themes: [Theme], KeyMap?, issues: [ConfigurationIssue])
    /// About the drafts that were asked for under a number.
    case autocomplete(number: Int, AutocompleteEvent)
    /// About the race that was asked for under a number.
    case race(number: Int, RaceEvent)
    case copied(bytes: Int, wasSent: Bool)
}

/// Why something outside the program could not be done, as a sentence.
public struct EffectFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// What the store answers.
public enum StoreReply: Sendable {
    case opened(Conversation)
    case listed(query: String, [ChatListRow])
    case prompts([String])
    case pairs([RecentPair])
    case exported(path: String)
    /// Chats cannot be kept at present: why.
    case trouble(String)
    /// A whole conversation was stored: what could not be kept before is.
    case saved(ChatID)
    /// Something that was asked for could not be done; what is written is kept all the same.
    case failed(String)
    /// The store was repaired, replaced or is new: what the user should know.
    case notice(String)
}

/// A chat in the list, with where a search found something.
public struct ChatListRow: Sendable, Equatable {
    public var summary: ChatSummary
    /// Text around the match, on one line.
    public var snippet: String?

    public init(summary: ChatSummary, snippet: String? = nil) {
        self.summary = summary
        self.snippet = snippet
    }
}
