// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingStore

/// What the pointer can be on.
enum MouseTarget: Sendable, Equatable {
    case screen(Screen)
    /// A caption of the footer.
    case action(Action)
    case composer(first: Int)
    case message(MessageID)
    case transcript
    case playgroundText(first: Int)
    /// The list that has the keys.
    case list
    /// A row of it.
    case row(Int)
    /// An answer to a question.
    case option(Int)
    /// The inside of something on top of the screen.
    case overlay
}

/// A place on the screen that was drawn, and what stands there.
struct MouseHit: Sendable, Equatable {
    let area: Rect
    let target: MouseTarget
}

extension Canvas {
    /// Notes what stands here, so that a click finds what was drawn. What is noted later lies above.
    mutating func note(_ target: MouseTarget, in area: Rect) {
        if !area.isEmpty { hits.append(MouseHit(area: area, target: target)) }
    }
}
