// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@testable import InklingCurses

@Suite struct InputParserTests {
    private let xterm: [(bytes: [UInt8], key: String)] = [
        (Array("\u{1B}OA".utf8), "up"), (Array("\u{1B}OP".utf8), "f1"), ([0x08], "backspace"),
    ]

    /// What bytes are, given in one piece or byte by byte, and then nothing more.
    private func events(_ bytes: [UInt8], pieces: Int = .max) -> [TerminalEvent] {
        var parser = InputParser(keys: xterm)
        var result: [TerminalEvent] = []
        for start in stride(from: 0, to: bytes.count, by: min(pieces, max(1, bytes.count))) {
            parser.feed(bytes[start..<min(bytes.count, start + min(pieces, bytes.count))])
            while let event = parser.next() { result.append(event) }
        }
        parser.flush()
        while let event = parser.next() { result.append(event) }
        return result
    }

    private func names(_ text: String, pieces: Int = .max) -> [String] {
        events(Array(text.utf8), pieces: pieces).map { if case .key(let press) = $0 { press.name } else { "\($0)" } }
    }

    @Test(
        arguments: [
            ("\u{1B}]11;rgb:1e1e/1e1e/2e2e\u{1B}\\", TerminalGround.dark), ("\u{1B}]11;rgb:ff/ff/ff\u{7}", .light),
            ("\u{1B}[?997;1n", .dark), ("\u{1B}[?997;2n", .light), ("\u{1B}]11;?\u{7}", nil), ("\u{1B}]11;\u{7}", nil),
            ("\u{1B}]10;rgb:ff/ff/ff\u{7}", nil), ("\u{1B}[?997;3n", nil), ("\u{1B}[?6n", nil),
        ] as [(String, TerminalGround?)])
    func `What the terminal says of its background stands among the keys`(_ text: String, _ ground: TerminalGround?) {
        let key = { TerminalEvent.key(KeyPress(.character($0))) }
        for pieces in [1, 2, 7, .max] {
            let events = events(Array("a\(text)b".utf8), pieces: pieces)
            #expect(events == [key("a")] + (ground.map { [.ground($0)] } ?? []) + [key("b")])
        }
    }

    @Test func `A terminal that says what it is is heard, and no key`() {
        var parser = InputParser(keys: xterm)
        parser.feed(Array("\u{1B}[?62;22c".utf8))
        #expect(parser.next() == nil && parser.isIdentified)
    }

    @Test func `Only the beginning of an answer is waited for longer than a key`() {
        var parser = InputParser(keys: xterm)
        parser.feed(Array("\u{1B}]".utf8))
        #expect(parser.next() == nil && parser.isWaiting && !parser.isInAnswer)
        parser.feed(Array("11;rgb:ff".utf8))
        #expect(parser.next() == nil && parser.isInAnswer)
        parser.feed(Array("/ff/ff\u{7}".utf8))
        #expect(parser.next() == .ground(.light) && !parser.isInAnswer)
    }

