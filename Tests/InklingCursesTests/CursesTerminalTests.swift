// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingCells
import Synchronization
import Testing

@testable import InklingCurses

/// ncurses has one screen and one description at a time, and it is nobody's but its thread's: one test after another.
@Suite(.serialized) enum NcursesTests {}

extension NcursesTests {
    /// On pseudo-terminals of their own.
    @Suite struct CursesTerminalTests {
        private let host: PseudoTerminal

        init() throws { host = try #require(PseudoTerminal()) }

        private func open(_ name: String = "xterm-256color", wake: Int32 = -1, colors: ColorDepth? = nil) throws
            -> CursesTerminal
        {
            try CursesTerminal(
                wake: wake, colors: colors, input: host.program, output: host.program, environment: ["TERM": name])
        }

        private func frame(_ text: String, style: Style = Style(), size: Size = Size(width: 40, height: 6)) -> Frame {
            var buffer = CellBuffer(size: size)
            for (row, line) in text.split(separator: "\n").enumerated() {
                buffer.write(String(line), at: Point(x: 0, y: row), style: style)
            }
            return Frame(buffer: buffer)
        }

        @Test func `A session leaves the terminal as it found it`() throws {
            let before = host.modes
            let terminal = try open()
            #expect(terminal.size == Size(width: 40, height: 6) && terminal.colorDepth == .indexed)
            #expect(host.modes != before)
            terminal.present(frame("hello\nworld"))
            let start = try #require(host.sent(until: "world"))
            #expect(start.contains("\u{1B}[?1049h") && start.contains("\u{1B}[?2004h") && start.contains("hello"))
            host.type("a\u{1B}[A\u{1B}x\u{3}")
            let keys = (0..<4).map { _ in terminal.nextEvent(before: nil) }
            #expect(
                keys
                    == ["a", "up", "alt-x", "ctrl-c"].map { name in KeyPress(name: name).map { TerminalEvent.key($0) } }
            )
            terminal.close()
            let end = try #require(host.sent(until: "\u{1B}[?1049l"))
            #expect(end.contains("\u{1B}[?2004l"))
            #expect(host.modes == before)
            #expect(terminal.nextEvent(before: nil) == .endOfInput)
            terminal.present(frame("nothing"))
            terminal.close()
            host.hangUp()
        }

        @Test func `Only what changed is sent`() throws {
            let terminal = try open()
            defer { terminal.close() }
            let long = String(repeating: "0123456789", count: 4)
            terminal.present(frame("\(long)\n\(long)\nlast line"))
            _ = host.sent(until: "\u{1B}[?2026l")
            terminal.present(frame("\(long)\n\(long)\nlast lime"))
            let change = try #require(host.sent(until: "\u{1B}[?2026l"))
            #expect(change.contains("m") && change.utf8.count < 40)
            // Nothing changed, so nothing comes before the next key.
            terminal.present(frame("\(long)\n\(long)\nlast lime"))
            terminal.present(frame("\(long)\n\(long)\nlast lime!"))
            let last = try #require(host.sent(until: "!"))
            #expect(last.utf8.count < 40)
        }

        @Test func `Colours and attributes are sent at each depth`() throws {
            let style = Style(
                foreground: .rgb(0x12, 0x34, 0x56), background: .ansi(12), attributes: [.strikethrough, .bold])
            guard case .indexed(let index) = style.foreground.reduced(to: .indexed) else { return }
            for (depth, foreground, background) in [
                (ColorDepth.rgb, "\u{1B}[38;2;18;52;86m", "\u{1B}[104m"),
                (.indexed, "\u{1B}[38;5;\(index)m", "\u{1B}[104m"),
            ] {
                let terminal = try open(colors: depth)
                terminal.present(frame("X", style: style))
                let sent = try #require(host.sent(until: "X"))
                #expect(sent.contains(foreground) && sent.contains(background))
                #expect(sent.contains("\u{1B}[9m") && sent.contains("\u{1B}[1m"))
                terminal.close()
            }
            let plain = try open(colors: ColorDepth.none)
            plain.present(frame("X", style: style))
            let sent = try #require(host.sent(until: "X"))
            #expect(!sent.contains("[38;") && !sent.contains("[104m") && sent.contains("\u{1B}[1m"))
            plain.close()
            let eight = try open("xterm", colors: .ansi)
            eight.present(frame("X", style: Style(foreground: .ansi(9))))
            let bright = try #require(host.sent(until: "X"))
            #expect(bright.contains("\u{1B}[31m") && bright.contains("\u{1B}[1m"))
            eight.close()
        }

