// SPDX-License-Identifier: Apache-2.0

import CNcurses
import Glibc
public import InklingCells
import Synchronization

/// A terminal drawn on with ncurses: one at a time in a program, used by one thread.
///
/// Ctrl-C, Ctrl-Z and Ctrl-\ come as keys and send no signals. A signal that stops or resizes comes as an event as well;
/// a program in which one thread waits for signals passes them on with ``signalArrived(_:)``. However the program ends,
/// by `exit`, by a trap or by ``emergencyRestore()``, the terminal is as it was found.
public final class CursesTerminal: Terminal {
    public private(set) var size: Size
    public let colorDepth: ColorDepth
    /// Whether what is not ASCII can be drawn.
    public let isUnicode: Bool
    /// Something to tell whoever uses the terminal: that another description than its own is used.
    public let notice: String?

    private static let isInUse = Mutex(false)

    private let description: TerminalDescription
    private let isInTmux: Bool
    /// What the environment says of the background.
    private let assumedGround: TerminalGround?
    private let input: Int32
    private let output: Int32
    private let wake: Int32
    private let signals: Int32
    private var screen: CursesScreen?

    private var isOpen = true
    private var isAtEnd = false
    private var parser: InputParser
    private var readBuffer = [UInt8](repeating: 0, count: 1 << 16)
    private var pending: [TerminalEvent] = []
    private var lastRead = ContinuousClock.now

    private var cells: CellDrawing
    private var styles: StyleDrawing
    /// What is on the screen; nil if that is not known.
    private var shown: Frame?
    private var isCursorShown: Bool?
    private var isMouseOn = false
    private var hasTitle = false
    /// The terminal keeps the title of before, once: it has a stack of them, which is to be as it was.
    private var isTitleSaved = false

    /// An answer of the terminal that has begun to come is waited for so long.
    private static let answerDelay = Duration.milliseconds(250)
    /// Escape is a key by itself if nothing follows within this time.
    private static let escapeDelay = Duration.milliseconds(25)

    /// Takes the terminal.
    ///
    /// - Parameters:
    ///   - wake: a descriptor that makes ``nextEvent(before:)`` return when it becomes readable; the caller reads it.
    ///   - colors: the depth; nil finds it out.
    ///   - input, output: its descriptors; those of standard input and output unless told.
    ///   - environment: TERM, COLORTERM, COLORFGBG, NO_COLOR and TMUX; nil takes those of the program.
    public init(
        wake: Int32 = -1, colors: ColorDepth? = nil, input: Int32 = 0, output: Int32 = 1,
        environment: [String: String]? = nil
    ) throws(CursesError) {
        guard isatty(input) != 0 else { throw .notATerminal("standard input") }
        guard isatty(output) != 0 else { throw .notATerminal("standard output") }
        guard let signals = SignalPipe.open() else { throw .cannotOpen(CursesScreen.lastError) }
        let environment = environment ?? Self.ownEnvironment()
        let isFree = Self.isInUse.withLock { isInUse in
            defer { isInUse = true }
            return !isInUse
        }
        guard isFree else { throw .alreadyOpen }
        var isTaken = false
        defer { if !isTaken { Self.isInUse.withLock { $0 = false } } }

        let description = try TerminalDescription(environment: environment, descriptor: output, colors: colors)
        self.description = description
        (self.input, self.output, self.wake, self.signals) = (input, output, wake, signals)
        colorDepth = description.colorDepth
        isUnicode = ncurses_set_up_characters()
        isInTmux = environment["TMUX"] != nil
        assumedGround = environment["COLORFGBG"].flatMap { TerminalGround(colorFGBG: $0) }
        notice = description.notice
        parser = InputParser(keys: description.keys)
        cells = CellDrawing(isUnicode: isUnicode)

        TerminalRescue.arm(descriptor: output, bytes: Self.rescueBytes(description))
        do throws(CursesError) {
            screen = try CursesScreen(description, input: input, output: output)
        } catch {
            TerminalRescue.disarm()
            throw error
        }
        ncurses_set_up_keys(25)
        styles = StyleDrawing(description: description)
        size = Self.currentSize(output) ?? Size(width: 80, height: 24)
        SignalPipe.catchSignals()
        isTaken = true
        takeSize()
        turnOnExtras()
    }

