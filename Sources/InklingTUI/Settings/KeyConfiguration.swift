// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

/// The part of the configuration that gives actions other keys:
///
///     [keys.transcript]
///     copy-message = ["y", "ctrl-y"]   # the only keys it has there
///     delete-message = []              # no key
///
/// What is not understood is passed over and told.
struct KeyConfiguration {
    private struct Change {
        let context: KeyContext
        let action: Action
        var keys: [KeyPress]
        let path: [String]
    }

    private let document: TOMLDocument
    private let file: String
    private var changes: [Change] = []
    /// What was not understood.
    private(set) var issues: [ConfigurationIssue] = []
    /// Keys that two actions want in one place.
    private(set) var conflicts: [ConfigurationIssue] = []

    init(_ entries: [TOMLDocument.Entry], _ document: TOMLDocument, _ file: String) {
        self.document = document
        self.file = file
        for place in entries {
            guard let context = KeyContext(rawValue: place.key) else {
                tellPlace(place)
                continue
            }
            guard case .table(let rows) = place.value else {
                tell(
                    ["keys", place.key],
                    "keys.\(place.key) is \(place.value.literal); it must be a section, [keys.\(place.key)]")
                continue
            }
            for row in rows { read(row, in: context) }
        }
        changes.sort { document.place($0.path)?.line ?? 0 < document.place($1.path)?.line ?? 0 }
        settle()
    }

    /// The keys with these changes.
    func applied(to keys: KeyMap) -> KeyMap {
        var keys = keys
        for change in changes { keys.bind(change.keys, to: change.action, in: change.context) }
        for change in changes {
            for key in change.keys { keys.release(key, in: change.context, butFor: change.action) }
        }
        return keys
    }

    // MARK: Reading

    private mutating func tellPlace(_ place: TOMLDocument.Entry) {
        let path = ["keys", place.key]
        if let action = Action(rawValue: place.key) {
            let home = KeyMap.standard.rows.first { $0.action == action }?.context ?? .everywhere
            tell(path, "keys.\(place.key) needs its place", "keys.\(home.rawValue).\(place.key)")
        } else {
            let known = KeyContext.allCases.map(\.rawValue)
            tell(
                document.place(path) == nil ? ["keys", place.key, firstKey(place)] : path,
                "unknown place [keys.\(place.key)]",
                Suggestion.nearest(to: place.key, in: known).map { "keys." + $0 })
        }
    }

    private func firstKey(_ entry: TOMLDocument.Entry) -> String {
        if case .table(let rows) = entry.value { rows.first?.key ?? "" } else { "" }
    }

    private mutating func read(_ row: TOMLDocument.Entry, in context: KeyContext) {
        let path = ["keys", context.rawValue, row.key]
        guard let action = Action(rawValue: row.key) else {
            let here = Self.actions(in: context).map(\.rawValue)
            tell(
                path, "unknown action \"\(row.key)\"",
                Suggestion.nearest(to: row.key, in: here)
                    ?? Suggestion.nearest(to: row.key, in: Action.allCases.map(\.rawValue)))
            return
        }
        guard Self.actions(in: context).contains(action) else {
            let homes = KeyContext.allCases.filter { Self.actions(in: $0).contains(action) && $0 != .everywhere }
            let words = homes.map { "[keys.\($0.rawValue)]" }.joined(separator: " or ")
            tell(path, "\(row.key) does nothing where \(context.rawValue) is; it belongs to \(words)")
            return
        }
        guard let names = row.value.strings else {
            tell(path, "\(row.key) is \(row.value.literal); keys are written as \"ctrl-x\" or [\"ctrl-x\", \"f5\"]")
            return
        }
        let keys = names.compactMap { key($0, path, context) }
        // An empty list takes the keys away; a list of mistakes does not.
        if names.isEmpty || !keys.isEmpty {
            changes.append(Change(context: context, action: action, keys: keys, path: path))
        }
    }

    private mutating func key(_ name: String, _ path: [String], _ context: KeyContext) -> KeyPress? {
        guard let key = KeyPress(name: name) else {
            tell(path, "no key is called \"\(name)\"", KeyName.suggestion(for: name))
            return nil
        }
        if let same = KeyName.sameKey(as: key) {
            tell(path, "terminals send \(same) for \(name); write \"\(same)\"")
            return nil
        }
        if case .character = key.key, key.modifiers.isEmpty, context.takesText {
            tell(path, "\"\(name)\" is needed for writing, so it can be no key where \(context.rawValue) is")
            return nil
        }
        return key
    }

