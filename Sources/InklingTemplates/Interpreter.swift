// SPDX-License-Identifier: Apache-2.0

/// One rendering of a template: runs statements, collects text, and counts what it costs.
///
/// Values that can hold each other in a circle (namespaces, scopes that macros close over) are registered here and
/// emptied at the end, so a template can neither leak memory nor build a chain too long to be freed.
final class Interpreter {
    let limits: TemplateLimits
    let names: [String]
    let date: TemplateDate?
    /// Values given by the caller and built-in functions, by symbol.
    private var context: [Value?]
    var position = TemplatePosition(line: 1, column: 1)

    private var stepsLeft: Int
    private var callDepth = 0
    private var output = ""
    private var outputTotal = 0
    private var namespaces: [Namespace] = []
    private var capturedScopes: [Scope] = []

    enum Flow { case next, breakLoop, continueLoop }

    init(names: [String], context: [Value?], limits: TemplateLimits, steps: Int, date: TemplateDate?) {
        self.names = names
        self.context = context
        self.limits = limits
        self.date = date
        stepsLeft = steps
    }

    func render(_ body: [Statement]) throws(TemplateError) -> String {
        defer { release() }
        _ = try execute(body, Scope(parent: nil))
        return output
    }

    private func release() {
        for namespace in namespaces { namespace.clear() }
        for scope in capturedScopes { scope.clear() }
        namespaces = []
        capturedScopes = []
    }

    // MARK: Cost

    func charge(_ steps: Int = 1) throws(TemplateError) {
        stepsLeft -= max(steps, 1)
        if stepsLeft < 0 {
            stepsLeft = 0
            throw .limitExceeded(.steps, position)
        }
    }

    /// Before copying or scanning so many bytes.
    func charge(bytes: Int) throws(TemplateError) {
        if bytes > limits.stringBytes { throw .limitExceeded(.stringSize, position) }
        try charge(bytes / 64 + 1)
    }

    /// Before work on each character of so many bytes.
    func charge(scan bytes: Int) throws(TemplateError) {
        try charge(bytes: bytes)
        try charge(bytes / 20 + 1)
    }

    /// Before making or walking so many items.
    func charge(items: Int) throws(TemplateError) {
        if items > limits.listItems { throw .limitExceeded(.listSize, position) }
        try charge(items / 4 + 1)
    }

    /// Around every evaluation that nests; ``leave()`` must follow unless an error ends the rendering.
    func enter() throws(TemplateError) {
        callDepth += 1
        if callDepth > TemplateLimits.callDepth { throw .limitExceeded(.callDepth, position) }
        try charge()
    }

    func leave() { callDepth -= 1 }

    // MARK: Errors

    func invalid(_ message: String) -> TemplateError { .invalidOperation(message, position) }

    func needs(_ undefined: Undefined) -> TemplateError {
        undefined.isForbidden ? .forbidden(undefined.message, position) : .undefined(undefined.message, position)
    }

    // MARK: Making values

    func list(_ items: [Value]) throws(TemplateError) -> Value { .list(try checked(items)) }
    func tuple(_ items: [Value], isGroup: Bool = false) throws(TemplateError) -> Value {
        .tuple(try checked(items, isGroup: isGroup))
    }

    private func checked(_ items: [Value], isGroup: Bool = false) throws(TemplateError) -> List {
        try charge(items: items.count)
        let list = List(items, isGroup: isGroup)
        try check(depth: list.depth)
        return list
    }

    func iterator(_ items: [Value]) throws(TemplateError) -> Value {
        try charge(items: items.count)
        let iterator = ItemIterator(items)
        try check(depth: iterator.depth)
        return .iterator(iterator)
    }

    func map(_ entries: [(key: Value, value: Value)]) throws(TemplateError) -> Value {
        try charge(items: entries.count * 4)
        for (key, _) in entries {
            if case .string(let text) = key { try charge(bytes: text.utf8.count) }
            if MappingKey(key) == nil { throw invalid("a \(key.typeName) cannot be a key") }
        }
        let map = Mapping(entries)
        try check(depth: map.depth)
        return .map(map)
    }

