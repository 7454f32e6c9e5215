// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingCells
import InklingEngine

/// `inkling models info M`
struct ModelsInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show everything known about one model, and the memory it would take.",
        discussion: "Reads the head of the file and loads nothing. Works for models that Inkling cannot run, too.")

    @Argument(help: ArgumentHelp("A .gguf file or a name.", valueName: "M"))
    var model: String

    @OptionGroup var options: ModelsPlaceOptions

    func run() throws {
        let path = try options.path(model)
        let info = try ModelsOutput.failing { () throws(LibraryError) in try ModelInfo.read(path: path) }
        if options.json {
            return try ModelsOutput.json(info)
        }
        let width = info.sections.flatMap(\.rows).map { displayWidth(sanitizedForTerminal($0.label)) }.max() ?? 0
        for (index, section) in info.sections.enumerated() {
            if index > 0 { Output.line() }
            Output.line(section.title)
            for row in section.rows {
                Output.line(
                    "  \(sanitizedForTerminal(row.label).padded(to: width))  \(sanitizedForTerminal(row.value))")
            }
        }
    }
}
