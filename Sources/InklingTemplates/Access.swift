// SPDX-License-Identifier: Apache-2.0

// Attributes, items, slices, iteration and length.

extension Interpreter {
    /// What `for` goes over.
    func items(of value: Value) throws(TemplateError) -> [Value] {
        switch value {
        case .list(let list), .tuple(let list): return list.items
        case .map(let map): return map.keys
        case .view(let view):
            try charge(items: view.map.count)
            return view.items
        case .iterator(let iterator): return iterator.drain()
        case .undefined: return []
        case .string(let text):
            try charge(items: text.utf8.count)
            return text.unicodeScalars.map { .string(String($0)) }
        case .range(let range):
            try charge(items: range.count)
            return (0..<range.count).map { .int(range[$0]) }
        default: throw invalid("'\(value.typeName)' cannot be iterated over")
        }
    }

    func length(of value: Value) throws(TemplateError) -> Int {
        switch value {
        case .list(let list), .tuple(let list): return list.items.count
        case .map(let map): return map.count
        case .view(let view): return view.map.count
        case .undefined: return 0
        case .string(let text):
            try charge(bytes: text.utf8.count)
            return text.scalarCount
        case .range(let range): return range.count
        case .loop(let loop): return loop.items.count
        default: throw invalid("'\(value.typeName)' has no length")
        }
    }

    // MARK: Attributes

    /// `value.name`: an attribute, else an item; undefined if there is neither.
    func attribute(_ name: String, of value: Value) throws(TemplateError) -> Value {
        if let found = try ownAttribute(name, of: value) { return found }
        if case .map(let map) = value, let found = map.value(for: name) { return found }
        return Undefined.attribute(name, of: value)
    }

    /// What Python's `getattr` finds.
    private func ownAttribute(_ name: String, of value: Value) throws(TemplateError) -> Value? {
        if case .undefined(let undefined) = value { throw needs(undefined) }
        if name.hasPrefix("__"), name.hasSuffix("__") { return forbidden(name, value) }
        switch value {
        case .namespace(let namespace): return namespace.value(for: name)
        case .loop(let loop): return try attribute(name, of: loop)
        case .range(let range):
            switch name {
            case "start": return .int(range.start)
            case "stop": return .int(range.stop)
            case "step": return .int(range.step)
            default: break
            }
        case .function(let function):
            if let found = try attribute(name, of: function) { return found }
        case .tuple(let list) where list.isGroup:
            if name == "grouper" { return list.items[0] }
            if name == "list" { return list.items[1] }
        default: break
        }
        switch Methods.standing(of: name, for: value) {
        case .offered: return try self.function(.method(receiver: value, name: name))
        case .forbidden: return forbidden(name, value)
        case .unsupported: throw .unsupported("the method '\(name)' of '\(value.typeName)'", position)
        case .absent: return nil
        }
    }

    private func forbidden(_ name: String, _ value: Value) -> Value {
        .undefined(Undefined("'\(name)' of '\(value.typeName)' is not open to templates", isForbidden: true))
    }

    private func attribute(_ name: String, of function: Function) throws(TemplateError) -> Value? {
        switch (function.kind, name) {
        case (.macro(let definition, _), "name"): return .string(definition.name)
        case (.macro(let definition, _), "arguments"): return try tuple(definition.parameters.map { .string($0.name) })
        case (.macro(let definition, _), "caller"): return .bool(definition.usesCaller)
        case (.macro(let definition, _), "catch_varargs"): return .bool(definition.catchesPositional)
        case (.macro(let definition, _), "catch_kwargs"): return .bool(definition.catchesNamed)
        case (.cycler(let cycler), "current"): return cycler.items[cycler.index]
        default: return nil
        }
    }

    private func attribute(_ name: String, of loop: LoopState) throws(TemplateError) -> Value? {
        let count = loop.items.count
        switch name {
        case "index": return .int(loop.index + 1)
        case "index0": return .int(loop.index)
        case "revindex": return .int(count - loop.index)
        case "revindex0": return .int(count - loop.index - 1)
        case "first": return .bool(loop.index == 0)
        case "last": return .bool(loop.index == count - 1)
        case "length": return .int(count)
        case "depth": return .int(loop.level)
        case "depth0": return .int(loop.level - 1)
        case "previtem":
            return loop.index > 0
                ? loop.items[loop.index - 1] : .undefined(Undefined("there is no previous item"))
        case "nextitem":
            return loop.index + 1 < count
                ? loop.items[loop.index + 1] : .undefined(Undefined("there is no next item"))
        case "cycle", "changed": return try function(.method(receiver: .loop(loop), name: name))
        default: return nil
        }
    }

