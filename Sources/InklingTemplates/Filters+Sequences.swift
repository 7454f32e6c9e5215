// SPDX-License-Identifier: Apache-2.0

extension Filters {
    // MARK: Ends and copies

    @Sendable static func first(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        _ = try arguments.bound(to: [], i)
        let missing = Value.undefined(Undefined("no first item, the sequence is empty"))
        switch value {
        case .iterator(let iterator): return iterator.take() ?? missing
        case .string(let text): return text.unicodeScalars.first.map { .string(String($0)) } ?? missing
        case .range(let range): return range.count > 0 ? .int(range[0]) : missing
        default: return try i.items(of: value).first ?? missing
        }
    }

    @Sendable static func last(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        _ = try arguments.bound(to: [], i)
        let missing = Value.undefined(Undefined("no last item, the sequence is empty"))
        switch value {
        case .iterator: throw i.invalid("a generator has no last item: make it a list first")
        case .undefined: return missing
        case .string(let text): return text.unicodeScalars.last.map { .string(String($0)) } ?? missing
        case .range(let range): return range.count > 0 ? .int(range[range.count - 1]) : missing
        default: return try i.items(of: value).last ?? missing
        }
    }

    @Sendable static func list(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        _ = try arguments.bound(to: [], i)
        return try i.list(i.items(of: value))
    }

    @Sendable static func items(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        _ = try arguments.bound(to: [], i)
        switch value {
        case .undefined: return try i.iterator([])
        case .map(let map):
            try i.charge(items: map.count)
            return try i.iterator(map.pairs)
        default: throw i.invalid("'items' needs a mapping, not '\(value.typeName)'")
        }
    }

    @Sendable static func reverse(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try arguments.bound(to: [], i)
        if case .string = value { return try i.slice(value, .none, .none, .int(-1)) }
        return try i.iterator(i.items(of: value).reversed())
    }

    @Sendable static func join(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        let bound = try arguments.bound(to: ["d", "attribute"], i)
        let separator = try i.text(of: bound[0] ?? .empty)
        let path = try bound[1].map { (path) throws(TemplateError) in try AttributePath(path, i) }
        var parts: [Value] = []
        for item in try i.items(of: value) {
            let part = try path?.value(in: item, i) ?? item
            parts.append(.string(try i.text(of: part)))
        }
        return .string(try i.join(parts, separator))
    }

    // MARK: Parts

    @Sendable static func batch(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        let bound = try arguments.bound(to: ["linecount", "fill_with"], i)
        guard let size = try bound.integer(0), size > 0 else { throw i.invalid("'batch' needs a positive size") }
        let items = try i.items(of: value)
        var rows: [Value] = []
        var start = 0
        while start < items.count {
            let end = min(start + min(size, items.count), items.count)
            var row = Array(items[start..<end])
            if end - start < size, let fill = bound[1], !fill.isNone {
                try i.charge(items: size)
                row += Array(repeating: fill, count: size - row.count)
            }
            rows.append(try i.list(row))
            start = end
        }
        return try i.iterator(rows)
    }

    @Sendable static func slice(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        let bound = try arguments.bound(to: ["slices", "fill_with"], i)
        guard let count = try bound.integer(0), count > 0 else { throw i.invalid("'slice' needs a positive count") }
        try i.charge(items: count)
        let items = try i.items(of: value)
        let size = items.count / count
        let longer = items.count % count
        var columns: [Value] = []
        var start = 0
        for column in 0..<count {
            let end = start + size + (column < longer ? 1 : 0)
            var part = Array(items[start..<end])
            if column >= longer, let fill = bound[1], !fill.isNone { part.append(fill) }
            columns.append(try i.list(part))
            start = end
        }
        return try i.iterator(columns)
    }

