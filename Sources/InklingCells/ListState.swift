// SPDX-License-Identifier: Apache-2.0

/// Selection and scrolling of a list, apart from what is listed: filtering changes the count and nothing else.
public struct ListState: Hashable, Sendable {
    /// The selected row, from 0; 0 in an empty list.
    public private(set) var selected: Int
    /// The first row that is shown.
    public private(set) var first: Int

    public init(selected: Int = 0) {
        self.selected = max(0, selected)
        first = 0
    }

    /// Selects a row; what is beyond the ends selects the last or the first.
    public mutating func select(_ index: Int, count: Int) {
        selected = max(0, min(index, count - 1))
    }

    public mutating func move(by rows: Int, count: Int) {
        let (sum, isTooMuch) = selected.addingReportingOverflow(rows)
        select(isTooMuch ? (rows > 0 ? count - 1 : 0) : sum, count: count)
    }

    /// The rows to draw, so that the selected one is among them. To be called before drawing, or when the height or the
    /// count has changed.
    ///
    /// - Parameter margin: rows to see beyond the selected one where there are any.
    @discardableResult
    public mutating func scroll(height: Int, count: Int, margin: Int = 1) -> Range<Int> {
        select(selected, count: count)
        first = scrolledFirst(height: height, count: count, margin: margin)
        return first..<min(count, first + max(0, height))
    }

    /// What ``scroll(height:count:margin:)`` gives, for a pure renderer.
    public func visible(height: Int, count: Int, margin: Int = 1) -> Range<Int> {
        var copy = self
        return copy.scroll(height: height, count: count, margin: margin)
    }

    private func scrolledFirst(height: Int, count: Int, margin: Int) -> Int {
        guard height > 0, count > height else { return 0 }
        let margin = max(0, min(margin, (height - 1) / 2))
        let lowest = max(0, selected + margin - height + 1)
        let highest = max(0, selected - margin)
        return min(max(first, lowest), highest, count - height)
    }
}

/// Scrolling of a text that may grow at its end. At the end it follows; elsewhere it stays where the reader is.
public struct ScrollState: Hashable, Sendable {
    /// Lines above the first one shown; nil while the end is followed.
    private var offset: Int?

    public init() {}

    public var isFollowing: Bool { offset == nil }

    /// The first line shown.
    public func first(height: Int, count: Int) -> Int {
        let last = max(0, count - max(0, height))
        return min(offset ?? last, last)
    }

    /// The lines shown.
    public func visible(height: Int, count: Int) -> Range<Int> {
        let first = first(height: height, count: count)
        return first..<min(count, first + max(0, height))
    }

    /// Lines below the last one shown.
    public func below(height: Int, count: Int) -> Int {
        count - visible(height: height, count: count).upperBound
    }

    public mutating func scroll(by lines: Int, height: Int, count: Int) {
        let (sum, isTooMuch) = first(height: height, count: count).addingReportingOverflow(lines)
        scroll(to: isTooMuch ? (lines > 0 ? .max : 0) : sum, height: height, count: count)
    }

    public mutating func scroll(to line: Int, height: Int, count: Int) {
        offset = line >= count - height ? nil : max(0, line)
    }

    /// Scrolls as little as needed to show these lines, or the first ones of them.
    public mutating func show(_ lines: Range<Int>, height: Int, count: Int) {
        let first = first(height: height, count: count)
        if lines.lowerBound < first || lines.count >= height {
            scroll(to: lines.lowerBound, height: height, count: count)
        } else if lines.upperBound > first + height {
            scroll(to: lines.upperBound - height, height: height, count: count)
        }
    }

    public mutating func follow() {
        offset = nil
    }
}
