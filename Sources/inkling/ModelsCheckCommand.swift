// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingCells
import InklingEngine

/// `inkling models check TARGET DRAFT`
struct ModelsCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether a draft fits a target, and why not.",
        discussion: "The exit status is 0 if it fits and 1 if it does not.")

    @Argument(help: ArgumentHelp("The model that decides: a .gguf file or a name.", valueName: "TARGET"))
    var target: String

    @Argument(help: ArgumentHelp("The model that would draft for it.", valueName: "DRAFT"))
    var draft: String

    @OptionGroup var options: ModelsPlaceOptions

    func run() throws {
        let paths = (try options.path(target), try options.path(draft))
        let fit = try ModelsOutput.failing { () throws(LibraryError) in
            try DraftFit.check(target: paths.0, draft: paths.1)
        }
        if options.json {
            try ModelsOutput.json(fit)
        } else {
            let width = fit.checks.map { displayWidth($0.subject) }.max() ?? 0
            for check in fit.checks {
                let mark =
                    switch check.outcome {
                    case .passed: "ok     "
                    case .warning: "warning"
                    case .failed: "FAILED "
                    }
                Output.line("\(mark)  \(check.subject.padded(to: width))  \(sanitizedForTerminal(check.finding))")
            }
            Output.line(fit.fits ? "The draft fits." : "The draft does not fit.")
        }
        if !fit.fits { throw ExitCode(1) }
    }
}
