// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct TerminalGroundTests {
    @Test(arguments: [
        ("rgb:0000/0000/0000", TerminalGround.dark), ("rgb:ffff/ffff/ffff", .light), ("rgb:f/f/f", .light),
        ("rgb:1e1e/1e1e/2e2e", .dark), ("rgb:fd/f6/e3", .light), ("rgb:000/2b2/363", .dark),
        ("rgba:ffff/ffff/ffff/0000", .light), ("#fdf6e3", .light), ("#002b36", .dark), ("#000", .dark),
        ("#ffffffffffff", .light),
        // Full green is brighter than full blue.
        ("rgb:0/f/0", .light), ("rgb:0/0/f", .dark),
    ])
    func `A colour is dark or light`(_ text: String, _ ground: TerminalGround) {
        #expect(TerminalGround(colorSpecification: text) == ground)
    }

    @Test(arguments: [
        "", "rgb:", "rgb:0/0", "rgb:0/0/0/0", "rgb:00000/0/0", "rgb:-1/0/0", "rgb:g/0/0", "#", "#0000", "#12345",
        "black", "rgb:+f/f/f", "#٣٣٣",
    ])
    func `What is no colour says nothing`(_ text: String) {
        #expect(TerminalGround(colorSpecification: text) == nil)
    }

    @Test(
        arguments: [
            ("15;0", TerminalGround.dark), ("0;15", .light), ("0;default;15", .light), ("12;8", .dark), ("0;7", .light),
            ("7;6", .dark), ("0;default", nil), ("", nil), (";", nil), ("0;16", nil), ("0;-1", nil),
        ] as [(String, TerminalGround?)])
    func `The environment may say it`(_ text: String, _ ground: TerminalGround?) {
        #expect(TerminalGround(colorFGBG: text) == ground)
    }
}
