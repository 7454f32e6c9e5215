// SPDX-License-Identifier: Apache-2.0

/// A parsed template: statements, and the names that their symbols stand for.
struct ParsedTemplate: Sendable {
    var body: [Statement]
    var names: [String]
}

/// A recursive-descent parser for statements; expressions are in `Parser+Expressions.swift`.
struct Parser {
    let tokens: [LocatedToken]
    var index = 0
    /// What is open around the current token: two for a bracket or block, one for an operator's right side.
    var depth = 0
    /// Loops around the current statement, within the macro or captured call it stands in.
    private var loopDepth = 0
    var names: [String] = []
    private var symbols: [String: Symbol] = [:]

    init(tokens: [LocatedToken]) { self.tokens = tokens }

    static func parse(_ source: String) throws(TemplateError) -> ParsedTemplate {
        var parser = Parser(tokens: try Lexer.tokens(of: source))
        let (body, _) = try parser.statements(until: [])
        return ParsedTemplate(body: body, names: parser.names)
    }

    // MARK: Tokens

    var current: Token { tokens[index].token }
    var position: TemplatePosition { tokens[index].position }
    var next: Token { index + 1 < tokens.count ? tokens[index + 1].token : .end }

    mutating func advance() { if index + 1 < tokens.count { index += 1 } }

    func isName(_ name: String) -> Bool { current == .name(name) }
    func isSymbol(_ symbol: String) -> Bool { current == .symbol(symbol) }

    mutating func skip(symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ token: Token) throws(TemplateError) {
        guard current == token else { throw unexpected("expected \(token.description)") }
        advance()
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = current else { throw unexpected("expected a name") }
        advance()
        return name
    }

    func unexpected(_ wanted: String) -> TemplateError {
        .syntax("found \(current.description), \(wanted)", position)
    }

    mutating func symbol(_ name: String) -> Symbol {
        if let symbol = symbols[name] { return symbol }
        let symbol = names.count
        names.append(name)
        symbols[name] = symbol
        return symbol
    }

    mutating func enter(_ weight: Int = 2) throws(TemplateError) {
        depth += weight
        if depth > TemplateLimits.nesting { throw .limitExceeded(.nesting, position) }
    }

    // MARK: Statements

    /// Statements up to a block that begins with one of `ends`, whose name is consumed and returned.
    private mutating func statements(until ends: [String]) throws(TemplateError) -> ([Statement], String) {
        var body: [Statement] = []
        while true {
            let start = position
            switch current {
            case .text(let text):
                advance()
                body.append(Statement(position: start, kind: .text(text)))
            case .variableBegin:
                advance()
                let value = try tuple()
                try expect(.variableEnd)
                body.append(Statement(position: start, kind: .output(value)))
            case .blockBegin:
                advance()
                let name = try expectName()
                if ends.contains(name) { return (body, name) }
                try statement(name, at: start, into: &body)
                try expect(.blockEnd)
            case .end:
                if ends.isEmpty { return (body, "") }
                throw .syntax("the template ends inside a block, expected '\(ends.joined(separator: "' or '"))'", start)
            default:
                throw unexpected("expected text or a tag")
            }
        }
    }

    private mutating func body(until ends: [String]) throws(TemplateError) -> ([Statement], String) {
        try expect(.blockEnd)
        try enter()
        let result = try statements(until: ends)
        depth -= 2
        return result
    }

    private mutating func statement(
        _ name: String, at start: TemplatePosition, into body: inout [Statement]
    ) throws(TemplateError) {
        let kind: Statement.Kind
        switch name {
        case "if": kind = try conditional()
        case "for": kind = try loop()
        case "set": kind = try set()
        case "macro": kind = try macro()
        case "call": kind = try call(at: start)
        case "filter": kind = try filter()
        case "with": kind = try with()
        case "generation": kind = try generation()
        case "block": kind = try block()
        case "autoescape":
            _ = try expression()
            kind = .scope(try self.body(until: ["endautoescape"]).0)
        case "print":
            while current != .blockEnd {
                let value = try expression()
                body.append(Statement(position: start, kind: .output(value)))
                if current != .blockEnd { try expect(.symbol(",")) }
            }
            return
        case "break", "continue":
            guard loopDepth > 0 else { throw .syntax("'\(name)' outside a loop", start) }
            kind = name == "break" ? .breakLoop : .continueLoop
        case "include", "import", "from", "extends":
            throw .unsupported("'\(name)': a chat template is one file", start)
        case "do", "trans", "debug":
            throw .unsupported("the statement '\(name)'", start)
        default:
            throw .syntax("'\(name)' is not a statement, or closes no open block", start)
        }
        body.append(Statement(position: start, kind: kind))
    }

    private mutating func conditional() throws(TemplateError) -> Statement.Kind {
        var branches: [(condition: Expression, body: [Statement])] = []
        var otherwise: [Statement] = []
        while true {
            let condition = try tuple(conditionals: false)
            let (body, end) = try body(until: ["elif", "else", "endif"])
            branches.append((condition, body))
            if end == "elif" { continue }
            if end == "else" { otherwise = try self.body(until: ["endif"]).0 }
            return .conditional(branches, otherwise: otherwise)
        }
    }

    private mutating func loop() throws(TemplateError) -> Statement.Kind {
        let target = try self.target(namespaces: false)
        try expect(.name("in"))
        let iterable = try tuple(conditionals: false)
        var condition: Expression?
        if skip(name: "if") { condition = try expression() }
        let isRecursive = skip(name: "recursive")
        loopDepth += 1
        let (body, end) = try body(until: ["endfor", "else"])
        loopDepth -= 1
        var otherwise: [Statement] = []
        if end == "else" { otherwise = try self.body(until: ["endfor"]).0 }
        return .loop(
            LoopDefinition(
                target: target, iterable: iterable, condition: condition, isRecursive: isRecursive, body: body,
                otherwise: otherwise))
    }

