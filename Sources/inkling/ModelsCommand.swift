// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingCells
import InklingEngine

/// `inkling models`: what there is, what a file is, what goes together.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List models, describe one, or check whether a draft fits a target.",
        discussion: """
            Models stay where they are. Looked through, in this order: the folders of --models-dir, those of \
            $INKLING_MODELS (separated by ":"), $XDG_DATA_HOME/inkling/models, the models that came with the program, \
            and what the Hugging Face libraries, Ollama, LM Studio and llama.cpp have downloaded.
            """,
        subcommands: [ModelsListCommand.self, ModelsInfoCommand.self, ModelsCheckCommand.self],
        defaultSubcommand: ModelsListCommand.self)
}

/// Where to look for models.
struct ModelsPlaceOptions: ParsableArguments {
    @Option(
        name: .customLong("models-dir"), help: ArgumentHelp("A folder to look for models in first.", valueName: "DIR"))
    var modelsFolders: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    var library: ModelLibrary { ModelLibrary(places: .current(folders: modelsFolders)) }

    func path(_ reference: String) throws -> String {
        try ModelsOutput.failing { () throws(LibraryError) in try ModelReference.resolve(reference, in: library) }
    }
}

enum ModelsOutput {
    /// Turns an error of the library into the line that the user sees.
    static func failing<Result>(_ body: () throws(LibraryError) -> Result) throws -> Result {
        do throws(LibraryError) {
            return try body()
        } catch {
            throw Failure(error)
        }
    }

    static func json(_ value: some Encodable) throws {
        Output.line(escapedForTerminal(json: try LibraryJSON.text(value)))
    }
}

extension Failure {
    init(_ error: LibraryError) {
        // Names in it may come from files.
        self.init(sanitizedForTerminal(error.description), hint: error.hint.map { sanitizedForTerminal($0) })
    }
}