    @Test(arguments: [
        ("a", ["a"]), ("aB ", ["a", "B", "space"]), ("é日👍", ["é", "日", "👍"]), ("\r", ["enter"]), ("\n", ["ctrl-j"]),
        ("\t", ["tab"]), ("\u{7F}", ["backspace"]), ("\u{8}", ["backspace"]), ("\u{0}", ["ctrl-space"]),
        ("\u{1}\u{1A}", ["ctrl-a", "ctrl-z"]), ("\u{1C}\u{1F}", ["ctrl-\\", "ctrl-_"]), ("\u{1B}", ["esc"]),
        ("\u{1B}x", ["alt-x"]), ("\u{1B}X", ["alt-X"]), ("\u{1B}\r", ["alt-enter"]),
        ("\u{1B}\u{7F}", ["alt-backspace"]), ("\u{1B}é", ["alt-é"]), ("\u{1B}1", ["alt-1"]),
        ("\u{1B}\u{1}", ["ctrl-alt-a"]), ("\u{1B}[", ["alt-["]), ("\u{1B}O", ["alt-O"]), ("\u{1B}]", ["alt-]"]),
        ("\u{1B}P", ["alt-P"]), ("\u{1B}\u{1B}", ["esc", "esc"]), ("\u{1B}[A", ["up"]), ("\u{1B}OA", ["up"]),
        ("\u{1B}OB", ["down"]), ("\u{1B}[1;5D", ["ctrl-left"]), ("\u{1B}[1;2C", ["shift-right"]),
        ("\u{1B}[1;3A", ["alt-up"]), ("\u{1B}[1;6F", ["ctrl-shift-end"]), ("\u{1B}\u{1B}[A", ["alt-up"]),
        ("\u{1B}[H\u{1B}[F", ["home", "end"]), ("\u{1B}[1~\u{1B}[4~", ["home", "end"]),
        ("\u{1B}[5~\u{1B}[6~", ["page-up", "page-down"]), ("\u{1B}[3~", ["delete"]), ("\u{1B}[3;5~", ["ctrl-delete"]),
        ("\u{1B}[2~", ["insert"]), ("\u{1B}[Z", ["shift-tab"]), ("\u{1B}OP", ["f1"]), ("\u{1B}OS", ["f4"]),
        ("\u{1B}[11~", ["f1"]), ("\u{1B}[15~\u{1B}[24~", ["f5", "f12"]), ("\u{1B}[[A\u{1B}[[E", ["f1", "f5"]),
        ("\u{1B}[1;5P", ["ctrl-f1"]), ("\u{1B}[a", ["shift-up"]), ("\u{1B}[3^", ["ctrl-delete"]),
        ("\u{1B}[7$", ["shift-home"]), ("\u{1B}O5A", ["ctrl-up"]), ("\u{1B}OM", ["enter"]),
        ("\u{1B}[27;5;13~", ["ctrl-enter"]), ("\u{1B}[13;2u", ["shift-enter"]), ("\u{1B}[97;5u", ["ctrl-a"]),
        ("\u{1B}[97;2u", ["A"]), ("\u{1B}[9;2u", ["shift-tab"]), ("\u{1B}[27u", ["esc"]),
        ("\u{1B}[I\u{1B}[O", ["focus(true)", "focus(false)"]), ("\u{1B}[?62;4cx", ["x"]),
        ("\u{1B}]10;rgb:1111/2222/3333\u{7}x", ["x"]), ("\u{1B}]52;c;eA==\u{1B}\\x", ["x"]),
        ("\u{1B}P>|t\u{1B}\\x", ["x"]), ("\u{1B}[999999999999999999999~x", ["x"]), ("\u{1B}[1;;;;5Qx", ["f2", "x"]),
        ("\u{1B}[\u{1B}[A", ["up"]), ("\u{1B}[1114112;5ux", ["x"]), ("\u{1B}[55296ux", ["x"]),
    ]) func `Bytes are the keys that terminals mean`(text: String, expected: [String]) {
        #expect(names(text) == expected)
        #expect(names(text, pieces: 1).count == expected.count)
        if !text.hasPrefix("\u{1B}\u{1B}") { #expect(names(text, pieces: 1) == expected) }
    }

    @Test func `Bytes that are not UTF-8 are nothing, and what follows is read`() {
        #expect(events([0xFF, 0x61]) == [.key(KeyPress(.character("a")))])
        #expect(events([0xC3, 0x61]) == [.key(KeyPress(.character("a")))])
        #expect(events([0xE2, 0x82]) == [])
        #expect(events([0xED, 0xA0, 0x80, 0x61]) == [.key(KeyPress(.character("a")))])
        #expect(events([0xC2, 0x9B, 0x61]) == [.key(KeyPress(.character("a")))])
        #expect(events([0xF8, 0x88, 0x61]) == [.key(KeyPress(.character("a")))])
    }

    @Test func `Escape waits for what may follow`() {
        var parser = InputParser()
        for piece in ["\u{1B}", "["] {
            parser.feed(piece.utf8)
            let event = parser.next()
            #expect(event == nil && parser.isWaiting)
        }
        parser.feed("A".utf8)
        let event = parser.next()
        #expect(event == .key(KeyPress(.up)) && !parser.isWaiting)
    }

    @Test(arguments: [1, 2, 3, 5, 7, 4096, Int.max]) func `A paste is one event, however it comes`(pieces: Int) {
        let lines = (1...5000).map { "line \($0) of a paste, ünï \u{1B}[31m\u{1B}[20" }
        let sent = "x\u{1B}[200~" + lines.joined(separator: "\r") + "\u{1B}[201~y"
        #expect(
            events(Array(sent.utf8), pieces: pieces) == [
                .key(KeyPress(.character("x"))), .paste(lines.joined(separator: "\n")), .key(KeyPress(.character("y"))),
            ])
    }

    @Test func `A paste waits for its end, with keys in it or without`() {
        var parser = InputParser()
        parser.feed(Array("\u{1B}[200~a\r\nb\u{1B}[20".utf8))
        let early = parser.next()
        #expect(early == nil && !parser.isWaiting)
        parser.flush()
        let flushed = parser.next()
        #expect(flushed == nil)
        parser.feed("1~".utf8)
        let event = parser.next()
        #expect(event == .paste("a\nb"))
        #expect(events(Array("\u{1B}[200~\u{1B}[201~".utf8)) == [.paste("")])
    }

    @Test func `The mouse is where it is`() {
        func mouse(_ text: String) -> [TerminalEvent] { events(Array(text.utf8)) }
        #expect(mouse("\u{1B}[<0;3;5M") == [.mouse(MouseEvent(.press, .left, at: Point(x: 2, y: 4)))])
        #expect(mouse("\u{1B}[<2;1;1m") == [.mouse(MouseEvent(.release, .right, at: .zero))])
        #expect(mouse("\u{1B}[<65;9;9M") == [.mouse(MouseEvent(.scrollDown, at: Point(x: 8, y: 8)))])
        #expect(
            mouse("\u{1B}[<52;9;9M") == [
                .mouse(MouseEvent(.drag, .left, at: Point(x: 8, y: 8), modifiers: [.shift, .control]))
            ])
        #expect(mouse("\u{1B}[<0;3M\u{1B}[<;;M\u{1B}[<99999999999;0;0M").count <= 1)
    }

    @Test(arguments: 0..<300) func `Any bytes are read to the end`(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        let alphabet = Array("\u{1B}\u{1B}\u{1B}[[]OP;<?~$^0123459ABMmuZ\u{7}\\\r\n\u{0}a\u{9B}é".utf8) + [0xFF, 0xC3]
        let bytes = (0..<200).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return alphabet[Int(state >> 40) % alphabet.count]
        }
        var parser = InputParser(keys: xterm)
        parser.feed(bytes)
        while parser.next() != nil {}
        parser.flush()
        while parser.next() != nil {}
        // Unless a paste has begun, nothing is left.
        #expect(!parser.isWaiting)
    }
}
