// SPDX-License-Identifier: Apache-2.0

/// A colour of a picture.
struct PictureColor: Hashable {
    let red: Int
    let green: Int
    let blue: Int

    /// What stands for the terminal's own colours, which a picture does not know.
    static let standardGround = PictureColor(red: 0x11, green: 0x13, blue: 0x1A)
    static let standardInk = PictureColor(red: 0xD8, green: 0xDB, blue: 0xE6)

    init(red: Int, green: Int, blue: Int) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// Nil if the terminal decides.
    init?(_ color: Color) {
        guard let (red, green, blue) = color.components else { return nil }
        self.init(red: red, green: green, blue: blue)
    }

    /// So many hundredths of the way to another colour.
    func mixed(with other: PictureColor, share: Int) -> PictureColor {
        func mix(_ a: Int, _ b: Int) -> Int { (a * (100 - share) + b * share + 50) / 100 }
        return PictureColor(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }

    /// As `#d8dbe6`.
    var text: String {
        let digits = Array("0123456789abcdef")
        return [red, green, blue].reduce(into: "#") { result, value in
            result.append(digits[max(0, min(15, value / 16))])
            result.append(digits[max(0, min(15, value % 16))])
        }
    }
}

/// How a cell looks in a picture: its style with nothing left to a terminal.
struct PictureLook {
    let foreground: PictureColor
    let background: PictureColor
    let isBold: Bool
    let isItalic: Bool
    let isUnderlined: Bool
    let isStruck: Bool

    init(_ style: Style, ink: PictureColor, ground: PictureColor) {
        var front = PictureColor(style.foreground) ?? ink
        var back = PictureColor(style.background) ?? ground
        if style.attributes.contains(.reverse) { (front, back) = (back, front) }
        if style.attributes.contains(.dim) { front = front.mixed(with: back, share: 40) }
        (foreground, background) = (front, back)
        isBold = style.attributes.contains(.bold)
        isItalic = style.attributes.contains(.italic)
        isUnderlined = style.attributes.contains(.underline)
        isStruck = style.attributes.contains(.strikethrough)
    }
}
