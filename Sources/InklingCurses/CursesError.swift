// SPDX-License-Identifier: Apache-2.0

/// Why there is no full-screen use of a terminal.
public enum CursesError: Error, Sendable, Equatable, CustomStringConvertible {
    case notATerminal(String)
    case alreadyOpen
    /// No description of the terminal, nor of those that stand in for it.
    case unknownTerminal(String)
    /// The terminal cannot place its cursor.
    case incapableTerminal(String)
    case cannotOpen(String)

    public var description: String {
        switch self {
        case .notATerminal(let stream): "\(stream) is not a terminal; use --plain, or run inkling in a terminal"
        case .alreadyOpen: "the terminal is in use by this program already"
        case .unknownTerminal(let name):
            "there is no description of the terminal \"\(name)\", nor of xterm-256color or xterm; "
                + "install ncurses-base, set TERM, or use --plain"
        case .incapableTerminal(let name): "the terminal \"\(name)\" cannot place its cursor; use --plain"
        case .cannotOpen(let reason): "cannot use the terminal: \(reason)"
        }
    }
}
