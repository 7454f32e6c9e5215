// SPDX-License-Identifier: Apache-2.0

public struct MouseEvent: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        case press, release, drag, scrollUp, scrollDown
    }

    public enum Button: Hashable, Sendable {
        case none, left, middle, right
    }

    public var action: Action
    public var button: Button
    public var position: Point
    public var modifiers: KeyModifiers

    public init(_ action: Action, _ button: Button = .none, at position: Point, modifiers: KeyModifiers = []) {
        self.action = action
        self.button = button
        self.position = position
        self.modifiers = modifiers
    }
}

/// Something that comes from the terminal.
public enum TerminalEvent: Hashable, Sendable {
    case key(KeyPress)
    /// A whole bracketed paste: line feeds between its lines, as it was otherwise; it may hold control characters.
    case paste(String)
    case resize(Size)
    case mouse(MouseEvent)
    case focus(Bool)
    /// What is behind the text, as the terminal says: at the start, and whenever it changes where it tells that.
    case ground(TerminalGround)
    /// The terminal is gone; no event follows.
    case endOfInput
}

/// What the screen should be: cells, and what else a terminal has. The terminal finds out what that changes.
public struct Frame: Sendable, Equatable {
    public var buffer: CellBuffer
    /// Where the cursor is shown; nil hides it.
    public var cursor: Point?
    /// The window's title; nil leaves it.
    public var title: String?
    /// Whether clicks and the wheel come as events. While they do, selecting text needs Shift.
    public var wantsMouse: Bool

    public init(buffer: CellBuffer, cursor: Point? = nil, title: String? = nil, wantsMouse: Bool = false) {
        self.buffer = buffer
        self.cursor = cursor
        self.title = title
        self.wantsMouse = wantsMouse
    }
}

/// A terminal in full-screen use, owned by one thread.
public protocol Terminal: AnyObject {
    var size: Size { get }

    /// Makes the screen this. A frame of another size than the terminal's is cut, or filled with blanks.
    func present(_ frame: Frame)

    /// Waits for the next event: until the deadline, without end if it is nil. Returns nil at the deadline and whenever
    /// something else woke the terminal up.
    func nextEvent(before deadline: ContinuousClock.Instant?) -> TerminalEvent?

    /// Hands text to the clipboard of whoever looks at the terminal.
    /// - Returns: whether it was sent; a terminal cannot tell whether it took it.
    @discardableResult func copyToClipboard(_ text: String) -> Bool

    /// Gives the terminal back, stops the program as Ctrl-Z does, and when it goes on takes the terminal again. A
    /// resize follows as an event, even if the size is as it was.
    func suspend()

    /// Gives the terminal back, runs `body` (an editor, say) and takes the terminal again.
    func leave<Result>(while body: () throws -> Result) rethrows -> Result

    /// Draws everything anew at the next frame, for a screen that something else wrote on.
    func redraw()

    /// Gives the terminal back for good. Further calls do nothing.
    func close()
}
