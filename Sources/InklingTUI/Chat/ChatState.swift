// SPDX-License-Identifier: Apache-2.0

public import InklingCells
public import InklingDecoding
internal import InklingMarkdown
public import InklingStore
internal import InklingTokenizer

/// What has the keys on the chat screen.
public enum ChatFocus: Sendable, Equatable {
    case composer, transcript
    /// A cursor in the tokens of an answer.
    case tokens(TokenCursor)
}

/// Which token of an answer, and which of its alternatives.
public struct TokenCursor: Sendable, Equatable {
    public var message: MessageID
    public var index: Int
    /// 0 is the likeliest.
    public var alternative: Int
}

/// An answer that is being made.
public struct AnswerInProgress: Sendable, Equatable {
    public var message: MessageID
    public var began: Duration
    /// What was there before, of an answer that goes on.
    public var prefixTokenCount: Int
    /// Tokens that the model reads; nil until the engine has counted.
    public var promptTokenCount: Int?
    public var isStopping = false
}

/// One conversation and what is written next.
public struct ChatState: Sendable {
    /// nil until there is a message.
    public var chat: Chat?
    public var tree = MessageTree()
    public var composer = TextEditor()
    public var focus = ChatFocus.composer
    public var scroll = ScrollState()
    /// The selected message while the conversation has the keys.
    public var selected: MessageID?
    public var answer: AnswerInProgress?
    /// The user's message that the composer writes anew, and what was being written before.
    public var editing: MessageID?
    var writtenBeforeEditing = TextEditor()
    /// Files whose text goes before the next message.
    public var attachments: [Attachment] = []
    /// Messages sent before, newest first, and where the cursor is among them.
    public var history = PromptHistory()
    /// Tokens of the composer's text, and the text that was counted.
    public var composerTokens: (text: String, count: Int)?
    public var askedTokens: String?
    /// Turns that the model no longer reads, and the messages these are.
    public var droppedTurnCount = 0
    public var droppedMessageCount = 0
    public var search: TranscriptSearch?
    /// Messages shown as they were written.
    public var raw: Set<MessageID> = []
    /// Answers whose reasoning is shown although it folds by itself, or the reverse.
    public var unfolded: Set<MessageID> = []
    /// Tokens of the answers of this session, for the cursor and for branching.
    public var tokens = TokenArchive()
    /// Since when the answer in flight has text that is not on disk.
    public var unsavedSince: Duration?
    /// Rendered messages.
    var documents = DocumentCache()
    /// The message being written in rows, as it was laid out last.
    private var composerRows: EditorLayout?

    public init() {}

    /// The message being written in rows.
    func composerLayout(width: Int) -> EditorLayout {
        if let composerRows, composerRows.shows(composer, width: width) { return composerRows }
        return EditorLayout(composer, width: width)
    }

    /// Lays the message out once for all that follows: it may be as long as a book.
    mutating func layOutComposer(width: Int) {
        composerRows = composerLayout(width: width)
    }

    /// The conversation as it is read now.
    public var path: [StoredMessage] { tree.path }

    public var lastAnswer: StoredMessage? { path.last { $0.role == .assistant } }
}

extension AppState {
    /// What must be stored as a whole while there is trouble with storing, the chat that is read last.
    var conversationsToSave: [Conversation] {
        let current = chat.chat.map { [Conversation(chat: $0, tree: chat.tree)] } ?? []
        return unsaved.filter { $0.chat.id != chat.chat?.id } + current
    }

    /// Goes to another chat, or to a new one; what is being written goes along.
    mutating func turn(to conversation: Conversation?) {
        if storeTrouble != nil { unsaved = conversationsToSave }
        var next = ChatState()
        next.history = chat.history
        // An edit belongs to the chat that is left.
        next.composer = chat.editing == nil ? chat.composer : chat.writtenBeforeEditing
        next.attachments = chat.attachments
        if let conversation {
            next.chat = conversation.chat
            next.tree = conversation.tree
        }
        // A chat that has not begun is still the same new one, with what was set for it.
        if conversation != nil || chat.chat != nil {
            preferences.makeAnswers(as: conversation?.chat, configured: configured)
        }
        chat = next
    }
}

/// A text file that goes with the next message.
public struct Attachment: Sendable, Equatable {
    public var path: String
    public var text: String

    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// Messages sent before, walked through with up and down.
public struct PromptHistory: Sendable, Equatable {
    public var prompts: [String] = []
    private var index: Int?
    /// What was being written before the walk.
    private var draft = ""

    public init() {}

    public static let limit = 1000

    mutating func remember(_ prompt: String) {
        prompts.removeAll { $0 == prompt }
        prompts.insert(prompt, at: 0)
        if prompts.count > Self.limit { prompts.removeLast(prompts.count - Self.limit) }
        index = nil
    }

    /// The one before, if there is one.
    mutating func older(than current: String) -> String? {
        let next = (index ?? -1) + 1
        guard prompts.indices.contains(next) else { return nil }
        if index == nil { draft = current }
        index = next
        return prompts[next]
    }

    /// The one after; at the end what was being written.
    mutating func newer() -> String? {
        guard let current = index else { return nil }
        index = current > 0 ? current - 1 : nil
        return index.map { prompts[$0] } ?? draft
    }

    mutating func leave() { index = nil }
}

/// Words looked for in a conversation.
public struct TranscriptSearch: Sendable, Equatable {
    public var text: String
    /// Which match, from 0.
    public var current: Int
}

/// Tokens of recent answers: what the cursor walks through, and what a branch begins with.
public struct TokenArchive: Sendable {
    private var records: [MessageID: [CommittedToken]] = [:]
    private var order: [MessageID] = []

    public init() {}

    static let answerLimit = 64
    static let tokenLimit = 1 << 16

    public subscript(message: MessageID) -> [CommittedToken] { records[message] ?? [] }

    mutating func begin(_ message: MessageID, with tokens: [CommittedToken] = []) {
        records[message] = tokens
        order.removeAll { $0 == message }
        order.append(message)
        while order.count > Self.answerLimit { records[order.removeFirst()] = nil }
    }

    mutating func append(_ tokens: [CommittedToken], to message: MessageID) {
        guard let index = records.index(forKey: message) else { return }
        guard records.values[index].count + tokens.count <= Self.tokenLimit else { return }
        records.values[index] += tokens
    }

    mutating func removeAll() {
        records = [:]
        order = []
    }
}
