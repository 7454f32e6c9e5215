// SPDX-License-Identifier: Apache-2.0

/// What a strategy promises about its output.
public enum StrategyGuarantee: String, Sendable, CaseIterable {
    /// The distribution of plain decoding; at temperature 0 the same tokens.
    case sameDistribution
    /// Something else, by design.
    case approximate
}

/// What a strategy cannot run without.
public enum StrategyNeed: String, Sendable, CaseIterable, Comparable {
    case draftModel
    case hiddenStates
    case acceptanceHead
    case ngramStore

    public var title: String {
        switch self {
        case .draftModel: "a draft model"
        case .hiddenStates: "hidden states"
        case .acceptanceHead: "an acceptance head"
        case .ngramStore: "an n-gram store"
        }
    }

    public static func < (left: StrategyNeed, right: StrategyNeed) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// One row of ``StrategyRegistry``.
public struct StrategyDescriptor: Sendable, Identifiable, CustomStringConvertible {
    /// What a user types after `--strategy`.
    public let id: String
    public let title: String
    /// Author and year; "–" for what has none.
    public let source: String
    /// What it does, in one line.
    public let help: String
    public let guarantee: StrategyGuarantee
    public let needs: Set<StrategyNeed>
    /// Whether target and draft model compute at the same time, so that each wants cores of its own.
    public let hasParallelLanes: Bool
    /// What it makes use of where there is one, and does without otherwise.
    public let uses: Set<StrategyNeed>
    public let parameters: [StrategyParameter]
    private let make: @Sendable (StrategyValues) -> any DecodingStrategy

    public init(
        id: String, title: String, source: String, help: String, guarantee: StrategyGuarantee,
        needs: Set<StrategyNeed> = [], uses: Set<StrategyNeed> = [], hasParallelLanes: Bool = false,
        parameters: [StrategyParameter] = [],
        make: @escaping @Sendable (StrategyValues) -> any DecodingStrategy
    ) {
        self.id = id
        self.title = title
        self.source = source
        self.help = help
        self.guarantee = guarantee
        self.needs = needs
        self.hasParallelLanes = hasParallelLanes
        self.uses = uses
        self.parameters = parameters
        self.make = make
    }

    public var description: String { id }

    /// - Parameter given: parameters by name; those left out have their defaults.
    /// - Throws: ``GenerationError/unknownParameter(strategy:name:known:)``,
    ///   ``GenerationError/badParameter(strategy:name:value:allowed:)``.
    public func makeStrategy(_ given: [String: ParameterValue] = [:]) throws(GenerationError) -> any DecodingStrategy {
        make(try values(given))
    }

    /// Checks parameters and fills in defaults.
    public func values(_ given: [String: ParameterValue]) throws(GenerationError) -> StrategyValues {
        // In order, so that of several faults always the same one is told.
        for name in given.keys.sorted() { _ = try parameter(named: name) }
        var result: [String: ParameterValue] = [:]
        for parameter in parameters {
            let value = given[parameter.name] ?? parameter.defaultValue
            guard let fitted = parameter.kind.fitted(value) else { throw bad(parameter, value.description) }
            result[parameter.name] = fitted
        }
        return StrategyValues(result)
    }

    /// Reads a parameter that was given as text, as in `--set gamma=4`.
    public func value(named name: String, text: String) throws(GenerationError) -> ParameterValue {
        let parameter = try parameter(named: name)
        guard let value = parameter.kind.parsed(text).flatMap({ parameter.kind.fitted($0) }) else {
            throw bad(parameter, "\"\(text)\"")
        }
        return value
    }

    private func parameter(named name: String) throws(GenerationError) -> StrategyParameter {
        guard let parameter = parameters.first(where: { $0.name == name }) else {
            throw .unknownParameter(strategy: id, name: name, known: parameters.map(\.name))
        }
        return parameter
    }

    private func bad(_ parameter: StrategyParameter, _ value: String) -> GenerationError {
        .badParameter(strategy: id, name: parameter.name, value: value, allowed: parameter.kind.allowed)
    }
}
