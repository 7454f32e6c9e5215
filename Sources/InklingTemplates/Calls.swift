// SPDX-License-Identifier: Apache-2.0

extension Interpreter {
    func call(_ callee: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        switch callee {
        case .function(let function): return try call(function, arguments)
        case .loop(let loop):
            let bound = try arguments.bound(to: ["iterable"], self)
            return try recurse(loop, try bound.value(0))
        case .undefined(let undefined): throw needs(undefined)
        default: throw invalid("'\(callee.typeName)' cannot be called")
        }
    }

    private func call(_ function: Function, _ arguments: Arguments) throws(TemplateError) -> Value {
        switch function.kind {
        case .macro(let definition, let scope): return try callMacro(definition, scope, arguments)
        case .builtin(let builtin): return try call(builtin, arguments)
        case .method(let receiver, let name): return try callMethod(name, of: receiver, arguments)
        case .joiner(let joiner):
            defer { joiner.isUsed = true }
            return .string(joiner.isUsed ? joiner.separator : "")
        case .cycler: throw invalid("a cycler cannot be called: use its 'next'")
        }
    }

    private func recurse(_ loop: LoopState, _ iterable: Value) throws(TemplateError) -> Value {
        guard let (definition, scope) = loop.recursion else {
            throw invalid("'loop' can be called only within a loop marked 'recursive'")
        }
        try enter()
        defer { leave() }
        return .string(
            try captured { () throws(TemplateError) in
                try runLoop(definition, over: iterable, level: loop.level + 1, scope)
            })
    }

    // MARK: Methods

    func callMethod(_ name: String, of receiver: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        switch (receiver, name) {
        case (.loop(let loop), "cycle"):
            guard !arguments.positional.isEmpty else { throw invalid("no items for cycling given") }
            return arguments.positional[loop.index % arguments.positional.count]
        case (.loop(let loop), "changed"): return .bool(try hasChanged(loop, arguments.positional))
        case (.function(let function), _):
            if case .cycler(let cycler) = function.kind { return try callMethod(name, of: cycler) }
        default: break
        }
        switch Methods.standing(of: name, for: receiver) {
        case .offered: break
        case .forbidden: throw .forbidden("'\(name)' would change a '\(receiver.typeName)'", position)
        case .unsupported: throw .unsupported("the method '\(name)' of '\(receiver.typeName)'", position)
        case .absent: return try call(attribute(name, of: receiver), arguments)
        }
        switch receiver {
        case .string(let text): return try callMethod(name, of: text, arguments)
        case .map(let map): return try callMethod(name, of: map, arguments)
        default: return try callSequenceMethod(name, of: receiver, arguments)
        }
    }

    private func hasChanged(_ loop: LoopState, _ values: [Value]) throws(TemplateError) -> Bool {
        if let last = loop.lastChanged, try areEqual(list(last), list(values)) { return false }
        loop.lastChanged = values
        return true
    }

    private func callMethod(_ name: String, of cycler: Cycler) throws(TemplateError) -> Value {
        switch name {
        case "next":
            defer { cycler.index = (cycler.index + 1) % cycler.items.count }
            return cycler.items[cycler.index]
        case "reset":
            cycler.index = 0
            return .none
        default: throw invalid("a cycler has no method '\(name)'")
        }
    }

    private func callMethod(_ name: String, of map: Mapping, _ arguments: Arguments) throws(TemplateError) -> Value {
        if name == "get" {
            let bound = try arguments.bound(to: ["key", "default"], self)
            let key = try bound.value(0)
            guard MappingKey(key) != nil else { throw invalid("a \(key.typeName) cannot be a key") }
            return map.value(for: key) ?? bound[1] ?? .none
        }
        _ = try arguments.bound(to: [], self)
        switch name {
        case "keys": return .view(MappingView(kind: .keys, map: map))
        case "values": return .view(MappingView(kind: .values, map: map))
        case "items": return .view(MappingView(kind: .items, map: map))
        default: return .map(map)
        }
    }

    private func callSequenceMethod(
        _ name: String, of receiver: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        if name == "copy" { return receiver }
        let bound = try arguments.bound(to: ["value"], self)
        let wanted = try bound.value(0)
        var count = 0
        for (place, item) in try items(of: receiver).enumerated() {
            try charge()
            guard try areEqual(item, wanted) else { continue }
            if name == "index" { return .int(place) }
            count += 1
        }
        if name == "index" { throw invalid("the value is not in the '\(receiver.typeName)'") }
        return .int(count)
    }

    // MARK: Functions

