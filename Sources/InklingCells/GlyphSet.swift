// SPDX-License-Identifier: Apache-2.0

/// The characters that lines and graphs are drawn with.
public struct GlyphSet: Sendable, Equatable {
    public struct Border: Sendable, Equatable {
        let horizontal: String
        let vertical: String
        let topLeft: String
        let topRight: String
        let bottomLeft: String
        let bottomRight: String
    }

    public let border: Border
    /// From almost nothing to full height.
    public let levels: [String]
    /// From almost nothing to full width.
    public let parts: [String]
    /// A gauge's rest.
    public let empty: String
    public let scrollTrack: String
    public let scrollThumb: String
    /// What stands at the end of text that was cut.
    public let ellipsis: String
    public let bullet: String
    public let check: String
    public let cross: String
    public let arrow: String
    /// Whether graphs may use the 2x4 dots of Braille.
    public let hasBraille: Bool

    public static let unicode = GlyphSet(
        border: Border(
            horizontal: "─", vertical: "│", topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯"),
        levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], parts: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"], empty: "─",
        scrollTrack: "│", scrollThumb: "█", ellipsis: "…", bullet: "•", check: "✓", cross: "✗", arrow: "→",
        hasBraille: true)

    /// For terminals that show ASCII only.
    public static let ascii = GlyphSet(
        border: Border(horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+"),
        levels: ["_", ".", ":", "-", "=", "+", "*", "#"], parts: ["#"], empty: "-", scrollTrack: "|", scrollThumb: "#",
        ellipsis: "~", bullet: "*", check: "+", cross: "x", arrow: ">", hasBraille: false)
}
