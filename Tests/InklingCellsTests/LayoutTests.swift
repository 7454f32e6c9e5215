// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct LayoutTests {
    private let whole = Rect(x: 2, y: 3, width: 20, height: 10)

    @Test func `Cuts are where they say`() {
        #expect(whole.splitTop(3).top == Rect(x: 2, y: 3, width: 20, height: 3))
        #expect(whole.splitTop(3).bottom == Rect(x: 2, y: 6, width: 20, height: 7))
        #expect(whole.splitBottom(3).bottom == Rect(x: 2, y: 10, width: 20, height: 3))
        #expect(whole.splitBottom(3).top == Rect(x: 2, y: 3, width: 20, height: 7))
        #expect(whole.splitLeft(5).left == Rect(x: 2, y: 3, width: 5, height: 10))
        #expect(whole.splitRight(5).right == Rect(x: 17, y: 3, width: 5, height: 10))
        #expect(whole.splitRight(5).left == Rect(x: 2, y: 3, width: 15, height: 10))
        var rest = whole
        let cuts = [rest.cutTop(2), rest.cutBottom(2), rest.cutLeft(4), rest.cutRight(4)]
        #expect(
            cuts == [
                Rect(x: 2, y: 3, width: 20, height: 2), Rect(x: 2, y: 11, width: 20, height: 2),
                Rect(x: 2, y: 5, width: 4, height: 6), Rect(x: 18, y: 5, width: 4, height: 6),
            ])
        #expect(rest == Rect(x: 6, y: 5, width: 12, height: 6))
    }

    @Test func `No cut takes more than there is`() {
        for count in [-5, 0, 100, Int.max] {
            for (a, b) in [
                (whole.splitTop(count).top, whole.splitTop(count).bottom),
                (whole.splitBottom(count).top, whole.splitBottom(count).bottom),
            ] {
                #expect(a.height >= 0 && b.height >= 0 && a.height + b.height == 10 && a.maxY == b.y)
            }
            let (left, right) = whole.splitRight(count)
            #expect(left.width >= 0 && right.width >= 0 && left.width + right.width == 20)
        }
        #expect(whole.inset(dx: 15, dy: 1).isEmpty)
        #expect(Rect(x: 0, y: 0, width: -1, height: 5).isEmpty)
    }

    @Test func `Intersections, rows and centres`() {
        let other = Rect(x: 10, y: 0, width: 50, height: 5)
        #expect(whole.intersection(other) == Rect(x: 10, y: 3, width: 12, height: 2))
        #expect(whole.intersection(Rect(x: 50, y: 50, width: 3, height: 3)).isEmpty)
        #expect(whole.row(9) == Rect(x: 2, y: 12, width: 20, height: 1) && whole.row(10).isEmpty)
        #expect(whole.centered(Size(width: 10, height: 4)) == Rect(x: 7, y: 6, width: 10, height: 4))
        #expect(whole.centered(Size(width: 100, height: 100)) == whole)
    }

    @Test func `Equal parts add up`() {
        let parts = Rect(x: 0, y: 0, width: 20, height: 1).columns(3, gap: 1)
        #expect(parts.map { [$0.x, $0.width] } == [[0, 6], [7, 6], [14, 6]])
        #expect(Rect(x: 0, y: 0, width: 11, height: 1).columns(3).map(\.width) == [4, 4, 3])
        #expect(Rect(x: 0, y: 0, width: 2, height: 1).columns(5, gap: 3).allSatisfy { $0.maxX <= 2 })
        #expect(Rect(x: 0, y: 0, width: 1, height: 7).rows(2).map(\.height) == [4, 3])
        #expect(whole.columns(0).isEmpty)
    }

    @Test func `A list scrolls so that its selection is seen`() {
        var list = ListState()
        list.move(by: 7, count: 20)
        let far = list.scroll(height: 5, count: 20)
        list.move(by: -1, count: 20)
        let near = list.scroll(height: 5, count: 20)
        list.move(by: -2, count: 20)
        let back = list.scroll(height: 5, count: 20)
        #expect([far, near, back] == [4..<9, 4..<9, 3..<8])
        list.select(100, count: 20)
        #expect(list.selected == 19 && list.visible(height: 5, count: 20) == 15..<20)
        // The list was filtered.
        #expect(list.visible(height: 5, count: 3) == 0..<3)
        list.scroll(height: 5, count: 3)
        #expect(list.selected == 2)
        list.move(by: .max, count: 3)
        #expect(list.selected == 2)
        list.move(by: .min, count: 3)
        #expect(list.selected == 0)
        #expect(list.visible(height: 5, count: 0) == 0..<0 && list.visible(height: 0, count: 9).isEmpty)
    }

    @Test func `A transcript follows its end until someone scrolls up`() {
        var scroll = ScrollState()
        #expect(scroll.visible(height: 5, count: 20) == 15..<20)
        #expect(scroll.visible(height: 5, count: 25) == 20..<25)
        scroll.scroll(by: -3, height: 5, count: 25)
        #expect(!scroll.isFollowing && scroll.visible(height: 5, count: 30) == 17..<22)
        #expect(scroll.below(height: 5, count: 30) == 8)
        scroll.scroll(by: 100, height: 5, count: 30)
        #expect(scroll.isFollowing)
        scroll.scroll(by: .min, height: 5, count: 30)
        #expect(scroll.visible(height: 5, count: 30) == 0..<5)
        scroll.show(12..<14, height: 5, count: 30)
        #expect(scroll.visible(height: 5, count: 30) == 9..<14)
        scroll.show(10..<11, height: 5, count: 30)
        #expect(scroll.visible(height: 5, count: 30) == 9..<14)
        scroll.follow()
        #expect(scroll.visible(height: 5, count: 3) == 0..<3)
        #expect(scroll.visible(height: 0, count: 3).isEmpty)
    }
}
