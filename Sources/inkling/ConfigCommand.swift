// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingCells
import InklingEngine
import InklingTUI

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "The interface's configuration: where it is, what it may hold, what is wrong in it.",
        discussion: """
            Examples:
              inkling config default > "$(inkling config path)"
              inkling config check
            """,
        subcommands: [ConfigPathCommand.self, ConfigCheckCommand.self, ConfigDefaultCommand.self])
}

struct ConfigPathCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path", abstract: "Prints where the configuration is, or would be.")

    func run() throws {
        guard let path = UserFiles(places: .current()).configurationPath else {
            throw Failure("there is no home folder", hint: "set HOME or XDG_CONFIG_HOME")
        }
        Output.line(path)
    }
}

struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads the configuration and the user's themes, and tells what is not understood.",
        discussion: "Exit status 1 if there is something; the interface starts all the same.")

    func run() throws {
        let files = UserFiles(places: .current())
        let (themes, themeIssues) = files.themes()
        let issues = themeIssues + files.configuration(themes: themes.map(\.name)).2
        for issue in issues { Output.line(issue.description) }
        if !issues.isEmpty { throw ExitCode(Failure.runtimeStatus) }
    }
}

struct ConfigDefaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "default", abstract: "Prints a configuration with everything that can be set, as comments.")

    func run() throws {
        let themes = UserFiles(places: .current()).themes().0
        Output.write(ConfigurationFile.template(themes: themes.map(\.name)))
    }
}