    func check(depth: Int) throws(TemplateError) {
        if depth > TemplateLimits.valueDepth { throw .limitExceeded(.valueDepth, position) }
    }

    func function(_ kind: Function.Kind) throws(TemplateError) -> Value {
        let function = Function(kind)
        try check(depth: function.depth)
        return .function(function)
    }

    func makeNamespace() -> Namespace {
        let namespace = Namespace()
        namespaces.append(namespace)
        return namespace
    }

    // MARK: Variables

    func value(of symbol: Symbol, in scope: Scope) -> Value {
        if let value = scope.value(of: symbol) { return value }
        if let value = context[symbol] { return value }
        return Undefined.name(names[symbol])
    }

    func assign(_ value: Value, to target: Target, in scope: Scope) throws(TemplateError) {
        switch target {
        case .name(let symbol): scope.set(symbol, value)
        case .tuple(let targets): try unpack(value, to: targets, in: scope)
        case .attribute(let symbol, let name):
            guard case .namespace(let namespace) = self.value(of: symbol, in: scope) else {
                throw invalid("cannot set an attribute of '\(names[symbol])', which is not a namespace")
            }
            try charge(namespace.names.count / 4)
            namespace.set(name, value)
        }
    }

    private func unpack(_ value: Value, to targets: [Target], in scope: Scope) throws(TemplateError) {
        let items = try items(of: value)
        guard items.count == targets.count else {
            throw invalid("cannot unpack \(items.count) values into \(targets.count) names")
        }
        for (target, item) in zip(targets, items) { try assign(item, to: target, in: scope) }
    }

    // MARK: Text

    func write(_ text: String) throws(TemplateError) {
        let bytes = text.utf8.count
        outputTotal += bytes
        if outputTotal > limits.outputBytes { throw .limitExceeded(.outputSize, position) }
        try charge(bytes / 64 + 1)
        output += text
    }

    /// Runs a body and returns its text instead of writing it.
    func capture(_ body: [Statement], _ scope: Scope) throws(TemplateError) -> String {
        try captured { () throws(TemplateError) in _ = try execute(body, scope) }
    }

    func captured(_ run: () throws(TemplateError) -> Void) throws(TemplateError) -> String {
        let outer = output
        output = ""
        try run()
        let text = output
        output = outer
        if text.utf8.count > limits.stringBytes { throw .limitExceeded(.stringSize, position) }
        return text
    }

    // MARK: Statements

    func execute(_ body: [Statement], _ scope: Scope) throws(TemplateError) -> Flow {
        try enter()
        for statement in body {
            let flow = try execute(statement, scope)
            if flow != .next {
                leave()
                return flow
            }
        }
        leave()
        return .next
    }

