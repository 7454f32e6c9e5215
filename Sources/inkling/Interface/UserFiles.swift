// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingCells
import InklingEngine
import InklingTUI

/// The user's configuration and themes.
struct UserFiles {
    /// `$XDG_CONFIG_HOME/inkling`; nil without a home.
    let folder: String?

    private static let byteLimit = 1 << 20

    init(places: SearchPlaces) {
        folder = places.configurationFolder
    }

    init(folder: String?) {
        self.folder = folder
    }

    var configurationPath: String? { folder.map { $0 + "/config.toml" } }
    var themesFolder: String? { folder.map { $0 + "/themes" } }

    /// The themes that come with the program, and those of the user's `themes` folder after them.
    func themes() -> ([Theme], [ConfigurationIssue]) {
        var themes = Theme.allBuiltIn
        var issues: [ConfigurationIssue] = []
        guard let themesFolder else { return (themes, []) }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: themesFolder)) ?? []
        for name in names.sorted() where name.hasSuffix(".toml") && !name.hasPrefix(".") {
            switch Self.read(themesFolder + "/" + name, name: "themes/" + name) {
            case .failure(let issue): issues.append(issue)
            case .success(let text):
                let (theme, found) = ThemeFile.read(text, file: name, bases: themes)
                issues += found
                guard let theme else { continue }
                themes.removeAll { $0.name == theme.name }
                themes.append(theme)
            }
        }
        return (themes, issues)
    }

    /// - Parameter defaults: what is so where the file says nothing.
    func configuration(
        themes: [String], over defaults: Preferences = Preferences()
    ) -> (Preferences, KeyMap, [ConfigurationIssue]) {
        guard let path = configurationPath, Self.isThere(path) else { return (defaults, .standard, []) }
        switch Self.read(path, name: "config.toml") {
        case .success(let text): return ConfigurationFile.read(text, themes: themes, over: defaults)
        case .failure(let issue): return (defaults, .standard, [issue])
        }
    }

    /// Writes a setting to the configuration, which is made if it is not there; all else in it stays as it is.
    ///
    /// - Returns: the file's path.
    func keep(_ setting: KeptSetting) -> Result<String, EffectFailure> {
        guard let folder, let path = configurationPath else {
            return .failure(EffectFailure("there is no home folder to keep \(setting.name) in"))
        }
        var text = ""
        // A link stays one: what it leads to is written.
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        if Self.isThere(path) {
            switch Self.read(path, name: "config.toml") {
            case .success(let found): text = found
            case .failure(let issue): return .failure(EffectFailure("\(issue); \(setting.name) is not kept"))
            }
        }
        do throws(ConfigurationIssue) {
            text = try ConfigurationEdit.set(setting, in: text)
        } catch { return .failure(EffectFailure("\(error); nothing was written")) }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try Data(text.utf8).write(to: URL(filePath: target), options: .atomic)
            return .success(path)
        } catch {
            return .failure(EffectFailure("cannot write \"\(path)\": is there room, and may you write there?"))
        }
    }

    /// Also a link that leads nowhere is there.
    private static func isThere(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)) != nil
    }

    private static func read(_ path: String, name: String) -> Result<String, ConfigurationIssue> {
        func failure(_ text: String) -> Result<String, ConfigurationIssue> {
            .failure(ConfigurationIssue(file: name, text: text))
        }
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target) else {
            return failure("it is a link to a file that is not there")
        }
        switch attributes[.type] as? FileAttributeType {
        case .typeRegular: break
        case .typeDirectory: return failure("it is a folder and not a file")
        case .typeSymbolicLink: return failure("it is a link to a file that is not there")
        default: return failure("it is not a regular file")
        }
        if let size = attributes[.size] as? Int, size > byteLimit {
            return failure("it has \(Quantity.bytes(size)); at most \(Quantity.bytes(byteLimit)) are read")
        }
        guard let data = try? Data(contentsOf: URL(filePath: target)) else {
            return failure("it cannot be read: no permission")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            let line = firstBadLine(data)
            return .failure(ConfigurationIssue(file: name, line: line, text: "the text is not UTF-8"))
        }
        return .success(text)
    }

    /// The first line that is not UTF-8.
    private static func firstBadLine(_ data: Data) -> Int? {
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.firstIndex { String(data: Data($0), encoding: .utf8) == nil }.map { $0 + 1 }
    }
}
