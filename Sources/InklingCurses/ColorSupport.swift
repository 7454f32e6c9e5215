// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// How many colours to use, by what the terminal's description and the environment say.
enum ColorSupport {
    /// - Parameters:
    ///   - colors: of the description.
    ///   - isDirect: whether the description says that colours are 24 bits.
    static func depth(environment: [String: String], colors: Int, isDirect: Bool) -> ColorDepth {
        if let setting = environment["NO_COLOR"], !setting.isEmpty { return .none }
        if isDirect || saysDirect(environment) { return .rgb }
        return colors >= 256 ? .indexed : colors >= 8 ? .ansi : .none
    }

    /// Terminals that show 24 bits though their description knows only 256 colours, or is missing.
    private static let direct = ["kitty", "alacritty", "foot", "ghostty", "wezterm", "iterm2", "contour"]

    private static func saysDirect(_ environment: [String: String]) -> Bool {
        let name = environment["TERM"] ?? ""
        if name == "linux" { return false }
        // GNU screen passes the variable of the terminal around it on, and does not know such colours itself.
        if name.hasPrefix("screen"), environment["TMUX"] == nil { return false }
        if ["truecolor", "24bit"].contains(environment["COLORTERM"]) { return true }
        return name.hasSuffix("-direct") || direct.contains { name.contains($0) }
    }
}