    private func execute(_ statement: Statement, _ scope: Scope) throws(TemplateError) -> Flow {
        position = statement.position
        switch statement.kind {
        case .text, .output: try output(statement, scope)
        case .conditional: return try choose(statement, scope)
        case .loop: try startLoop(statement, scope)
        case .assign: try assign(statement, scope)
        case .capture: try capture(statement, scope)
        case .macro: define(statement, scope)
        case .call: try callBlock(statement, scope)
        case .filter: try filterBlock(statement, scope)
        case .with, .scope: return try inner(statement, scope)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .next
    }

    private func output(_ statement: Statement, _ scope: Scope) throws(TemplateError) {
        switch statement.kind {
        case .text(let text): try write(text)
        case .output(let expression): try output(expression, scope)
        default: break
        }
    }

    private func assign(_ statement: Statement, _ scope: Scope) throws(TemplateError) {
        guard case .assign(let target, let expression) = statement.kind else { return }
        let value = try evaluate(expression, scope)
        position = statement.position
        try assign(value, to: target, in: scope)
    }

    private func output(_ expression: Expression, _ scope: Scope) throws(TemplateError) {
        let value = try evaluate(expression, scope)
        position = expression.position
        try write(text(of: value))
    }

    private func choose(_ statement: Statement, _ scope: Scope) throws(TemplateError) -> Flow {
        guard case .conditional(let branches, let otherwise) = statement.kind else { return .next }
        for branch in branches {
            if try evaluate(branch.condition, scope).isTrue { return try execute(branch.body, scope) }
        }
        return otherwise.isEmpty ? .next : try execute(otherwise, scope)
    }

    private func capture(_ statement: Statement, _ scope: Scope) throws(TemplateError) {
        guard case .capture(let target, let filters, let body) = statement.kind else { return }
        var value = Value.string(try capture(body, Scope(parent: scope)))
        for filter in filters { value = try apply(filter, to: value, scope) }
        try assign(value, to: target, in: scope)
    }

    private func filterBlock(_ statement: Statement, _ scope: Scope) throws(TemplateError) {
        guard case .filter(let filters, let body) = statement.kind else { return }
        let inner = Scope(parent: scope)
        var value = Value.string(try capture(body, inner))
        for filter in filters { value = try apply(filter, to: value, inner) }
        try write(text(of: value))
    }

    private func inner(_ statement: Statement, _ scope: Scope) throws(TemplateError) -> Flow {
        let inner = Scope(parent: scope)
        switch statement.kind {
        case .with(let bindings, let body):
            for binding in bindings { try assign(evaluate(binding.value, scope), to: binding.target, in: inner) }
            return try execute(body, inner)
        case .scope(let body): return try execute(body, inner)
        default: return .next
        }
    }

    // MARK: Loops

    private func startLoop(_ statement: Statement, _ scope: Scope) throws(TemplateError) {
        guard case .loop(let definition) = statement.kind else { return }
        let iterable = try evaluate(definition.iterable, scope)
        position = definition.iterable.position
        try runLoop(definition, over: iterable, level: 1, scope)
    }

    /// - Parameter level: how many `loop(…)` calls deep, from 1.
    func runLoop(
        _ definition: LoopDefinition, over iterable: Value, level: Int, _ scope: Scope
    ) throws(TemplateError) {
        var items = try items(of: iterable)
        try charge(items: items.count)
        if let condition = definition.condition {
            items = try filtered(items, definition.target, condition, scope)
        }
        let state = LoopState(items: items, level: level)
        try check(depth: state.depth)
        if definition.isRecursive { state.recursion = (definition, scope) }
        try iterate(definition, state, scope)
        state.recursion = nil
    }

    private func filtered(
        _ items: [Value], _ target: Target, _ condition: Expression, _ scope: Scope
    ) throws(TemplateError) -> [Value] {
        var kept: [Value] = []
        for item in items {
            let inner = Scope(parent: scope)
            try assign(item, to: target, in: inner)
            if try evaluate(condition, inner).isTrue { kept.append(item) }
        }
        return kept
    }

    private func iterate(_ definition: LoopDefinition, _ state: LoopState, _ scope: Scope) throws(TemplateError) {
        if state.items.isEmpty {
            _ = try execute(definition.otherwise, Scope(parent: scope))
            return
        }
        for index in state.items.indices {
            state.index = index
            let inner = Scope(parent: scope)
            if let loopSymbol { inner.set(loopSymbol, .loop(state)) }
            position = definition.iterable.position
            try assign(state.items[index], to: definition.target, in: inner)
            if try execute(definition.body, inner) == .breakLoop { break }
        }
    }

    private lazy var loopSymbol: Symbol? = names.firstIndex(of: "loop")

    // MARK: Macros

    private func define(_ statement: Statement, _ scope: Scope) {
        guard case .macro(let definition) = statement.kind else { return }
        scope.set(definition.symbol, closure(definition, scope))
    }

    private func closure(_ definition: MacroDefinition, _ scope: Scope) -> Value {
        capturedScopes.append(scope)
        return .function(Function(.macro(definition, scope)))
    }

    private func callBlock(_ statement: Statement, _ scope: Scope) throws(TemplateError) {
        guard case .call(let expression, let definition) = statement.kind,
            case .postfix(let base, var links) = expression.kind, let last = links.popLast()
        else { return }
        let caller = closure(definition, scope)
        let receiver = try evaluate(Expression(position: expression.position, kind: .postfix(base, links)), scope)
        let result = try call(last, of: receiver, caller, scope)
        try write(text(of: result))
    }

    /// Follows a call or method link with `caller` added to its arguments.
    private func call(_ link: Link, of receiver: Value, _ caller: Value, _ scope: Scope) throws(TemplateError) -> Value
    {
        switch link.kind {
        case .call(let list), .method(_, let list):
            var arguments = try evaluate(list, scope)
            arguments.named.append(("caller", caller))
            position = link.position
            guard case .method(let name, _) = link.kind else { return try call(receiver, arguments) }
            return try callMethod(name, of: receiver, arguments)
        default: return .none
        }
    }

    /// Runs a macro's body with its parameters bound, and returns its text.
    func callMacro(_ definition: MacroDefinition, _ scope: Scope, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        // A call takes about as much stack as two other nestings.
        try enter()
        defer { leave() }
        let inner = Scope(parent: scope)
        let isBound = try bind(arguments, to: definition, inner)
        for (place, parameter) in definition.parameters.enumerated() where !isBound[place] {
            if let standard = parameter.standard {
                inner.set(parameter.symbol, try evaluate(standard, inner))
            } else {
                let missing = Undefined("parameter '\(parameter.name)' was not provided")
                inner.set(parameter.symbol, .undefined(missing))
            }
        }
        return .string(try capture(definition.body, inner))
    }

    private func bind(
        _ arguments: Arguments, to definition: MacroDefinition, _ inner: Scope
    ) throws(TemplateError) -> [Bool] {
        let parameters = definition.parameters
        var isBound = Array(repeating: false, count: parameters.count)
        for (place, value) in arguments.positional.prefix(parameters.count).enumerated() {
            inner.set(parameters[place].symbol, value)
            isBound[place] = true
        }
        var extra: [(key: Value, value: Value)] = []
        var caller: Value?
        for (name, value) in arguments.named {
            if let place = parameters.firstIndex(where: { $0.name == name }) {
                guard !isBound[place] else { throw invalid("'\(definition.name)' got the argument '\(name)' twice") }
                inner.set(parameters[place].symbol, value)
                isBound[place] = true
            } else if name == "caller" {
                caller = value
            } else {
                extra.append((.string(name), value))
            }
        }
        if definition.usesCaller, let symbol = names.firstIndex(of: "caller"),
            !parameters.contains(where: { $0.name == "caller" })
        {
            inner.set(symbol, caller ?? .undefined(Undefined("No caller defined")))
        } else if caller != nil, !definition.catchesNamed {
            throw invalid("'\(definition.name)' does not take a call block: it never uses 'caller'")
        }
        if definition.catchesNamed, let symbol = names.firstIndex(of: "kwargs") {
            inner.set(symbol, try map(extra))
        } else if let first = extra.first {
            throw invalid("'\(definition.name)' takes no argument named \(try repr(of: first.key))")
        }
        let surplus = Array(arguments.positional.dropFirst(parameters.count))
        if definition.catchesPositional, let symbol = names.firstIndex(of: "varargs") {
            inner.set(symbol, try tuple(surplus))
        } else if !surplus.isEmpty {
            throw invalid(
                "'\(definition.name)' takes \(parameters.count) arguments, \(arguments.positional.count) were given")
        }
        return isBound
    }
}
