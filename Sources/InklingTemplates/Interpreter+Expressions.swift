// SPDX-License-Identifier: Apache-2.0

// `evaluate` only dispatches, so that the frame it puts on the stack at every level stays small.

extension Interpreter {
    func evaluate(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        switch expression.kind {
        case .constant(let constant):
            try charge()
            return value(of: constant)
        case .name(let symbol):
            try charge()
            position = expression.position
            return value(of: symbol, in: scope)
        default:
            try enter()
            let value = try evaluateCompound(expression, scope)
            leave()
            return value
        }
    }

    private func value(of constant: Constant) -> Value {
        switch constant {
        case .none: .none
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        }
    }

    private func evaluateCompound(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        switch expression.kind {
        case .constant(let constant): return value(of: constant)
        case .name(let symbol): return value(of: symbol, in: scope)
        case .list(let items): return try list(evaluate(items, scope))
        case .tuple(let items): return try tuple(evaluate(items, scope))
        case .map(let entries): return try mapping(entries, scope)
        case .unary(let operators, let operand): return try unary(operators, operand, scope)
        case .arithmetic(let first, let rest): return try arithmetic(first, rest, scope)
        case .concatenation(let items): return try concatenation(items, scope)
        case .comparison(let first, let rest): return try comparison(first, rest, scope)
        case .all(let items): return try firstValue(of: items, thatIs: false, scope)
        case .any(let items): return try firstValue(of: items, thatIs: true, scope)
        case .conditional(let branches, let otherwise): return try conditional(branches, otherwise, scope)
        case .postfix(let base, let links): return try postfix(base, links, scope)
        }
    }

