// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct NGramsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ngrams", abstract: "N-gram stores: what Superposed Decoding tells its drafts apart by.",
        subcommands: [NGramsBuildCommand.self, NGramsInfoCommand.self])
}
