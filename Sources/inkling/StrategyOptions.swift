// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding

/// How to decode.
struct StrategyOptions: ParsableArguments {
    @Option(
        name: [.customShort("s"), .customLong("strategy")],
        help: ArgumentHelp("How to decode; \"inkling strategies\" lists them.", valueName: "STRATEGY"))
    var given: String?

    /// Plain decoding, if nothing is said.
    var strategy: String { given ?? StrategyDescriptor.autoregressive.id }

    @Option(
        name: .customLong("set"), help: ArgumentHelp("A parameter of the strategy.", valueName: "NAME=VALUE"))
    var parameters: [String] = []

    /// The parameters, checked against what the strategy has.
    ///
    /// - Parameter id: the strategy, where something else than an option chose it.
    func values(for id: String? = nil) throws -> [String: ParameterValue] {
        do throws(GenerationError) {
            let descriptor = try StrategyRegistry.descriptor(id ?? strategy)
            var values: [String: ParameterValue] = [:]
            for text in parameters {
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                values[parts[0]] = try descriptor.value(named: parts[0], text: parts.count > 1 ? parts[1] : "")
            }
            return values
        } catch { throw Failure(error.description, status: Failure.usageStatus) }
    }
}