    private mutating func set() throws(TemplateError) -> Statement.Kind {
        let target = try self.target(namespaces: true)
        if skip(symbol: "=") { return .assign(target, try tuple()) }
        var filters: [FilterCall] = []
        while skip(symbol: "|") { filters.append(try filterCall()) }
        return .capture(target, filters, try body(until: ["endset"]).0)
    }

    private mutating func filter() throws(TemplateError) -> Statement.Kind {
        var filters = [try filterCall()]
        while skip(symbol: "|") { filters.append(try filterCall()) }
        return .filter(filters, try body(until: ["endfilter"]).0)
    }

    private mutating func with() throws(TemplateError) -> Statement.Kind {
        var bindings: [(target: Target, value: Expression)] = []
        while current != .blockEnd {
            if !bindings.isEmpty { try expect(.symbol(",")) }
            let target = Target.name(symbol(try expectName()))
            try expect(.symbol("="))
            bindings.append((target, try expression()))
        }
        return .with(bindings, try body(until: ["endwith"]).0)
    }

    private mutating func generation() throws(TemplateError) -> Statement.Kind {
        // The body is that of a call: a loop outside cannot be left from within.
        let outerLoops = loopDepth
        loopDepth = 0
        let (body, _) = try body(until: ["endgeneration"])
        loopDepth = outerLoops
        return .scope(body)
    }

    private mutating func block() throws(TemplateError) -> Statement.Kind {
        let name = try expectName()
        _ = skip(name: "scoped")
        _ = skip(name: "required")
        let outerLoops = loopDepth
        loopDepth = 0
        let (body, _) = try body(until: ["endblock"])
        loopDepth = outerLoops
        _ = skip(name: name)
        return .scope(body)
    }

    // MARK: Macros

    private mutating func macro() throws(TemplateError) -> Statement.Kind {
        let name = try expectName()
        return .macro(try macroDefinition(name: name, end: "endmacro", hasSignature: true))
    }

    private mutating func call(at start: TemplatePosition) throws(TemplateError) -> Statement.Kind {
        // The call's own parameters come before the call, its body after: parse in that order.
        let parameters = isSymbol("(") ? try signature() : []
        let callee = try expression()
        guard case .postfix(_, let links) = callee.kind, let last = links.last else {
            throw .syntax("a call block needs a call, as in 'call name(…)'", start)
        }
        switch last.kind {
        case .call, .method: break
        default: throw .syntax("a call block needs a call, as in 'call name(…)'", start)
        }
        return .call(callee, try macroBody(name: "caller", parameters: parameters, end: "endcall"))
    }

    private mutating func macroDefinition(
        name: String, end: String, hasSignature: Bool
    ) throws(TemplateError) -> MacroDefinition {
        try macroBody(name: name, parameters: try signature(), end: end)
    }

    private mutating func macroBody(
        name: String, parameters: [(symbol: Symbol, name: String, standard: Expression?)], end: String
    ) throws(TemplateError) -> MacroDefinition {
        let outerLoops = loopDepth
        loopDepth = 0
        let start = index
        let (body, _) = try body(until: [end])
        loopDepth = outerLoops
        var mentioned: Set<String> = []
        for token in tokens[start..<index] {
            if case .name(let name) = token.token, name == "varargs" || name == "kwargs" || name == "caller" {
                mentioned.insert(name)
            }
        }
        return MacroDefinition(
            name: name, symbol: symbol(name), parameters: parameters, body: body,
            catchesPositional: mentioned.contains("varargs"), catchesNamed: mentioned.contains("kwargs"),
            usesCaller: mentioned.contains("caller") || parameters.contains { $0.name == "caller" })
    }

    private mutating func signature() throws(TemplateError) -> [(symbol: Symbol, name: String, standard: Expression?)] {
        var parameters: [(symbol: Symbol, name: String, standard: Expression?)] = []
        try expect(.symbol("("))
        while !isSymbol(")") {
            if !parameters.isEmpty { try expect(.symbol(",")) }
            let name = try expectName()
            var standard: Expression?
            if skip(symbol: "=") {
                standard = try expression()
            } else if parameters.last?.standard != nil {
                throw .syntax("the parameter '\(name)' needs a default, since one before it has one", position)
            }
            parameters.append((symbol(name), name, standard))
        }
        advance()
        return parameters
    }

    // MARK: Assignment targets

    private mutating func target(namespaces: Bool) throws(TemplateError) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while true {
            if !targets.isEmpty || isTuple { try expect(.symbol(",")) }
            if isTuple, isTargetEnd { break }
            targets.append(try singleTarget(namespaces: namespaces))
            if isSymbol(",") { isTuple = true } else { break }
        }
        return isTuple ? .tuple(targets) : targets[0]
    }

    private var isTargetEnd: Bool {
        switch current {
        case .blockEnd, .symbol(")"), .symbol("="), .name("in"): true
        default: false
        }
    }

    private mutating func singleTarget(namespaces: Bool) throws(TemplateError) -> Target {
        if skip(symbol: "(") {
            try enter()
            let inner = try target(namespaces: false)
            depth -= 2
            try expect(.symbol(")"))
            return inner
        }
        let start = position
        let name = try expectName()
        if Parser.reserved.contains(name) || Parser.literals.contains(name) {
            throw .syntax("cannot assign to '\(name)'", start)
        }
        if namespaces, skip(symbol: ".") { return .attribute(symbol(name), try expectName()) }
        return .name(symbol(name))
    }
}
