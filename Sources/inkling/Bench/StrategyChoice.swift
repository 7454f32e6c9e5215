// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding

/// A strategy with parameters, as `-s sd:gamma=4` names it.
struct StrategyChoice {
    /// As it was written: what its row is called.
    let label: String
    let descriptor: StrategyDescriptor
    let parameters: [String: ParameterValue]

    init(_ descriptor: StrategyDescriptor) {
        label = descriptor.id
        self.descriptor = descriptor
        parameters = [:]
    }

    /// - Parameter text: an id, perhaps with parameters after colons.
    init(_ text: String) throws(GenerationError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let descriptor = try StrategyRegistry.descriptor(parts[0])
        var parameters: [String: ParameterValue] = [:]
        for part in parts.dropFirst() {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            parameters[words[0]] = try descriptor.value(named: words[0], text: words.count > 1 ? words[1] : "")
        }
        label = text
        self.descriptor = descriptor
        self.parameters = parameters
    }

    static let plain = StrategyChoice(.autoregressive)

    var isPlain: Bool { descriptor.id == StrategyDescriptor.autoregressive.id }

    var isLossless: Bool { descriptor.guarantee == .sameDistribution }

    /// Whether target and draft model compute at the same time and so have to share the cores.
    var runsLanesAtOnce: Bool { descriptor.id == StrategyDescriptor.pearl.id }

    /// What it lacks; nil if it can run.
    func missingNeed(hasDraft: Bool) -> StrategyNeed? {
        descriptor.needs.sorted().first { need in
            switch need {
            case .draftModel, .hiddenStates: !hasDraft
            case .acceptanceHead, .ngramStore: true
            }
        }
    }

    /// A list with commas, plain decoding put first if it is not there: everything is measured against it.
    static func list(_ text: String) throws -> [StrategyChoice] {
        var choices: [StrategyChoice] = []
        do throws(GenerationError) {
            for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            where !choices.contains(where: { $0.label == word }) {
                choices.append(try StrategyChoice(word))
            }
        } catch { throw ValidationError(error.description) }
        return (choices.contains { $0.isPlain } ? [] : [.plain]) + choices
    }

    /// Those that were asked for, or all lossless ones that can run with these models.
    /// - Throws: where one that was asked for cannot run.
    static func chosen(_ text: String?, hasDraft: Bool) throws -> [StrategyChoice] {
        guard let text else {
            return StrategyRegistry.all.map { StrategyChoice($0) }
                .filter { $0.isLossless && $0.missingNeed(hasDraft: hasDraft) == nil }
        }
        let choices = try list(text)
        for choice in choices {
            guard let need = choice.missingNeed(hasDraft: hasDraft) else { continue }
            let error = GenerationError.missingNeed(strategy: choice.descriptor.id, need: need)
            throw Failure(error.description, hint: need == .draftModel ? "name one with -d" : nil)
        }
        return choices
    }
}
