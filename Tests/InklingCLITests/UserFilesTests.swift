// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingCells
import InklingModelMaker
import InklingTUI
import Testing

@testable import inkling

/// The user's configuration and themes as they may lie on a disk.
@Suite struct UserFilesTests {
    private let folder: ProgramFolder
    private let files: UserFiles

    init() throws {
        folder = try ProgramFolder()
        files = UserFiles(folder: folder.path)
    }

    private var told: [String] {
        let (themes, themeIssues) = files.themes()
        return (themeIssues + files.configuration(themes: themes.map(\.name)).2).map(\.description)
    }

    @Test func `Without any file everything is as it comes`() {
        #expect(told.isEmpty)
        #expect(files.themes().0 == Theme.allBuiltIn)
        #expect(UserFiles(folder: nil).configuration(themes: []).0 == Preferences())
    }

    @Test func `A configuration that cannot be read is told, and the defaults stand`() throws {
        let path = folder.path + "/config.toml"
        let manager = FileManager.default
        try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(told == ["config.toml: it is a folder and not a file"])
        try manager.removeItem(atPath: path)

        try manager.createSymbolicLink(atPath: path, withDestinationPath: folder.path + "/nowhere.toml")
        #expect(told == ["config.toml: it is a link to a file that is not there"])
        try manager.removeItem(atPath: path)

        #expect(unsafe mkfifo(path, 0o600) == 0)
        #expect(told == ["config.toml: it is not a regular file"])
        try manager.removeItem(atPath: path)

        _ = try folder.file("config.toml", Array("[chat]\nsystem = \"".utf8) + [0xFF, 0xFE] + Array("\"\n".utf8))
        #expect(told == ["config.toml:2: the text is not UTF-8"])

        _ = try folder.file("config.toml", [UInt8](repeating: 35, count: 2 << 20))
        #expect(told == ["config.toml: it has 2.1 MB; at most 1.05 MB are read"])

        _ = try folder.file("config.toml", "[sampling]\nseed = 1")
        #expect(unsafe chmod(path, 0) == 0)
        // To the system's owner nothing is forbidden.
        #expect(told == (geteuid() == 0 ? [] : ["config.toml: it cannot be read: no permission"]))
    }

    @Test func `Themes of the user's come after the others, or in the place of one, and mistakes in them are told`()
        throws
    {
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder.path + "/themes/folder.toml", withIntermediateDirectories: true)
        _ = try folder.file("themes/mine.toml", "inherits = \"nord\"\n[roles]\ntxt = { fg = \"red\" }\n")
        _ = try folder.file("themes/dark.toml", "inherits = \"light\"\n")
        _ = try folder.file("themes/broken.toml", "[roles\n")
        _ = try folder.file("themes/.hidden.toml", "[roles\n")
        _ = try folder.file("config.toml", "[appearance]\ntheme = \"mine\"\n")
        let issues = told
        #expect(issues.count == 3)
        #expect(issues.contains("themes/folder.toml: it is a folder and not a file"))
        #expect(issues.contains("mine.toml:3:1: unknown role \"txt\"; did you mean \"text\"?"))
        #expect(issues.contains { $0.hasPrefix("broken.toml:1:") })
        let themes = files.themes().0
        #expect(themes.last?.name == "mine")
        #expect(themes.last?[.error] == Theme.allBuiltIn.first { $0.name == "nord" }?[.error])
        #expect(themes.first { $0.name == "dark" }?[.text] == Theme.light[.text])
        #expect(files.configuration(themes: themes.map(\.name)).0.theme == "mine")
    }

    @Test func `What is kept is written, and read at the next start`() throws {
        let setting = KeptSetting(section: "appearance", key: "theme", literal: "\"nord\"")
        let inside = UserFiles(folder: folder.path + "/new/inkling")
        #expect(inside.keep(setting) == .success(folder.path + "/new/inkling/config.toml"))
        #expect(inside.configuration(themes: ["dark", "nord"]).0.theme == "nord")

        // A link stays a link.
        let real = try folder.file("dotfiles.toml", "# mine\n[appearance]\ntheme = \"dark\"\n")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/config.toml", withDestinationPath: real)
        #expect(files.keep(setting) == .success(folder.path + "/config.toml"))
        #expect(try folder.bytes("dotfiles.toml") == Array("# mine\n[appearance]\ntheme = \"nord\"\n".utf8))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/config.toml") == real)
    }

    @Test func `A configuration with a mistake in it is not written to`() throws {
        let setting = KeptSetting(section: "appearance", key: "theme", literal: "\"nord\"")
        let text = "[appearance\n"
        _ = try folder.file("config.toml", text)
        guard case .failure(let failure) = files.keep(setting) else {
            Issue.record("it was written")
            return
        }
        #expect(
            failure.description.hasPrefix("config.toml:1:") && failure.description.hasSuffix("; nothing was written"))
        #expect(try folder.bytes("config.toml") == Array(text.utf8))
    }
}