    deinit { close() }

    // MARK: Opening and closing

    public func close() {
        guard isOpen else { return }
        giveBack()
        isOpen = false
        TerminalRescue.disarm()
        SignalPipe.releaseSignals()
        screen.take()?.close()
        Self.isInUse.withLock { $0 = false }
    }

    /// Makes the terminal as it was found, if one is in use. Safe in a signal handler and from any thread, for a program
    /// that is about to end; nothing can be drawn afterwards.
    public static func emergencyRestore() { TerminalRescue.restore() }

    /// Tells the terminal that is in use of a signal that another thread got. SIGWINCH comes as a resize, SIGCONT
    /// takes the terminal again, SIGTSTP and SIGINT come as Ctrl-Z and Ctrl-C, SIGTERM, SIGHUP and SIGQUIT as the end of
    /// input.
    /// Safe in a signal handler, and from any thread.
    public static func signalArrived(_ signal: Int32) { SignalPipe.send(signal) }

    public func suspend() { leave { SignalPipe.stop() } }

    public func leave<Result>(while body: () throws -> Result) rethrows -> Result {
        guard isOpen else { return try body() }
        giveBack()
        TerminalRescue.pause()
        defer {
            TerminalRescue.resume()
            // Those of stopping and going on have been dealt with here, and interrupts were for the other program.
            for signal in SignalPipe.take() where [SIGTERM, SIGHUP, SIGQUIT].contains(signal) { take(signal) }
            takeBack()
        }
        return try body()
    }

    private func giveBack() {
        send(Self.extrasOff(isMouseOn: isMouseOn, hasTitle: hasTitle))
        ncurses_leave()
        // Without another screen to go back to, what was drawn would stay among what comes next.
        if !description.isLikeXterm { send(description.bytes(of: "clear")) }
        (isMouseOn, isCursorShown, isTitleSaved) = (false, nil, false)
    }

    private func takeBack() {
        ncurses_return()
        shown = nil
        turnOnExtras()
        takeSize()
        pending.append(.resize(size))
    }

    // MARK: Beyond ncurses

    private func turnOnExtras() {
        send(Array("\u{1B}[?2004h".utf8))
        // A terminal that knows this tells when it changes between dark and light.
        if description.isLikeXterm { send(Array("\u{1B}[?2031h".utf8)) }
        if hasTitle { saveTitle() }
    }

    /// Bracketed paste, the mouse and the title's saved form are given back.
    private static func extrasOff(isMouseOn: Bool, hasTitle: Bool) -> [UInt8] {
        var text = "\u{1B}[?2004l\u{1B}[?2031l"
        if isMouseOn { text += "\u{1B}[?1006l\u{1B}[?1000l" }
        if hasTitle { text += "\u{1B}[23;2t" }
        return Array(text.utf8)
    }

    /// All that could be on, off, whether it is or not.
    private static func rescueBytes(_ description: TerminalDescription) -> [UInt8] {
        var bytes = Array("\u{1B}[?2026l\u{1B}[?2031l\u{1B}[?2004l\u{1B}[?1006l\u{1B}[?1000l".utf8)
        if description.isLikeXterm { bytes += Array("\u{1B}[23;2t".utf8) }
        for capability in ["rmkx", "sgr0", "cnorm", "rmcup"] { bytes += description.bytes(of: capability) }
        // Without another screen to go back to, what is printed next begins in a line of its own.
        return bytes + Array((description.isLikeXterm ? "\r" : "\r\n").utf8)
    }

