// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingDecoding
import InklingEngine
import InklingModel

/// What the chat says about models and answers. Not sanitised yet: names come from files.
enum PlainChatReport {
    /// The first line of a chat.
    static func greeting(_ session: ModelSession) -> String {
        "\(session.target.name) (\(session.target.config.architecture), "
            + "context \(session.runner.contextCapacity)). /help lists commands, Ctrl-D leaves."
    }

    static func model(_ session: ModelSession, strategy: String) -> String {
        let target = session.target
        let config = target.config
        var rows = [
            ("model", target.name),
            ("file", target.path),
            (
                "architecture",
                "\(config.architecture), \(config.layerCount) layers of \(config.embeddingLength), "
                    + "\(config.headCount) heads (\(config.kvHeadCount) of keys and values)"
            ),
            ("weights", "\(Quantity.bytes(target.weights.fileByteCount)) in the file"),
            ("vocabulary", "\(config.vocabularySize) tokens"),
            (
                "context",
                "\(session.runner.contextCapacity) tokens, \(session.runner.cachedCount) in use; "
                    + "trained for \(config.contextLength)"
            ),
            ("chat format", format(target.chatFormat.origin)),
            ("strategy", strategy),
        ]
        if let draft = session.draft {
            rows.append(("draft", "\(draft.name) (\(draft.path))"))
            rows.append(("acceptance head", session.head?.path ?? "none; \"inkling tune\" trains one"))
        }
        rows.append(("n-grams", session.ngrams?.facts.path ?? "none; \"inkling ngrams build\" makes a store"))
        return table(rows)
    }

    static func figures(_ summary: GenerationSummary) -> String {
        let statistics = summary.statistics
        func rate(_ value: Double?) -> String { value.map { Quantity.decimal($0, digits: 1) + " tokens/s" } ?? "-" }
        func seconds(_ duration: Duration) -> String { Quantity.decimal(duration.seconds, digits: 3) + " s" }
        var rows = [
            (
                "prompt",
                "\(summary.promptTokenCount) tokens, \(statistics.reusedTokenCount) of them reused; "
                    + "\(seconds(statistics.prefillDuration)), \(rate(statistics.prefillTokensPerSecond))"
            ),
            (
                "answer",
                "\(statistics.generatedTokenCount) tokens in \(seconds(statistics.decodeDuration)), "
                    + rate(statistics.decodeTokensPerSecond)
            ),
            ("first token", statistics.timeToFirstToken.map { "after \(seconds($0))" } ?? "-"),
            ("strategy", "\(summary.strategy), seed \(summary.seed)"),
        ]
        if statistics.draftedCount > 0 {
            let share = statistics.acceptanceRate.map { " (\(Quantity.decimal($0 * 100, digits: 1)) %)" } ?? ""
            rows.append(("draft", "\(statistics.acceptedCount) of \(statistics.draftedCount) tokens accepted\(share)"))
        }
        let cache = statistics.cache
        rows.append(
            (
                "KV cache", "\(cache.usedTokens) of \(cache.capacityTokens) tokens, \(Quantity.bytes(cache.usedBytes))"
            ))
        rows.append(("ended", summary.reason.word))
        return table(rows)
    }

    /// What a person should know of how an answer ended; nil: nothing.
    static func ending(_ reason: FinishReason, capacity: Int) -> String? {
        switch reason {
        case .endOfText, .stopString, .failed: nil
        case .tokenLimit: "[stopped at the limit of tokens; /set max-tokens changes it]"
        case .contextFull: "[stopped: the context of \(capacity) tokens is full]"
        case .cancelled: "[stopped]"
        }
    }

    static func dropped(_ count: Int, capacity: Int) -> String {
        "[the context of \(capacity) tokens is full: the model no longer reads the "
            + (count == 1 ? "oldest message and its answer]" : "oldest \(count) messages and their answers]")
    }

    private static func format(_ origin: ChatFormat.Origin) -> String {
        switch origin {
        case .file: "the file's own template"
        case .builtIn(let name): "\(name.rawValue), built in"
        case .replaced: "chatml, built in; the file's own template cannot be run"
        }
    }

    private static func table(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 }.joined(separator: "\n")
    }
}
