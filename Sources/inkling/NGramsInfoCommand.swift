// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingEngine
import InklingNGrams

struct NGramsInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "info", abstract: "What an n-gram store holds.")

    @Argument(help: ArgumentHelp("The store.", valueName: "FILE"))
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let store: NGramStore
        do throws(NGramFileError) { store = try NGramStore(path: file) } catch { throw Failure(error.description) }
        let report = NGramStoreReport(store)
        if json { try JSONOutput.print(report) } else { Output.line(report.text) }
    }
}

/// What is said of a store, once it is built and whenever it is asked for.
struct NGramStoreReport: Encodable {
    struct Order: Encodable {
        var order, ngrams, minimum_count: Int
    }

    var path: String
    var bytes: Int
    var vocabulary: String
    var vocabulary_tokens, texts, tokens: Int
    var orders: [Order]
    /// How long building took.
    var seconds: Double?

    init(_ store: NGramStore, seconds: Double? = nil) {
        path = store.path
        bytes = store.byteCount
        let digits = String(store.vocabularyFingerprint, radix: 16)
        vocabulary = String(repeating: "0", count: 16 - digits.count) + digits
        vocabulary_tokens = store.vocabularyCount
        texts = store.textCount
        tokens = store.tokenCount
        orders = store.orders.map {
            Order(order: $0, ngrams: store.count(order: $0), minimum_count: store.minimumCount(order: $0))
        }
        self.seconds = seconds
    }

    var text: String {
        let lines =
            [
                "\(path): \(Quantity.bytes(bytes))",
                "vocabulary  \(vocabulary), \(vocabulary_tokens) tokens",
                "counted     \(tokens) tokens in \(texts) \(texts == 1 ? "text" : "texts")",
            ]
            + orders.map {
                let least = $0.minimum_count > 1 ? " that occur \($0.minimum_count) times or more" : ""
                return "\($0.order)-grams     \($0.ngrams)\(least)"
            }
        return (lines + (seconds.map { ["took        \(Decimals.text($0, 1)) s"] } ?? [])).joined(separator: "\n")
    }
}
