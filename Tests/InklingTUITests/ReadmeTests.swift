// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingCells
@testable import InklingTUI
import Testing

@Suite struct ReadmeTests {
    @Test func `The README's keys are those of the key map`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let updated = try #require(KeyTable.updated(readme: text, .standard), "the README has no place for the keys")
        if ProcessInfo.processInfo.environment["INKLING_RECORD"] != nil {
            try Data(updated.utf8).write(to: file)
        } else {
            #expect(text == updated, "INKLING_RECORD=1 writes the table anew")
        }
    }

    @Test func `The table names every action that has a key`() {
        let table = KeyTable.markdown(.standard)
        for row in KeyMap.standard.rows where row.action.recentIndex == nil {
            #expect(table.contains("`\(row.key.name)`") && table.contains(row.action.title))
        }
        #expect(KeyTable.updated(readme: "no place", .standard) == nil)
    }
}