    /// What makes sense in a place: what is done there, and what is done everywhere.
    private static func actions(in context: KeyContext) -> [Action] {
        if context == .everywhere { return Action.allCases }
        let own = KeyMap.standard.rows.filter { $0.context == context || $0.context == .everywhere }.map(\.action)
        return Action.allCases.filter { own.contains($0) || $0.isEverywhere }
    }

    // MARK: Conflicts

    /// Of two lines that want one key the first one has it; and an action that loses its last key is told.
    private mutating func settle() {
        for index in changes.indices {
            let change = changes[index]
            for key in change.keys {
                let earlier = changes[..<index].first { $0.context == change.context && $0.keys.contains(key) }
                guard let earlier, earlier.action != change.action else { continue }
                changes[index].keys.removeAll { $0 == key }
                tellConflict(
                    change, "\(key.name) is \(earlier.action.rawValue) already, where \(change.context.rawValue) is")
            }
        }
        let result = applied(to: .standard)
        for change in changes {
            for key in change.keys {
                let losers = KeyMap.standard.rows(in: change.context).filter { row in
                    row.key == key && row.action != change.action && result.key(for: row.action, in: row.context) == nil
                        && !changes.contains { $0.context == row.context && $0.action == row.action }
                }
                for loser in losers {
                    let name = loser.action.rawValue
                    tellConflict(
                        change,
                        "\(key.name) was \(name), where \(change.context.rawValue) is, and \(name) has no other key "
                            + "there: give it one, or none with \(name) = []")
                }
            }
        }
    }

    private mutating func tellConflict(_ change: Change, _ text: String) {
        conflicts.append(document.issue(change.path, text, file: file))
    }

    private mutating func tell(_ path: [String], _ text: String, _ suggestion: String? = nil) {
        issues.append(document.issue(path, text, suggestion: suggestion, file: file))
    }
}

extension KeyContext {
    /// Whether characters are written there, or may be.
    var takesText: Bool { self == .composer || self == .playground || self == .everywhere }
}

/// Names of keys as people write them.
enum KeyName {
    /// What was meant by a name that is none.
    static func suggestion(for name: String) -> String? {
        var parts = name.lowercased().split { $0 == "-" || $0 == "+" || $0 == "_" }.map(String.init)
        guard let last = parts.popLast() else { return nil }
        let modifiers = parts.map { modifierNames[$0] ?? $0 }
        // "page-up" has a dash of its own.
        if modifiers.last == "page" {
            let whole = (modifiers.dropLast() + ["page-" + last]).joined(separator: "-")
            if KeyPress(name: whole) != nil { return whole }
        }
        let bases =
            [last, keyNames[last]].compactMap { $0 }
            + [Suggestion.nearest(to: last, in: KeyPress.names)].compactMap { $0 }
        return bases.lazy.map { (modifiers + [$0]).joined(separator: "-") }.first { KeyPress(name: $0) != nil }
    }

    private static let modifierNames = [
        "control": "ctrl", "ctl": "ctrl", "c": "ctrl", "strg": "ctrl", "meta": "alt", "m": "alt", "option": "alt",
        "opt": "alt", "a": "alt", "s": "shift",
    ]

    private static let keyNames = [
        "return": "enter", "ret": "enter", "cr": "enter", "escape": "esc", "del": "delete", "ins": "insert",
        "pgup": "page-up", "pageup": "page-up", "pgdn": "page-down", "pgdown": "page-down", "pagedown": "page-down",
        "bs": "backspace", "spacebar": "space", "spc": "space", "backtab": "shift-tab",
    ]

    /// The name of the key that terminals cannot tell from this one.
    static func sameKey(as key: KeyPress) -> String? {
        guard key.modifiers.contains(.control), case .character(let letter) = key.key else { return nil }
        let rest = key.modifiers.subtracting(.control)
        switch letter {
        case "i": return KeyPress(.tab, rest).name
        case "m": return KeyPress(.enter, rest).name
        case "[": return KeyPress(.escape, rest).name
        default: return nil
        }
    }
}
