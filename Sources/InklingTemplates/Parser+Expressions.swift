// SPDX-License-Identifier: Apache-2.0

extension Parser {
    /// Words that are operators or part of a statement, and so never a variable.
    static let reserved: Set<String> = ["and", "or", "not", "if", "else", "elif", "in", "is"]
    static let literals: Set<String> = ["true", "True", "false", "False", "none", "None"]

    /// Binding strength of operators, weakest first. `-x` and everything postfix binds tighter than all.
    private enum Strength: Int, Comparable {
        case or, and, not, comparison, sum, concatenation, product, power

        static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
        var tighter: Strength? { Strength(rawValue: rawValue + 1) }
    }

    /// One expression, or several with commas between them, which make a tuple.
    ///
    /// - Parameter conditionals: whether `a if b else c` may stand here without brackets.
    mutating func tuple(conditionals: Bool = true, inBrackets: Bool = false) throws(TemplateError) -> Expression {
        let start = position
        var items: [Expression] = []
        var isTuple = false
        while true {
            if isTuple, !items.isEmpty { try expect(.symbol(",")) }
            if isTupleEnd || (!conditionals && isName("recursive")) { break }
            items.append(try conditionals ? expression() : operators(.or))
            if isSymbol(",") { isTuple = true } else { break }
        }
        if !isTuple, let only = items.first { return only }
        if items.isEmpty, !inBrackets { throw unexpected("expected an expression") }
        return Expression(position: start, kind: .tuple(items))
    }

    private var isTupleEnd: Bool {
        switch current {
        case .variableEnd, .blockEnd, .symbol(")"): true
        default: false
        }
    }

    /// `a if b else c`, or anything tighter.
    mutating func expression() throws(TemplateError) -> Expression {
        let start = position
        var value = try operators(.or)
        guard isName("if") else { return value }
        var branches: [(condition: Expression, value: Expression)] = []
        while skip(name: "if") {
            let condition = try operators(.or)
            branches.append((condition, value))
            guard skip(name: "else") else {
                if isName("if") { throw unexpected("expected 'else'") }
                return Expression(position: start, kind: .conditional(branches, otherwise: nil))
            }
            value = try operators(.or)
        }
        return Expression(position: start, kind: .conditional(branches, otherwise: value))
    }

    // MARK: Operators

    private var currentStrength: Strength? {
        switch current {
        case .name("or"): .or
        case .name("and"): .and
        case .name("in"): .comparison
        case .name("not"): next == .name("in") ? .comparison : nil
        case .symbol(let symbol):
            switch symbol {
            case "==", "!=", "<", "<=", ">", ">=": .comparison
            case "+", "-": .sum
            case "~": .concatenation
            case "*", "/", "//", "%": .product
            case "**": .power
            default: nil
            }
        default: nil
        }
    }

    /// Operators at least as tight as `strength`, by precedence climbing.
    private mutating func operators(_ strength: Strength) throws(TemplateError) -> Expression {
        var left = try prefix(strength)
        while let found = currentStrength, found >= strength {
            left = try chain(left, found)
        }
        return left
    }

    private mutating func prefix(_ strength: Strength) throws(TemplateError) -> Expression {
        guard isName("not"), strength <= .not else { return try unary() }
        let start = position
        var count = 0
        while skip(name: "not") { count += 1 }
        let operand = try operators(.comparison)
        // Pairs of `not` still turn the value into a boolean.
        return Expression(
            position: start,
            kind: .unary(Array(repeating: .not, count: count > 2 ? 2 - count % 2 : count), operand))
    }

    /// `left`, then as many operators of one strength as follow.
    private mutating func chain(_ left: Expression, _ strength: Strength) throws(TemplateError) -> Expression {
        let start = position
        switch strength {
        case .or, .and, .concatenation:
            var items = [left]
            while currentStrength == strength { items.append(try rightOperand(strength)) }
            let kind: Expression.Kind =
                strength == .or ? .any(items) : strength == .and ? .all(items) : .concatenation(items)
            return Expression(position: start, kind: kind)
        case .comparison:
            var rest: [(symbol: ComparisonOperator, operand: Expression)] = []
            while currentStrength == strength {
                let comparison = try comparisonOperator()
                rest.append((comparison, try rightOperand(strength, consumed: true)))
            }
            return Expression(position: start, kind: .comparison(left, rest))
        case .sum, .product, .power, .not:
            var rest: [(symbol: ArithmeticOperator, operand: Expression)] = []
            while currentStrength == strength, case .symbol(let symbol) = current,
                let arithmetic = ArithmeticOperator(rawValue: symbol)
            {
                rest.append((arithmetic, try rightOperand(strength)))
            }
            return Expression(position: start, kind: .arithmetic(left, rest))
        }
    }