        @Test func `A paste of five thousand lines is one event`() throws {
            let terminal = try open()
            defer { terminal.close() }
            let lines = (1...5000).map { "line \($0) of what was pasted" }
            onAnotherThread { [host] in host.type("\u{1B}[200~" + lines.joined(separator: "\r") + "\u{1B}[201~q") }
            #expect(terminal.nextEvent(before: nil) == .paste(lines.joined(separator: "\n")))
            #expect(terminal.nextEvent(before: nil) == .key(KeyPress(.character("q"))))
        }

        @Test func `A resize comes while the terminal waits`() throws {
            let terminal = try open()
            defer { terminal.close() }
            terminal.present(frame("before"))
            onAnotherThread { [host] in
                host.resize(Size(width: 70, height: 9))
                CursesTerminal.signalArrived(SIGWINCH)
            }
            #expect(terminal.nextEvent(before: nil) == .resize(Size(width: 70, height: 9)))
            #expect(terminal.size == Size(width: 70, height: 9))
            _ = host.sent(until: "before")
            let far = String(repeating: " ", count: 60) + "far"
            terminal.present(frame("\(far)", size: terminal.size))
            #expect(host.sent(until: "far") != nil)
            for size in [Size(width: 1, height: 1), Size(width: 300, height: 100), Size(width: 2, height: 50)] {
                host.resize(size)
                CursesTerminal.signalArrived(SIGWINCH)
                #expect(terminal.nextEvent(before: nil) == .resize(size))
                // A frame of the size before is cut or filled.
                terminal.present(frame("日本語 and more"))
            }
        }

        @Test func `A wake-up and a deadline give no event`() throws {
            var ends: [Int32] = [-1, -1]
            try #require(unsafe pipe(&ends) == 0)
            let (wake, wakeEnd) = (ends[0], ends[1])
            defer {
                close(wake)
                close(wakeEnd)
            }
            let terminal = try open(wake: wake)
            defer { terminal.close() }
            onAnotherThread { _ = unsafe write(wakeEnd, [1], 1) }
            #expect(terminal.nextEvent(before: nil) == nil)
            var byte: UInt8 = 0
            #expect(unsafe read(wake, &byte, 1) == 1)
            #expect(terminal.nextEvent(before: .now + .milliseconds(5)) == nil)
            #expect(terminal.nextEvent(before: .now - .seconds(1)) == nil)
            host.type("k")
            _ = unsafe write(wakeEnd, [1], 1)
            var event: TerminalEvent?
            for _ in 0..<1000 where event == nil { event = terminal.nextEvent(before: nil) }
            #expect(event == .key(KeyPress(.character("k"))))
        }

        @Test func `The background is asked for, and keys typed meanwhile are not lost`() throws {
            let terminal = try open()
            defer { terminal.close() }
            onAnotherThread { [host] in
                guard host.sent(until: "\u{1B}]11;?\u{1B}\\\u{1B}[c") != nil else { return }
                host.type("ab\u{1B}]11;rgb:fa")
                host.type("fa/f0f0/e0e0\u{7}c\u{1B}[?62;22c")
            }
            #expect(terminal.askGround(within: .seconds(60)) == .light)
            let keys = (0..<3).map { _ in terminal.nextEvent(before: nil) }
            #expect(keys == ["a", "b", "c"].map { .key(KeyPress(.character($0))) })
        }

        @Test func `A terminal that knows no such question keeps nobody waiting`() throws {
            let terminal = try open()
            defer { terminal.close() }
            onAnotherThread { [host] in
                guard host.sent(until: "\u{1B}[c") != nil else { return }
                host.type("x\u{1B}[?1;2c")
            }
            #expect(terminal.askGround(within: .seconds(600)) == nil)
            #expect(terminal.nextEvent(before: nil) == .key(KeyPress(.character("x"))))
        }

        @Test func `A late answer comes as an event, and until then the environment counts`() throws {
            let terminal = try CursesTerminal(
                input: host.program, output: host.program,
                environment: ["TERM": "xterm-256color", "COLORFGBG": "0;default;15"])
            defer { terminal.close() }
            #expect(terminal.askGround(within: .zero) == .light)
            host.type("\u{1B}]11;rgb:0000/0000/0000\u{1B}\\k")
            #expect(terminal.nextEvent(before: nil) == .ground(.dark))
            #expect(terminal.nextEvent(before: nil) == .key(KeyPress(.character("k"))))
        }

        @Test func `Escape alone is a key`() throws {
            let terminal = try open()
            defer { terminal.close() }
            host.type("\u{1B}")
            #expect(terminal.nextEvent(before: nil) == .key(KeyPress(.escape)))
        }