/// The commands about the configuration, and pictures of screens, as programs.
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not beside the tests"))
struct InterfaceCommandTests {
    private let folder: ProgramFolder

    init() throws { folder = try ProgramFolder() }

    private func run(_ arguments: String...) throws -> BuiltProgram.Outcome {
        try BuiltProgram.run(arguments, in: folder)
    }

    @Test func `The configuration is found, printed and checked`() throws {
        let path = try run("config", "path")
        #expect(path.text == folder.path + "/.config/inkling/config.toml\n")
        let fine = try run("config", "check")
        #expect(fine.status == 0 && fine.text.isEmpty)
        let template = try run("config", "default")
        #expect(template.status == 0 && template.text.contains("[keys.everywhere]"))
        try FileManager.default.createDirectory(
            atPath: folder.path + "/.config/inkling", withIntermediateDirectories: true)
        _ = try folder.file(".config/inkling/config.toml", template.output)
        #expect(try run("config", "check").status == 0)
        _ = try folder.file(".config/inkling/config.toml", "[sampling]\ntemprature = 1\n")
        let wrong = try run("config", "check")
        #expect(wrong.status == 1)
        #expect(
            wrong.text
                == "config.toml:2:1: unknown key \"sampling.temprature\"; did you mean \"sampling.temperature\"?\n")
    }

    @Test func `A picture is made of a screen of models that run`() throws {
        let model = folder.path + "/model.gguf"
        try ModelMaker(ModelRecipe(preset: .tiny)).write(to: model)
        let picture = folder.path + "/chat.svg"
        let made = try run(
            "screenshot", "chat", "-m", model, "-n", "5", "--size", "90x20", "--theme", "nord", "--keys",
            "Hi <lt>you><enter><wait>", "-o", picture)
        #expect(made.status == 0, "\(made.error)")
        let text = String(decoding: try folder.bytes("chat.svg"), as: UTF8.self)
        #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
        #expect(text.contains("Hi &lt;you&gt;"))
        #expect(text.contains("#2e3440"), "the ground of the theme")
        let plain = folder.path + "/chat.txt"
        _ = try run("screenshot", "settings", "-m", model, "--size", "60x30", "-o", plain)
        #expect(String(decoding: try folder.bytes("chat.txt"), as: UTF8.self).contains("temperature"))
    }

    @Test(arguments: [
        (["--theme", "nort"], "no theme is called \"nort\"; did you mean \"nord\"?"),
        (["--keys", "<entr>"], "--keys: no key is called <entr>; did you mean <enter>?"),
        (["--keys", "a < b"], "--keys: \"< b\" has no \">\"; write <lt> for a \"<\" that is to be typed"),
        (["--size", "0x9"], "--size"),
    ])
    func `A mistake in what is asked is told before anything is loaded`(_ arguments: [String], _ expected: String)
        throws
    {
        let outcome = try BuiltProgram.run(["screenshot", "chat"] + arguments, in: folder)
        #expect(outcome.status == 64)
        #expect(outcome.error.contains(expected), "\(outcome.error)")
    }
}
