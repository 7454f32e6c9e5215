// SPDX-License-Identifier: Apache-2.0

import InklingEngine
import Testing

@testable import inkling

struct LoadingLineTests {
    private let half = LoadStage.packing(name: "big", LoadProgress(done: 2_000_000_000, total: 4_000_000_000))

    @Test func `Loading that is quick says nothing`() {
        #expect(LoadingLine.text(.opening, after: .milliseconds(499)) == nil)
        #expect(LoadingLine.text(half, after: .zero) == nil)
    }

    @Test func `Loading that takes longer says how far it is`() {
        #expect(LoadingLine.text(half, after: .milliseconds(500)) == "loading big: 50 % of 4 GB")
        let empty = LoadStage.packing(name: "x", LoadProgress(done: 0, total: 0))
        #expect(LoadingLine.text(empty, after: .seconds(1)) == "loading x: 100 % of 0 B")
    }
}
