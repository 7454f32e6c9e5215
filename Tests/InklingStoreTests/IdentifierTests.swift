// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingStore

@Suite struct IdentifierTests {
    @Test func `Names survive being written and read`() {
        for _ in 0..<200 {
            let id = ChatID.random()
            #expect(id.description.utf8.count == 12)
            #expect(ChatID(id.description) == id)
            #expect(ChatID(id.description.uppercased()) == id)
        }
        #expect(MessageID("00000000000z") == MessageID(rawValue: 31))
    }

    @Test(arguments: ["", "0", "00000000000", "0000000000000", "00000000000u", "00000000000é", "-00000000001"])
    func `What is no name is refused`(text: String) {
        #expect(ChatID(text) == nil)
        #expect(MessageID(text) == nil)
    }

    @Test func `Times survive being written and read`() {
        let time = Timestamp(rawValue: 1_772_366_400_250)
        #expect(time.iso8601 == "2026-03-01T12:00:00.250Z")
        #expect(Timestamp(iso8601: time.iso8601) == time)
        #expect(Timestamp(iso8601: "2026-03-01T12:00:00Z") == Timestamp(rawValue: 1_772_366_400_000))
        #expect(Timestamp(iso8601: "yesterday") == nil)
        #expect(time.compact == "20260301-120000")
        for value in [Int64.min, .max, 0, -1, 1] {
            let time = Timestamp(rawValue: value)
            #expect(Timestamp(iso8601: time.iso8601) == time)
        }
    }

    @Test func `JSON is kept as it is`() throws {
        let text = try #require(JSONText(encoding: ["seed": UInt64.max]))
        #expect(text.rawValue == #"{"seed":18446744073709551615}"#)
        #expect(text.decoded(as: [String: UInt64].self) == ["seed": .max])
        #expect(text.decoded(as: [String].self) == nil)
        #expect(JSONText(encoding: Double.infinity) == nil)
        #expect(JSONText(encoding: JSONValue(text)) == text)
        #expect(JSONValue(JSONText(rawValue: "{")) == .string("{"))
    }
}
