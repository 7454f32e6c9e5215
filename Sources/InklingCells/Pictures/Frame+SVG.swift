// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// The screen as a picture: an SVG document that needs nothing from outside. The same frame gives the same bytes.
    ///
    /// Backgrounds are rectangles and text is text, set to the cells' places whatever font there is. Lines, blocks and
    /// Braille are drawn as shapes, so that they meet as they do in a terminal.
    ///
    /// - Parameters:
    ///   - theme: says what the ground is, around the cells as well.
    ///   - depth: the colours of the terminal; others become the nearest ones.
    ///   - hasWindow: whether a window is drawn around the screen, with its title.
    public func svg(theme: Theme, depth: ColorDepth = .rgb, hasWindow: Bool = true) -> String {
        SVGWriter(frame: self, theme: theme, depth: depth, hasWindow: hasWindow).document
    }
}

/// Builds the document; all lengths are in thousandths of a pixel, so that no rounding depends on a machine.
private struct SVGWriter {
    private let frame: Frame
    private let hasWindow: Bool
    private let depth: ColorDepth
    private let ground: PictureColor
    private let ink: PictureColor
    private let origin: (x: Int, y: Int)

    /// The advance of monospaced fonts is six tenths of their size, mostly.
    private static let fontSize = 15
    static let cell = (width: 9000, height: 19000)
    private static let baseline = 14000
    private static let padding = 12000
    private static let titleHeight = 34000

    init(frame: Frame, theme: Theme, depth: ColorDepth, hasWindow: Bool) {
        self.frame = frame
        self.hasWindow = hasWindow
        self.depth = depth
        let text = theme[.text].reduced(to: depth)
        ground = PictureColor(text.background) ?? .standardGround
        ink = PictureColor(text.foreground) ?? .standardInk
        let edge = hasWindow ? Self.padding : 0
        origin = (edge, edge + (hasWindow ? Self.titleHeight - Self.padding / 2 : 0))
    }

    private var size: (width: Int, height: Int) {
        let cells = frame.buffer.size
        return (
            cells.width * Self.cell.width + 2 * origin.x,
            cells.height * Self.cell.height + origin.y + (hasWindow ? Self.padding : 0)
        )
    }

