// SPDX-License-Identifier: Apache-2.0

import CNcurses
import InklingCells

/// Styles as ncurses has them: attributes and the number of a pair of colours.
struct StyleDrawing {
    struct Look {
        let attributes: attr_t
        let pair: Int32
    }

    private struct Pair: Hashable {
        let foreground: Int32
        let background: Int32
    }

    private let description: TerminalDescription
    private let hasColors: Bool
    private let pairLimit: Int32
    private var looks: [Style: Look] = [:]
    private var pairs: [Pair: Int32] = [:]
    /// Whether pairs were given up for others, so that what is on the screen must be drawn anew.
    private(set) var hasForgotten = false

    init(description: TerminalDescription) {
        self.description = description
        hasColors = description.colorDepth > .none && ncurses_start_colors()
        pairLimit = hasColors ? ncurses_color_pairs() : 0
    }

    mutating func look(of style: Style) -> Look {
        if let look = looks[style] { return look }
        let reduced = style.reduced(to: description.colorDepth)
        var attributes = Self.attributes(style.attributes)
        // Eight colours, and the bright ones by bold.
        if description.numberedColors == 8, case .ansi(8...15) = reduced.foreground { attributes |= ncurses_bold() }
        let look = Look(attributes: attributes, pair: pair(of: reduced))
        looks[style] = look
        return look
    }

    mutating func forgetNothing() { hasForgotten = false }

    private mutating func pair(of style: Style) -> Int32 {
        let pair = Pair(
            foreground: description.colorNumber(style.foreground), background: description.colorNumber(style.background)
        )
        guard hasColors, pair != Pair(foreground: -1, background: -1) else { return 0 }
        if let number = pairs[pair] { return number }
        if pairs.count + 1 >= pairLimit {
            looks = [:]
            pairs = [:]
            hasForgotten = true
        }
        let number = Int32(pairs.count + 1)
        guard ncurses_set_pair(number, pair.foreground, pair.background) else { return 0 }
        pairs[pair] = number
        return number
    }

    private static func attributes(_ attributes: Attributes) -> attr_t {
        var result: attr_t = 0
        if attributes.contains(.bold) { result |= ncurses_bold() }
        if attributes.contains(.dim) { result |= ncurses_dim() }
        if attributes.contains(.italic) { result |= ncurses_italic() }
        if attributes.contains(.underline) { result |= ncurses_underline() }
        if attributes.contains(.reverse) { result |= ncurses_reverse() }
        if attributes.contains(.strikethrough) { result |= ncurses_horizontal() }
        return result
    }
}
