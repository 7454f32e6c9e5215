// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import inkling

private struct Letters: TokenTextDecoder {
    mutating func append(_ token: TokenID) -> String { String(UnicodeScalar(UInt8(97 + token.rawValue % 26))) }
    mutating func finish() -> String { "" }
}

struct LosslessCheckTests {
    private let prompts = [
        EncodedPrompt(id: "one", category: "x", tokens: [1, 2]), EncodedPrompt(id: "two", category: "x", tokens: [3]),
    ]

    /// Runs strategies on toy models.
    /// - Parameter broken: for this strategy the target is another model, as with kernels that depend on the batch.
    private func check(_ names: String, broken: String = "", threads: [Int] = [1]) throws -> [LosslessCheck.Row] {
        var check = LosslessCheck(prompts: prompts, maxTokens: 16, cancellation: CancellationFlag())
        let model = ToyModel(vocabularySize: 12, seed: 5)
        for count in threads {
            try check.check(
                StrategyChoice.list(names), threads: count, endTokens: [], progress: { _ in },
                generate: { request, cancellation, emit in
                    let target = request.strategy == broken ? model.perturbed(by: 0.4, seed: 3) : model
                    let run = DecodingRun(
                        target: ToyRunner(target), draft: ToyRunner(model.perturbed(by: 0.8, seed: 9)))
                    return Generator(makeTextDecoder: { Letters() })
                        .run(request, run, cancellation: cancellation, emit: emit)
                })
        }
        return check.rows
    }

    @Test func `Lossless strategies show no difference, on any number of threads`() throws {
        let rows = try check("ar,sd,prompt-lookup,pearl", threads: [1, 2])
        #expect(rows.map(\.strategy) == ["ar", "sd", "prompt-lookup", "pearl", "ar", "sd", "prompt-lookup", "pearl"])
        #expect(rows.map(\.threads) == [1, 1, 1, 1, 2, 2, 2, 2])
        #expect(rows.allSatisfy { $0.identical && $0.prompts == 2 && $0.tokens == 32 && $0.explanation == nil })
        #expect(rows[0].accepted == 0 && rows[1].accepted > 0)
    }

    @Test func `A strategy that chooses another token is caught, with both gaps`() throws {
        let row = try check("ar,sd,pearl", broken: "sd")[1]
        #expect(!row.identical && row.differing_prompts > 0)
        let difference = try #require(row.difference.value)
        #expect(difference.prompt == "one")
        #expect(difference.expected.id != difference.found.id)

        // The gaps are those of the logits, computed here without a run.
        let model = ToyModel(vocabularySize: 12, seed: 5)
        var path: [TokenID] = [1, 2]
        for _ in 0..<difference.index { path.append(Self.ranked(model.logits(after: path))[0].0) }
        for (choice, model) in [(difference.expected, model), (difference.found, model.perturbed(by: 0.4, seed: 3))] {
            let best = Self.ranked(model.logits(after: path))
            #expect(choice.id.value == best[0].0.rawValue)
            #expect(abs((choice.gap.value ?? .nan) - Double(best[0].1 - best[1].1)) < 1e-5)
        }
        let text = try #require(row.explanation)
        #expect(text.hasPrefix("sd on 1 thread differs from ar on "))
        #expect(text.contains("of 2 prompts, first on one at token \(difference.index): ar chose "))
        #expect(text.contains("(logit gap to the second "))
    }

    @Test func `Plain decoding on other threads is checked as well`() throws {
        // The second time every strategy has the broken target, plain decoding among them.
        let rows = try check("ar", broken: "", threads: [1]) + check("ar,sd", broken: "ar")
        #expect(rows[0].identical)
        #expect(rows[1].identical, "the first is its own reference")
        #expect(!rows[2].identical)
    }

    private static func ranked(_ logits: [Float]) -> [(TokenID, Float)] {
        logits.enumerated().sorted { $0.element > $1.element }.map { (TokenID(Int32($0.offset)), $0.element) }
    }

    @Test func `An output that ends early differs where it ends`() throws {
        func choice(_ id: Int32) -> LosslessCheck.Choice {
            LosslessCheck.Choice(id: Nullable(id), text: "t\(id)", gap: Nullable(0.5))
        }
        let difference = LosslessCheck.difference("p", [choice(1), choice(2)], [choice(1)])
        #expect(difference?.index == 1 && difference?.expected == choice(2) && difference?.found == .ended)
        #expect(LosslessCheck.difference("p", [choice(1)], [choice(1)]) == nil)
        // A choice that is less clear, but the same, is no difference.
        var unclear = choice(1)
        unclear.gap = Nullable(0.001)
        #expect(LosslessCheck.difference("p", [choice(1)], [unclear]) == nil)
        #expect("\(choice(2))" == "chose 2 \"t2\" (logit gap to the second 0.5)")
        #expect("\(LosslessCheck.Choice.ended)" == "had ended")
    }

    @Test func `What is meant to differ is not checked, and numbers have ranges`() {
        func refusal(_ arguments: [String]) -> String? {
            do {
                _ = try VerifyCommand.parse(arguments)
                return nil
            } catch { return VerifyCommand.message(for: error) }
        }
        #expect(refusal(["-m", "x", "--threads", "1,2", "-n", "256"]) == nil)
        #expect(refusal(["--threads", "0,1"]) == "--threads is 0; it must be from 1 to 256")
        #expect(refusal(["-n", "0"]) == "-n is 0; it must be from 1 to 1048576")
        #expect(refusal(["-s", "nope"])?.hasPrefix("unknown strategy \"nope\"") == true)
    }
}
