// SPDX-License-Identifier: Apache-2.0

extension Theme {
    /// The default: dark.
    public static let builtIn = Theme(
        name: "dark",
        roles: [
            .text: .init(foreground: .rgb(0xD8, 0xDB, 0xE6), background: .rgb(0x11, 0x13, 0x1A)),
            .dim: .init(foreground: .rgb(0x8A, 0x90, 0xA6)),
            .accent: .init(foreground: .rgb(0x7A, 0xB7, 0xFF)),
            .heading: .init(foreground: .rgb(0x9C, 0xC8, 0xFF), attributes: .bold),
            .border: .init(foreground: .rgb(0x4A, 0x50, 0x68)),
            .borderFocused: .init(foreground: .rgb(0x7A, 0xB7, 0xFF)),
            .panelTitle: .init(foreground: .rgb(0xC3, 0xC9, 0xDB), attributes: .bold),
            .selection: .init(foreground: .rgb(0xFF, 0xFF, 0xFF), background: .rgb(0x2C, 0x45, 0x6B)),
            .cursorLine: .init(background: .rgb(0x1B, 0x1F, 0x2B)),
            .searchMatch: .init(foreground: .rgb(0x11, 0x13, 0x1A), background: .rgb(0xE3, 0xB3, 0x41)),
            .statusBar: .init(foreground: .rgb(0xB4, 0xBA, 0xCC), background: .rgb(0x1B, 0x1F, 0x2B)),
            .statusKey: .init(foreground: .rgb(0xE3, 0xB3, 0x41), attributes: .bold),
            .key: .init(foreground: .rgb(0xE3, 0xB3, 0x41), attributes: .bold),
            .tabActive: .init(attributes: [.bold, .underline]),
            .ghostText: .init(foreground: .rgb(0x80, 0x86, 0x9C), attributes: .italic),
            .error: .init(foreground: .rgb(0xFF, 0x7B, 0x72)),
            .warning: .init(foreground: .rgb(0xF0, 0xA8, 0x5A)),
            .success: .init(foreground: .rgb(0x7E, 0xD3, 0x8B)),
            .chatUser: .init(foreground: .rgb(0xE3, 0xB3, 0x41), attributes: .bold),
            .reasoning: .init(attributes: .italic),
            .code: .init(foreground: .rgb(0xD8, 0xDB, 0xE6), background: .rgb(0x18, 0x1B, 0x25)),
            .codeKeyword: .init(foreground: .rgb(0xD3, 0x9E, 0xF7)),
            .codeString: .init(foreground: .rgb(0x9A, 0xD9, 0x9E)),
            .codeComment: .init(foreground: .rgb(0x85, 0x8C, 0xA4), background: .rgb(0x18, 0x1B, 0x25)),
            .codeNumber: .init(foreground: .rgb(0xF0, 0xA8, 0x5A)),
            .link: .init(attributes: .underline),
            .quote: .init(foreground: .rgb(0xA9, 0xB4, 0xC8), attributes: .italic),
            .draftAccepted: .init(foreground: .rgb(0x7E, 0xD3, 0x8B), attributes: .bold),
            .draftRejected: .init(foreground: .rgb(0xE0, 0x7A, 0x7A), attributes: .strikethrough),
            .correction: .init(attributes: .underline),
            .bonus: .init(foreground: .rgb(0x7A, 0xD7, 0xE0), attributes: .bold),
            .gaugeEmpty: .init(foreground: .rgb(0x3A, 0x3F, 0x52)),
            .sparkline: .init(foreground: .rgb(0x7A, 0xD7, 0xE0)),
            .laneTarget: .init(foreground: .rgb(0x7A, 0xB7, 0xFF)),
            .laneDraft: .init(foreground: .rgb(0xD3, 0x9E, 0xF7)),
            .series2: .init(foreground: .rgb(0xD3, 0x9E, 0xF7)),
            .kvReused: .init(foreground: .rgb(0x7A, 0xD7, 0xE0)),
            .kvAnswer: .init(foreground: .rgb(0x7E, 0xD3, 0x8B)),
            .kvRolledBack: .init(attributes: []),
            .kvFree: .init(foreground: .rgb(0x3A, 0x3F, 0x52)),
        ])

