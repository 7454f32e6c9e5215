// SPDX-License-Identifier: Apache-2.0

/// Which method made a round, of a strategy that has several to choose from, and why.
public struct MethodChoice: Sendable, Equatable {
    public enum Reason: String, Sendable, CaseIterable {
        /// It promises the most tokens a second.
        case fastest
        /// Nothing else can run here.
        case only
        /// Nothing is known yet of what a pass costs.
        case unmeasured
        /// Another one promises more, but this one has not been tried for long.
        case trial
        /// Plain decoding, so that what the others are compared with stays honest.
        case remeasured
        /// Drafting promises more, but has so far cost more time than it saved.
        case suspended
        /// Earlier generations of this pair were fastest with it.
        case profile

        /// In a few words, for people.
        public var title: String {
            switch self {
            case .fastest: "promises the most"
            case .only: "nothing else can run"
            case .unmeasured: "nothing is measured yet"
            case .trial: "tried again"
            case .remeasured: "measured again"
            case .suspended: "drafting has lost time so far"
            case .profile: "was fastest before"
            }
        }
    }

    /// Identifier of a row of ``StrategyRegistry``.
    public var method: String
    public var reason: Reason

    public init(method: String, reason: Reason) {
        self.method = method
        self.reason = reason
    }
}
