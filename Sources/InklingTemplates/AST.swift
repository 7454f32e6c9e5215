// SPDX-License-Identifier: Apache-2.0

// Operators of one precedence and postfix links are stored flat, as an expression and a list, so that neither
// evaluating nor freeing `a + b + c + …` or `a.b.c…` recurses: depth comes only from brackets and blocks.

/// A variable's name as an index into the template's table of names.
typealias Symbol = Int

struct Expression: Sendable {
    var position: TemplatePosition
    var kind: Kind

    indirect enum Kind: Sendable {
        case constant(Constant)
        case name(Symbol)
        case list([Expression])
        case tuple([Expression])
        case map([(key: Expression, value: Expression)])
        /// `-x`, `+x`, `not x`, applied outermost first.
        case unary([UnaryOperator], Expression)
        /// `a + b - c`: operators of one precedence, applied from the left.
        case arithmetic(Expression, [(symbol: ArithmeticOperator, operand: Expression)])
        /// `a ~ b ~ c`
        case concatenation([Expression])
        /// `a < b <= c`
        case comparison(Expression, [(symbol: ComparisonOperator, operand: Expression)])
        case all([Expression])
        case any([Expression])
        /// `a if b else c if d else e`
        case conditional([(condition: Expression, value: Expression)], otherwise: Expression?)
        /// `a.b[c](d)|e is f`
        case postfix(Expression, [Link])
    }
}

enum Constant: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
}

enum UnaryOperator: Sendable { case negate, plus, not }

enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
}

enum ComparisonOperator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case notIn = "not in"
}

/// What follows a primary expression.
struct Link: Sendable {
    var position: TemplatePosition
    var kind: Kind

    indirect enum Kind: Sendable {
        case attribute(String)
        case item(Expression)
        case slice(Expression?, Expression?, Expression?)
        case call(ArgumentList)
        /// `.name(…)`: an attribute and its call in one, so that no bound method is made.
        case method(String, ArgumentList)
        case filter(FilterCall)
        case test(name: String, body: TestFunction?, ArgumentList, negated: Bool)
    }
}

struct FilterCall: Sendable {
    var position: TemplatePosition
    var name: String
    /// `nil` for a name that is not a filter: an error only when it is reached.
    var body: FilterFunction?
    var arguments: ArgumentList
}

struct ArgumentList: Sendable {
    var positional: [Expression] = []
    var named: [(name: String, value: Expression)] = []
    /// `*list`
    var spread: [Expression] = []
    /// `**mapping`
    var namedSpread: [Expression] = []

    var isEmpty: Bool { positional.isEmpty && named.isEmpty && spread.isEmpty && namedSpread.isEmpty }
}

struct Statement: Sendable {
    var position: TemplatePosition
    var kind: Kind

    indirect enum Kind: Sendable {
        case text(String)
        case output(Expression)
        case conditional([(condition: Expression, body: [Statement])], otherwise: [Statement])
        case loop(LoopDefinition)
        case assign(Target, Expression)
        /// `{% set x %}…{% endset %}`
        case capture(Target, [FilterCall], [Statement])
        case macro(MacroDefinition)
        /// `{% call(arguments) callee(…) %}…{% endcall %}`; the expression ends in a call link.
        case call(Expression, MacroDefinition)
        case filter([FilterCall], [Statement])
        case with([(target: Target, value: Expression)], [Statement])
        /// A body with a scope of its own: `generation`, `block`, `autoescape`.
        case scope([Statement])
        case breakLoop
        case continueLoop
    }
}

struct LoopDefinition: Sendable {
    var target: Target
    var iterable: Expression
    var condition: Expression?
    var isRecursive: Bool
    var body: [Statement]
    var otherwise: [Statement]
}

struct MacroDefinition: Sendable {
    var name: String
    var symbol: Symbol
    var parameters: [(symbol: Symbol, name: String, standard: Expression?)]
    var body: [Statement]
    /// Whether the body mentions `varargs`, `kwargs` or `caller`: only then does the macro accept them.
    var catchesPositional: Bool
    var catchesNamed: Bool
    var usesCaller: Bool
}

indirect enum Target: Sendable {
    case name(Symbol)
    case tuple([Target])
    /// `ns.attribute`
    case attribute(Symbol, String)
}
