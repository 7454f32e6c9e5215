// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import InklingEngine
public import InklingTensor

extension KVFormat: ExpressibleByArgument {}
extension ChatFormat.Name: ExpressibleByArgument {}

/// Which models to run, and how: shared by the commands that run one.
struct ModelOptions: ParsableArguments {
    @Option(name: [.customShort("m"), .long], help: ArgumentHelp("The model: a .gguf file or a name.", valueName: "M"))
    var model: String?

    @Option(
        name: [.customShort("d"), .long],
        help: ArgumentHelp("A small model that drafts for it.", valueName: "DRAFT"))
    var draft: String?

    @Option(help: ArgumentHelp("A folder to look for models in first.", valueName: "DIR"))
    var modelsDir: String?

    @Option(help: ArgumentHelp("Threads of the model (default: the physical cores).", valueName: "N"))
    var threads: Int?

    @Option(help: ArgumentHelp("Threads of the draft (default: 1).", valueName: "N"))
    var draftThreads: Int?

    @Option(
        name: [.customShort("c"), .customLong("context")],
        help: ArgumentHelp("Positions of the KV cache (default: what the model was trained for).", valueName: "N"))
    var context: Int?

    @Option(help: ArgumentHelp("How the KV cache is stored: f16 or q8_0.", valueName: "FORMAT"))
    var kv: KVFormat = .f16

    @Option(
        help: ArgumentHelp("Use this chat format in place of the file's template: chatml or raw.", valueName: "NAME"))
    var chatFormat: ChatFormat.Name?

    @Option(
        help: ArgumentHelp(
            "An acceptance head of the pair (default: one beside the models, *.head.gguf).", valueName: "FILE"))
    var head: String?

    @Flag(help: "Use no acceptance head.")
    var noHead = false

    @OptionGroup(title: "N-grams") var ngrams: NGramOptions

    func validate() throws {
        if head != nil, noHead { throw ValidationError("--head and --no-head exclude each other") }
        for (name, value) in [("--threads", threads), ("--draft-threads", draftThreads)] {
            if let value, !(1...256).contains(value) {
                throw ValidationError("\(name) is \(value); it must be from 1 to 256")
            }
        }
        if let context, context < 1 { throw ValidationError("--context is \(context); it must be at least 1") }
    }

    var session: SessionOptions {
        SessionOptions(
            contextLength: context, threads: threads, draftThreads: draftThreads, kvFormat: kv, ngrams: ngrams.choice)
    }
}
