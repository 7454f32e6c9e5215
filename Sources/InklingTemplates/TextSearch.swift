// SPDX-License-Identifier: Apache-2.0

/// Finding text in text, in time linear in both whatever they hold (Knuth, Morris and Pratt 1977).
///
/// Works on UTF-8: no character's bytes occur inside another's, so matches fall on characters.
struct TextSearch {
    private let needle: [UInt8]
    /// For every prefix of the needle, the length of its longest proper border.
    private let borders: [Int]

    init(_ needle: [UInt8]) {
        self.needle = needle
        var borders = Array(repeating: 0, count: needle.count)
        var length = 0
        for index in needle.indices.dropFirst() {
            while length > 0, needle[index] != needle[length] { length = borders[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    /// Where the needle, which must not be empty, first begins at or after `start`.
    func first(in text: [UInt8], from start: Int) -> Int? {
        var length = 0
        var index = start
        while index < text.count {
            while length > 0, text[index] != needle[length] { length = borders[length - 1] }
            if text[index] == needle[length] { length += 1 }
            index += 1
            if length == needle.count { return index - length }
        }
        return nil
    }

    /// Beginnings of matches that do not overlap, from the left, at most `limit`.
    func all(in text: [UInt8], limit: Int = .max) -> [Int] {
        var found: [Int] = []
        var start = 0
        while found.count < limit, let next = first(in: text, from: start) {
            found.append(next)
            start = next + needle.count
        }
        return found
    }

    /// How many matches ``all(in:limit:)`` would find.
    func count(in text: [UInt8]) -> Int {
        var count = 0
        var start = 0
        while let next = first(in: text, from: start) {
            count += 1
            start = next + needle.count
        }
        return count
    }

    static func contains(_ text: String, _ part: String) -> Bool {
        if part.isEmpty { return true }
        if part.utf8.count > text.utf8.count { return false }
        return TextSearch(Array(part.utf8)).first(in: Array(text.utf8), from: 0) != nil
    }
}