    // MARK: Items

    /// `value[index]`: an item, else for a string the attribute of that name; undefined if there is neither.
    func item(_ index: Value, of value: Value) throws(TemplateError) -> Value {
        switch (value, index) {
        case (.undefined(let undefined), _): throw needs(undefined)
        case (.map(let map), _): if let found = map.value(for: index) { return found }
        case (.list(let list), .int), (.tuple(let list), .int), (.list(let list), .bool), (.tuple(let list), .bool):
            if let place = place(index, in: list.items.count) { return list.items[place] }
        case (.string(let text), .int), (.string(let text), .bool):
            try charge(bytes: text.utf8.count)
            let scalars = text.unicodeScalars
            if let place = place(index, in: scalars.count) {
                return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: place)]))
            }
        case (.range(let range), .int), (.range(let range), .bool):
            if let place = place(index, in: range.count) { return .int(range[place]) }
        default: break
        }
        if case .string(let name) = index {
            if let found = try ownAttribute(name, of: value) { return found }
            return Undefined.attribute(name, of: value)
        }
        let shown = try? repr(of: index)
        return .undefined(Undefined("'\(value.typeName) object' has no element \(shown ?? "")"))
    }

    private func place(_ index: Value, in count: Int) -> Int? {
        guard case .int(let index) = number(index) else { return nil }
        let place = index < 0 ? index.addingReportingOverflow(count).partialValue : index
        return place >= 0 && place < count ? place : nil
    }

    // MARK: Slices

    func slice(_ value: Value, _ first: Value, _ last: Value, _ step: Value) throws(TemplateError) -> Value {
        switch value {
        case .list(let list): return try self.list(picked(list.items, first, last, step))
        case .tuple(let list): return try tuple(picked(list.items, first, last, step))
        case .string(let text):
            try charge(bytes: text.utf8.count * 2)
            return .string(String(scalars: try picked(Array(text.unicodeScalars), first, last, step)[...]))
        case .range(let range):
            let places = try indices(first, last, step, count: range.count)
            return .range(
                IntegerRange(
                    start: range.start &+ places.start &* range.step,
                    stop: range.start &+ (places.start &+ places.count &* places.step) &* range.step,
                    step: range.step &* places.step, count: places.count))
        case .undefined(let undefined): throw needs(undefined)
        default: return .undefined(Undefined("'\(value.typeName) object' has no slices"))
        }
    }

    private func picked<Item>(
        _ items: [Item], _ first: Value, _ last: Value, _ step: Value
    ) throws(TemplateError) -> [Item] {
        let places = try indices(first, last, step, count: items.count)
        if places.step == 1 { return Array(items[places.start..<places.start + places.count]) }
        var picked: [Item] = []
        picked.reserveCapacity(places.count)
        for index in 0..<places.count { picked.append(items[places.start + index * places.step]) }
        return picked
    }

    /// Python's rules for the bounds of a slice of `count` items.
    private func indices(
        _ first: Value, _ last: Value, _ step: Value, count: Int
    ) throws(TemplateError) -> (start: Int, step: Int, count: Int) {
        let step = try sliceBound(step) ?? 1
        guard step != 0 else { throw invalid("the step of a slice cannot be zero") }
        let low = step > 0 ? 0 : -1
        let high = step > 0 ? count : count - 1
        func clamped(_ bound: Int?, standard: Int) -> Int {
            guard let bound else { return standard }
            let place = bound < 0 ? bound.addingReportingOverflow(count).partialValue : bound
            return min(max(place, low), high)
        }
        let start = clamped(try sliceBound(first), standard: step > 0 ? low : high)
        let stop = clamped(try sliceBound(last), standard: step > 0 ? high : low)
        let distance = step > 0 ? stop - start : start - stop
        guard distance > 0 else { return (step > 0 ? min(start, count) : 0, 1, 0) }
        let stride = step.magnitude
        let picked = Int((UInt(distance) - 1) / stride) + 1
        return (start, picked == 1 ? 1 : step, picked)
    }

    private func sliceBound(_ value: Value) throws(TemplateError) -> Int? {
        switch value {
        case .none: return nil
        case .int(let bound): return bound
        case .bool(let bound): return bound ? 1 : 0
        case .undefined(let undefined): throw needs(undefined)
        default: throw invalid("the bounds of a slice must be integers, not '\(value.typeName)'")
        }
    }
}
