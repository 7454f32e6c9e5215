// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command line: `cli.md` names its parts; this is their root.
@main
struct Inkling: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inkling",
        abstract: "Chat with language models that run on this machine, and watch how they decode.",
        discussion: """
            With no arguments it opens a chat with the last used model. A model is a path to a .gguf file, or a name \
            as "inkling models list" prints it.

            Try:  inkling generate -p "How do I list open ports?"
                  echo "What does tar do?" | inkling generate -n 60
                  inkling models info MODEL
                  inkling bench model -m MODEL
            """,
        version: "0.1.0",
        subcommands: [
            ChatCommand.self, GenerateCommand.self, ReplayCommand.self, DraftsCommand.self, ModelsCommand.self,
            StrategiesCommand.self,
            BenchCommand.self, VerifyCommand.self, TuneCommand.self, NGramsCommand.self, PerplexityCommand.self,
            LogitsCommand.self, TokenizeCommand.self, DetokenizeCommand.self, TemplateCommand.self,
            ScreenshotCommand.self, ConfigCommand.self,
        ],
        defaultSubcommand: ChatCommand.self)

    static func main() {
        // A closed pipe (`| head`) is an ending like any other.
        Signals.ignoreBrokenPipe()
        do {
            var command = try parseAsRoot()
            try command.run()
            Recording.finish()
        } catch {
            exit(reporting: error)
        }
    }

    /// Every failure ends here: one clear line, perhaps a hint, and the contract's exit status.
    static func exit(reporting error: any Error) -> Never {
        switch error {
        case let failure as Failure:
            failure.report()
            Process.exit(failure.status)
        default:
            // Usage errors, help and version: the parser knows how to say them.
            Recording.finish()
            exit(withError: error)
        }
    }
}
