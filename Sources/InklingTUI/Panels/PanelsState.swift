// SPDX-License-Identifier: Apache-2.0

/// Which panel has the whole screen.
public struct PanelsState: Sendable, Equatable {
    /// Identifier of a row of ``PanelRegistry``.
    public var zoomed: String?

    public init() {}
}
