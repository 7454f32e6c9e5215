// SPDX-License-Identifier: Apache-2.0

/// What expressions evaluate to while a template is rendered: Python's values, as far as templates can reach them.
///
/// Lists and mappings never change once made, as the reference's sandbox forbids it; a namespace is the one value
/// that does. Nothing here outlives the rendering that made it.
enum Value {
    case undefined(Undefined)
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list(List)
    case tuple(List)
    case map(Mapping)
    case range(IntegerRange)
    /// A generator: gives its items once.
    case iterator(ItemIterator)
    /// `dict.keys()` and its kin.
    case view(MappingView)
    case namespace(Namespace)
    case loop(LoopState)
    case function(Function)

    static var empty: Value { .string("") }

    /// How deeply values nest inside; bounded when a list, mapping or function is made, so that walking and freeing
    /// values cannot exhaust the stack. Namespaces and scopes are cut apart by the interpreter instead.
    var depth: Int {
        switch self {
        case .list(let list), .tuple(let list): list.depth
        case .map(let map): map.depth
        case .iterator(let iterator): iterator.depth
        case .view(let view): view.map.depth
        case .loop(let loop): loop.depth
        case .function(let function): function.depth
        default: 0
        }
    }

    /// Python's name for the type, for messages.
    var typeName: String {
        switch self {
        case .undefined: "undefined"
        case .none: "None"
        case .bool: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .map: "dict"
        case .range: "range"
        case .iterator: "generator"
        case .view(let view): view.kind.rawValue
        case .namespace: "namespace"
        case .loop: "loop"
        case .function: "function"
        }
    }

    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .double(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let list), .tuple(let list): !list.items.isEmpty
        case .map(let map): map.count > 0
        case .range(let range): range.count > 0
        case .view(let view): view.map.count > 0
        case .iterator, .namespace, .function: true
        case .loop(let loop): loop.items.count > 0
        }
    }

    var isUndefined: Bool { if case .undefined = self { true } else { false } }
}

/// A missing value, with what to say when it is needed.
final class Undefined {
    let message: String
    /// Set when reading the attribute was refused, which is told apart from its absence.
    let isForbidden: Bool

    init(_ message: String, isForbidden: Bool = false) {
        self.message = message
        self.isForbidden = isForbidden
    }

    static func name(_ name: String) -> Value { .undefined(Undefined("'\(name)' is undefined")) }

    static func attribute(_ name: String, of value: Value) -> Value {
        .undefined(Undefined("'\(value.typeName) object' has no attribute '\(name)'"))
    }
}

final class List {
    let items: [Value]
    let depth: Int
    /// Made by `groupby`: a tuple whose two items also go by `grouper` and `list`.
    let isGroup: Bool

    init(_ items: [Value], isGroup: Bool = false) {
        self.items = items
        self.isGroup = isGroup && items.count == 2
        var deepest = 0
        for item in items { deepest = max(deepest, item.depth) }
        depth = deepest + 1
    }
}

/// Keys compare as in Python: `1`, `1.0` and `true` are one key, strings by their scalars.
enum MappingKey: Hashable {
    case none
    case int(Int)
    case double(Double)
    case string([UInt8])
    case tuple([MappingKey])

    /// `nil` for a value that cannot be a key.
    init?(_ value: Value) {
        switch value {
        case .none: self = .none
        case .bool(let value): self = .int(value ? 1 : 0)
        case .int(let value): self = .int(value)
        case .double(let value):
            if let whole = Int(exactly: value) { self = .int(whole) } else { self = .double(value) }
        case .string(let value): self = .string(Array(value.utf8))
        case .tuple(let list):
            // Tuples of tuples can share parts and be exponentially larger than they look: one level is enough.
            guard list.depth == 1 else { return nil }
            var keys: [MappingKey] = []
            for item in list.items {
                guard let key = MappingKey(item) else { return nil }
                keys.append(key)
            }
            self = .tuple(keys)
        default: return nil
        }
    }
}

/// An ordered mapping.
final class Mapping {
    let keys: [Value]
    let values: [Value]
    let depth: Int
    /// Where keys are, for mappings too long to search through.
    private let index: [MappingKey: Int]?
    private static let searchable = 8

    var count: Int { keys.count }

    /// - Parameter entries: hashable keys; of equal keys the first keeps its place and the last gives the value.
    init(_ entries: [(key: Value, value: Value)]) {
        var keys: [Value] = []
        var values: [Value] = []
        var index: [MappingKey: Int] = [:]
        var deepest = 0
        keys.reserveCapacity(entries.count)
        values.reserveCapacity(entries.count)
        for (key, value) in entries {
            deepest = max(deepest, key.depth, value.depth)
            guard let hashed = MappingKey(key) else { continue }
            if let place = index[hashed] {
                values[place] = value
            } else {
                index[hashed] = keys.count
                keys.append(key)
                values.append(value)
            }
        }
        self.keys = keys
        self.values = values
        self.index = keys.count > Mapping.searchable ? index : nil
        depth = deepest + 1
    }

    func value(for key: String) -> Value? {
        guard let index else {
            for (place, candidate) in keys.enumerated() {
                if case .string(let text) = candidate, text.isSame(as: key) { return values[place] }
            }
            return nil
        }
        return index[.string(Array(key.utf8))].map { values[$0] }
    }

