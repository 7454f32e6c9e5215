// SPDX-License-Identifier: Apache-2.0

import InklingCells

extension Theme {
    /// A dark theme of a few roles, for what is drawn in tests.
    static let builtIn = Theme(
        name: "dark",
        roles: [
            .text: .init(foreground: .rgb(0xD8, 0xDB, 0xE6), background: .rgb(0x11, 0x13, 0x1A)),
            .dim: .init(foreground: .rgb(0x8A, 0x90, 0xA6)), .accent: .init(foreground: .rgb(0x7A, 0xB7, 0xFF)),
            .border: .init(foreground: .rgb(0x4A, 0x50, 0x68)),
            .selection: .init(foreground: .rgb(0xFF, 0xFF, 0xFF), background: .rgb(0x2C, 0x45, 0x6B)),
            .tabActive: .init(attributes: [.bold, .underline]), .error: .init(foreground: .rgb(0xFF, 0x7B, 0x72)),
            .warning: .init(foreground: .rgb(0xF0, 0xA8, 0x5A)), .success: .init(foreground: .rgb(0x7E, 0xD3, 0x8B)),
        ])
}
