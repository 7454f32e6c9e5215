// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingEngine
import InklingTensor
import InklingTokenizer

/// Which model a command reads: for commands that run no draft and hold no conversation.
struct ModelArguments: ParsableArguments {
    @Option(name: [.customShort("m"), .long], help: ArgumentHelp("The model: a .gguf file or a name.", valueName: "M"))
    var model: String?

    @Option(help: ArgumentHelp("A folder to look for models in first.", valueName: "DIR"))
    var modelsDir: String?

    /// The model's file, found as every other command finds it.
    func path() throws -> String {
        let library = ModelLibrary(places: .current(folders: modelsDir.map { [$0] } ?? []))
        return try ModelChoice(model: model, draft: nil, in: library).target
    }

    /// Its tokenizer; a file that holds nothing else will do.
    func tokenizer() throws -> any Tokenizer {
        let path = try path()
        do throws(EngineError) { return try LoadedModel.tokenizer(path: path) } catch { throw Failure(error) }
    }
}

/// On what a command runs its model.
struct ComputeOptions: ParsableArguments {
    @Option(
        name: [.customShort("t"), .long],
        help: ArgumentHelp("Threads (default: the physical cores).", valueName: "N"))
    var threads: Int?

    @Option(help: ArgumentHelp("How the KV cache is stored: f16 or q8_0.", valueName: "FORMAT"))
    var kv: KVFormat = .f16

    func validate() throws {
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads is \(threads); it must be from 1 to 256")
        }
    }
}
