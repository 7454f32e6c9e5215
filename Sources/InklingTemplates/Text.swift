// SPDX-License-Identifier: Apache-2.0

/// What Python's string methods do, on values that need no limits: results are about as long as the argument.
enum Text {
    // MARK: Ends

    static func stripped(_ text: String, _ characters: String?, left: Bool, right: Bool) -> String {
        let scalars = text.unicodeScalars
        let set = characters.map { Set($0.unicodeScalars) }
        func goes(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.isPythonWhitespace }
        var start = scalars.startIndex
        var end = scalars.endIndex
        if left { while start < end, goes(scalars[start]) { start = scalars.index(after: start) } }
        if right {
            while start < end, goes(scalars[scalars.index(before: end)]) { end = scalars.index(before: end) }
        }
        if start == scalars.startIndex, end == scalars.endIndex { return text }
        return String(scalars[start..<end])
    }

    static func ends(_ text: String, with suffix: String) -> Bool {
        text.utf8.count >= suffix.utf8.count && text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    static func without(_ affix: String, _ text: String, isPrefix: Bool) -> String {
        let bytes = Array(text.utf8)
        if isPrefix {
            return text.utf8.starts(with: affix.utf8) ? String(bytes: bytes[affix.utf8.count...]) : text
        }
        return ends(text, with: affix) ? String(bytes: bytes[..<(bytes.count - affix.utf8.count)]) : text
    }

    // MARK: Parts

    /// Words between whitespace; past `limit` splits the rest stays whole.
    static func words(_ text: String, limit: Int, fromRight: Bool) -> [String] {
        var scalars = Array(text.unicodeScalars)
        if fromRight { scalars.reverse() }
        var words: [String] = []
        var index = 0
        while true {
            while index < scalars.count, scalars[index].isPythonWhitespace { index += 1 }
            guard index < scalars.count else { break }
            var end = index
            if words.count == limit {
                end = scalars.count
            } else {
                while end < scalars.count, !scalars[end].isPythonWhitespace { end += 1 }
            }
            let word = scalars[index..<end]
            words.append(String(scalars: fromRight ? ArraySlice(word.reversed()) : word))
            if words.count > limit { break }
            index = end
        }
        return fromRight ? words.reversed() : words
    }

    static func lines(_ text: String, keepsEnds: Bool) -> [String] {
        let scalars = Array(text.unicodeScalars)
        var lines: [String] = []
        var start = 0
        var index = 0
        while index < scalars.count {
            guard scalars[index].isPythonLineBreak else {
                index += 1
                continue
            }
            let end = index
            index += scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n" ? 2 : 1
            lines.append(String(scalars: scalars[start..<(keepsEnds ? index : end)]))
            start = index
        }
        if start < scalars.count { lines.append(String(scalars: scalars[start...])) }
        return lines
    }

    /// Offsets before every character and at the end: where an empty string is found.
    static func boundaries(_ bytes: [UInt8], limit: Int) -> [Int] {
        var places: [Int] = []
        for (place, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
            if places.count == limit { return places }
            places.append(place)
        }
        if places.count < limit { places.append(bytes.count) }
        return places
    }

    static func expandedTabs(_ text: String, _ size: Int) -> String {
        var result: [UInt8] = []
        var column = 0
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                guard size > 0 else { continue }
                let blanks = size - column % size
                result.append(contentsOf: repeatElement(32, count: blanks))
                column += blanks
            } else {
                result.append(scalar)
                column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
            }
        }
        return String(bytes: result[...])
    }

    // MARK: Case

    /// Lower case; a capital sigma at the end of a word becomes a final one.
    static func lowered(_ text: String) -> String {
        guard text.unicodeScalars.contains("Σ") else { return text.lowercased() }
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (place, scalar) in scalars.enumerated() { result += lowered(scalar, at: place, in: scalars) }
        return result
    }

    private static func lowered(_ scalar: Unicode.Scalar, at place: Int, in scalars: [Unicode.Scalar]) -> String {
        guard scalar == "Σ" else { return scalar.properties.lowercaseMapping }
        let before = scalars[..<place].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(place + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true ? "ς" : "σ"
    }

    static func capitalized(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first else { return "" }
        var result = first.properties.titlecaseMapping
        for place in scalars.indices.dropFirst() { result += lowered(scalars[place], at: place, in: scalars) }
        return result
    }

    static func titled(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        var isInWord = false
        for (place, scalar) in scalars.enumerated() {
            result += isInWord ? lowered(scalar, at: place, in: scalars) : scalar.properties.titlecaseMapping
            isInWord = scalar.properties.isCased
        }
        return result
    }

    /// The `title` filter, whose words begin after blanks, hyphens and brackets only.
    static func titledWords(_ text: String) -> String {
        var result = ""
        var word: [Unicode.Scalar] = []
        func flush() {
            guard let first = word.first else { return }
            result += first.properties.uppercaseMapping + lowered(String(scalars: word[1...]))
            word = []
        }
        for scalar in text.unicodeScalars {
            if scalar.isPythonWhitespace || ["-", "(", "{", "[", "<"].contains(scalar) {
                flush()
                result.unicodeScalars.append(scalar)
            } else {
                word.append(scalar)
            }
        }
        flush()
        return result
    }

    static func swappedCase(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (place, scalar) in scalars.enumerated() {
            if scalar.properties.isUppercase {
                result += lowered(scalar, at: place, in: scalars)
            } else {
                result += scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
            }
        }
        return result
    }

    /// Whether there are letters with case, and all of them have the one asked for.
    static func isAll(upper: Bool, _ text: String) -> Bool {
        var found = false
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            if properties.generalCategory == .titlecaseLetter { return false }
            if upper ? properties.isLowercase : properties.isUppercase { return false }
            if upper ? properties.isUppercase : properties.isLowercase { found = true }
        }
        return found
    }

    static func isTitled(_ text: String) -> Bool {
        var found = false
        var isInWord = false
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            if properties.isUppercase || properties.generalCategory == .titlecaseLetter {
                if isInWord { return false }
                isInWord = true
                found = true
            } else if properties.isLowercase {
                if !isInWord { return false }
                found = true
            } else {
                isInWord = false
            }
        }
        return found
    }
}