    public static let light = Theme(
        name: "light",
        roles: [
            .text: .init(foreground: .rgb(0x24, 0x29, 0x33), background: .rgb(0xFB, 0xFA, 0xF7)),
            .dim: .init(foreground: .rgb(0x66, 0x6D, 0x7C)),
            .accent: .init(foreground: .rgb(0x0B, 0x5C, 0xB8)),
            .heading: .init(foreground: .rgb(0x0A, 0x4A, 0x94), attributes: .bold),
            .border: .init(foreground: .rgb(0xB6, 0xBA, 0xC4)),
            .borderFocused: .init(foreground: .rgb(0x0B, 0x5C, 0xB8)),
            .panelTitle: .init(foreground: .rgb(0x3C, 0x43, 0x52), attributes: .bold),
            .selection: .init(foreground: .rgb(0x0E, 0x1B, 0x2E), background: .rgb(0xC4, 0xDC, 0xF8)),
            .cursorLine: .init(background: .rgb(0xF0, 0xEE, 0xE8)),
            .searchMatch: .init(foreground: .rgb(0x24, 0x29, 0x33), background: .rgb(0xF4, 0xCF, 0x6B)),
            .statusBar: .init(foreground: .rgb(0x3C, 0x43, 0x52), background: .rgb(0xEA, 0xE7, 0xDF)),
            .statusKey: .init(foreground: .rgb(0x82, 0x50, 0x00), attributes: .bold),
            .key: .init(foreground: .rgb(0x8F, 0x58, 0x00), attributes: .bold),
            .tabActive: .init(attributes: [.bold, .underline]),
            .ghostText: .init(foreground: .rgb(0x6A, 0x70, 0x80), attributes: .italic),
            .error: .init(foreground: .rgb(0xB4, 0x23, 0x18)),
            .warning: .init(foreground: .rgb(0x9A, 0x50, 0x00)),
            .success: .init(foreground: .rgb(0x1A, 0x73, 0x38)),
            .chatUser: .init(foreground: .rgb(0x8F, 0x58, 0x00), attributes: .bold),
            .reasoning: .init(attributes: .italic),
            .code: .init(foreground: .rgb(0x24, 0x29, 0x33), background: .rgb(0xF2, 0xF0, 0xEA)),
            .codeKeyword: .init(foreground: .rgb(0x7A, 0x2F, 0xA8)),
            .codeString: .init(foreground: .rgb(0x1A, 0x6E, 0x3C)),
            .codeComment: .init(foreground: .rgb(0x66, 0x6D, 0x7C), background: .rgb(0xF2, 0xF0, 0xEA)),
            .codeNumber: .init(foreground: .rgb(0x94, 0x4A, 0x00)),
            .link: .init(attributes: .underline),
            .quote: .init(foreground: .rgb(0x4C, 0x55, 0x66), attributes: .italic),
            .draftAccepted: .init(foreground: .rgb(0x1A, 0x73, 0x38), attributes: .bold),
            .draftRejected: .init(foreground: .rgb(0xB4, 0x23, 0x18), attributes: .strikethrough),
            .correction: .init(attributes: .underline),
            .bonus: .init(foreground: .rgb(0x0A, 0x6B, 0x78), attributes: .bold),
            .gaugeEmpty: .init(foreground: .rgb(0xCF, 0xD2, 0xD8)),
            .sparkline: .init(foreground: .rgb(0x0A, 0x6B, 0x78)),
            .laneTarget: .init(foreground: .rgb(0x0B, 0x5C, 0xB8)),
            .laneDraft: .init(foreground: .rgb(0x7A, 0x2F, 0xA8)),
            .series2: .init(foreground: .rgb(0x7A, 0x2F, 0xA8)),
            .kvReused: .init(foreground: .rgb(0x0A, 0x6B, 0x78)),
            .kvAnswer: .init(foreground: .rgb(0x1A, 0x73, 0x38)),
            .kvRolledBack: .init(attributes: []),
            .kvFree: .init(foreground: .rgb(0xCF, 0xD2, 0xD8)),
        ])

