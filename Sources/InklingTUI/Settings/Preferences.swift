// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
public import InklingDecoding

/// What a chat does when its messages no longer fit the context.
public enum ContextChoice: String, Sendable, CaseIterable, Codable {
    /// Nothing is dropped: the message is not sent, and a notice says so.
    case ask
    /// The oldest turns are no longer read; a mark in the conversation shows where reading begins.
    case dropOldest = "drop-oldest"

    public var title: String {
        switch self {
        case .ask: "stop and ask"
        case .dropOldest: "drop the oldest turns"
        }
    }
}

/// Everything that a user can set, with what is true when nothing is said. Plain data.
public struct Preferences: Sendable, Equatable {
    /// A theme's name, or ``automaticTheme``.
    public var theme = Preferences.automaticTheme
    /// Whether panels stand beside the conversation where there is room.
    public var showsPanels = true
    public var panels: [String] = PanelRegistry.all.map(\.id)
    /// Clicks and wheel; while they are ours, selecting text needs Shift.
    public var mouse = false
    /// Lines and graphs in ASCII.
    public var ascii = false
    /// Whether a model's reasoning is folded when it is done.
    public var foldsReasoning = true

    /// What the user says of the sampler.
    public var sampling = SamplerOverrides()
    /// What the file of the model in use recommends where the user says nothing.
    public var recommendedSampling = SamplerOverrides()
    /// The same each time when set; else each answer has its own.
    public var seed: UInt64?
    public var strategy = StrategyDescriptor.automatic.id
    /// By strategy and name.
    public var parameters: [String: [String: ParameterValue]] = [:]
    /// Of an answer; nil: until the model ends it.
    public var maxTokens: Int?
    public var systemPrompt = ""
    public var contextChoice = ContextChoice.ask

    public init() {}

    /// In place of a theme's name: the dark or the light one, as the terminal is.
    public static let automaticTheme = "auto"

    /// What answers are made with, but for the seed.
    public var sampler: SamplerSettings {
        sampling.applied(to: recommendedSampling.applied(to: SamplerSettings()))
    }

    /// What was set of the chosen strategy.
    public var strategyParameters: [String: ParameterValue] { parameters[strategy] ?? [:] }
}
