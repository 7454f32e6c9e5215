// SPDX-License-Identifier: Apache-2.0

/// Takes text in pieces and says what is safe to show: what no stop string can still take back.
///
/// The stop string that is complete first ends the text; of those complete at the same place, the longest. So the result
/// does not depend on how the text was cut into pieces. Strings are compared by their UTF-8 bytes: "é" in one scalar and
/// in two are different.
public struct StopStringFilter: Sendable {
    /// Follows one stop string through the text (Knuth, Morris, Pratt 1977).
    private struct Matcher {
        let bytes: [UInt8]
        /// `fallback[n]`: length of the longest proper prefix of the first n bytes that is also their suffix.
        let fallback: [Int]
        /// How many bytes of the stop string the text ends with.
        var matched = 0

        init(_ string: String) {
            bytes = Array(string.utf8)
            var table = [0, 0]
            var length = 0
            for index in bytes.indices.dropFirst() {
                while length > 0, bytes[index] != bytes[length] { length = table[length] }
                if bytes[index] == bytes[length] { length += 1 }
                table.append(length)
            }
            fallback = table
        }

        /// - Returns: whether the stop string is complete.
        mutating func advance(_ byte: UInt8) -> Bool {
            while matched > 0, bytes[matched] != byte { matched = fallback[matched] }
            if bytes[matched] == byte { matched += 1 }
            return matched == bytes.count
        }
    }

    private var matchers: [Matcher]
    /// Bytes that may be the start of a stop string.
    private var held: [UInt8] = []
    /// The stop string that ended the text.
    public private(set) var matched: String?

    /// - Parameter stops: empty strings are left out; ``GenerationRequest`` refuses them.
    public init(_ stops: [String]) {
        matchers = stops.filter { !$0.isEmpty }.map(Matcher.init)
    }

    /// - Returns: text that is safe to show now. After a match it ends before the stop string, and later text is dropped.
    public mutating func append(_ text: String) -> String {
        guard matched == nil else { return "" }
        guard !matchers.isEmpty else { return text }
        for byte in text.utf8 {
            held.append(byte)
            var longest = 0
            for index in matchers.indices where matchers[index].advance(byte) {
                longest = max(longest, matchers[index].bytes.count)
            }
            if longest > 0 {
                matched = String(decoding: held.suffix(longest), as: UTF8.self)
                return release(held.count - longest, dropRest: true)
            }
        }
        return release(held.count - (matchers.map(\.matched).max() ?? 0), dropRest: false)
    }

    /// What was held back, at the end of the text.
    public mutating func finish() -> String {
        release(matched == nil ? held.count : 0, dropRest: true)
    }

    /// A stop string starts with a whole character, so what stands before the start of one is whole characters too.
    private mutating func release(_ count: Int, dropRest: Bool) -> String {
        let text = String(decoding: held.prefix(count), as: UTF8.self)
        held.removeFirst(dropRest ? held.count : count)
        return text
    }
}