    /// The sixteen colours that the terminal's user chose, on the terminal's own ground, whether that is dark or light.
    public static let terminal = Theme(
        name: "terminal",
        roles: [
            .dim: .init(foreground: .ansi(8)),
            .accent: .init(foreground: .ansi(4)),
            .heading: .init(foreground: .ansi(4), attributes: .bold),
            .border: .init(foreground: .ansi(8)),
            .borderFocused: .init(foreground: .ansi(4)),
            .panelTitle: .init(foreground: .standard, attributes: .bold),
            .selection: .init(attributes: .reverse),
            .searchMatch: .init(foreground: .ansi(0), background: .ansi(3)),
            .statusBar: .init(attributes: .reverse),
            .statusKey: .init(attributes: [.reverse, .bold]),
            .key: .init(foreground: .ansi(3), attributes: .bold),
            .tabActive: .init(attributes: [.bold, .underline]),
            .ghostText: .init(attributes: .italic),
            .error: .init(foreground: .ansi(1)),
            .warning: .init(foreground: .ansi(3)),
            .success: .init(foreground: .ansi(2)),
            .chatUser: .init(foreground: .ansi(3), attributes: .bold),
            .reasoning: .init(attributes: .italic),
            .codeKeyword: .init(foreground: .ansi(5)),
            .codeString: .init(foreground: .ansi(2)),
            .codeNumber: .init(foreground: .ansi(3)),
            .link: .init(attributes: .underline),
            .quote: .init(attributes: .italic),
            .draftAccepted: .init(foreground: .ansi(2), attributes: .bold),
            .draftRejected: .init(foreground: .ansi(1), attributes: .strikethrough),
            .correction: .init(attributes: .underline),
            .bonus: .init(foreground: .ansi(6), attributes: .bold),
            .sparkline: .init(foreground: .ansi(6)),
            .laneDraft: .init(foreground: .ansi(5)),
            .series2: .init(foreground: .ansi(5)),
            .kvReused: .init(foreground: .ansi(6)),
            .kvAnswer: .init(foreground: .ansi(2)),
            .kvRolledBack: .init(attributes: []),
        ])

    /// No colours at all: what must be told apart differs in attributes.
    public static let monochrome = Theme(
        name: "monochrome",
        roles: [
            .dim: .init(attributes: .dim),
            .accent: .init(attributes: .bold),
            .heading: .init(attributes: [.bold, .underline]),
            .border: .init(attributes: .dim),
            .borderFocused: .init(attributes: .bold),
            .panelTitle: .init(attributes: .bold),
            .selection: .init(attributes: .reverse),
            .cursorLine: .init(attributes: []),
            .searchMatch: .init(attributes: [.reverse, .bold]),
            .statusBar: .init(attributes: .reverse),
            .statusKey: .init(attributes: [.reverse, .bold]),
            .tabActive: .init(attributes: [.bold, .reverse]),
            .ghostText: .init(attributes: [.dim, .italic]),
            .error: .init(attributes: [.bold, .reverse]),
            .warning: .init(attributes: [.bold, .underline]),
            .success: .init(attributes: .bold),
            .reasoning: .init(attributes: [.dim, .italic]),
            .codeKeyword: .init(attributes: .bold),
            .codeComment: .init(attributes: .dim),
            .link: .init(attributes: .underline),
            .quote: .init(attributes: .italic),
            .draftAccepted: .init(attributes: .bold),
            .draftRejected: .init(attributes: [.dim, .strikethrough]),
            .correction: .init(attributes: .underline),
            .bonus: .init(attributes: [.bold, .underline]),
            .scrollbarThumb: .init(attributes: []),
        ])

    /// Every theme that is compiled in.
    public static let allBuiltIn = [builtIn, light, terminal, monochrome]

    /// The theme to draw with where there are no more colours than these. With sixteen, the themes that are compiled in
    /// give way to the one made for them; any other theme's colours become the nearest ones when they are drawn. With
    /// none, only attributes can tell things apart.
    public func adapted(to depth: ColorDepth) -> Theme {
        switch depth {
        case .none: .monochrome
        case .ansi: self == .builtIn || self == .light ? .terminal : self
        case .indexed, .rgb: self
        }
    }
}
