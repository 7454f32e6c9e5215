// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingArchitectures
import InklingDecoding
import InklingEngine
import InklingModel
import InklingTensor
import InklingTokenizer
import Testing

/// What the bundled model drafts, pinned: `Goldens/bundled-drafts.json` holds it, with the sizes of the files that it was
/// recorded with. After these have changed, `INKLING_RECORD=1 swift test --filter BundledDraftsTests` records it
/// anew; look at the difference before you commit it.
struct BundledDraftsTests {
    private struct Golden: Codable, Equatable {
        struct Entry: Codable, Equatable {
            var prefix, method: String
            /// Token by token: texts would hide where they are cut.
            var drafts: [[Int32]]
        }

        /// FNV-1a of the bytes.
        var model, ngrams: String
        var seed: UInt64
        var entries: [Entry]
    }

    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let golden = sources.appendingPathComponent("Goldens/bundled-drafts.json")
    private static let models = sources.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Models")
    private static let prefixes = ["To list all files in", "git commit -", "direc", "def main(", "how do I "]
    private static let seed: UInt64 = 7

    private static func fingerprint(_ url: URL) throws -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        // Every 97th byte is enough to notice another training.
        let bytes = [UInt8](try Data(contentsOf: url))
        for index in stride(from: 0, to: bytes.count, by: 97) {
            hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3
        }
        return "\(bytes.count)-\(String(hash, radix: 16))"
    }

    /// On the kernels that every machine has, so that the numbers are the same everywhere.
    private func drafts() throws -> Golden {
        let path = Self.models.appendingPathComponent("inkling.gguf")
        let store = Self.models.appendingPathComponent("inkling.ngrams")
        let pool = ComputePool(width: 1)
        let model = try LoadedModel(path: path.path, pool: pool)
        let kernels = try KernelSet.chosen(by: "scalar")
        let runner = try TransformerRunner(
            model: model.weights, contextCapacity: 256, format: .f16, kernels: kernels, pool: pool)
        let ngrams = try NGramSource(path: store.path, tokenizer: model.tokenizer)
        let run = DraftRun(target: runner, ngrams: ngrams.model)
        let vocabulary = model.tokenizer.vocabulary
        let index = TokenPrefixIndex(vocabulary)
        let start = try #require(vocabulary.special.beginOfSequence)
        var entries: [Golden.Entry] = []
        for prefix in Self.prefixes {
            for method in DraftMethod.allCases {
                let covers = PrefixCovers(of: Array(prefix.utf8), tokenizer: model.tokenizer, index: index)
                let request = DraftRequest(
                    prompt: [start] + covers.anchor, method: method, count: 3, length: 6,
                    sampler: DraftRequest.nucleus(seed: Self.seed),
                    endTokens: Set(vocabulary.endOfGenerationTokens), covers: covers, mayBeEmpty: false,
                    endsLoops: true, wantsProbabilities: false)
                let drafts = try run.run(request).continuations.map { $0.tokens.map(\.rawValue) }
                entries.append(Golden.Entry(prefix: prefix, method: method.rawValue, drafts: drafts))
            }
        }
        return Golden(
            model: try Self.fingerprint(path), ngrams: try Self.fingerprint(store), seed: Self.seed, entries: entries)
    }

    @Test func `The bundled model drafts what was recorded`() throws {
        let found = try drafts()
        if ProcessInfo.processInfo.environment["INKLING_RECORD"] != nil {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try FileManager.default.createDirectory(
                at: Self.golden.deletingLastPathComponent(), withIntermediateDirectories: true)
            try (encoder.encode(found) + Data("\n".utf8)).write(to: Self.golden)
            return
        }
        let expected = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: Self.golden))
        #expect(
            found.model == expected.model && found.ngrams == expected.ngrams,
            "the bundled files have changed: record anew with INKLING_RECORD=1")
        for (found, expected) in zip(found.entries, expected.entries) { #expect(found == expected) }
        #expect(found.entries.count == expected.entries.count)
    }

    @Test func `Three drafts of a text are different and are text`() throws {
        let model = try LoadedModel(
            path: Self.models.appendingPathComponent("inkling.gguf").path, pool: ComputePool(width: 1))
        let session = try ModelSession(target: model, options: SessionOptions(contextLength: 256, threads: 1))
        let ngrams = try #require(try NGramSource.find(.automatic, for: model))
        let completer = Autocompleter(session, ngrams: ngrams.model)
        var request = CompletionRequest(prefix: "To list all files in", length: 10, voice: .automatic, repairs: false)
        let astray = try completer.complete(request)
        #expect(astray.report.repairPassCount == 0)
        #expect(astray.completions.contains { $0.tokens.count < 10 && !$0.isFinished })
        request.repairs = true
        let result = try completer.complete(request)
        #expect(result.report.repairPassCount > 0 && result.report.furtherRowCount > result.report.rowCount)
        #expect(Set(result.completions.map(\.text)).count == 3, "\(result.completions.map(\.text))")
        for draft in result.completions {
            // Neither cut short nor a word that the model itself does not believe.
            #expect(draft.text.hasPrefix(" ") && draft.text.split(separator: " ").count >= 3, "\(draft.text)")
            #expect(draft.tokens.count == 10 || draft.isFinished)
            let mean = try #require(draft.logProbability) / Float(draft.tokens.count)
            #expect(mean > -1)
        }
        #expect(result.report.passCount <= 11 && result.report.rowCount <= 32)
    }
}
