// SPDX-License-Identifier: Apache-2.0

public import InklingEngine
public import InklingStore

/// Something to be done outside the state: plain data, so that tests compare it. One interpreter carries effects out.
public enum Effect: Sendable, Equatable {
    /// What the command line names; nil for the last used, or the bundled, models.
    case loadChoice(target: String?, draft: String?)
    /// Paths.
    case load(target: String, draft: String?)
    case cancelLoad
    case generate(ChatRequest)
    case cancelGeneration
    case countTokens(String)
    /// Drafts for the playground; a request takes the place of the one before.
    case complete(CompletionRequest, number: Int)
    case cancelCompletion
    /// Takes the place of the race before.
    case race(RaceRequest, number: Int)
    case cancelRace
    case findModels
    /// What the model at a path would take in memory.
    case estimateMemory(path: String)
    case store(StoreCommand)
    /// To the clipboard.
    case copy(String)
    /// In `$VISUAL` or `$EDITOR`.
    case edit(String)
    case readFile(String)
    case writeFile(path: String, text: String)
    /// Writes a setting to the configuration, so that it is so at every start.
    case keep(KeptSetting)
    case suspend
    case redraw
    case quit
}

extension Effect {
    /// Whether it needs neither models nor the store.
    var isPossibleInReplay: Bool {
        switch self {
        case .copy, .suspend, .redraw, .quit, .findModels, .estimateMemory, .writeFile, .keep: true
        case .loadChoice, .load, .cancelLoad, .generate, .cancelGeneration, .countTokens, .complete, .cancelCompletion,
            .race, .cancelRace, .store, .edit, .readFile:
            false
        }
    }
}

/// What the store is told, in order.
public enum StoreCommand: Sendable, Equatable {
    /// Also makes the chat if it is not there yet.
    case append(StoredMessage, Chat)
    /// The answer so far, in case the program ends before it does.
    case saveDraft(MessageID, content: String)
    case finish(MessageID, content: String, ending: MessageEnding, stats: JSONText?)
    /// Which branch of a chat is read.
    case select(leaf: MessageID, ChatID)
    case deleteSubtree(MessageID, ChatID, leaf: MessageID?)
    case update(Chat)
    /// An ended answer is in flight again.
    case reopen(MessageID)
    /// All of a conversation: after something of it could not be stored.
    case save(Conversation)
    /// Prompts and pairs of earlier days.
    case recall
    case list(query: String)
    case open(ChatID)
    case rename(ChatID, title: String)
    case delete(ChatID)
    case undelete(ChatID)
    case export(ChatID, path: String, asJSON: Bool)
    case rememberPrompt(String)
    case rememberPair(target: InklingStore.ModelReference, draft: InklingStore.ModelReference?)
}
