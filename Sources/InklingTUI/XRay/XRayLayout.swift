// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

/// Where things are on the X-ray: a function of the size and of what there is to show.
struct XRayLayout: Equatable {
    /// One line: which run, how far, what it brings.
    let facts: Rect
    /// Titles are rules above what they name; empty where there is no room for them.
    let textRule: Rect
    let text: Rect
    let roundsRule: Rect
    let rounds: Rect
    let lanesRule: Rect
    let lanes: Rect
    let detailRule: Rect
    let detail: Rect

    enum Lanes {
        case one, inTurn, overlapping
    }

    /// - Parameters:
    ///   - lanes: how the models shared the time.
    ///   - detailRows: rows that the explanation makes good use of.
    init(_ size: Size, lanes sharing: Lanes, detailRows: Int) {
        var rest = Rect(size)
        _ = rest.cutTop(1)
        _ = rest.cutBottom(1)
        facts = rest.cutTop(1)
        let isTight = size.height < 18
        // Where there is room, lanes show how models take turns, too.
        let laneRows =
            switch sharing {
            case .overlapping: isTight ? 0 : 3
            case .inTurn: size.height < 32 ? 0 : 3
            case .one: 0
            }
        // Lanes take rows of their own, and on a small screen say much of what figures would.
        let most = laneRows > 0 && size.height < 32 ? 5 : max(5, rest.height / 3)
        let wanted = isTight ? min(3, max(2, rest.height / 3)) : min(detailRows, most)
        detail = rest.cutBottom(wanted)
        detailRule = rest.cutBottom(isTight ? 0 : 1)
        lanes = rest.cutBottom(laneRows)
        lanesRule = rest.cutBottom(laneRows > 0 ? 1 : 0)
        textRule = rest.cutTop(isTight ? 0 : 1)
        text = rest.cutTop(isTight ? max(1, rest.height / 3) : min(14, max(3, rest.height * 2 / 5)))
        roundsRule = rest.cutTop(isTight ? 0 : 1)
        rounds = rest
    }
}
