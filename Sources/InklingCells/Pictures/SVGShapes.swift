// SPDX-License-Identifier: Apache-2.0

/// Rectangles, lines and dots of a picture: characters that are drawn and not written, as terminals draw them.
struct SVGShapes {
    private struct Fill: Hashable {
        let color: PictureColor
        /// In hundredths.
        let opacity: Int
        let isGround: Bool
    }

    private struct Box {
        var x: Int
        var y: Int
        var width: Int
        var height: Int
    }

    private let cell: (width: Int, height: Int)
    private var order: [Fill] = []
    private var boxes: [Fill: [Box]] = [:]
    private var colors: [PictureColor] = []
    private var lines: [PictureColor: [Box]] = [:]
    private var arcs: [PictureColor: String] = [:]
    private var dots: [PictureColor: String] = [:]

    init(cell: (width: Int, height: Int)) {
        self.cell = cell
    }

    mutating func fill(
        _ x: Int, _ y: Int, _ width: Int, _ height: Int, _ color: PictureColor, opacity: Int = 100,
        isGround: Bool = false
    ) {
        let kind = Fill(color: color, opacity: opacity, isGround: isGround)
        if boxes[kind] == nil { order.append(kind) }
        var known = boxes[kind] ?? []
        if let last = known.last, last.y == y, last.height == height, last.x + last.width == x {
            known[known.count - 1].width += width
        } else {
            known.append(Box(x: x, y: y, width: width, height: height))
        }
        boxes[kind] = known
    }

    /// Draws a character whose upper left corner is here.
    ///
    /// - Returns: false, and nothing drawn, if it is one to be written.
    mutating func draw(_ text: String, _ x: Int, _ y: Int, _ color: PictureColor) -> Bool {
        guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else { return false }
        switch scalar.value {
        case 0x2500...0x257F: return drawLine(scalar, x, y, color)
        case 0x2580...0x2595: return drawBlock(scalar.value, x, y, color)
        case 0x2800...0x28FF:
            drawDots(scalar.value & 0xFF, x, y, color)
            return true
        default: return false
        }
    }

    // MARK: Blocks

    private mutating func drawBlock(_ value: UInt32, _ x: Int, _ y: Int, _ color: PictureColor) -> Bool {
        let (width, height) = (cell.width, cell.height)
        switch value {
        case 0x2580: fill(x, y, width, height / 2, color)
        case 0x2581...0x2588:
            let part = height * Int(value - 0x2580) / 8
            fill(x, y + height - part, width, part, color)
        case 0x2589...0x258F: fill(x, y, width * Int(0x2590 - value) / 8, height, color)
        case 0x2590: fill(x + width / 2, y, width - width / 2, height, color)
        case 0x2591...0x2593: fill(x, y, width, height, color, opacity: Int(value - 0x2590) * 25)
        case 0x2594: fill(x, y, width, height / 8, color)
        case 0x2595: fill(x + width - width / 8, y, width / 8, height, color)
        default: return false
        }
        return true
    }

    // MARK: Braille

    private mutating func drawDots(_ bits: UInt32, _ x: Int, _ y: Int, _ color: PictureColor) {
        register(color)
        // Column and row of each bit.
        let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
        for (bit, place) in places.enumerated() where bits & (1 << UInt32(bit)) != 0 {
            let centerX = x + cell.width * (2 * place.0 + 1) / 4
            let centerY = y + cell.height * (2 * place.1 + 1) / 8
            dots[color, default: ""] += "M\(SVGNumber.text(centerX)) \(SVGNumber.text(centerY))h.01"
        }
    }

    // MARK: Lines

    private enum Arm { case up, down, left, right }

    /// Which arms the light lines have; the round corners are apart.
    private static func arms(of scalar: Unicode.Scalar) -> [Arm]? {
        switch scalar {
        case "─": [.left, .right]
        case "│": [.up, .down]
        case "┌": [.right, .down]
        case "┐": [.left, .down]
        case "└": [.right, .up]
        case "┘": [.left, .up]
        case "├": [.up, .down, .right]
        case "┤": [.up, .down, .left]
        case "┬": [.left, .right, .down]
        case "┴": [.left, .right, .up]
        case "┼": [.left, .right, .up, .down]
        case "╴": [.left]
        case "╵": [.up]
        case "╶": [.right]
        case "╷": [.down]
        default: nil
        }
    }

