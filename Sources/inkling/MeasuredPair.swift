// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingEngine
import InklingModel
import InklingTensor
import InklingTokenizer

/// A target and perhaps a draft, loaded once, for sessions that run them in several ways.
struct MeasuredPair {
    let target: LoadedModel
    let draft: LoadedModel?

    /// Finds and loads the models that options name.
    init(model: String?, draft: String?, modelsDir: String?, chatFormat: ChatFormat.Name? = nil) throws {
        let library = ModelLibrary(places: .current(folders: modelsDir.map { [$0] } ?? []))
        let chosen = try ModelChoice(model: model, draft: draft, in: library)
        let pool = ComputePool(width: physicalCoreCount())
        do throws(EngineError) {
            target = try LoadedModel(path: chosen.target, pool: pool, chatFormat: chatFormat)
            self.draft = if let path = chosen.draft { try LoadedModel(path: path, pool: pool) } else { nil }
        } catch { throw Failure(error) }
    }

    func session(_ options: SessionOptions) throws -> ModelSession {
        do throws(EngineError) {
            let head = draft.flatMap { HeadSearch.head(for: target, draft: $0) }
            let ngrams = try NGramSource.find(options.ngrams, for: target)
            return try ModelSession(target: target, draft: draft, head: head, ngrams: ngrams, options: options)
        } catch { throw Failure(error) }
    }

    /// Prompts as the model's chat format puts them, those without room for an answer left out and said so.
    ///
    /// - Parameters:
    ///   - context: positions of the cache; nil: as many as all prompts need, and no more than the model was trained for.
    ///   - maxTokens: longest answer.
    /// - Returns: the prompts, and the positions of the cache.
    func encode(
        _ prompts: [BenchPrompt], context: Int?, maxTokens: Int
    ) throws -> (prompts: [EncodedPrompt], context: Int) {
        var encoded: [EncodedPrompt] = []
        for prompt in prompts {
            do throws(EngineError) {
                let tokens = try target.chatFormat.tokens(
                    [ChatMessage(.user, prompt.prompt)], tokenizer: target.tokenizer)
                encoded.append(EncodedPrompt(id: prompt.id, category: prompt.category, tokens: tokens))
            } catch { throw Failure(error) }
        }
        let needed = encoded.reduce(1) { max($0, $1.tokens.count) } + maxTokens
        let capacity = context ?? min(needed, target.config.contextLength)
        let fitting = encoded.filter { $0.tokens.count + maxTokens <= capacity && !$0.tokens.isEmpty }
        let left = encoded.filter { prompt in !fitting.contains { $0.id == prompt.id } }.map(\.id)
        guard !fitting.isEmpty else {
            throw Failure(
                "no prompt leaves room for \(maxTokens) tokens in a context of \(capacity)",
                hint: "ask for fewer with -n")
        }
        if !left.isEmpty {
            Output.error(
                "inkling: note: left out, for want of room in a context of \(capacity): "
                    + left.joined(separator: ", "))
        }
        return (fitting, capacity)
    }
}

/// A prompt as a model reads it.
struct EncodedPrompt: Equatable {
    var id, category: String
    var tokens: [TokenID]
}
