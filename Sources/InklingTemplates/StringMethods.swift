// SPDX-License-Identifier: Apache-2.0

extension Interpreter {
    /// Calls one of the methods ``Methods`` offers for strings.
    func callMethod(_ name: String, of text: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        try charge(scan: text.utf8.count)
        switch name {
        case "strip", "lstrip", "rstrip":
            let characters = try arguments.bound(to: ["chars"], self).text(0)
            return .string(Text.stripped(text, characters, left: name != "rstrip", right: name != "lstrip"))
        case "split", "rsplit":
            let bound = try arguments.bound(to: ["sep", "maxsplit"], self)
            let limit = try bound.integer(1) ?? -1
            return try split(text, by: bound.text(0), limit: limit < 0 ? .max : limit, fromRight: name == "rsplit")
        case "startswith", "endswith": return .bool(try hasAffix(text, name == "startswith", arguments))
        case "replace":
            let bound = try arguments.bound(to: ["old", "new", "count"], self)
            return .string(
                try replace(bound.requiredText(0), in: text, by: bound.requiredText(1), count: bound.integer(2) ?? -1))
        case "join": return .string(try join(items(of: arguments.bound(to: ["iterable"], self).value(0)), text))
        case "format": return .string(try braceFormat(text, arguments))
        case "find", "rfind", "index", "rindex", "count": return try search(name, text, arguments)
        case "partition", "rpartition": return try partition(text, fromRight: name == "rpartition", arguments)
        case "removeprefix", "removesuffix":
            let affix = try arguments.bound(to: ["affix"], self).requiredText(0)
            return .string(Text.without(affix, text, isPrefix: name == "removeprefix"))
        case "splitlines":
            let keepsEnds = try arguments.bound(to: ["keepends"], self).flag(0)
            return try strings(Text.lines(text, keepsEnds: keepsEnds))
        case "center", "ljust", "rjust", "zfill", "expandtabs": return .string(try pad(name, text, arguments))
        default:
            _ = try arguments.bound(to: [], self)
            return caseMethod(name, text)
        }
    }

    private func caseMethod(_ name: String, _ text: String) -> Value {
        let scalars = text.unicodeScalars
        switch name {
        case "upper": return .string(text.uppercased())
        case "lower": return .string(Text.lowered(text))
        case "title": return .string(Text.titled(text))
        case "capitalize": return .string(Text.capitalized(text))
        case "swapcase": return .string(Text.swappedCase(text))
        case "isspace": return .bool(!text.isEmpty && scalars.allSatisfy(\.isPythonWhitespace))
        case "isalpha": return .bool(!text.isEmpty && scalars.allSatisfy(\.isPythonAlphabetic))
        case "isascii": return .bool(scalars.allSatisfy(\.isASCII))
        case "isdecimal": return .bool(!text.isEmpty && scalars.allSatisfy { $0.properties.numericType == .decimal })
        case "isnumeric": return .bool(!text.isEmpty && scalars.allSatisfy { $0.properties.numericType != nil })
        case "isdigit":
            return .bool(
                !text.isEmpty
                    && scalars.allSatisfy {
                        $0.properties.numericType == .decimal || $0.properties.numericType == .digit
                    })
        case "isalnum":
            return .bool(
                !text.isEmpty && scalars.allSatisfy { $0.isPythonAlphabetic || $0.properties.numericType != nil })
        case "isupper": return .bool(Text.isAll(upper: true, text))
        case "islower": return .bool(Text.isAll(upper: false, text))
        default: return .bool(Text.isTitled(text))
        }
    }

    func strings(_ parts: [String]) throws(TemplateError) -> Value { try list(parts.map { .string($0) }) }

    // MARK: Splitting and joining

