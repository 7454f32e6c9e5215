// SPDX-License-Identifier: Apache-2.0

/// Columns and rows of a screen or a part of it.
public struct Size: Hashable, Sendable {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

/// A cell's place: column and row, from 0 at the top left.
public struct Point: Hashable, Sendable {
    public var x: Int
    public var y: Int

    public init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }

    public static let zero = Point(x: 0, y: 0)
}

/// A part of the screen. Layout is made by cutting rectangles; no cut asks for more than there is, and none gives a
/// negative width or height.
public struct Rect: Hashable, Sendable {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(0, width)
        self.height = max(0, height)
    }

    /// The whole of a screen.
    public init(_ size: Size) {
        self.init(x: 0, y: 0, width: size.width, height: size.height)
    }

    public var origin: Point { Point(x: x, y: y) }
    public var size: Size { Size(width: width, height: height) }
    public var isEmpty: Bool { width <= 0 || height <= 0 }
    /// The column after the last one.
    public var maxX: Int { x + width }
    /// The row after the last one.
    public var maxY: Int { y + height }

    public func contains(_ point: Point) -> Bool {
        point.x >= x && point.x < maxX && point.y >= y && point.y < maxY
    }

    /// Without `dx` columns on either side and `dy` rows above and below.
    public func inset(dx: Int = 0, dy: Int = 0) -> Rect {
        let (cutX, cutY) = (min(dx, width / 2), min(dy, height / 2))
        return Rect(x: x + cutX, y: y + cutY, width: width - 2 * dx, height: height - 2 * dy)
    }

    /// What both cover; empty if they do not meet.
    public func intersection(_ other: Rect) -> Rect {
        let (left, top) = (max(x, other.x), max(y, other.y))
        return Rect(x: left, y: top, width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
    }

    /// One row of it, from 0; empty outside.
    public func row(_ index: Int) -> Rect {
        Rect(x: x, y: y + index, width: width, height: index >= 0 && index < height ? 1 : 0)
    }

    /// A rectangle of this size in the middle, at most as large as this one.
    public func centered(_ size: Size) -> Rect {
        let (width, height) = (min(size.width, width), min(size.height, height))
        return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
    }

    // MARK: Cuts; both parts are named by where they lie

    /// The first `rows` rows, and the rest below.
    public func splitTop(_ rows: Int) -> (top: Rect, bottom: Rect) {
        let cut = max(0, min(rows, height))
        return (
            Rect(x: x, y: y, width: width, height: cut), Rect(x: x, y: y + cut, width: width, height: height - cut)
        )
    }

    /// The rest above, and the last `rows` rows.
    public func splitBottom(_ rows: Int) -> (top: Rect, bottom: Rect) {
        splitTop(height - max(0, min(rows, height)))
    }

    /// The first `columns` columns, and the rest to the right.
    public func splitLeft(_ columns: Int) -> (left: Rect, right: Rect) {
        let cut = max(0, min(columns, width))
        return (
            Rect(x: x, y: y, width: cut, height: height), Rect(x: x + cut, y: y, width: width - cut, height: height)
        )
    }

    /// The rest to the left, and the last `columns` columns.
    public func splitRight(_ columns: Int) -> (left: Rect, right: Rect) {
        splitLeft(width - max(0, min(columns, width)))
    }

    /// Cuts the first `rows` rows off this rectangle and returns them.
    public mutating func cutTop(_ rows: Int) -> Rect {
        let (top, bottom) = splitTop(rows)
        self = bottom
        return top
    }

    public mutating func cutBottom(_ rows: Int) -> Rect {
        let (top, bottom) = splitBottom(rows)
        self = top
        return bottom
    }

    public mutating func cutLeft(_ columns: Int) -> Rect {
        let (left, right) = splitLeft(columns)
        self = right
        return left
    }

    public mutating func cutRight(_ columns: Int) -> Rect {
        let (left, right) = splitRight(columns)
        self = left
        return right
    }

    /// `count` columns of equal width, the first ones a column wider where it does not come out even.
    ///
    /// - Parameter gap: columns left free between two of them.
    public func columns(_ count: Int, gap: Int = 0) -> [Rect] {
        Rect.shares(of: width, count: count, gap: gap).map {
            Rect(x: x + $0.lowerBound, y: y, width: $0.count, height: height)
        }
    }

    /// `count` rows of rectangles of equal height, the first ones a row higher where it does not come out even.
    public func rows(_ count: Int, gap: Int = 0) -> [Rect] {
        Rect.shares(of: height, count: count, gap: gap).map {
            Rect(x: x, y: y + $0.lowerBound, width: width, height: $0.count)
        }
    }

    private static func shares(of length: Int, count: Int, gap: Int) -> [Range<Int>] {
        guard count > 0 else { return [] }
        let free = max(0, length - gap * (count - 1))
        var start = 0
        return (0..<count).map { index in
            let share = free / count + (index < free % count ? 1 : 0)
            let begin = min(start, length)
            start = begin + share + gap
            return begin..<min(begin + share, length)
        }
    }
}