    private func call(_ builtin: Builtin, _ arguments: Arguments) throws(TemplateError) -> Value {
        switch builtin {
        case .range: return try range(arguments)
        case .dict: return try map(pairs(arguments))
        case .namespace:
            let namespace = makeNamespace()
            for (key, value) in try pairs(arguments) {
                guard case .string(let name) = key else { throw invalid("a namespace's names must be strings") }
                try charge(namespace.names.count / 4)
                namespace.set(name, value)
            }
            return .namespace(namespace)
        case .cycler:
            guard !arguments.positional.isEmpty else { throw invalid("a cycler needs items") }
            return try function(.cycler(Cycler(arguments.positional)))
        case .joiner:
            let bound = try arguments.bound(to: ["sep"], self)
            return try function(.joiner(Joiner(try bound.text(0) ?? ", ")))
        case .raiseException:
            let bound = try arguments.bound(to: ["message"], self)
            throw .raised(try text(of: bound.value(0)), position)
        case .timeFormat:
            let bound = try arguments.bound(to: ["format"], self)
            guard let date else { throw invalid("the date is not known here") }
            let format = try bound.requiredText(0)
            try charge(bytes: format.utf8.count * 16)
            guard let text = date.formatted(format) else {
                throw .unsupported("the date format \(PythonFormat.quoted(format))", position)
            }
            return .string(text)
        }
    }

    private func range(_ arguments: Arguments) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["start", "stop", "step"], self)
        guard let first = try bound.integer(0) else { throw invalid("a range needs integers") }
        let second = try bound.integer(1)
        let (start, stop) = second.map { (first, $0) } ?? (0, first)
        let step = try bound.integer(2) ?? 1
        guard step != 0 else { throw invalid("the step of a range cannot be zero") }
        guard step > 0 ? stop > start : stop < start else {
            return .range(IntegerRange(start: start, stop: stop, step: step, count: 0))
        }
        let distance = UInt(bitPattern: stop &- start)
        let magnitude = step > 0 ? distance : 0 &- distance
        let count = (magnitude - 1) / step.magnitude + 1
        guard count <= UInt(TemplateLimits.rangeItems) else { throw .limitExceeded(.listSize, position) }
        return .range(IntegerRange(start: start, stop: stop, step: step, count: Int(count)))
    }

    /// `dict(mapping or pairs, name=value, …)`.
    private func pairs(_ arguments: Arguments) throws(TemplateError) -> [(key: Value, value: Value)] {
        var pairs: [(key: Value, value: Value)] = []
        guard arguments.positional.count <= 1 else { throw invalid("'dict' takes one mapping at most") }
        if case .map(let map) = arguments.positional.first {
            for (place, key) in map.keys.enumerated() { pairs.append((key, map.values[place])) }
        } else if let first = arguments.positional.first {
            for item in try items(of: first) {
                let pair = try items(of: item)
                guard pair.count == 2 else { throw invalid("'dict' needs pairs of a key and a value") }
                pairs.append((pair[0], pair[1]))
            }
        }
        for (name, value) in arguments.named { pairs.append((.string(name), value)) }
        try charge(items: pairs.count)
        return pairs
    }
}

/// Which methods values have.
enum Methods {
    enum Standing {
        case offered
        /// It would change the value: the sandbox refuses it.
        case forbidden
        /// Python has it; no chat template was seen to use it.
        case unsupported
        case absent
    }

    private static let string: Set<String> = [
        "capitalize", "center", "count", "endswith", "expandtabs", "find", "format", "index", "isalnum", "isalpha",
        "isascii", "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "join", "ljust",
        "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust",
        "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper",
        "zfill",
    ]
    private static let unsupportedString: Set<String> = [
        "casefold", "encode", "format_map", "isidentifier", "isprintable", "maketrans", "translate",
    ]
    private static let map: Set<String> = ["copy", "get", "items", "keys", "values"]
    private static let forbiddenMap: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]
    private static let list: Set<String> = ["copy", "count", "index"]
    private static let forbiddenList: Set<String> = [
        "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
    ]

    static func standing(of name: String, for value: Value) -> Standing {
        switch value {
        case .string:
            string.contains(name) ? .offered : unsupportedString.contains(name) ? .unsupported : .absent
        case .map:
            map.contains(name)
                ? .offered : forbiddenMap.contains(name) ? .forbidden : name == "fromkeys" ? .unsupported : .absent
        case .list: list.contains(name) ? .offered : forbiddenList.contains(name) ? .forbidden : .absent
        case .tuple, .range: name == "count" || name == "index" ? .offered : .absent
        default: .absent
        }
    }
}