    private func split(_ text: String, by separator: String?, limit: Int, fromRight: Bool) throws(TemplateError)
        -> Value
    {
        // One part more than a list may have is enough to fail.
        let limit = min(limit, limits.listItems)
        guard let separator else {
            let parts = Text.words(text, limit: limit, fromRight: fromRight)
            try charge(items: parts.count * 4)
            return try strings(parts)
        }
        guard !separator.isEmpty else { throw invalid("cannot split by an empty string") }
        let bytes = Array(text.utf8)
        let needle = Array(separator.utf8)
        var places: [Int]
        if fromRight {
            places = TextSearch(needle.reversed()).all(in: bytes.reversed(), limit: limit)
                .map { bytes.count - $0 - needle.count }
            places.reverse()
        } else {
            places = TextSearch(needle).all(in: bytes, limit: limit)
        }
        try charge(items: places.count * 4)
        var parts: [String] = []
        var start = 0
        for place in places {
            parts.append(String(bytes: bytes[start..<place]))
            start = place + needle.count
        }
        parts.append(String(bytes: bytes[start...]))
        return try strings(parts)
    }

    func join(_ items: [Value], _ separator: String) throws(TemplateError) -> String {
        var bytes = 0
        for item in items {
            guard case .string(let part) = item else {
                if case .undefined(let undefined) = item { throw needs(undefined) }
                throw invalid("only strings can be joined, not '\(item.typeName)'")
            }
            bytes += part.utf8.count + separator.utf8.count
            if bytes > limits.stringBytes { throw .limitExceeded(.stringSize, position) }
        }
        try charge(bytes: bytes)
        try charge(items: items.count)
        var result = ""
        result.reserveCapacity(bytes)
        for (place, item) in items.enumerated() {
            if place > 0 { result += separator }
            if case .string(let part) = item { result += part }
        }
        return result
    }

    func replace(_ old: String, in text: String, by new: String, count: Int) throws(TemplateError) -> String {
        let limit = count < 0 ? limits.listItems + 1 : min(count, limits.listItems + 1)
        let bytes = Array(text.utf8)
        try charge(scan: bytes.count + old.utf8.count)
        let places =
            old.isEmpty
            ? Text.boundaries(bytes, limit: limit) : TextSearch(Array(old.utf8)).all(in: bytes, limit: limit)
        guard !places.isEmpty else { return text }
        let (growth, overflow) = places.count.multipliedReportingOverflow(by: new.utf8.count)
        try charge(items: places.count)
        try charge(bytes: overflow || growth > limits.stringBytes ? .max : bytes.count + growth)
        var result: [UInt8] = []
        result.reserveCapacity(max(0, bytes.count + growth - places.count * old.utf8.count))
        var start = 0
        for place in places {
            result += bytes[start..<place]
            result += new.utf8
            start = place + old.utf8.count
        }
        result += bytes[start...]
        return String(bytes: result[...])
    }

    private func partition(_ text: String, fromRight: Bool, _ arguments: Arguments) throws(TemplateError) -> Value {
        let separator = try arguments.bound(to: ["sep"], self).requiredText(0)
        guard !separator.isEmpty else { throw invalid("cannot split by an empty string") }
        guard case .list(let parts) = try split(text, by: separator, limit: 1, fromRight: fromRight),
            parts.items.count == 2
        else { return try tuple(fromRight ? [.empty, .empty, .string(text)] : [.string(text), .empty, .empty]) }
        return try tuple([parts.items[0], .string(separator), parts.items[1]])
    }

    // MARK: Searching

    /// The part between two optional bounds, which count scalars, and where it begins.
    private func part(
        _ text: String, _ bound: BoundArguments, from index: Int
    ) throws(TemplateError) -> (text: String, start: Int)? {
        guard bound[index] != nil || bound[index + 1] != nil else { return (text, 0) }
        let scalars = Array(text.unicodeScalars)
        func place(_ value: Int?, _ standard: Int) -> Int {
            guard let value else { return standard }
            return value < 0 ? max(0, value.addingReportingOverflow(scalars.count).partialValue) : value
        }
        let start = place(try bound.integer(index), 0)
        let end = min(place(try bound.integer(index + 1), scalars.count), scalars.count)
        return start <= end ? (String(scalars: scalars[start..<end]), start) : nil
    }

