// SPDX-License-Identifier: Apache-2.0

/// Whether what a terminal shows behind its text is dark or light.
public enum TerminalGround: Hashable, Sendable {
    case dark, light

    /// Of a colour, with parts from 0 to 1: light where dark text reads better on it than light text does.
    public init(red: Double, green: Double, blue: Double) {
        // As much as each adds to how bright a colour of a screen seems (ITU-R BT.601).
        self = 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 ? .light : .dark
    }

    /// As a terminal answers to the question for its background: `rgb:1e1e/1e1e/2e2e`, or `#1e1e2e`; with 1 to 4
    /// hexadecimal digits a part, which all stand for the range from 0 to 1. Nil for anything else.
    public init?(colorSpecification text: String) {
        var parts: [Substring]
        if text.hasPrefix("rgb:") || text.hasPrefix("rgba:") {
            parts = text.drop { $0 != ":" }.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        } else if text.hasPrefix("#"), text.count % 3 == 1 {
            let width = text.count / 3
            parts = (0..<3).map { text.dropFirst(1 + $0 * width).prefix(width) }
        } else {
            return nil
        }
        // What stands behind the colours is how much shows through.
        if text.hasPrefix("rgba:"), parts.count == 4 { parts.removeLast() }
        let values = parts.compactMap { part -> Double? in
            guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit), let value = Int(part, radix: 16) else {
                return nil
            }
            return Double(value) / Double(1 << (4 * part.count) - 1)
        }
        guard parts.count == 3, values.count == 3 else { return nil }
        self.init(red: values[0], green: values[1], blue: values[2])
    }

    /// As some terminals say in the variable `COLORFGBG`: `15;0`, or `0;default;15`; the last is the number of the
    /// background among the 16 colours. Nil where it tells nothing.
    public init?(colorFGBG text: String) {
        guard let last = text.split(separator: ";").last, let index = Int(last), (0...15).contains(index) else {
            return nil
        }
        self = index < 7 || index == 8 ? .dark : .light
    }
}
