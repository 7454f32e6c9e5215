// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct ThemeTests {
    @Test func `Every chain of roles ends in text`() {
        for role in Role.allCases {
            var next = role
            var steps = 0
            while let parent = next.parent, steps < Role.allCases.count {
                next = parent
                steps += 1
            }
            #expect(next == .text, "\(role.rawValue)")
        }
    }

    @Test func `What a theme leaves out is inherited, each part by itself`() {
        let theme = Theme(
            name: "ten lines",
            roles: [
                .text: .init(foreground: .ansi(7), background: .ansi(0)), .accent: .init(foreground: .rgb(1, 2, 3)),
                .draftRejected: .init(attributes: .strikethrough), .heading: .init(attributes: .bold),
            ])
        #expect(theme[.draftAccepted] == Style(foreground: .rgb(1, 2, 3), background: .ansi(0)))
        #expect(theme[.draftRejected] == Style(foreground: .ansi(7), background: .ansi(0), attributes: .strikethrough))
        #expect(theme[.kvRolledBack] == theme[.draftRejected])
        #expect(theme[.panelTitle] == Style(foreground: .rgb(1, 2, 3), background: .ansi(0), attributes: .bold))
        #expect(Theme(name: "empty", roles: [:])[.codeKeyword] == Style())
    }

    @Test func `A theme on top of another one changes what it says and nothing else`() {
        let theme = Theme(name: "mine", roles: [.error: .init(foreground: .ansi(9))], base: .builtIn)
        #expect(theme[.error].foreground == .ansi(9) && theme[.error].background == Theme.builtIn[.text].background)
        #expect(theme[.success] == Theme.builtIn[.success])
        #expect(Theme(name: "dark", roles: [:], base: .builtIn) == .builtIn)
    }

    @Test(arguments: [
        ("#d8dbe6", Color.rgb(0xD8, 0xDB, 0xE6)), ("#FfF", .rgb(255, 255, 255)), ("red", .ansi(1)),
        ("bright-blue", .ansi(12)), ("grey", .ansi(8)), ("default", .standard), ("243", .indexed(243)),
        ("7", .ansi(7)),
    ])
    func `A colour is read`(name: String, color: Color) {
        #expect(Color(name: name) == color)
    }

    @Test(arguments: ["", "#", "#12", "#12345", "#1234567", "#ggg", "256", "-1", "+7", "gren", "bright-", "Red", "٣"])
    func `What is no colour is refused`(name: String) {
        #expect(Color(name: name) == nil)
    }

    @Test func `Every name is a colour`() {
        for name in Color.names { #expect(Color(name: name) != nil) }
    }

    @Test(arguments: [
        (Color.rgb(255, 0, 0), ColorDepth.indexed, Color.indexed(196)), (.rgb(0, 0, 0), .indexed, .indexed(16)),
        (.rgb(130, 130, 130), .indexed, .indexed(244)), (.rgb(250, 250, 250), .ansi, .ansi(15)),
        (.rgb(0x11, 0x13, 0x1A), .ansi, .ansi(0)), (.rgb(200, 10, 10), .ansi, .ansi(1)),
        (.indexed(196), .ansi, .ansi(9)), (.indexed(244), .ansi, .ansi(8)), (.indexed(3), .ansi, .ansi(3)),
        (.ansi(5), .ansi, .ansi(5)), (.rgb(1, 2, 3), .rgb, .rgb(1, 2, 3)), (.rgb(1, 2, 3), .none, .standard),
        (.ansi(5), .none, .standard), (.standard, .indexed, .standard),
    ])
    func `A colour becomes the nearest one there is`(color: Color, depth: ColorDepth, nearest: Color) {
        #expect(color.reduced(to: depth) == nearest)
    }

    @Test func `Text that nears its ground can still be told from it`() {
        let border = Style(foreground: .rgb(0x4A, 0x50, 0x68), background: .rgb(0x11, 0x13, 0x1A))
        #expect(border.reduced(to: .ansi) == Style(foreground: .ansi(8), background: .ansi(0)))
        let pale = Style(foreground: .rgb(0xF0, 0xF0, 0xF0), background: .rgb(0xFF, 0xFF, 0xFF))
        #expect(pale.reduced(to: .ansi).foreground != pale.reduced(to: .ansi).background)
        #expect(Style(foreground: .ansi(1), background: .ansi(1)).reduced(to: .ansi).foreground == .ansi(1))
    }

    @Test func `A theme is legible where every role can be read on its ground`() {
        #expect(Theme.builtIn.isLegible(in: .rgb) && Theme.builtIn.isLegible(in: .indexed))
        let faint = Theme(name: "faint", roles: [.error: .init(foreground: .rgb(0x60, 0, 0))], base: .builtIn)
        #expect(!faint.isLegible(in: .rgb))
        let line = Theme(name: "line", roles: [.border: .init(foreground: .rgb(0x60, 0, 0))], base: .builtIn)
        #expect(line.isLegible(in: .rgb), "nothing is read in a border")
        // The nearest of sixteen to a dark blue is too dark on black.
        let blue = Theme(name: "blue", roles: [.error: .init(foreground: .rgb(0x70, 0x80, 0xFF))], base: .builtIn)
        #expect(blue.isLegible(in: .rgb) && !blue.isLegible(in: .ansi))
        #expect(Theme(name: "own", roles: [:]).isLegible(in: .ansi), "the terminal decides")
    }

    @Test func `Contrast is that of WCAG`() throws {
        let white = Color.rgb(255, 255, 255)
        #expect(try abs(#require(white.contrast(with: .rgb(0, 0, 0))) - 21) < 1e-9)
        #expect(try abs(#require(white.contrast(with: .rgb(0x76, 0x76, 0x76))) - 4.5422) < 1e-3)
        #expect(white.contrast(with: white) == 1)
        #expect(white.contrast(with: .standard) == nil)
    }
}