    @Sendable static func unique(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["case_sensitive", "attribute"], i)
        let items = try i.items(of: value)
        let keys = try sortKeys(items, attribute: bound[1], isCaseSensitive: bound.flag(0), i)
        var seen: Set<MappingKey> = []
        var kept: [Value] = []
        for (place, key) in keys.enumerated() {
            try i.charge(4)
            guard let hashed = MappingKey(key) else { throw i.invalid("a \(key.typeName) cannot be told unique") }
            if seen.insert(hashed).inserted { kept.append(items[place]) }
        }
        return try i.iterator(kept)
    }

    // MARK: Order

    @Sendable static func sort(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        let bound = try arguments.bound(to: ["reverse", "case_sensitive", "attribute"], i)
        let items = try i.items(of: value)
        var keys: [Value] = []
        if case .string(let names) = bound[2], names.contains(",") {
            // Several attributes sort as lists of them.
            var columns: [[Value]] = []
            for name in names.split(separator: ",", omittingEmptySubsequences: false) {
                columns.append(
                    try sortKeys(items, attribute: .string(String(name)), isCaseSensitive: bound.flag(1), i))
            }
            for place in items.indices { keys.append(try i.list(columns.map { $0[place] })) }
        } else {
            keys = try sortKeys(items, attribute: bound[2], isCaseSensitive: bound.flag(1), i)
        }
        let places = try i.sorted(Array(items.indices), by: keys, descending: bound.flag(0))
        return try i.list(places.map { items[$0] })
    }

    @Sendable static func sortMapping(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["case_sensitive", "by", "reverse"], i)
        let by = try bound.text(1) ?? "key"
        guard by == "key" || by == "value" else { throw i.invalid("'dictsort' sorts by 'key' or 'value'") }
        guard case .map(let map) = value else {
            if case .undefined(let undefined) = value { throw i.needs(undefined) }
            throw i.invalid("'dictsort' needs a mapping, not '\(value.typeName)'")
        }
        let keys = try sortKeys(
            by == "key" ? map.keys : map.values, attribute: nil, isCaseSensitive: bound.flag(0), i)
        let places = try i.sorted(Array(map.keys.indices), by: keys, descending: bound.flag(2))
        let pairs = map.pairs
        return try i.list(places.map { pairs[$0] })
    }

    @Sendable static func group(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        let bound = try arguments.bound(to: ["attribute", "default", "case_sensitive"], i)
        let path = try AttributePath(bound.value(0), i, standard: bound[1])
        let items = try i.items(of: value)
        var names: [Value] = []
        for item in items { names.append(try path.value(in: item, i)) }
        let keys = try sortKeys(names, attribute: nil, isCaseSensitive: bound.flag(2), i)
        let places = try i.sorted(Array(items.indices), by: keys)
        var groups: [Value] = []
        var start = 0
        while start < places.count {
            var end = start + 1
            while end < places.count, try i.areEqual(keys[places[start]], keys[places[end]]) { end += 1 }
            let members = try i.list(places[start..<end].map { items[$0] })
            groups.append(try i.tuple([names[places[start]], members], isGroup: true))
            start = end
        }
        return try i.list(groups)
    }

    @Sendable static func minimum(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value { try extreme(i, value, arguments, wantsLarger: false) }

    @Sendable static func maximum(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value { try extreme(i, value, arguments, wantsLarger: true) }

    private static func extreme(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments, wantsLarger: Bool
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["case_sensitive", "attribute"], i)
        let items = try i.items(of: value)
        guard !items.isEmpty else { return .undefined(Undefined("no largest or smallest item, the sequence is empty")) }
        let keys = try sortKeys(items, attribute: bound[1], isCaseSensitive: bound.flag(0), i)
        var best = 0
        for place in keys.indices.dropFirst() {
            try i.charge()
            guard let order = try i.order(keys[place], keys[best]) else { continue }
            if wantsLarger ? order > 0 : order < 0 { best = place }
        }
        return items[best]
    }

    /// What to compare items by: an attribute, with strings in lower case unless case counts.
    private static func sortKeys(
        _ items: [Value], attribute: Value?, isCaseSensitive: Bool, _ i: Interpreter
    ) throws(TemplateError) -> [Value] {
        var path: AttributePath?
        if let attribute, !attribute.isNone { path = try AttributePath(attribute, i) }
        var keys: [Value] = []
        keys.reserveCapacity(items.count)
        for item in items {
            try i.charge()
            var key = try path?.value(in: item, i) ?? item
            if !isCaseSensitive, case .string(let text) = key {
                try i.charge(scan: text.utf8.count)
                key = .string(Text.lowered(text))
            }
            keys.append(key)
        }
        return keys
    }

    @Sendable static func sum(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["attribute", "start"], i)
        var path: AttributePath?
        if let attribute = bound[0], !attribute.isNone { path = try AttributePath(attribute, i) }
        var total = bound[1] ?? .int(0)
        if case .string = total { throw i.invalid("strings are joined with 'join', not summed") }
        for item in try i.items(of: value) {
            try i.charge()
            total = try i.apply(.add, total, path?.value(in: item, i) ?? item)
        }
        return total
    }

    // MARK: Choosing

    @Sendable static func map(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let items = try i.items(of: value)
        var results: [Value] = []
        results.reserveCapacity(items.count)
        if arguments.positional.isEmpty, arguments.named.contains(where: { $0.name == "attribute" }) {
            let bound = try arguments.bound(to: ["attribute", "default"], i)
            let path = try AttributePath(bound.value(0), i, standard: bound[1])
            for item in items {
                try i.charge()
                results.append(try path.value(in: item, i))
            }
            return try i.iterator(results)
        }
        guard case .string(let name) = arguments.positional.first else {
            throw i.invalid("'map' needs the name of a filter or an attribute")
        }
        guard let filter = table[name] else { throw .unsupported("the filter '\(name)'", i.position) }
        var rest = arguments
        rest.positional.removeFirst()
        try i.enter()
        for item in items {
            try i.charge()
            results.append(try filter(i, item, rest))
        }
        i.leave()
        return try i.iterator(results)
    }

    @Sendable static func select(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError)
        -> Value
    {
        try choose(i, value, arguments, keeps: true, byAttribute: false)
    }

    @Sendable static func reject(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError)
        -> Value
    {
        try choose(i, value, arguments, keeps: false, byAttribute: false)
    }

    @Sendable static func selectAttribute(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value { try choose(i, value, arguments, keeps: true, byAttribute: true) }

    @Sendable static func rejectAttribute(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value { try choose(i, value, arguments, keeps: false, byAttribute: true) }

    private static func choose(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments, keeps: Bool, byAttribute: Bool
    ) throws(TemplateError) -> Value {
        var rest = arguments
        var path: AttributePath?
        if byAttribute {
            guard !rest.positional.isEmpty else { throw i.invalid("the name of an attribute is missing") }
            path = try AttributePath(rest.positional.removeFirst(), i)
        }
        var test: TestFunction?
        if !rest.positional.isEmpty {
            guard case .string(let name) = rest.positional.removeFirst() else {
                throw i.invalid("the name of a test must be a string")
            }
            guard let found = ValueTests.table[name] else { throw .unsupported("the test '\(name)'", i.position) }
            test = found
        }
        var kept: [Value] = []
        for item in try i.items(of: value) {
            try i.charge()
            let subject = try path?.value(in: item, i) ?? item
            let holds = try test?(i, subject, rest) ?? subject.isTrue
            if holds == keeps { kept.append(item) }
        }
        return try i.iterator(kept)
    }
}

/// A dotted path such as `function.name` or `items.0`, as `map(attribute=…)` and its kin take it.
struct AttributePath {
    private let parts: [Value]
    private let standard: Value?

    /// - Parameter standard: what stands in for a missing value.
    init(_ path: Value, _ i: Interpreter, standard: Value? = nil) throws(TemplateError) {
        self.standard = standard.flatMap { $0.isNone ? nil : $0 }
        switch path {
        case .string(let text):
            try i.charge(bytes: text.utf8.count * 4)
            parts = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
                part.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
                    ? Int(part).map { .int($0) } ?? .string(String(part))
                    : .string(String(part))
            }
        case .int: parts = [path]
        case .none: parts = []
        default: throw i.invalid("the name of an attribute must be a string, not '\(path.typeName)'")
        }
    }

    func value(in item: Value, _ i: Interpreter) throws(TemplateError) -> Value {
        var value = item
        for part in parts {
            try i.charge()
            value = try i.item(part, of: value)
            if let standard, value.isUndefined { value = standard }
        }
        return value
    }
}

extension Value {
    var isNone: Bool { if case .none = self { true } else { false } }
}

extension Interpreter {
    /// Places ordered by their keys; equal keys stay in order. A merge sort, since comparing can fail.
    func sorted(_ places: [Int], by keys: [Value], descending: Bool = false) throws(TemplateError) -> [Int] {
        var source = places
        var width = 1
        while width < source.count {
            var merged: [Int] = []
            merged.reserveCapacity(source.count)
            var start = 0
            while start < source.count {
                let middle = min(start + width, source.count)
                let end = min(start + 2 * width, source.count)
                var (left, right) = (start, middle)
                while left < middle, right < end {
                    try charge()
                    let order =
                        descending
                        ? try order(keys[source[left]], keys[source[right]])
                        : try order(keys[source[right]], keys[source[left]])
                    let takesRight = (order ?? 0) < 0
                    merged.append(source[takesRight ? right : left])
                    if takesRight { right += 1 } else { left += 1 }
                }
                merged += source[left..<middle]
                merged += source[right..<end]
                start = end
            }
            source = merged
            width *= 2
        }
        return source
    }
}