    private mutating func drawLine(_ scalar: Unicode.Scalar, _ x: Int, _ y: Int, _ color: PictureColor) -> Bool {
        let (middleX, middleY) = (x + cell.width / 2, y + cell.height / 2)
        if let arc = arc(scalar, x, y, middleX, middleY) {
            register(color)
            arcs[color, default: ""] += arc
            return true
        }
        guard let arms = Self.arms(of: scalar) else { return false }
        register(color)
        for arm in arms {
            switch arm {
            case .left: addLine(Box(x: x, y: middleY, width: cell.width / 2, height: 0), color)
            case .right: addLine(Box(x: middleX, y: middleY, width: cell.width - cell.width / 2, height: 0), color)
            case .up: addLine(Box(x: middleX, y: y, width: 0, height: cell.height / 2), color)
            case .down: addLine(Box(x: middleX, y: middleY, width: 0, height: cell.height - cell.height / 2), color)
            }
        }
        return true
    }

    private func arc(_ scalar: Unicode.Scalar, _ x: Int, _ y: Int, _ middleX: Int, _ middleY: Int) -> String? {
        let radius = cell.width / 2
        let (toRight, toBottom): (Bool, Bool)
        switch scalar {
        case "╭": (toRight, toBottom) = (true, true)
        case "╮": (toRight, toBottom) = (false, true)
        case "╰": (toRight, toBottom) = (true, false)
        case "╯": (toRight, toBottom) = (false, false)
        default: return nil
        }
        let number = SVGNumber.text
        return "M\(number(middleX)) \(number(toBottom ? y + cell.height : y))"
            + "V\(number(toBottom ? middleY + radius : middleY - radius))"
            + "Q\(number(middleX)) \(number(middleY)) \(number(toRight ? x + cell.width : x)) \(number(middleY))"
    }

    /// Joins what goes on from a line that is there: the last one of its row, or the one above.
    private mutating func addLine(_ line: Box, _ color: PictureColor) {
        var known = lines[color] ?? []
        let isSame: (Box) -> Bool =
            line.height == 0
            ? { $0.height == 0 && $0.y == line.y && $0.x + $0.width == line.x }
            : { $0.width == 0 && $0.x == line.x && $0.y + $0.height == line.y }
        if let index = known.lastIndex(where: isSame) {
            known[index].width += line.width
            known[index].height += line.height
        } else {
            known.append(line)
        }
        lines[color] = known
    }

    private mutating func register(_ color: PictureColor) {
        if !colors.contains(color) { colors.append(color) }
    }

    // MARK: Elements

    /// Grounds first, then what stands on them.
    var elements: [String] {
        let kinds = order.filter(\.isGround) + order.filter { !$0.isGround }
        let fills = kinds.map { kind in
            let path = Self.stacked(boxes[kind] ?? []).map { box in
                let (width, height) = (SVGNumber.text(box.width), SVGNumber.text(box.height))
                return "M\(SVGNumber.text(box.x)) \(SVGNumber.text(box.y))h\(width)v\(height)h-\(width)z"
            }
            let opacity = kind.opacity == 100 ? "" : " fill-opacity=\".\(kind.opacity)\""
            // Without smoothed edges no ground shines through where two boxes meet.
            let edges = kind.isGround ? " shape-rendering=\"crispEdges\"" : ""
            return "<path fill=\"\(kind.color.text)\"\(opacity)\(edges) d=\"\(path.joined())\"/>"
        }
        let strokes = colors.flatMap { color -> [String] in
            let straight = (lines[color] ?? []).map { line in
                "M\(SVGNumber.text(line.x)) \(SVGNumber.text(line.y))"
                    + (line.height == 0 ? "h\(SVGNumber.text(line.width))" : "v\(SVGNumber.text(line.height))")
            }
            let path = straight.joined() + (arcs[color] ?? "")
            var elements: [String] = []
            if !path.isEmpty { elements.append("<path fill=\"none\" stroke=\"\(color.text)\" d=\"\(path)\"/>") }
            if let dots = dots[color] {
                elements.append(
                    """
                    <path fill="none" stroke="\(color.text)" stroke-width="2.6" stroke-linecap="round" d="\(dots)"/>
                    """)
            }
            return elements
        }
        return fills + strokes
    }

    /// Boxes one below the other and equally wide become one.
    private static func stacked(_ boxes: [Box]) -> [Box] {
        var result: [Box] = []
        for box in boxes {
            // Boxes come by rows, so the one above is among the last of them.
            let above = result.lastIndex { $0.x == box.x && $0.width == box.width && $0.y + $0.height == box.y }
            if let above { result[above].height += box.height } else { result.append(box) }
        }
        return result
    }
}
