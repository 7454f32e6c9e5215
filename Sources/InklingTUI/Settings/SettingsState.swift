// SPDX-License-Identifier: Apache-2.0

public import InklingCells

/// The screen of settings.
public struct SettingsState: Sendable {
    public var list = ListState()
    /// As they are drawn, headings included.
    var rows = ListState()
    /// What was not understood in the user's files.
    public var issues: [ConfigurationIssue] = []

    public init() {}
}
