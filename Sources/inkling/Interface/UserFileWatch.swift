// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FoundationEssentials
import Glibc
import InklingCells
import InklingTUI
import Synchronization

/// Looks every half second whether the user's configuration or themes have changed, and posts what they say then.
///
/// A file with a mistake changes nothing but the notice of it: of the configuration everything stays as it was, of a theme
/// its former form. A file counts when two looks found the same, so one that is being written is not read half.
final class UserFileWatch: Sendable {
    /// What tells one form of a file from another.
    private struct Mark: Equatable {
        var path: String
        var file: UInt64
        var byteCount: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private struct State {
        var seen: [Mark]
        var applied: [Mark]
        var themes: [Theme]
    }

    private let files: UserFiles
    private let adjust: @Sendable (inout Preferences) -> Void
    private let post: @Sendable (AppMessage) -> Void
    private let queue = DispatchQueue(label: "inkling.settings")
    private let state: Mutex<State>

    private static let interval = DispatchTimeInterval.milliseconds(500)

    /// - Parameter adjust: what the command line sets, over what the configuration says.
    init(
        _ files: UserFiles, adjust: @escaping @Sendable (inout Preferences) -> Void,
        post: @escaping @Sendable (AppMessage) -> Void
    ) {
        self.files = files
        self.adjust = adjust
        self.post = post
        let marks = Self.marks(files)
        state = Mutex(State(seen: marks, applied: marks, themes: []))
    }

    /// Keeps the form that themes have now.
    func remember(_ themes: [Theme]) {
        state.withLock { $0.themes = themes }
    }

    /// Looks until nobody holds the watch any more.
    func start() {
        queue.asyncAfter(deadline: .now() + Self.interval) { [weak self] in
            guard let self else { return }
            look()
            start()
        }
    }

    func look() {
        let marks = Self.marks(files)
        let isNews = state.withLock { state in
            defer { state.seen = marks }
            guard marks == state.seen, marks != state.applied else { return false }
            state.applied = marks
            return true
        }
        if isNews { read() }
    }

    private func read() {
        var (themes, issues) = files.themes()
        state.withLock { state in
            // By the name of the file a theme is chosen.
            let faulty = Set(
                issues.compactMap { $0.file.split(separator: "/").last?.dropLast(".toml".count) }.map(String.init))
            for theme in state.themes where faulty.contains(theme.name) {
                if let index = themes.firstIndex(where: { $0.name == theme.name }) {
                    themes[index] = theme
                } else {
                    themes.append(theme)
                }
            }
            state.themes = themes
        }
        var (preferences, keys, faults) = files.configuration(themes: themes.map(\.name))
        issues += faults
        adjust(&preferences)
        post(
            .configured(
                faults.isEmpty ? preferences : nil, themes: themes, faults.isEmpty ? keys : nil, issues: issues))
    }

    private static func marks(_ files: UserFiles) -> [Mark] {
        guard let folder = files.folder else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/themes")) ?? []
        let themes = names.filter { $0.hasSuffix(".toml") }.sorted().map { "\(folder)/themes/\($0)" }
        return ([folder + "/config.toml"] + themes).compactMap { path in
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return nil }
            return Mark(
                path: path, file: UInt64(truncatingIfNeeded: status.st_ino),
                byteCount: Int64(truncatingIfNeeded: status.st_size), seconds: Int(status.st_mtim.tv_sec),
                nanoseconds: Int(status.st_mtim.tv_nsec))
        }
    }
}