    /// Asks the terminal what is behind the text. An answer that takes longer than `time` comes as an event; keys that are
    /// typed meanwhile come as they would have.
    ///
    /// With the question goes another one, which nearly every terminal answers: where its answer comes first, there will be
    /// none to this question, and nobody waits.
    ///
    /// - Returns: what the terminal says, or else what the environment says of it; nil if neither says anything.
    public func askGround(within time: Duration) -> TerminalGround? {
        guard isOpen, description.isLikeXterm else { return assumedGround }
        send(Array("\u{1B}]11;?\u{1B}\\\u{1B}[c".utf8))
        parser.isIdentified = false
        let clock = ContinuousClock()
        let deadline = clock.now + time
        while true {
            while let event = parser.next() {
                if case .ground(let ground) = event { return ground }
                pending.append(event)
            }
            guard !isAtEnd, !parser.isIdentified, clock.now < deadline else { return assumedGround }
            if case .failure = wait(for: clock.now.duration(to: deadline), heedsWake: false) { isAtEnd = true }
        }
    }

    @discardableResult public func copyToClipboard(_ text: String) -> Bool {
        guard isOpen, description.isLikeXterm, let sequence = Clipboard.sequence(for: text, isInTmux: isInTmux) else {
            return false
        }
        send(sequence)
        return true
    }

    public func redraw() { shown = nil }

