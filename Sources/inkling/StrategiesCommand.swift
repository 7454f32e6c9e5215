// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import InklingDecoding

struct StrategiesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "strategies", abstract: "Lists the decoding strategies, what they need and what can be set.")

    @Flag(help: "Print JSON.")
    var json = false

    private struct Row: Encodable {
        var id, title, source, help, guarantee: String
        var needs, uses: [String]
        var parameters: [Parameter]
    }

    private struct Parameter: Encodable {
        var name, allowed, help: String
        var `default`: String
    }

    func run() throws {
        let rows = StrategyRegistry.all.map { strategy in
            Row(
                id: strategy.id, title: strategy.title, source: strategy.source, help: strategy.help,
                guarantee: strategy.guarantee.rawValue, needs: strategy.needs.sorted().map(\.rawValue),
                uses: strategy.uses.sorted().map(\.rawValue),
                parameters: strategy.parameters.map {
                    Parameter(
                        name: $0.name, allowed: $0.kind.allowed, help: $0.help, default: $0.defaultValue.description)
                })
        }
        if json { return try JSONOutput.print(rows) }
        for (row, strategy) in zip(rows, StrategyRegistry.all) {
            Output.line("\(row.id)  \(row.title) (\(row.source))")
            Output.line("    \(row.help)")
            let needs = strategy.needs.sorted().map(\.title).joined(separator: ", ")
            Output.line("    needs \(needs.isEmpty ? "nothing" : needs)")
            let uses = strategy.uses.sorted().map(\.title).joined(separator: ", ")
            if !uses.isEmpty { Output.line("    uses \(uses) where the pair has one (--head; \"inkling tune\")") }
            for parameter in row.parameters {
                Output.line(
                    "    --set \(parameter.name)=\(parameter.default)  \(parameter.help) (\(parameter.allowed))")
            }
        }
    }
}
