// SPDX-License-Identifier: Apache-2.0

/// How several continuations of one prompt are found.
public enum DraftMethod: String, Sendable, CaseIterable {
    /// All of them from one row a pass (Shen et al. 2024).
    case superposed
    /// Each drawn on its own, all rows of a step in one pass (Holtzman et al. 2020 for the sampling).
    case nucleus
    /// The most probable ones that a beam finds, all rows of a step in one pass.
    case beam
    /// The most probable token each time: one continuation.
    case greedy

    public var title: String {
        switch self {
        case .superposed: "Superposed Decoding"
        case .nucleus: "nucleus sampling"
        case .beam: "beam search"
        case .greedy: "greedy"
        }
    }
}
