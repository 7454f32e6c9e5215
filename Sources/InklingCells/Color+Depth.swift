// SPDX-License-Identifier: Apache-2.0

extension Color {
    /// The colour that comes nearest to this one where no more can be shown.
    public func reduced(to depth: ColorDepth) -> Color {
        switch (self, depth) {
        case (_, .none): .standard
        case (.standard, _), (.ansi, _), (_, .rgb): self
        case (.indexed(let index), .ansi): index < 16 ? .ansi(index) : Palette.nearest(to: Palette.colors[Int(index)])
        case (.indexed, .indexed): self
        case (.rgb(let red, let green, let blue), .indexed):
            .indexed(Palette.nearestIndex(to: RGB(red, green, blue), among: 16..<256))
        case (.rgb(let red, let green, let blue), .ansi): Palette.nearest(to: RGB(red, green, blue))
        }
    }

    /// The contrast of two colours by WCAG 2: from 1, the same, to 21, black on white; 4.5 is enough for text. Nil if the
    /// terminal decides on one of them; of the sixteen that users may change, the usual ones are taken.
    public func contrast(with other: Color) -> Double? {
        guard let a = rgb?.luminance, let b = other.rgb?.luminance else { return nil }
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    /// Red, green and blue, from 0 to 255; nil if the terminal decides. Of the sixteen that users may change, the usual
    /// ones are taken.
    var components: (red: Int, green: Int, blue: Int)? { rgb.map { ($0.red, $0.green, $0.blue) } }

    private var rgb: RGB? {
        switch self {
        case .standard: nil
        case .ansi(let index): Palette.colors[Int(index % 16)]
        case .indexed(let index): Palette.colors[Int(index)]
        case .rgb(let red, let green, let blue): RGB(red, green, blue)
        }
    }
}

extension Style {
    /// The style in the nearest colours there are. Text that could be told from its ground still can.
    public func reduced(to depth: ColorDepth) -> Style {
        var result = Style(
            foreground: foreground.reduced(to: depth), background: background.reduced(to: depth), attributes: attributes
        )
        if result.foreground == result.background, foreground != background, result.background != .standard {
            let isDark = (result.background.contrast(with: .rgb(255, 255, 255)) ?? 1) > 4.5
            result.foreground = (isDark ? Color.indexed(244) : .indexed(240)).reduced(to: depth)
        }
        return result
    }
}

private struct RGB {
    let red: Int
    let green: Int
    let blue: Int

    init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        (self.red, self.green, self.blue) = (Int(red), Int(green), Int(blue))
    }

    /// Squared, with weights that follow the eye: it tells greens apart best, and reds the better the redder they are.
    func distance(to other: RGB) -> Int {
        let mean = (red + other.red) / 2
        let (r, g, b) = (red - other.red, green - other.green, blue - other.blue)
        return (512 + mean) * r * r + 1024 * g * g + (767 - mean) * b * b
    }

    /// Relative luminance by WCAG 2, from 0 to 1.
    var luminance: Double {
        0.2126 * RGB.linear[red] + 0.7152 * RGB.linear[green] + 0.0722 * RGB.linear[blue]
    }

    private static let linear: [Double] = (0..<256).map { level in
        let value = Double(level) / 255
        return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055)
    }

    /// `base` to the power of 2.4 for 0 < base <= 1, by Newton's method on the fifth root: x^2.4 = (x^(1/5))^12.
    private static func power(_ base: Double) -> Double {
        var root = 1.0
        for _ in 0..<40 {
            let fourth = root * root * root * root
            root -= (fourth * root - base) / (5 * fourth)
        }
        let third = root * root * root
        return third * third * third * third
    }
}

private enum Palette {
    /// The 256 of xterm.
    static let colors: [RGB] = {
        var colors: [RGB] = []
        for index in 0..<16 {
            switch index {
            case 7: colors.append(RGB(0xE5, 0xE5, 0xE5))
            case 8: colors.append(RGB(0x7F, 0x7F, 0x7F))
            case 4: colors.append(RGB(0, 0, 0xEE))
            case 12: colors.append(RGB(0x5C, 0x5C, 0xFF))
            default:
                let level: UInt8 = index < 8 ? 0xCD : 0xFF
                colors.append(
                    RGB(index & 1 != 0 ? level : 0, index & 2 != 0 ? level : 0, index & 4 != 0 ? level : 0))
            }
        }
        let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
        for red in levels { for green in levels { for blue in levels { colors.append(RGB(red, green, blue)) } } }
        for step in 0..<24 {
            let level = UInt8(8 + 10 * step)
            colors.append(RGB(level, level, level))
        }
        return colors
    }()

    static func nearestIndex(to color: RGB, among candidates: Range<Int>) -> UInt8 {
        let best = candidates.min { colors[$0].distance(to: color) < colors[$1].distance(to: color) }
        return UInt8(best ?? 0)
    }

    static func nearest(to color: RGB) -> Color {
        .ansi(nearestIndex(to: color, among: 0..<16))
    }
}
