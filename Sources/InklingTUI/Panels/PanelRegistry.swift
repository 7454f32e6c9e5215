// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

/// A live display: what it is called and how it draws. It reads the state's measurements and never the engine.
public struct PanelDescriptor: Sendable, Identifiable {
    public let id: String
    public let title: String
    /// What shows and hides it.
    public let action: Action
    /// Rows inside the border that it needs at least, and those it makes good use of.
    let rows: ClosedRange<Int>
    let draw: @Sendable (AppState, Rect, inout Canvas) -> Void
}

/// All panels, in the order in which they stand.
public enum PanelRegistry {
    public static let all: [PanelDescriptor] = [.speed, .acceptance, .netGain, .cache, .alternatives]
}

extension App {
    /// Draws the chosen panels one below the other. Those that do not fit are left out, the last ones first; what is left
    /// over goes to all of them in turn, beyond what they make good use of only if there is nothing else to fill.
    static func drawPanels(_ state: AppState, _ area: Rect, _ canvas: inout Canvas) {
        var shown = PanelRegistry.all.filter { state.preferences.panels.contains($0.id) }
        func least() -> Int { shown.reduce(0) { $0 + $1.rows.lowerBound + 2 } }
        while shown.count > 1, least() > area.height { shown.removeLast() }
        let heights = shares(of: area.height - 2 * shown.count, among: shown.map(\.rows))
        var rest = area
        for (panel, height) in zip(shown, heights) {
            let box = rest.cutTop(height + 2)
            let inside = canvas.buffer.drawBorder(
                box, title: title(of: panel, state), theme: canvas.theme, glyphs: canvas.glyphs)
            panel.draw(state, inside.inset(dx: 1), &canvas)
        }
    }

    /// A panel's title, with the key that hides it where that key counts now.
    private static func title(of panel: PanelDescriptor, _ state: AppState) -> TextLine {
        guard state.screen == .chat, state.chat.focus == .transcript, state.overlays.isEmpty,
            let key = state.keyMap.key(for: panel.action, in: .transcript)
        else { return TextLine(panel.title, role: .panelTitle) }
        return TextLine([TextSpan(key.name + " ", role: .key), TextSpan(panel.title, role: .panelTitle)])
    }

    /// Rows for each of a few panels.
    static func shares(of height: Int, among rows: [ClosedRange<Int>]) -> [Int] {
        var shares = rows.map(\.lowerBound)
        var spare = height - shares.reduce(0, +)
        var isFull = false
        while spare > 0, !rows.isEmpty {
            let before = spare
            for index in rows.indices where spare > 0 && (isFull || shares[index] < rows[index].upperBound) {
                shares[index] += 1
                spare -= 1
            }
            if spare == before { isFull = true }
        }
        return shares
    }

    /// One panel on the whole screen.
    static func drawZoomed(_ state: AppState, _ canvas: inout Canvas) {
        guard let panel = PanelRegistry.all.first(where: { $0.id == state.panels.zoomed }) else { return }
        var area = Rect(state.size)
        _ = area.cutTop(1)
        _ = area.cutBottom(1)
        let inside = canvas.buffer.drawBorder(
            area, title: TextLine(panel.title, role: .panelTitle), isFocused: true, theme: canvas.theme,
            glyphs: canvas.glyphs)
        panel.draw(state, inside.inset(dx: 2, dy: 1), &canvas)
    }
}

extension Canvas {
    /// A name on the left and its value on the right of one row.
    mutating func fact(_ name: String, _ value: String, role: Role = .text, in row: Rect) {
        writeRight(TextLine(value, role: role), in: row)
        let room = row.width - displayWidth(value) - 1
        let line = TextLine(name, role: .dim).truncated(to: max(0, room), mark: glyphs.ellipsis)
        write(line, at: row.origin, within: row)
    }

    /// A sentence in place of figures.
    mutating func remark(_ text: String, in area: Rect) {
        for (row, line) in TextLine(text, role: .dim).wrapped(to: max(1, area.width)).prefix(area.height).enumerated() {
            write(line, at: Point(x: area.x, y: area.y + row), within: area)
        }
    }
}
