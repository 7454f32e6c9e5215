// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingCells
import InklingTUI
import Synchronization
import Testing

@testable import inkling

/// Files of settings that change while the program runs.
@Suite struct UserFileWatchTests {
    private struct Reading {
        var preferences: Preferences?
        var themes: [Theme]
        var issues: [String]
    }

    private final class Posts: Sendable {
        private let readings = Mutex<[Reading]>([])

        var isEmpty: Bool { readings.withLock { $0.isEmpty } }

        /// Those that came since the last call.
        func collect() -> [Reading] {
            readings.withLock { readings in
                defer { readings = [] }
                return readings
            }
        }

        func take(_ message: AppMessage) {
            guard case .configured(let preferences, let themes, _, let issues) = message else { return }
            readings.withLock {
                $0.append(Reading(preferences: preferences, themes: themes, issues: issues.map(\.description)))
            }
        }
    }

    private let folder: ProgramFolder
    private let posts = Posts()

    init() throws {
        folder = try ProgramFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/themes", withIntermediateDirectories: true)
    }

    private func watch(_ adjust: @escaping @Sendable (inout Preferences) -> Void = { _ in }) -> UserFileWatch {
        let files = UserFiles(folder: folder.path)
        let watch = UserFileWatch(files, adjust: adjust) { [posts] in posts.take($0) }
        watch.remember(files.themes().0)
        return watch
    }

    /// Enough looks for a change to count.
    private func looked(_ watch: UserFileWatch) -> [Reading] {
        watch.look()
        watch.look()
        watch.look()
        return posts.collect()
    }

    @Test func `A change is read once it has settled, and once`() throws {
        _ = try folder.file("config.toml", "[appearance]\nascii = false\n")
        let watch = watch()
        #expect(looked(watch).isEmpty)
        _ = try folder.file("config.toml", "[appearance]\nascii = true\n")
        watch.look()
        #expect(posts.isEmpty, "it may still be being written")
        let readings = looked(watch)
        #expect(readings.count == 1 && readings.first?.preferences?.ascii == true && readings.first?.issues == [])
        #expect(looked(watch).isEmpty)
        try FileManager.default.removeItem(atPath: folder.path + "/config.toml")
        #expect(looked(watch).first?.preferences == Preferences())
        _ = try folder.file("config.toml", "[appearance]\nmouse = true\n")
        #expect(looked(watch).first?.preferences?.mouse == true)
    }

    @Test func `A mistake is told with its place, and changes nothing`() throws {
        let watch = watch()
        _ = try folder.file("config.toml", "[appearance]\nascii = true\n\n[chat]\nfold-reasonin = true\n")
        let readings = looked(watch)
        #expect(readings.count == 1 && readings.first?.preferences == nil)
        #expect(readings.first?.issues.first?.hasPrefix("config.toml:5:1: ") == true)
    }

    @Test func `The command line goes first`() throws {
        let watch = watch { $0.seed = 7 }
        _ = try folder.file("config.toml", "[sampling]\nseed = 9\nmax-tokens = 5\n")
        let preferences = looked(watch).first?.preferences
        #expect(preferences?.seed == 7 && preferences?.maxTokens == 5)
    }

    @Test func `A theme that has a mistake now keeps its former form`() throws {
        let path = "themes/mine.toml"
        _ = try folder.file(path, "inherits = \"dark\"\n[roles]\ntext = { fg = \"#010203\" }\n")
        let watch = watch()
        func color(_ reading: Reading?) -> Color? {
            reading?.themes.first { $0.name == "mine" }?[.text].foreground
        }
        _ = try folder.file(path, "inherits = \"dark\"\n[roles]\ntext = { fg = \"#040506\" }\n")
        #expect(color(looked(watch).first) == .rgb(4, 5, 6))
        _ = try folder.file(path, "inherits = \"dark\"\n[roles]\ntext = { fg = \"#0405\" }\n# longer\n")
        let faulty = looked(watch).first
        #expect(color(faulty) == .rgb(4, 5, 6))
        #expect(faulty?.issues.first?.hasPrefix("mine.toml:3") == true)
        #expect(faulty?.preferences != nil)
        try FileManager.default.removeItem(atPath: folder.path + "/" + path)
        #expect(looked(watch).first?.themes.contains { $0.name == "mine" } == false)
    }
}
