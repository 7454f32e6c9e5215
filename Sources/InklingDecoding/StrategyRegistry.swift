// SPDX-License-Identifier: Apache-2.0

/// All decoding methods. Command line, help, sliders and the conformance tests read this table.
public enum StrategyRegistry {
    public static let all: [StrategyDescriptor] = [
        .autoregressive, .speculative, .promptLookup, .specDecPlusPlus, .pearl, .automatic, .superposed,
    ]

    /// - Throws: ``GenerationError/unknownStrategy(id:known:)``.
    public static func descriptor(_ id: String) throws(GenerationError) -> StrategyDescriptor {
        try descriptor(id, in: all)
    }

    static func descriptor(
        _ id: String, in rows: [StrategyDescriptor]
    ) throws(GenerationError) -> StrategyDescriptor {
        guard let row = rows.first(where: { $0.id == id }) else {
            throw .unknownStrategy(id: id, known: rows.map(\.id))
        }
        return row
    }
}
