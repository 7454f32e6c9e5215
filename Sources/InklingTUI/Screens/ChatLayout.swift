// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

/// Where things are on the chat screen: a function of the state's size and of what is shown.
struct ChatLayout {
    let header: Rect
    let transcript: Rect
    /// One line for what the panels would show, where there is no room for them.
    let summary: Rect
    /// A line that says what is written, and the text below it.
    let composerRule: Rect
    let composer: Rect
    let panels: Rect
    let footer: Rect

    /// Below this there is no layout, only a sentence.
    static let leastSize = Size(width: 40, height: 10)
    /// From this width on there is room for panels beside a conversation.
    static let panelsFrom = 100

    static func isTooSmall(_ size: Size) -> Bool {
        size.width < leastSize.width || size.height < leastSize.height
    }

    init(_ state: AppState) {
        var rest = Rect(state.size)
        header = rest.cutTop(1)
        footer = rest.cutBottom(1)
        let wantsPanels = state.preferences.showsPanels && !state.preferences.panels.isEmpty
        if wantsPanels, state.size.width >= Self.panelsFrom {
            // A column stays free between the conversation and them.
            panels = rest.cutRight(state.size.width >= 160 ? 53 : state.size.width >= 120 ? 41 : 35).splitLeft(1).right
        } else {
            panels = Rect(x: rest.maxX, y: rest.y, width: 0, height: 0)
        }
        let rows = state.chat.composerLayout(width: max(2, rest.width - 4)).rows.count
        let composerHeight = max(1, min(rows, min(10, state.size.height / 3)))
        composer = rest.cutBottom(composerHeight).inset(dx: 2)
        composerRule = rest.cutBottom(1)
        summary = wantsPanels && panels.isEmpty ? rest.cutBottom(1) : Rect(x: rest.x, y: rest.maxY, width: 0, height: 0)
        transcript = rest
    }

    /// Columns of the message's text.
    var composerWidth: Int { max(2, composer.width) }

    /// Columns of the conversation's text: a mark on the left, a scroll bar on the right.
    var textWidth: Int { max(8, transcript.width - 4) }
}

/// Where overlays are.
enum OverlayLayout {
    static func page(_ size: Size, _ page: PageState) -> Rect {
        let width = min(size.width - 2, max(40, min(100, (page.lines.map(\.width).max() ?? 0) + 4)))
        return Rect(size).inset(dx: 1, dy: 1).centered(
            Size(width: width, height: min(size.height - 4, page.lines.count + 2))
        ).inset(dx: 2, dy: 1)
    }

    static func box(_ size: Size, width: Int, height: Int) -> Rect {
        Rect(size).inset(dx: 1, dy: 1).centered(Size(width: width, height: height))
    }

    static func fieldWidth(_ size: Size) -> Int { max(10, min(76, size.width - 6)) }
}
