// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingCells
@testable import InklingTUI
import InklingThemes
import Testing

@Suite struct ThemeTests {
    /// Themes whose colours are their own and not the terminal's.
    static let colored = Theme.allBuiltIn.filter { $0[.text].background != .standard }

    // MARK: The files

    @Test func `Every file of the folder is part of the program, and has no mistake`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Themes").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".toml") }
        #expect(Set(names) == Set(BundledThemes.all.map { $0.name + ".toml" }))
        for file in BundledThemes.all {
            let data = try Data(contentsOf: URL(filePath: folder + "/\(file.name).toml"))
            #expect(String(decoding: data, as: UTF8.self) == file.text)
            let (theme, issues) = ThemeFile.read(file.text, file: file.name + ".toml", bases: [])
            #expect(issues.isEmpty, "\(issues)")
            #expect(theme?.name == file.name)
        }
        #expect(Theme.allBuiltIn.map(\.name) == BundledThemes.all.map(\.name))
        #expect(Theme.allBuiltIn.first == .builtIn && Theme.builtIn.name == "dark" && Theme.light.name == "light")
    }

    // MARK: Contrast

    @Test(arguments: colored.map(\.name)) func `Text can be read in every role`(name: String) throws {
        let theme = try theme(name)
        for role in Role.allCases where !role.isDecoration {
            let contrast = try #require(theme.contrast(of: role, on: role))
            #expect(contrast >= least(name), "\(role.rawValue) \(contrast)")
        }
    }

    @Test(arguments: colored.map(\.name)) func `Text can be read on every ground that it meets`(name: String) throws {
        let theme = try theme(name)
        #expect(Self.meetings.count > 40, "the scenes show little")
        for meeting in Self.meetings where !meeting.role.isDecoration {
            let contrast = try #require(theme.contrast(of: meeting.role, on: meeting.ground))
            #expect(contrast >= least(name), "\(meeting.role.rawValue) on \(meeting.ground.rawValue) \(contrast)")
        }
    }

    @Test(arguments: colored.map(\.name)) func `Text can be read in 256 colours, and lines be seen`(name: String) throws
    {
        let theme = try theme(name)
        for meeting in Self.meetings {
            let contrast = try #require(theme.contrast(of: meeting.role, on: meeting.ground, in: .indexed))
            let least = meeting.role.isDecoration ? 1.3 : 4
            #expect(contrast >= least, "\(meeting.role.rawValue) on \(meeting.ground.rawValue) \(contrast)")
        }
    }

    @Test(arguments: Theme.allBuiltIn.map(\.name)) func `Where there are sixteen colours, text can be read`(
        name: String
    ) throws {
        let theme = try theme(name).adapted(to: .ansi)
        for meeting in Self.meetings where !meeting.role.isDecoration {
            // Where the terminal decides on the ground, its user has chosen colours for it.
            guard let contrast = theme.contrast(of: meeting.role, on: meeting.ground, in: .ansi) else { continue }
            #expect(
                contrast >= 4.5, "\(theme.name): \(meeting.role.rawValue) on \(meeting.ground.rawValue) \(contrast)")
        }
    }

    @Test func `The sixteen colours that the terminal's theme takes can be read on black in their usual tones`() throws
    {
        let black = Theme(name: "black", roles: [.text: .init(background: .ansi(0))], base: .terminal)
        for role in Role.allCases where !role.isDecoration {
            guard let contrast = black.contrast(of: role, on: role, in: .ansi) else { continue }
            // Bright blue is the darkest of them, with 4.43.
            #expect(contrast > 4.4, "\(role.rawValue) \(contrast)")
        }
    }

    @Test func `A theme gives way where its colours cannot be shown`() {
        #expect(Theme.builtIn.adapted(to: .rgb) == .builtIn && Theme.builtIn.adapted(to: .indexed) == .builtIn)
        #expect(Theme.light.adapted(to: .ansi) == .terminal)
        #expect(Theme.allBuiltIn.allSatisfy { $0.adapted(to: .none) == .monochrome })
        let mine = Theme(name: "mine", roles: [.text: .init(foreground: .ansi(3))])
        #expect(mine.adapted(to: .ansi) == mine)
    }

    @Test(arguments: colored.map(\.name)) func `Lines can be told from their ground`(name: String) throws {
        let theme = try theme(name)
        for role in Role.allCases where role.isDecoration {
            let contrast = try #require(theme.contrast(of: role, on: .text))
            #expect(contrast >= 1.5, "\(role.rawValue) \(contrast)")
        }
    }

    // MARK: More than colour

    @Test(arguments: Theme.allBuiltIn.map(\.name)) func `Rejected and accepted differ in more than colour`(name: String)
        throws
    {
        let theme = try theme(name)
        #expect(theme[.draftAccepted].attributes != theme[.draftRejected].attributes)
        #expect(theme[.draftRejected].attributes.contains(.strikethrough))
        #expect(theme[.selection] != theme[.text])
        #expect(theme[.searchMatch] != theme[.text])
        if Self.colored.contains(theme) {
            // How dim is shown, and with which contrast, is the terminal's affair.
            #expect(Role.allCases.allSatisfy { !theme[$0].attributes.contains(.dim) })
        }
    }

    @Test func `The theme without colours has none`() {
        for role in Role.allCases {
            let style = Theme.monochrome[role]
            #expect(style.foreground == .standard && style.background == .standard)
        }
    }

    @Test func `What is good and what is bad differ for every kind of colour vision`() throws {
        let theme = try theme("colour-blind")
        let pairs: [(Role, Role)] = [
            (.draftAccepted, .draftRejected), (.success, .error), (.success, .warning), (.bonus, .draftRejected),
            (.laneTarget, .laneDraft),
        ]
        for (a, b) in pairs {
            for vision in ColorVision.all {
                let distance = vision.distance(theme[a].foreground, theme[b].foreground)
                #expect(distance > 60, "\(a.rawValue) and \(b.rawValue): \(distance)")
            }
        }
        // The test can fail: red and green of a common palette are near.
        let red = Color.rgb(0xE0, 0x5A, 0x4A)
        #expect(ColorVision.all[1].distance(red, .rgb(0x8A, 0x9A, 0x3A)) < 60)
    }

    // MARK: Which roles meet

    struct Meeting: Hashable {
        let role: Role
        let ground: Role
    }

    /// Every role of text with every role of ground that it stands on, somewhere in the scenes: from screens in which
    /// each role has colours of its own.
    static let meetings: Set<Meeting> = {
        let theme = Theme(
            name: "meetings",
            roles: Dictionary(
                uniqueKeysWithValues: Role.allCases.enumerated().map { index, role in
                    let number = UInt8(index)
                    return (
                        role,
                        RoleStyle(foreground: .rgb(number, 1, 0), background: .rgb(number, 0, 1), attributes: [])
                    )
                }))
        var meetings: Set<Meeting> = []
        for scene in SnapshotTests.scenes {
            for (width, height) in [(120, 40), (80, 24)] {
                var stage = Stage(width, height)
                scene.play(&stage)
                stage.state.themes = [theme]
                stage.state.preferences.theme = theme.name
                let buffer = stage.frame().buffer
                for y in 0..<height {
                    for x in 0..<width where buffer[x, y].text != " " {
                        let style = buffer[x, y].style
                        guard case .rgb(let front, 1, 0) = style.foreground,
                            case .rgb(let back, 0, 1) = style.background
                        else { continue }
                        meetings.insert(Meeting(role: Role.allCases[Int(front)], ground: Role.allCases[Int(back)]))
                    }
                }
            }
        }
        return meetings
    }()

    private func theme(_ name: String) throws -> Theme {
        try #require(Theme.allBuiltIn.first { $0.name == name })
    }

    private func least(_ name: String) -> Double { name.hasPrefix("high-contrast") ? 7 : Theme.leastContrast }
}

/// What colours look like to people without one of the three kinds of cones, after Viénot, Brettel and Mollon (1999).
struct ColorVision {
    /// From linear red, green and blue.
    let matrix: [[Double]]

    static let all = [
        ColorVision(matrix: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        ColorVision(matrix: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
        ColorVision(matrix: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    ]

    /// Of what is seen of two colours, in levels from 0 to 255.
    func distance(_ a: Color, _ b: Color) -> Double {
        guard case .rgb(let r1, let g1, let b1) = a, case .rgb(let r2, let g2, let b2) = b else { return 0 }
        let (first, second) = (seen([r1, g1, b1]), seen([r2, g2, b2]))
        return zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    private func seen(_ color: [UInt8]) -> [Double] {
        // A gamma of two is near enough, and needs no tables.
        let linear = color.map { Double($0) / 255 * Double($0) / 255 }
        return matrix.map { row in
            max(0, zip(row, linear).reduce(0) { $0 + $1.0 * $1.1 }).squareRoot() * 255
        }
    }
}