    private func hasAffix(_ text: String, _ isPrefix: Bool, _ arguments: Arguments) throws(TemplateError) -> Bool {
        let bound = try arguments.bound(to: ["affix", "start", "end"], self)
        var affixes = [try bound.value(0)]
        if case .tuple(let list) = affixes[0] { affixes = list.items }
        guard let (text, _) = try part(text, bound, from: 1) else { return false }
        for affix in affixes {
            guard case .string(let affix) = affix else {
                if case .undefined(let undefined) = affix { throw needs(undefined) }
                throw invalid("a string can begin or end only with strings, not '\(affix.typeName)'")
            }
            try charge(bytes: affix.utf8.count)
            if isPrefix ? text.utf8.starts(with: affix.utf8) : Text.ends(text, with: affix) { return true }
        }
        return false
    }

    private func search(_ name: String, _ text: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["sub", "start", "end"], self)
        let wanted = try bound.requiredText(0)
        var found: Int?
        if let (part, start) = try part(text, bound, from: 1) {
            let bytes = Array(part.utf8)
            let needle = Array(wanted.utf8)
            if name == "count" {
                let count = needle.isEmpty ? part.scalarCount + 1 : TextSearch(needle).count(in: bytes)
                return .int(count)
            }
            let isLast = name.hasPrefix("r")
            if needle.isEmpty {
                found = isLast ? start + part.scalarCount : start
            } else if isLast {
                found = TextSearch(needle.reversed()).first(in: bytes.reversed(), from: 0).map {
                    start + String(bytes: bytes[..<(bytes.count - $0 - needle.count)]).scalarCount
                }
            } else {
                found = TextSearch(needle).first(in: bytes, from: 0).map {
                    start + String(bytes: bytes[..<$0]).scalarCount
                }
            }
        } else if name == "count" {
            return .int(0)
        }
        if found == nil, name.hasSuffix("index") { throw invalid("the substring is not found") }
        return .int(found ?? -1)
    }

    // MARK: Padding

    func pad(_ name: String, _ text: String, _ arguments: Arguments) throws(TemplateError) -> String {
        if name == "expandtabs" {
            let size = try arguments.bound(to: ["tabsize"], self).integer(0) ?? 8
            let tabs = text.utf8.reduce(0) { $1 == 9 ? $0 + 1 : $0 }
            let (growth, overflow) = max(size, 0).multipliedReportingOverflow(by: tabs)
            try charge(bytes: overflow || growth > limits.stringBytes ? .max : text.utf8.count + growth)
            return Text.expandedTabs(text, size)
        }
        let bound = try arguments.bound(to: ["width", "fillchar"], self)
        guard let width = try bound.integer(0) else { throw invalid("a width is missing") }
        let fill = try bound.text(1) ?? (name == "zfill" ? "0" : " ")
        guard fill.scalarCount == 1 else { throw invalid("the fill must be one character") }
        let missing = width.subtractingReportingOverflow(text.scalarCount)
        guard !missing.overflow, missing.partialValue > 0 else { return text }
        let count = missing.partialValue
        switch name {
        case "ljust": return text + (try repeated(fill, count))
        case "rjust": return try repeated(fill, count) + text
        case "zfill":
            let signs = text.unicodeScalars.first.map { $0 == "+" || $0 == "-" } == true ? 1 : 0
            let scalars = Array(text.unicodeScalars)
            return String(scalars: scalars[..<signs]) + (try repeated("0", count)) + String(scalars: scalars[signs...])
        default:
            // The odd blank goes where Python puts it.
            let left = count / 2 + (count & width & 1)
            return try repeated(fill, left) + text + repeated(fill, count - left)
        }
    }
}
