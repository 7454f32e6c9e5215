// SPDX-License-Identifier: Apache-2.0

// The functions that dispatch take nodes apart no further than to see their kind: what a `case` binds takes room in the
// frame of every level, whether that case is met or not, and templates nest.

extension Interpreter {
    func evaluate(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        switch expression.kind {
        case .constant, .name: return try leaf(expression, scope)
        default:
            try enter()
            let value = try evaluateCompound(expression, scope)
            leave()
            return value
        }
    }

    private func leaf(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        try charge()
        switch expression.kind {
        case .name(let symbol):
            position = expression.position
            return value(of: symbol, in: scope)
        case .constant(.bool(let value)): return .bool(value)
        case .constant(.int(let value)): return .int(value)
        case .constant(.double(let value)): return .double(value)
        case .constant(.string(let value)): return .string(value)
        default: return .none
        }
    }

    private func evaluateCompound(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        switch expression.kind {
        case .constant, .name: try leaf(expression, scope)
        case .list, .tuple: try sequence(expression, scope)
        case .map: try mapping(expression, scope)
        case .unary: try unary(expression, scope)
        case .arithmetic: try arithmetic(expression, scope)
        case .concatenation: try concatenation(expression, scope)
        case .comparison: try comparison(expression, scope)
        case .all, .any: try logical(expression, scope)
        case .conditional: try conditional(expression, scope)
        case .postfix: try postfix(expression, scope)
        }
    }

    private func sequence(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        switch expression.kind {
        case .list(let items): try list(evaluate(items, scope))
        case .tuple(let items): try tuple(evaluate(items, scope))
        default: .none
        }
    }

    func evaluate(_ expressions: [Expression], _ scope: Scope) throws(TemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression, scope)) }
        return values
    }

    private func mapping(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .map(let entries) = expression.kind else { return .none }
        var pairs: [(key: Value, value: Value)] = []
        for entry in entries { pairs.append((try evaluate(entry.key, scope), try evaluate(entry.value, scope))) }
        return try map(pairs)
    }

    private func unary(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .unary(let operators, let operand) = expression.kind else { return .none }
        var value = try evaluate(operand, scope)
        position = operand.position
        for sign in operators.reversed() { value = try apply(sign, to: value) }
        return value
    }

    private func arithmetic(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .arithmetic(let first, let rest) = expression.kind else { return .none }
        var value = try evaluate(first, scope)
        for (arithmeticOperator, operand) in rest {
            let right = try evaluate(operand, scope)
            position = operand.position
            value = try apply(arithmeticOperator, value, right)
        }
        return value
    }

    private func concatenation(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .concatenation(let items) = expression.kind else { return .none }
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

    private func comparison(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .comparison(let first, let rest) = expression.kind else { return .none }
        var left = try evaluate(first, scope)
        for (comparisonOperator, operand) in rest {
            let right = try evaluate(operand, scope)
            position = operand.position
            if !(try compare(left, comparisonOperator, right)) { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    private func logical(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        switch expression.kind {
        case .all(let items): try firstValue(of: items, thatIs: false, scope)
        case .any(let items): try firstValue(of: items, thatIs: true, scope)
        default: .none
        }
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

    private func conditional(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .conditional(let branches, let otherwise) = expression.kind else { return .none }
        for branch in branches {
            if try evaluate(branch.condition, scope).isTrue { return try evaluate(branch.value, scope) }
        }
        if let otherwise { return try evaluate(otherwise, scope) }
        return .undefined(Undefined("an inline 'if' was false and has no 'else'"))
    }

    // MARK: Postfix

    private func postfix(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .postfix(let base, let links) = expression.kind else { return .none }
        var value = try evaluate(base, scope)
        for link in links { value = try follow(link, from: value, scope) }
        return value
    }

    private func follow(_ link: Link, from value: Value, _ scope: Scope) throws(TemplateError) -> Value {
        position = link.position
        try charge()
        switch link.kind {
        case .attribute: return try attribute(link, of: value)
        case .item: return try item(link, of: value, scope)
        case .slice: return try slice(link, of: value, scope)
        case .call: return try call(link, value, scope)
        case .method: return try callMethod(link, of: value, scope)
        case .filter: return try filter(link, value, scope)
        case .test: return try test(link, value, scope)
        }
    }

    private func attribute(_ link: Link, of value: Value) throws(TemplateError) -> Value {
        guard case .attribute(let name) = link.kind else { return .none }
        return try attribute(name, of: value)
    }

    private func item(_ link: Link, of value: Value, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .item(let expression) = link.kind else { return .none }
        let index = try evaluate(expression, scope)
        position = link.position
        return try item(index, of: value)
    }

    private func slice(_ link: Link, of value: Value, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .slice(let first, let last, let step) = link.kind else { return .none }
        let bounds = [try bound(first, scope), try bound(last, scope), try bound(step, scope)]
        position = link.position
        return try slice(value, bounds[0], bounds[1], bounds[2])
    }

    private func bound(_ expression: Expression?, _ scope: Scope) throws(TemplateError) -> Value {
        guard let expression else { return .none }
        return try evaluate(expression, scope)
    }

    private func call(_ link: Link, _ callee: Value, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .call(let list) = link.kind else { return .none }
        let arguments = try evaluate(list, scope)
        position = link.position
        return try call(callee, arguments)
    }

    private func callMethod(_ link: Link, of receiver: Value, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .method(let name, let list) = link.kind else { return .none }
        // An undefined receiver is the error, before any in the arguments.
        if case .undefined(let undefined) = receiver { throw needs(undefined) }
        let arguments = try evaluate(list, scope)
        position = link.position
        return try callMethod(name, of: receiver, arguments)
    }

    private func filter(_ link: Link, _ value: Value, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .filter(let filter) = link.kind else { return .none }
        return try apply(filter, to: value, scope)
    }

    private func test(_ link: Link, _ value: Value, _ scope: Scope) throws(TemplateError) -> Value {
        guard case .test(let name, let body, let list, let negated) = link.kind else { return .none }
        guard let body else { throw .unsupported("the test '\(name)'", link.position) }
        let arguments = list.isEmpty ? Arguments() : try evaluate(list, scope)
        position = link.position
        return .bool(try body(self, value, arguments) != negated)
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
}