    private mutating func rightOperand(_ strength: Strength, consumed: Bool = false) throws(TemplateError) -> Expression
    {
        if !consumed { advance() }
        guard let tighter = strength.tighter else { return try unary() }
        try enter(1)
        defer { depth -= 1 }
        return try operators(tighter)
    }

    private mutating func comparisonOperator() throws(TemplateError) -> ComparisonOperator {
        let found: ComparisonOperator?
        switch current {
        case .symbol(let symbol): found = ComparisonOperator(rawValue: symbol)
        case .name("in"): found = .isIn
        default:
            advance()
            found = .notIn
        }
        guard let found else { throw unexpected("expected a comparison") }
        advance()
        return found
    }

    /// Signs, a primary, and its postfix links. `-x|abs` is `(-x)|abs`.
    private mutating func unary() throws(TemplateError) -> Expression {
        let start = position
        var signs: [UnaryOperator] = []
        while true {
            if skip(symbol: "-") {
                signs.append(.negate)
            } else if skip(symbol: "+") {
                signs.append(.plus)
            } else {
                break
            }
        }
        let primary = try primary()
        let operand = postfix(primary, try links(filters: signs.isEmpty))
        guard !signs.isEmpty else { return operand }
        let signed = Expression(position: start, kind: .unary(signs, operand))
        return postfix(signed, try links(filters: true))
    }

    private func postfix(_ base: Expression, _ links: [Link]) -> Expression {
        links.isEmpty ? base : Expression(position: base.position, kind: .postfix(base, links))
    }

    // MARK: Primaries

    private mutating func primary() throws(TemplateError) -> Expression {
        let start = position
        let kind: Expression.Kind
        switch current {
        case .name(let name):
            guard !Parser.reserved.contains(name) else { throw unexpected("expected an expression") }
            advance()
            kind = nameOrLiteral(name)
        case .string(var text):
            advance()
            while case .string(let more) = current {
                text += more
                advance()
            }
            kind = .constant(.string(text))
        case .integer(let value):
            advance()
            kind = .constant(.int(value))
        case .float(let value):
            advance()
            kind = .constant(.double(value))
        case .symbol("("), .symbol("["), .symbol("{"):
            return try bracketed()
        default:
            throw unexpected("expected an expression")
        }
        return Expression(position: start, kind: kind)
    }

    private mutating func nameOrLiteral(_ name: String) -> Expression.Kind {
        switch name {
        case "true", "True": .constant(.bool(true))
        case "false", "False": .constant(.bool(false))
        case "none", "None": .constant(.none)
        default: .name(symbol(name))
        }
    }

    private mutating func bracketed() throws(TemplateError) -> Expression {
        try enter()
        defer { depth -= 2 }
        let start = position
        if skip(symbol: "(") {
            let inner = try tuple(inBrackets: true)
            try expect(.symbol(")"))
            return inner
        }
        return Expression(position: start, kind: skip(symbol: "[") ? try list() : try map())
    }

    private mutating func list() throws(TemplateError) -> Expression.Kind {
        var items: [Expression] = []
        while !isSymbol("]") {
            if !items.isEmpty { try expect(.symbol(",")) }
            if isSymbol("]") { break }
            items.append(try expression())
        }
        advance()
        return .list(items)
    }

    private mutating func map() throws(TemplateError) -> Expression.Kind {
        advance()
        var items: [(key: Expression, value: Expression)] = []
        while !isSymbol("}") {
            if !items.isEmpty { try expect(.symbol(",")) }
            if isSymbol("}") { break }
            let key = try expression()
            try expect(.symbol(":"))
            items.append((key, try expression()))
        }
        advance()
        return .map(items)
    }

    // MARK: Postfix

    /// Attributes, items and calls; with `filters`, also filters and tests, after which only calls may follow.
    private mutating func links(filters: Bool) throws(TemplateError) -> [Link] {
        var links: [Link] = []
        var afterFilter = false
        while true {
            switch current {
            case .symbol(".") where !afterFilter: try dotted(into: &links)
            case .symbol("[") where !afterFilter: try item(into: &links)
            case .symbol("("): try call(into: &links)
            case .symbol("|") where filters:
                try filter(into: &links)
                afterFilter = true
            case .name("is") where filters:
                try test(into: &links)
                afterFilter = true
            default: return links
            }
        }
    }

