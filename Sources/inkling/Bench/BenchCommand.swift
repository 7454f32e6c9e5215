// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures speed on this machine.",
        subcommands: [BenchModelCommand.self, BenchDecodeCommand.self, BenchDraftsCommand.self])
}

/// How a benchmark's rows are printed.
enum BenchFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, md
}

/// Whole numbers with commas between, as `-b 1,2,4`.
struct NumberList: ExpressibleByArgument, Equatable {
    var values: [Int]

    init(_ values: [Int]) {
        self.values = values
    }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Int($0) }
        guard values.count == parts.count else { return nil }
        self.values = values
    }

    var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}