        @Test func `Signals that another thread got come as events`() throws {
            let terminal = try open()
            defer { terminal.close() }
            CursesTerminal.signalArrived(SIGINT)
            #expect(terminal.nextEvent(before: nil) == .key(KeyPress(.character("c"), .control)))
            CursesTerminal.signalArrived(SIGTSTP)
            #expect(terminal.nextEvent(before: nil) == .key(KeyPress(.character("z"), .control)))
            CursesTerminal.signalArrived(SIGCONT)
            #expect(terminal.nextEvent(before: nil) == .resize(terminal.size))
            CursesTerminal.signalArrived(SIGTERM)
            #expect(terminal.nextEvent(before: nil) == .endOfInput)
        }

        @Test func `Cursor, title, clipboard and mouse`() throws {
            let terminal = try open()
            var frame = frame("text")
            frame.cursor = Point(x: 3, y: 1)
            frame.title = "chat\u{1B}]2;evil\u{7}"
            frame.wantsMouse = true
            terminal.present(frame)
            let shown = try #require(host.sent(until: "text"))
            #expect(shown.contains("\u{1B}]2;chat␛]2;evil␇\u{7}") && shown.contains("\u{1B}[?1006h"))
            frame.cursor = nil
            terminal.present(frame)
            #expect(host.sent(until: "\u{1B}[?25l") != nil)
            #expect(terminal.copyToClipboard("ab"))
            #expect(host.sent(until: "\u{1B}]52;c;YWI=\u{7}") != nil)
            #expect(!terminal.copyToClipboard(String(repeating: "x", count: 1_000_000)))
            terminal.close()
            let end = try #require(host.sent(until: "\u{1B}[?1049l"))
            #expect(end.contains("\u{1B}[?1006l") && end.contains("\u{1B}[23;2t"))
        }

        @Test func `Leaving for another program and coming back`() throws {
            let before = host.modes
            let terminal = try open()
            defer { terminal.close() }
            let inside = host.modes
            terminal.present(frame("first"))
            _ = host.sent(until: "first")
            let modes = terminal.leave { host.modes }
            #expect(modes == before && host.modes == inside)
            #expect(terminal.nextEvent(before: nil) == .resize(terminal.size))
            terminal.present(frame("first"))
            let again = try #require(host.sent(until: "first"))
            #expect(again.contains("\u{1B}[?1049l") && again.contains("\u{1B}[?1049h"))
        }

        @Test func `An emergency restores the terminal without the terminal's thread`() throws {
            let before = host.modes
            let terminal = try open()
            terminal.present(frame("text"))
            _ = host.sent(until: "text")
            CursesTerminal.emergencyRestore()
            let sent = try #require(host.sent(until: "\u{1B}[?1049l"))
            #expect(sent.contains("\u{1B}[?2004l") && host.modes == before)
            CursesTerminal.emergencyRestore()
            terminal.close()
            #expect(host.modes == before)
        }

        /// Signals that a handler of the test saw.
        private static let seen = Atomic<Int>(0)

        @Test func `A trap restores the terminal, and is seen by whoever dealt with it before`() throws {
            var mine = sigaction()
            unsafe mine.__sigaction_handler.sa_handler = { _ in _ = CursesTerminalTests.seen.add(1, ordering: .relaxed)
            }
            var old = sigaction()
            _ = unsafe sigaction(SIGFPE, &mine, &old)
            defer { _ = unsafe sigaction(SIGFPE, &old, nil) }
            let before = host.modes
            let terminal = try open()
            raise(SIGFPE)
            #expect(host.modes == before && host.sent(until: "\u{1B}[?1049l") != nil)
            #expect(Self.seen.load(ordering: .relaxed) == 1)
            terminal.close()
            raise(SIGFPE)
            #expect(Self.seen.load(ordering: .relaxed) == 2)
        }

        @Test func `The end of the terminal is the end of input`() throws {
            let terminal = try open()
            defer { terminal.close() }
            host.type("x")
            #expect(terminal.nextEvent(before: nil) == .key(KeyPress(.character("x"))))
            #expect(throws: CursesError.alreadyOpen) { _ = try open() }
        }

        @Test func `What is no terminal is refused`() throws {
            let null = unsafe Glibc.open("/dev/null", O_RDWR)
            defer { close(null) }
            #expect(throws: CursesError.notATerminal("standard input")) {
                _ = try CursesTerminal(input: null, output: null)
            }
            #expect(throws: CursesError.notATerminal("standard output")) {
                _ = try CursesTerminal(input: host.program, output: null)
            }
            #expect(throws: CursesError.incapableTerminal("dumb")) { _ = try open("dumb") }
            let terminal = try open("no-such-terminal")
            #expect(
                terminal.notice
                    == "the terminal \"no-such-terminal\" is not known here; it is used as \"xterm-256color\"")
            terminal.close()
        }
    }
}