    private mutating func call(into links: inout [Link]) throws(TemplateError) {
        let start = position
        links.append(Link(position: start, kind: .call(try arguments())))
    }

    private mutating func filter(into links: inout [Link]) throws(TemplateError) {
        let start = position
        advance()
        links.append(Link(position: start, kind: .filter(try filterCall())))
    }

    private mutating func test(into links: inout [Link]) throws(TemplateError) {
        let start = position
        advance()
        links.append(Link(position: start, kind: try test()))
    }

    private mutating func item(into links: inout [Link]) throws(TemplateError) {
        let start = position
        links.append(Link(position: start, kind: try item()))
    }

    private mutating func dotted(into links: inout [Link]) throws(TemplateError) {
        let start = position
        links.append(try dotted(at: start))
    }

    private mutating func dotted(at start: TemplatePosition) throws(TemplateError) -> Link {
        advance()
        switch current {
        case .name(let name):
            let namePosition = position
            advance()
            guard isSymbol("(") else { return Link(position: namePosition, kind: .attribute(name)) }
            return Link(position: namePosition, kind: .method(name, try arguments()))
        case .integer(let index):
            let item = Expression(position: position, kind: .constant(.int(index)))
            advance()
            return Link(position: start, kind: .item(item))
        default: throw unexpected("expected a name or a number")
        }
    }

    private mutating func item() throws(TemplateError) -> Link.Kind {
        try enter()
        defer { depth -= 2 }
        let start = position
        advance()
        var first: Expression?
        if !isSymbol(":") {
            let index = try expression()
            if skip(symbol: "]") { return .item(index) }
            if isSymbol(",") {
                var items = [index]
                while skip(symbol: ","), !isSymbol("]") { items.append(try expression()) }
                try expect(.symbol("]"))
                return .item(Expression(position: start, kind: .tuple(items)))
            }
            first = index
        }
        try expect(.symbol(":"))
        let last = isSymbol(":") || isSymbol("]") ? nil : try expression()
        var step: Expression?
        if skip(symbol: ":"), !isSymbol("]") { step = try expression() }
        try expect(.symbol("]"))
        return .slice(first, last, step)
    }

    private mutating func dottedName() throws(TemplateError) -> String {
        var name = try expectName()
        while skip(symbol: ".") { name += "." + (try expectName()) }
        return name
    }

    mutating func filterCall() throws(TemplateError) -> FilterCall {
        let start = position
        let name = try dottedName()
        let arguments = isSymbol("(") ? try arguments() : ArgumentList()
        return FilterCall(position: start, name: name, body: Filters.table[name], arguments: arguments)
    }

    private mutating func test() throws(TemplateError) -> Link.Kind {
        let negated = skip(name: "not")
        let name = try dottedName()
        var list = ArgumentList()
        switch current {
        case .symbol("("): list = try arguments()
        case .name("else"), .name("or"), .name("and"): break
        case .name("is"): throw .syntax("tests cannot be chained with 'is'", position)
        // `x is a in b`, `… is a if c`: not what the reference grammar reads, but it can only fail there.
        case .name("in"), .name("not"), .name("if"): break
        case .name, .string, .integer, .float, .symbol("["), .symbol("{"):
            let operand = try primary()
            list.positional = [postfix(operand, try links(filters: false))]
        default: break
        }
        return .test(name: name, body: ValueTests.table[name], list, negated: negated)
    }

    private mutating func arguments() throws(TemplateError) -> ArgumentList {
        try enter()
        defer { depth -= 2 }
        try expect(.symbol("("))
        var list = ArgumentList()
        while !isSymbol(")") {
            if !list.isEmpty {
                try expect(.symbol(","))
                if isSymbol(")") { break }
            }
            if skip(symbol: "*") {
                list.spread.append(try expression())
            } else if skip(symbol: "**") {
                list.namedSpread.append(try expression())
            } else if case .name(let name) = current, next == .symbol("=") {
                advance()
                advance()
                list.named.append((name, try expression()))
            } else {
                guard list.named.isEmpty, list.spread.isEmpty, list.namedSpread.isEmpty else {
                    throw .syntax("an argument without a name follows one with a name", position)
                }
                list.positional.append(try expression())
            }
        }
        advance()
        return list
    }
}
