// SPDX-License-Identifier: Apache-2.0

/// A key as the terminal tells it. Ctrl-I is ``tab`` and Ctrl-M ``enter``: terminals send the same for both.
public enum Key: Hashable, Sendable {
    /// What was typed, shifted already: `A` is a character and has no shift modifier. Ctrl-J is the character `j` with
    /// the control modifier.
    case character(Character)
    case enter, tab
    /// Shift and Tab.
    case backTab
    case escape, backspace, delete, insert
    case up, down, left, right
    case home, end, pageUp, pageDown
    case function(Int)
}

public struct KeyModifiers: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let control = KeyModifiers(rawValue: 1)
    public static let alt = KeyModifiers(rawValue: 2)
    public static let shift = KeyModifiers(rawValue: 4)
}

/// A key and what was held down with it.
public struct KeyPress: Hashable, Sendable {
    public var key: Key
    public var modifiers: KeyModifiers

    public init(_ key: Key, _ modifiers: KeyModifiers = []) {
        self.key = key
        self.modifiers = modifiers
    }

    private static let namedKeys: [(name: String, key: Key)] = [
        ("enter", .enter), ("tab", .tab), ("esc", .escape), ("backspace", .backspace), ("delete", .delete),
        ("insert", .insert), ("up", .up), ("down", .down), ("left", .left), ("right", .right), ("home", .home),
        ("end", .end), ("page-up", .pageUp), ("page-down", .pageDown), ("space", .character(" ")),
    ]

    /// Names of keys that are no characters, without modifiers; for messages that suggest one.
    public static let names: [String] = namedKeys.map(\.name) + (1...12).map { "f\($0)" }

    /// A key by its name: `ctrl-p`, `alt-enter`, `shift-tab`, `ctrl-left`, `f1`, `space`, `?`, `-`. Nil for anything
    /// else. ``name`` gives it back.
    public init?(name: String) {
        var rest = Substring(name)
        var modifiers: KeyModifiers = []
        while true {
            let (prefix, modifier): (String, KeyModifiers)
            if rest.hasPrefix("ctrl-") {
                (prefix, modifier) = ("ctrl-", .control)
            } else if rest.hasPrefix("alt-") {
                (prefix, modifier) = ("alt-", .alt)
            } else if rest.hasPrefix("shift-") {
                (prefix, modifier) = ("shift-", .shift)
            } else {
                break
            }
            guard modifiers.insert(modifier).inserted, rest.count > prefix.count else { return nil }
            rest = rest.dropFirst(prefix.count)
        }
        if let key = Self.namedKeys.first(where: { $0.name == rest })?.key {
            if key == .tab, modifiers.contains(.shift) {
                self.init(.backTab, modifiers.subtracting(.shift))
            } else {
                self.init(key, modifiers)
            }
        } else if rest.count == 1, let character = rest.first, !modifiers.contains(.shift) {
            self.init(.character(character), modifiers)
        } else if rest.first == "f", let number = Int(rest.dropFirst()), (1...24).contains(number) {
            self.init(.function(number), modifiers)
        } else {
            return nil
        }
    }

    /// The name for help, the footer and key files.
    public var name: String {
        var name = ""
        if modifiers.contains(.control) { name += "ctrl-" }
        if modifiers.contains(.alt) { name += "alt-" }
        if modifiers.contains(.shift) || key == .backTab { name += "shift-" }
        switch key {
        case .backTab: return name + "tab"
        case .function(let number): return name + "f\(number)"
        case .character(let character) where character != " ": return name + String(character)
        default: return name + (Self.namedKeys.first { $0.key == key }?.name ?? "")
        }
    }
}
