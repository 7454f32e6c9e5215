// SPDX-License-Identifier: Apache-2.0

typealias TestFunction = @Sendable (Interpreter, Value, Arguments) throws(TemplateError) -> Bool

/// What may follow `is`, by name. A new test is a row here.
enum ValueTests {
    static let table: [String: TestFunction] = {
        var table: [String: TestFunction] = [
            "in": isIn, "divisibleby": isDivisible, "even": isEven, "odd": isOdd, "lower": isLower, "upper": isUpper,
            "sameas": isSame, "filter": isFilter, "test": isTest,
        ]
        for (name, holds) in kinds { table[name] = test(holds) }
        for (names, symbol) in comparisons {
            for name in names { table[name] = test(symbol) }
        }
        return table
    }()

    private static func test(_ holds: @escaping @Sendable (Value) -> Bool) -> TestFunction {
        @Sendable func test(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Bool {
            _ = try arguments.bound(to: [], i)
            return holds(value)
        }
        return test
    }

    private static func test(_ symbol: ComparisonOperator) -> TestFunction {
        @Sendable func test(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Bool {
            try i.compare(value, symbol, arguments.bound(to: ["other"], i).value(0))
        }
        return test
    }

    /// Tests of the value alone that cannot fail.
    private static let kinds: [(String, @Sendable (Value) -> Bool)] = [
        ("defined", { !$0.isUndefined }),
        ("undefined", { $0.isUndefined }),
        ("none", { $0.isNone }),
        ("boolean", { if case .bool = $0 { true } else { false } }),
        ("true", { if case .bool(true) = $0 { true } else { false } }),
        ("false", { if case .bool(false) = $0 { true } else { false } }),
        ("integer", { if case .int = $0 { true } else { false } }),
        ("float", { if case .double = $0 { true } else { false } }),
        ("string", { if case .string = $0 { true } else { false } }),
        ("mapping", { if case .map = $0 { true } else { false } }),
        ("escaped", { _ in false }),
        (
            "number",
            { value in
                switch value {
                case .bool, .int, .double: true
                default: false
                }
            }
        ),
        (
            "sequence",
            { value in
                switch value {
                case .undefined, .string, .list, .tuple, .map, .range: true
                default: false
                }
            }
        ),
        (
            "iterable",
            { value in
                switch value {
                case .undefined, .string, .list, .tuple, .map, .range, .view, .iterator, .loop: true
                default: false
                }
            }
        ),
        (
            "callable",
            { value in
                switch value {
                case .undefined, .loop: true
                case .function(let function): if case .cycler = function.kind { false } else { true }
                default: false
                }
            }
        ),
    ]

    private static let comparisons: [([String], ComparisonOperator)] = [
        (["eq", "==", "equalto"], .equal), (["ne", "!="], .notEqual), (["lt", "<", "lessthan"], .less),
        (["le", "<="], .lessOrEqual), (["gt", ">", "greaterthan"], .greater), (["ge", ">="], .greaterOrEqual),
    ]

    @Sendable private static func isIn(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        try i.contains(arguments.bound(to: ["seq"], i).value(0), value)
    }

    private static func remainder(
        _ i: Interpreter, _ value: Value, _ divisor: Value
    ) throws(TemplateError) -> Value {
        if case .string = value { throw i.invalid("'str' has no remainder") }
        return try i.apply(.modulo, value, divisor)
    }

    @Sendable private static func isDivisible(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        try i.areEqual(remainder(i, value, arguments.bound(to: ["num"], i).value(0)), .int(0))
    }

    @Sendable private static func isEven(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        _ = try arguments.bound(to: [], i)
        return try i.areEqual(remainder(i, value, .int(2)), .int(0))
    }

    @Sendable private static func isOdd(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        _ = try arguments.bound(to: [], i)
        return try i.areEqual(remainder(i, value, .int(2)), .int(1))
    }

    @Sendable private static func isLower(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        _ = try arguments.bound(to: [], i)
        let text = try i.text(of: value)
        try i.charge(scan: text.utf8.count)
        return Text.isAll(upper: false, text)
    }

    @Sendable private static func isUpper(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        _ = try arguments.bound(to: [], i)
        let text = try i.text(of: value)
        try i.charge(scan: text.utf8.count)
        return Text.isAll(upper: true, text)
    }

    /// Identity: exact for what has one, equality of type and value for the rest.
    @Sendable private static func isSame(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        let other = try arguments.bound(to: ["other"], i).value(0)
        switch (value, other) {
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): return a === b
        case (.map(let a), .map(let b)): return a === b
        default: return value.typeName == other.typeName ? try i.areEqual(value, other) : false
        }
    }

    @Sendable private static func isFilter(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        _ = try arguments.bound(to: [], i)
        return if case .string(let name) = value { Filters.table[name] != nil } else { false }
    }

    @Sendable private static func isTest(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        _ = try arguments.bound(to: [], i)
        return if case .string(let name) = value { ValueTests.table[name] != nil } else { false }
    }
}