    private func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(output, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                var request = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&request, 1, 1000)
            } else if errno != EINTR {
                return
            }
        }
    }

    // MARK: Drawing

    public func present(_ frame: Frame) {
        guard isOpen, TerminalRescue.isArmed, frame != shown else { return }
        var frame = frame
        if frame.buffer.size != size {
            var buffer = CellBuffer(size: size)
            buffer.draw(frame.buffer, at: .zero)
            frame.buffer = buffer
        }
        if let cursor = frame.cursor, !frame.buffer.bounds.contains(cursor) { frame.cursor = nil }

        let isWhole = shown == nil
        if isWhole { ncurses_redraw() }
        var runs = frame.buffer.diff(from: shown?.buffer ?? CellBuffer(size: Size(width: 0, height: 0)))
        draw(runs)
        if styles.hasForgotten {
            styles.forgetNothing()
            runs = frame.buffer.diff(from: CellBuffer(size: Size(width: 0, height: 0)))
            draw(runs)
        }
        if frame.title != shown?.title, let title = frame.title { setTitle(title) }
        if frame.wantsMouse != isMouseOn { setMouse(frame.wantsMouse) }
        if (frame.cursor != nil) != isCursorShown {
            isCursorShown = frame.cursor != nil
            ncurses_set_cursor(frame.cursor == nil ? 0 : 1)
        }
        let cursor = frame.cursor ?? .zero
        ncurses_move(Int32(cursor.y), Int32(cursor.x))
        // A terminal that knows this shows all of it at once.
        let isAtOnce = isWhole || !runs.isEmpty
        if isAtOnce { send(Array("\u{1B}[?2026h".utf8)) }
        ncurses_refresh()
        if isAtOnce { send(Array("\u{1B}[?2026l".utf8)) }
        shown = frame
    }

    private func draw(_ runs: [CellRun]) {
        var style = Style()
        var look = styles.look(of: style)
        for run in runs {
            var x = run.x
            for cell in run.cells where cell.width > 0 {
                if cell.style != style {
                    style = cell.style
                    look = styles.look(of: style)
                }
                for (offset, text) in cells.columns(of: cell).enumerated() {
                    unsafe ncurses_draw_cell(Int32(run.y), Int32(x + offset), text, look.attributes, look.pair)
                }
                x += cell.width
            }
        }
    }

    private func setTitle(_ title: String) {
        guard description.isLikeXterm else { return }
        let title = String(sanitizedForTerminal(title).prefix(200))
        saveTitle()
        hasTitle = true
        send(Array("\u{1B}]2;\(title)\u{07}".utf8))
    }

    /// Going on after a stop is told twice, by whoever stopped the program and by a signal.
    private func saveTitle() {
        if !isTitleSaved { send(Array("\u{1B}[22;2t".utf8)) }
        isTitleSaved = true
    }

    private func setMouse(_ isOn: Bool) {
        isMouseOn = isOn
        send(Array((isOn ? "\u{1B}[?1000h\u{1B}[?1006h" : "\u{1B}[?1006l\u{1B}[?1000l").utf8))
    }

    // MARK: Events

    public func nextEvent(before deadline: ContinuousClock.Instant?) -> TerminalEvent? {
        var isWoken = false
        while true {
            guard isOpen, !isAtEnd else { return .endOfInput }
            if let event = nextPending() ?? parser.next() { return event }
            guard !isWoken else { return nil }
            let clock = ContinuousClock()
            let patience = parser.isInAnswer ? Self.answerDelay : Self.escapeDelay
            let escapeEnd = parser.isWaiting ? lastRead + patience : nil
            let until = [deadline, escapeEnd].compactMap { $0 }.min()
            switch wait(for: until.map { clock.now.duration(to: $0) }) {
            case .something(let woken): isWoken = woken
            case .timeout:
                if let escapeEnd, clock.now >= escapeEnd {
                    parser.flush()
                } else if let deadline, clock.now >= deadline {
                    return nil
                }
            case .interrupted: break
            case .failure: isAtEnd = true
            }
        }
    }

    private enum Waited {
        case something(isWoken: Bool)
        case timeout, interrupted, failure
    }

    private func wait(for time: Duration?, heedsWake: Bool = true) -> Waited {
        var requests = [
            pollfd(fd: input, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            pollfd(fd: heedsWake ? wake : -1, events: Int16(POLLIN), revents: 0),
        ]
        let count = unsafe poll(&requests, nfds_t(requests.count), Self.milliseconds(time))
        if count < 0 { return errno == EINTR ? .interrupted : .failure }
        if count == 0 { return .timeout }
        if requests[1].revents != 0 { for signal in SignalPipe.take() { take(signal) } }
        if requests[0].revents != 0 { readInput() }
        return .something(isWoken: requests[2].revents != 0)
    }

    /// Rounded up, so that the time has passed when poll says so.
    private static func milliseconds(_ time: Duration?) -> Int32 {
        guard let time else { return -1 }
        guard time > .zero else { return 0 }
        guard time < .seconds(1_000_000) else { return 1_000_000_000 }
        let (seconds, attoseconds) = time.components
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    private func readInput() {
        let count = unsafe read(input, &readBuffer, readBuffer.count)
        if count > 0 {
            parser.feed(readBuffer[..<count])
            lastRead = .now
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            isAtEnd = true
        }
    }

    private func take(_ signal: Int32) {
        switch signal {
        case SIGCONT: takeBack()
        case SIGTSTP: pending.append(.key(KeyPress(.character("z"), .control)))
        case SIGINT: pending.append(.key(KeyPress(.character("c"), .control)))
        case SIGTERM, SIGHUP, SIGQUIT: pending.append(.endOfInput)
        default: break
        }
    }

    private func nextPending() -> TerminalEvent? {
        // Asked each time: a signal may have gone to another thread.
        if takeSize(), !pending.contains(.resize(size)) { pending.append(.resize(size)) }
        return pending.isEmpty ? nil : pending.removeFirst()
    }

    /// Makes the size that of the terminal. Returns whether it changed.
    @discardableResult private func takeSize() -> Bool {
        let now = Self.currentSize(output) ?? size
        guard now != size || Int(ncurses_columns()) != now.width || Int(ncurses_rows()) != now.height else {
            return false
        }
        ncurses_resize(Int32(now.height), Int32(now.width))
        defer { size = now }
        shown = nil
        return now != size
    }

    private static func currentSize(_ descriptor: Int32) -> Size? {
        var window = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return nil
        }
        return Size(
            width: min(Int(window.ws_col), CellBuffer.sideLimit), height: min(Int(window.ws_row), CellBuffer.sideLimit))
    }

    private static func ownEnvironment() -> [String: String] {
        var result: [String: String] = [:]
        for name in ["TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "TMUX"] {
            result[name] = unsafe getenv(name).map { unsafe String(cString: $0) }
        }
        return result
    }
}
