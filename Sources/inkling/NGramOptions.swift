// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingEngine

/// Which n-grams Superposed Decoding tells its drafts apart by.
struct NGramOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What tells the drafts of superposed apart: a store of \"ngrams build\", or a text (default: the store that "
                + "belongs to the model, NAME.ngrams beside it).", valueName: "FILE"))
    var ngrams: String?

    @Flag(help: "Use no n-grams.")
    var noNgrams = false

    func validate() throws {
        if ngrams != nil, noNgrams { throw ValidationError("--ngrams and --no-ngrams exclude each other") }
    }

    var choice: NGramChoice { noNgrams ? .none : ngrams.map { .file($0) } ?? .automatic }

    func source(for model: LoadedModel) throws -> NGramSource? {
        do throws(EngineError) { return try NGramSource.find(choice, for: model) } catch { throw Failure(error) }
    }
}
