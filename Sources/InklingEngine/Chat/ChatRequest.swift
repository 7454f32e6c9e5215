// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
import InklingModel
public import InklingTokenizer

/// The part of an answer that is there already, which the model is to go on from.
public enum AnswerPrefix: Sendable, Equatable {
    /// Tokens as the model gave them: nothing is lost, and the cache holds them.
    case tokens([TokenID])
    /// Text that somebody edited, or whose tokens are not known any more.
    case text(String)
}

/// One answer of a chat, as plain data: the conversation as it is now, and how to answer. Everything may differ from one
/// request to the next; what the cache holds of it is reused.
public struct ChatRequest: Sendable, Equatable {
    /// From the system message to the last question: one path of a tree of messages.
    public var messages: [ChatMessage]
    public var answerPrefix: AnswerPrefix?
    /// Identifier of a row of `StrategyRegistry`.
    public var strategy: String
    public var parameters: [String: ParameterValue]
    public var sampler: SamplerSettings
    /// nil: until the model ends the answer or the context is full. 0 only reads the conversation into the cache.
    public var maxTokens: Int?
    public var stopStrings: [String]
    /// How many alternatives each token carries.
    public var alternativeCount: Int
    public var contextPolicy: ContextPolicy
    /// Turns that earlier answers of this chat left out: the last `droppedTurnCount` that was reported.
    public var droppedTurnCount: Int

    public init(
        messages: [ChatMessage], answerPrefix: AnswerPrefix? = nil,
        strategy: String = StrategyDescriptor.autoregressive.id, parameters: [String: ParameterValue] = [:],
        sampler: SamplerSettings = SamplerSettings(), maxTokens: Int? = nil, stopStrings: [String] = [],
        alternativeCount: Int = 0, contextPolicy: ContextPolicy = .dropOldestTurns(keepsSystem: true),
        droppedTurnCount: Int = 0
    ) {
        self.messages = messages
        self.answerPrefix = answerPrefix
        self.strategy = strategy
        self.parameters = parameters
        self.sampler = sampler
        self.maxTokens = maxTokens
        self.stopStrings = stopStrings
        self.alternativeCount = alternativeCount
        self.contextPolicy = contextPolicy
        self.droppedTurnCount = droppedTurnCount
    }
}

/// What a model reads of a chat: the tokens, and what became of the conversation on the way.
public struct ChatPrompt: Sendable, Equatable {
    public var tokens: [TokenID]
    /// The last ones of ``tokens``: what is there of the answer.
    public var answerPrefix: [TokenID]
    /// Leading tokens that the cache holds.
    public var reusedTokenCount: Int
    /// Turns left out because the context is full, those of earlier requests included.
    public var droppedTurnCount: Int
    /// Messages of these turns: the first ones after the system message.
    public var droppedMessageCount: Int
    /// Whether this request left out more than those before it.
    public var hasDroppedMore: Bool

    public init(
        tokens: [TokenID], answerPrefix: [TokenID] = [], reusedTokenCount: Int = 0, droppedTurnCount: Int = 0,
        droppedMessageCount: Int = 0, hasDroppedMore: Bool = false
    ) {
        self.tokens = tokens
        self.answerPrefix = answerPrefix
        self.reusedTokenCount = reusedTokenCount
        self.droppedTurnCount = droppedTurnCount
        self.droppedMessageCount = droppedMessageCount
        self.hasDroppedMore = hasDroppedMore
    }
}

extension ModelSession {
    /// Renders a conversation and makes it fit. Nothing is computed yet.
    /// - Throws: ``EngineError`` of the template, or that the conversation does not fit.
    public func prompt(for request: ChatRequest) throws(EngineError) -> ChatPrompt {
        let capacity = runner.contextCapacity
        let prefix: [TokenID] =
            switch request.answerPrefix {
            case nil: []
            case .tokens(let tokens): tokens
            // By itself, as the model would have written it: after the tokens that open its turn.
            case .text(let text): target.tokenizer.encode(text, special: .ignore)
            }
        func render(_ messages: [ChatMessage]) throws(EngineError) -> [TokenID] {
            try target.chatFormat.tokens(messages, tokenizer: target.tokenizer) + prefix
        }
        let fitted: FittedConversation<TokenID>
        switch request.contextPolicy {
        case .refuse:
            fitted = FittedConversation(
                tokens: try render(request.messages), droppedTurnCount: 0, droppedMessageCount: 0)
        case .dropOldestTurns(let keepsSystem):
            fitted = try ContextFit(request.messages).fit(
                capacity: capacity, maxTokens: request.maxTokens, dropped: request.droppedTurnCount,
                keepsSystem: keepsSystem, render: render)
        }
        guard fitted.tokens.count <= capacity else {
            throw .generation(.promptTooLong(tokenCount: fitted.tokens.count, capacity: capacity, lane: .target))
        }
        return ChatPrompt(
            tokens: fitted.tokens, answerPrefix: prefix,
            reusedTokenCount: min(runner.commonPrefix(with: fitted.tokens), max(0, fitted.tokens.count - 1)),
            droppedTurnCount: fitted.droppedTurnCount, droppedMessageCount: fitted.droppedMessageCount,
            hasDroppedMore: fitted.droppedTurnCount > request.droppedTurnCount)
    }

    /// What to generate for a chat's prompt.
    public func generation(for request: ChatRequest, prompt: ChatPrompt) -> GenerationRequest {
        GenerationRequest(
            prompt: prompt.tokens, strategy: request.strategy, parameters: request.parameters,
            sampler: request.sampler, maxTokens: request.maxTokens, stopStrings: request.stopStrings,
            endTokens: endTokens, controlTokens: controlTokens, alternativeCount: request.alternativeCount)
    }
}
