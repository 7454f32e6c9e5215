// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding

/// A load that was asked for. The engine gives them; only tests make their own.
public struct LoadID: Hashable, Sendable {
    let number: Int

    public init(_ number: Int) {
        self.number = number
    }
}

/// A generation that was asked for. The engine gives them; only tests make their own.
public struct GenerationID: Hashable, Sendable {
    let number: Int

    public init(_ number: Int) {
        self.number = number
    }
}

/// What an ``Engine`` has to say, in order.
public enum EngineEvent: Sendable, Equatable {
    case load(LoadID, LoadEvent)
    /// As asked for: no model is loaded any more.
    case unloaded
    case generation(GenerationID, GenerationEvent)
    /// For the id that ``Engine/countTokens(_:id:)`` was given; nil while no model is loaded.
    case tokenCount(id: Int, count: Int?)
    /// After ``Engine/shutdown()``: the last event of all.
    case stopped
}

/// What happens to a load.
public enum LoadEvent: Sendable, Equatable {
    case progress(LoadStage)
    /// The models fit, but a full context beside them does not. Loading goes on.
    case memoryIsTight(MemoryNeed)
    /// Exactly one, last.
    case ended(LoadOutcome)
}

public enum LoadOutcome: Sendable, Equatable {
    /// The models are in use from now on.
    case loaded(SessionSnapshot)
    /// What was in use before still is.
    case cancelled
    /// The same.
    case failed(EngineError)
}

/// What happens to a generation.
public enum GenerationEvent: Sendable, Equatable {
    /// Its turn has come, and this is what was asked: always first.
    case asked(ChatRequest)
    /// This is what the model reads. Tells what was left out of the conversation.
    case accepted(ChatPrompt)
    /// Everything that `Generator` says, its own `finished` included: for panels and recordings.
    case decode(DecodeEvent)
    /// Exactly one, last; whatever happens.
    case finished(GenerationOutcome)
}

public enum GenerationOutcome: Sendable, Equatable {
    /// It ran, or was cancelled before its turn; ``GenerationSummary/reason`` says how it ended.
    case done(GenerationSummary)
    /// It never began. The error says why, and ``EngineError/hint`` what to do.
    case refused(EngineError)
}
