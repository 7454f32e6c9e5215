// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingTensor

extension PanelDescriptor {
    /// The KV cache as cells: what each part of it holds.
    static let cache = PanelDescriptor(id: "kv-cache", title: "KV cache", action: .cachePanel, rows: 4...9) {
        state, area, canvas in
        var rest = area
        let cells = state.metrics.cells
        let capacity = max(cells.capacity, state.session?.contextLength ?? 0)
        guard capacity > 0 else {
            canvas.write("no model", .dim, at: rest.origin, within: rest)
            return
        }
        let format = state.session.map { " \($0.kvFormat.rawValue)" } ?? ""
        let count = "\(cells.used) of \(Quantity.tokens(capacity))"
        let bytes = Quantity.bytes(cells.usedBytes) + format
        let row = rest.cutTop(1)
        canvas.fact(count.count + bytes.count + 8 > row.width ? count : count + " tokens", bytes, in: row)
        let legend = rest.cutBottom(min(2, max(0, rest.height - 1)))
        drawCells(cells, capacity: capacity, in: rest, &canvas)
        drawLegend(cells, legend, &canvas)
    }

    private static func kinds(_ cells: CacheCells) -> [(
        name: String, count: Int, role: Role, glyph: String, ascii: String
    )] {
        [
            ("reused", cells.reused, .kvReused, "█", "R"), ("prompt", cells.prompt, .kvPrompt, "▓", "P"),
            ("answer", cells.answer, .kvAnswer, "█", "A"), ("draft", cells.inFlight, .kvDraft, "▒", "d"),
            ("rolled back", cells.rolledBack, .kvRolledBack, "░", "x"),
        ]
    }

    /// Each cell stands for as many positions as it must; parts in use are seen even where they are less than a cell.
    private static func drawCells(_ cells: CacheCells, capacity: Int, in area: Rect, _ canvas: inout Canvas) {
        let places = area.width * area.height
        guard places > 0 else { return }
        let perPlace = max(1, (capacity + places - 1) / places)
        let isASCII = canvas.glyphs == .ascii
        var place = 0
        func put(_ glyph: String, _ role: Role, _ canvas: inout Canvas) {
            guard place < places else { return }
            canvas.write(
                glyph, role, at: Point(x: area.x + place % area.width, y: area.y + place / area.width), within: area)
            place += 1
        }
        var before = 0
        for kind in kinds(cells) where kind.count > 0 {
            before += kind.count
            let end = max(place + 1, (before + perPlace - 1) / perPlace)
            while place < min(end, places) { put(isASCII ? kind.ascii : kind.glyph, kind.role, &canvas) }
        }
        let all = min(places, (capacity + perPlace - 1) / perPlace)
        while place < all { put(isASCII ? "." : "·", .kvFree, &canvas) }
    }

    private static func drawLegend(_ cells: CacheCells, _ area: Rect, _ canvas: inout Canvas) {
        let isASCII = canvas.glyphs == .ascii
        var (x, y) = (area.x, area.y)
        for kind in kinds(cells) {
            let text = "\(kind.name) \(kind.count)"
            let width = displayWidth(text) + 4
            if x + width > area.maxX + 2 { (x, y) = (area.x, y + 1) }
            guard y < area.maxY else { return }
            canvas.write(isASCII ? kind.ascii : kind.glyph, kind.role, at: Point(x: x, y: y), within: area)
            canvas.write(text, .dim, at: Point(x: x + 2, y: y), within: area)
            x += width
        }
    }
}