    func value(for key: Value) -> Value? {
        if case .string(let text) = key { return value(for: text) }
        guard let hashed = MappingKey(key) else { return nil }
        if let index { return index[hashed].map { values[$0] } }
        for (place, candidate) in keys.enumerated() where MappingKey(candidate) == hashed { return values[place] }
        return nil
    }
}

struct MappingView {
    enum Kind: String {
        case keys = "dict_keys"
        case values = "dict_values"
        case items = "dict_items"
    }
    let kind: Kind
    let map: Mapping

    var items: [Value] {
        switch kind {
        case .keys: map.keys
        case .values: map.values
        case .items: map.pairs
        }
    }
}

extension Mapping {
    /// `(key, value)` tuples.
    var pairs: [Value] {
        var pairs: [Value] = []
        pairs.reserveCapacity(count)
        for (place, key) in keys.enumerated() { pairs.append(.tuple(List([key, values[place]]))) }
        return pairs
    }
}

/// Python's `range`: `start`, `start + step`, … in `count` items.
final class IntegerRange {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    init(start: Int, stop: Int, step: Int, count: Int) {
        self.start = start
        self.stop = stop
        self.step = step
        self.count = count
    }

    subscript(index: Int) -> Int { start &+ index &* step }

    func contains(_ value: Int) -> Bool {
        guard count > 0 else { return false }
        let last = self[count - 1]
        guard value >= min(start, last), value <= max(start, last) else { return false }
        let (distance, overflow) = value.subtractingReportingOverflow(start)
        return !overflow && distance % step == 0
    }
}

final class ItemIterator {
    private let items: [Value]
    private var next = 0
    let depth: Int

    init(_ items: [Value]) {
        self.items = items
        var deepest = 0
        for item in items { deepest = max(deepest, item.depth) }
        depth = deepest + 1
    }

    func take() -> Value? {
        guard next < items.count else { return nil }
        next += 1
        return items[next - 1]
    }

    /// All that is left; nothing is left after.
    func drain() -> [Value] {
        defer { next = items.count }
        return next == 0 ? items : Array(items[next...])
    }
}

/// The one mutable value: what `namespace()` makes and `{% set ns.x = … %}` changes.
final class Namespace {
    private(set) var names: [String] = []
    private(set) var values: [Value] = []

    func value(for name: String) -> Value? {
        for (place, candidate) in names.enumerated() where candidate.isSame(as: name) { return values[place] }
        return nil
    }

    func set(_ name: String, _ value: Value) {
        for (place, candidate) in names.enumerated() where candidate.isSame(as: name) {
            values[place] = value
            return
        }
        names.append(name)
        values.append(value)
    }

    func clear() {
        names = []
        values = []
    }
}

/// The `loop` variable.
final class LoopState {
    let items: [Value]
    let level: Int
    let depth: Int
    var index = 0
    var lastChanged: [Value]?
    /// What `loop(…)` runs in a recursive loop, while the loop runs.
    var recursion: (definition: LoopDefinition, scope: Scope)?

    init(items: [Value], level: Int) {
        self.items = items
        self.level = level
        var deepest = 0
        for item in items { deepest = max(deepest, item.depth) }
        depth = deepest + 1
    }
}

/// Something that can be called.
final class Function {
    enum Kind {
        case builtin(Builtin)
        case macro(MacroDefinition, Scope)
        case method(receiver: Value, name: String)
        case cycler(Cycler)
        case joiner(Joiner)
    }
    let kind: Kind
    let depth: Int

    init(_ kind: Kind) {
        self.kind = kind
        depth =
            switch kind {
            case .method(let receiver, _): receiver.depth + 1
            case .cycler(let cycler): cycler.depth + 1
            default: 0
            }
    }
}

enum Builtin: String, CaseIterable {
    case range, dict, namespace, cycler, joiner
    case raiseException = "raise_exception"
    case timeFormat = "strftime_now"
}

final class Cycler {
    let items: [Value]
    let depth: Int
    var index = 0

    init(_ items: [Value]) {
        self.items = items
        depth = List(items).depth
    }
}

final class Joiner {
    let separator: String
    var isUsed = false

    init(_ separator: String) { self.separator = separator }
}

/// Variables of a block, and the scope around it.
final class Scope {
    private var symbols: [Symbol] = []
    private var values: [Value] = []
    private(set) var parent: Scope?

    init(parent: Scope?) { self.parent = parent }

    func value(of symbol: Symbol) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            for (place, candidate) in current.symbols.enumerated() where candidate == symbol {
                return current.values[place]
            }
            scope = current.parent
        }
        return nil
    }

    func set(_ symbol: Symbol, _ value: Value) {
        for (place, candidate) in symbols.enumerated() where candidate == symbol {
            values[place] = value
            return
        }
        symbols.append(symbol)
        values.append(value)
    }

    func clear() {
        symbols = []
        values = []
        parent = nil
    }
}

/// The values of a call's arguments.
struct Arguments {
    var positional: [Value] = []
    var named: [(name: String, value: Value)] = []
}