    func evaluate(_ expressions: [Expression], _ scope: Scope) throws(TemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression, scope)) }
        return values
    }

    private func mapping(
        _ entries: [(key: Expression, value: Expression)], _ scope: Scope
    ) throws(TemplateError) -> Value {
        var pairs: [(key: Value, value: Value)] = []
        for entry in entries { pairs.append((try evaluate(entry.key, scope), try evaluate(entry.value, scope))) }
        return try map(pairs)
    }

    private func unary(
        _ operators: [UnaryOperator], _ operand: Expression, _ scope: Scope
    ) throws(TemplateError) -> Value {
        var value = try evaluate(operand, scope)
        position = operand.position
        for sign in operators.reversed() { value = try apply(sign, to: value) }
        return value
    }

    private func arithmetic(
        _ first: Expression, _ rest: [(symbol: ArithmeticOperator, operand: Expression)], _ scope: Scope
    ) throws(TemplateError) -> Value {
        var value = try evaluate(first, scope)
        for (arithmeticOperator, operand) in rest {
            let right = try evaluate(operand, scope)
            position = operand.position
            value = try apply(arithmeticOperator, value, right)
        }
        return value
    }

    private func concatenation(_ items: [Expression], _ scope: Scope) throws(TemplateError) -> Value {
        var joined = ""
        for item in items {
            let value = try evaluate(item, scope)
            position = item.position
            let text = try text(of: value)
            try charge(bytes: joined.utf8.count / 8 + text.utf8.count)
            joined += text
        }
        try charge(bytes: joined.utf8.count)
        return .string(joined)
    }

    private func comparison(
        _ first: Expression, _ rest: [(symbol: ComparisonOperator, operand: Expression)], _ scope: Scope
    ) throws(TemplateError) -> Value {
        var left = try evaluate(first, scope)
        for (comparisonOperator, operand) in rest {
            let right = try evaluate(operand, scope)
            position = operand.position
            if !(try compare(left, comparisonOperator, right)) { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    /// `and` and `or` give one of their operands: the first whose truth decides, or the last.
    private func firstValue(
        of items: [Expression], thatIs truth: Bool, _ scope: Scope
    ) throws(TemplateError) -> Value {
        var value = Value.none
        for item in items {
            value = try evaluate(item, scope)
            position = item.position
            if value.isTrue == truth { return value }
        }
        return value
    }

    private func conditional(
        _ branches: [(condition: Expression, value: Expression)], _ otherwise: Expression?, _ scope: Scope
    ) throws(TemplateError) -> Value {
        for branch in branches {
            if try evaluate(branch.condition, scope).isTrue { return try evaluate(branch.value, scope) }
        }
        if let otherwise { return try evaluate(otherwise, scope) }
        return .undefined(Undefined("an inline 'if' was false and has no 'else'"))
    }

    // MARK: Postfix

    private func postfix(_ base: Expression, _ links: [Link], _ scope: Scope) throws(TemplateError) -> Value {
        var value = try evaluate(base, scope)
        for link in links {
            position = link.position
            try charge()
            value = try follow(link, from: value, scope)
        }
        return value
    }

    private func follow(_ link: Link, from value: Value, _ scope: Scope) throws(TemplateError) -> Value {
        switch link.kind {
        case .attribute(let name): return try attribute(name, of: value)
        case .item(let index): return try item(evaluate(index, scope), of: value, at: link.position)
        case .slice(let first, let last, let step): return try slice(value, first, last, step, scope)
        case .call(let list): return try call(value, list, scope, at: link.position)
        case .method(let name, let list): return try callMethod(name, of: value, list, scope, at: link.position)
        case .filter(let filter): return try apply(filter, to: value, scope)
        case .test(let name, let body, let list, let negated):
            return try test(value, name, body, list, negated, scope, at: link.position)
        }
    }

    private func item(_ index: Value, of value: Value, at start: TemplatePosition) throws(TemplateError) -> Value {
        position = start
        return try item(index, of: value)
    }

    private func slice(
        _ value: Value, _ first: Expression?, _ last: Expression?, _ step: Expression?, _ scope: Scope
    ) throws(TemplateError) -> Value {
        let start = position
        let bounds = [try bound(first, scope), try bound(last, scope), try bound(step, scope)]
        position = start
        return try slice(value, bounds[0], bounds[1], bounds[2])
    }

    private func bound(_ expression: Expression?, _ scope: Scope) throws(TemplateError) -> Value {
        guard let expression else { return .none }
        return try evaluate(expression, scope)
    }

    private func call(
        _ callee: Value, _ list: ArgumentList, _ scope: Scope, at start: TemplatePosition
    ) throws(TemplateError) -> Value {
        let arguments = try evaluate(list, scope)
        position = start
        return try call(callee, arguments)
    }

    private func callMethod(
        _ name: String, of receiver: Value, _ list: ArgumentList, _ scope: Scope, at start: TemplatePosition
    ) throws(TemplateError) -> Value {
        // An undefined receiver is the error, before any in the arguments.
        if case .undefined(let undefined) = receiver { throw needs(undefined) }
        let arguments = try evaluate(list, scope)
        position = start
        return try callMethod(name, of: receiver, arguments)
    }

    func evaluate(_ list: ArgumentList, _ scope: Scope) throws(TemplateError) -> Arguments {
        var arguments = Arguments(positional: try evaluate(list.positional, scope))
        for argument in list.named { arguments.named.append((argument.name, try evaluate(argument.value, scope))) }
        for spread in list.spread { arguments.positional += try items(of: evaluate(spread, scope)) }
        for spread in list.namedSpread {
            guard case .map(let map) = try evaluate(spread, scope) else {
                throw invalid("what follows '**' must be a mapping")
            }
            for (place, key) in map.keys.enumerated() {
                guard case .string(let name) = key else { throw invalid("argument names must be strings") }
                arguments.named.append((name, map.values[place]))
            }
        }
        return arguments
    }

    func apply(_ filter: FilterCall, to value: Value, _ scope: Scope) throws(TemplateError) -> Value {
        position = filter.position
        guard let body = filter.body else { throw .unsupported("the filter '\(filter.name)'", filter.position) }
        let arguments = filter.arguments.isEmpty ? Arguments() : try evaluate(filter.arguments, scope)
        position = filter.position
        return try body(self, value, arguments)
    }

    private func test(
        _ value: Value, _ name: String, _ body: TestFunction?, _ list: ArgumentList, _ negated: Bool, _ scope: Scope,
        at start: TemplatePosition
    ) throws(TemplateError) -> Value {
        guard let body else { throw .unsupported("the test '\(name)'", start) }
        let arguments = list.isEmpty ? Arguments() : try evaluate(list, scope)
        position = start
        return .bool(try body(self, value, arguments) != negated)
    }
}
