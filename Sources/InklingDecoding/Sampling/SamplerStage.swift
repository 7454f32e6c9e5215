// SPDX-License-Identifier: Apache-2.0

/// One row of ``SamplerRegistry``: a change to the candidates that is a pure function of settings and history.
public struct SamplerStage: Sendable, Identifiable, CustomStringConvertible {
    public let id: String
    public let title: String
    /// What it does, in one line.
    public let help: String
    /// Whether the settings switch it on. Stages that are off cost nothing.
    public let isActive: @Sendable (SamplerSettings) -> Bool
    /// Whether it also runs at temperature 0, where only the order of the logits counts.
    public let shapesGreedy: Bool
    /// Never gives a removed token back, never removes all.
    public let apply: @Sendable (inout Candidates, SamplerSettings, SamplingHistory) -> Void

    public init(
        id: String, title: String, help: String, shapesGreedy: Bool = false,
        isActive: @escaping @Sendable (SamplerSettings) -> Bool,
        apply: @escaping @Sendable (inout Candidates, SamplerSettings, SamplingHistory) -> Void
    ) {
        self.id = id
        self.title = title
        self.help = help
        self.shapesGreedy = shapesGreedy
        self.isActive = isActive
        self.apply = apply
    }

    public var description: String { id }
}