    var document: String {
        let (width, height) = (SVGNumber.text(size.width), SVGNumber.text(size.height))
        let title = SVGText.escaped(frame.title ?? "Inkling")
        var lines = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" role="img" font-size="\(Self.fontSize)" font-family="ui-monospace,\
            'SFMono-Regular','Cascadia Mono','JetBrains Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',\
            monospace">
            """,
            "<title>\(title)</title>",
        ]
        if hasWindow {
            lines += window(title: title)
        } else {
            lines.append("<rect width=\"\(width)\" height=\"\(height)\" fill=\"\(ground.text)\"/>")
        }
        var shapes = SVGShapes(cell: Self.cell)
        var texts = SVGTexts()
        collect(&shapes, &texts)
        lines += shapes.elements
        lines += texts.elements
        if let cursor = frame.cursor, frame.buffer.bounds.contains(cursor) {
            let (x, y) = place(cursor.x, cursor.y)
            lines.append(
                """
                <rect x="\(SVGNumber.text(x))" y="\(SVGNumber.text(y))" width="\(SVGNumber.text(Self.cell.width))" \
                height="\(SVGNumber.text(Self.cell.height))" fill="\(ink.text)" fill-opacity=".45"/>
                """)
        }
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    private func window(title: String) -> [String] {
        let edge = ground.mixed(with: ink, share: 22)
        let (width, height) = (SVGNumber.text(size.width - 1000), SVGNumber.text(size.height - 1000))
        let dots = (0..<3).map { "<circle cx=\"\(20 + 20 * $0)\" cy=\"17\" r=\"6\"/>" }.joined()
        return [
            """
            <rect x=".5" y=".5" width="\(width)" height="\(height)" rx="9" fill="\(ground.text)" \
            stroke="\(edge.text)"/>
            """,
            "<g fill=\"\(edge.text)\">\(dots)</g>",
            """
            <text x="\(SVGNumber.text(size.width / 2))" y="22" text-anchor="middle" font-size="13" \
            fill="\(ground.mixed(with: ink, share: 60).text)">\(title)</text>
            """,
        ]
    }

    private func place(_ x: Int, _ y: Int) -> (x: Int, y: Int) {
        (origin.x + x * Self.cell.width, origin.y + y * Self.cell.height)
    }

    /// Goes through the cells by rows.
    private func collect(_ shapes: inout SVGShapes, _ texts: inout SVGTexts) {
        let buffer = frame.buffer
        for row in 0..<buffer.size.height {
            for column in 0..<buffer.size.width {
                let cell = buffer[column, row]
                guard cell.width > 0 else { continue }
                let (x, y) = place(column, row)
                let look = PictureLook(cell.style.reduced(to: depth), ink: ink, ground: ground)
                let width = cell.width * Self.cell.width
                if look.background != ground {
                    shapes.fill(x, y, width, Self.cell.height, look.background, isGround: true)
                }
                if look.isUnderlined {
                    shapes.fill(x, y + Self.baseline + 2000, width, 1000, look.foreground)
                }
                if look.isStruck { shapes.fill(x, y + 9000, width, 1000, look.foreground) }
                guard cell.text != " " else { continue }
                if shapes.draw(cell.text, x, y, look.foreground) { continue }
                texts.add(cell.text, width: cell.width, x: x, y: y + Self.baseline, look, cellWidth: Self.cell.width)
            }
        }
        texts.finish()
    }
}

/// Runs of text, by how they look.
private struct SVGTexts {
    private struct Kind: Hashable {
        let color: PictureColor
        let isBold: Bool
        let isItalic: Bool
    }

    private struct Run {
        var kind: Kind
        var text: String
        var x: Int
        var y: Int
        var end: Int
        var cellCount: Int
    }

    private var order: [Kind] = []
    private var elementsByKind: [Kind: [String]] = [:]
    private var run: Run?

    /// Characters of the basic alphabets stand side by side in a run; the others come from fonts of other widths, perhaps,
    /// and have places of their own.
    mutating func add(_ text: String, width: Int, x: Int, y: Int, _ look: PictureLook, cellWidth: Int) {
        let kind = Kind(color: look.foreground, isBold: look.isBold, isItalic: look.isItalic)
        let isPlain = width == 1 && text.unicodeScalars.allSatisfy { $0.value < 0x250 }
        if isPlain, var last = run, last.kind == kind, last.y == y, x - last.end <= cellWidth {
            // One blank between two words is part of the run.
            if x > last.end { last.text += " " }
            last.text += text
            last.cellCount += (x - last.end) / cellWidth + 1
            last.end = x + cellWidth
            run = last
            return
        }
        finish()
        if isPlain {
            run = Run(kind: kind, text: text, x: x, y: y, end: x + cellWidth, cellCount: 1)
        } else if width == 1 {
            append("<text x=\"\(SVGNumber.text(x))\" y=\"\(SVGNumber.text(y))\">\(SVGText.escaped(text))</text>", kind)
        } else {
            let middle = x + width * cellWidth / 2
            append(
                """
                <text x="\(SVGNumber.text(middle))" y="\(SVGNumber.text(y))" text-anchor="middle">\
                \(SVGText.escaped(text))</text>
                """, kind)
        }
    }

    mutating func finish() {
        guard let last = run else { return }
        run = nil
        let length = last.cellCount > 1 ? " textLength=\"\(SVGNumber.text(last.end - last.x))\"" : ""
        append(
            """
            <text x="\(SVGNumber.text(last.x))" y="\(SVGNumber.text(last.y))"\(length)>\
            \(SVGText.escaped(last.text))</text>
            """, last.kind)
    }

    private mutating func append(_ element: String, _ kind: Kind) {
        if elementsByKind[kind] == nil { order.append(kind) }
        elementsByKind[kind, default: []].append(element)
    }

    var elements: [String] {
        order.map { kind in
            var attributes = "fill=\"\(kind.color.text)\""
            if kind.isBold { attributes += " font-weight=\"bold\"" }
            if kind.isItalic { attributes += " font-style=\"italic\"" }
            return "<g \(attributes)>\n" + (elementsByKind[kind] ?? []).joined(separator: "\n") + "\n</g>"
        }
    }
}

enum SVGText {
    /// Text as it stands in XML; what XML cannot hold is left out.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            default:
                let isHeld =
                    scalar.value >= 0x20 && scalar.value & 0xFFFE != 0xFFFE && !(0x7F..<0xA0).contains(scalar.value)
                if isHeld { result.append(scalar) }
            }
        }
        return String(result)
    }
}

enum SVGNumber {
    /// Thousandths as a number without digits that say nothing.
    static func text(_ thousandths: Int) -> String {
        let (whole, rest) = (abs(thousandths) / 1000, abs(thousandths) % 1000)
        let sign = thousandths < 0 ? "-" : ""
        guard rest > 0 else { return sign + String(whole) }
        var digits = String(rest + 1000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return sign + (whole == 0 ? "" : String(whole)) + "." + digits
    }
}
