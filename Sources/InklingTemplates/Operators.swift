// SPDX-License-Identifier: Apache-2.0

// Operators with Python's meaning on 64-bit integers: what would not fit is an error.

extension Interpreter {
    // MARK: Arithmetic

    func apply(_ sign: UnaryOperator, to value: Value) throws(TemplateError) -> Value {
        if sign == .not { return .bool(!value.isTrue) }
        switch number(value) {
        case .int(let whole):
            guard sign == .negate else { return .int(whole) }
            guard whole != .min else { throw tooLarge() }
            return .int(-whole)
        case .double(let number): return .double(sign == .negate ? -number : number)
        case nil:
            if case .undefined(let undefined) = value { throw needs(undefined) }
            throw invalid("'\(value.typeName)' has no sign")
        }
    }

    func apply(_ symbol: ArithmeticOperator, _ left: Value, _ right: Value) throws(TemplateError) -> Value {
        if case .string(let text) = left {
            if let result = try onText(symbol, text, right) { return result }
        } else if let a = number(left), let b = number(right) {
            if case .int(let a) = a, case .int(let b) = b { return try integers(symbol, a, b) }
            return try doubles(symbol, a.double, b.double)
        } else if let result = try onSequences(symbol, left, right) {
            return result
        }
        if case .undefined(let undefined) = left { throw needs(undefined) }
        if case .undefined(let undefined) = right { throw needs(undefined) }
        throw invalid("'\(symbol.rawValue)' is not defined between '\(left.typeName)' and '\(right.typeName)'")
    }

    /// A number, with booleans as 0 and 1.
    enum Number {
        case int(Int)
        case double(Double)

        var double: Double {
            switch self {
            case .int(let value): Double(value)
            case .double(let value): value
            }
        }
    }

    func number(_ value: Value) -> Number? {
        switch value {
        case .bool(let value): .int(value ? 1 : 0)
        case .int(let value): .int(value)
        case .double(let value): .double(value)
        default: nil
        }
    }

    func tooLarge() -> TemplateError { invalid("the result does not fit a 64-bit integer") }

    private func onText(_ symbol: ArithmeticOperator, _ text: String, _ right: Value) throws(TemplateError) -> Value? {
        switch (symbol, right) {
        case (.add, .string(let other)):
            try charge(bytes: text.utf8.count + other.utf8.count)
            return .string(text + other)
        case (.multiply, .int), (.multiply, .bool): return .string(try repeated(text, count(right)))
        case (.modulo, _): return .string(try percentFormat(text, right))
        default: return nil
        }
    }

    private func onSequences(
        _ symbol: ArithmeticOperator, _ left: Value, _ right: Value
    ) throws(TemplateError) -> Value? {
        switch (symbol, left, right) {
        case (.add, .list(let a), .list(let b)): return try list(joined(a, b))
        case (.add, .tuple(let a), .tuple(let b)): return try tuple(joined(a, b))
        case (.multiply, .list(let a), .int), (.multiply, .list(let a), .bool):
            return try list(repeated(a.items, count(right)))
        case (.multiply, .tuple(let a), .int), (.multiply, .tuple(let a), .bool):
            return try tuple(repeated(a.items, count(right)))
        case (.multiply, .int, .string(let text)), (.multiply, .bool, .string(let text)):
            return .string(try repeated(text, count(left)))
        case (.multiply, .int, .list(let a)), (.multiply, .bool, .list(let a)):
            return try list(repeated(a.items, count(left)))
        case (.multiply, .int, .tuple(let a)), (.multiply, .bool, .tuple(let a)):
            return try tuple(repeated(a.items, count(left)))
        default: return nil
        }
    }

    private func count(_ value: Value) -> Int {
        if case .int(let count) = number(value) { max(count, 0) } else { 0 }
    }

    private func joined(_ a: List, _ b: List) throws(TemplateError) -> [Value] {
        try charge(items: a.items.count + b.items.count)
        return a.items + b.items
    }

    func repeated(_ text: String, _ count: Int) throws(TemplateError) -> String {
        let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
        try charge(bytes: overflow ? .max : bytes)
        guard bytes > 0 else { return "" }
        // By doubling: the library's own repetition goes a character at a time.
        var result: [UInt8] = []
        result.reserveCapacity(bytes)
        result += text.utf8
        while result.count <= bytes / 2 { result += result }
        result += result[..<(bytes - result.count)]
        return String(bytes: result[...])
    }

    private func repeated(_ items: [Value], _ count: Int) throws(TemplateError) -> [Value] {
        let (total, overflow) = items.count.multipliedReportingOverflow(by: count)
        try charge(items: overflow ? .max : total)
        var result: [Value] = []
        if total > 0 { for _ in 0..<count { result += items } }
        return result
    }

    private func integers(_ symbol: ArithmeticOperator, _ a: Int, _ b: Int) throws(TemplateError) -> Value {
        let result: (Int, Bool)
        switch symbol {
        case .add: result = a.addingReportingOverflow(b)
        case .subtract: result = a.subtractingReportingOverflow(b)
        case .multiply: result = a.multipliedReportingOverflow(by: b)
        case .divide:
            guard b != 0 else { throw invalid("division by zero") }
            return .double(Double(a) / Double(b))
        case .floorDivide:
            guard b != 0 else { throw invalid("division by zero") }
            let (quotient, overflow) = a.dividedReportingOverflow(by: b)
            result = (overflow ? 0 : a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient, overflow)
        case .modulo:
            guard b != 0 else { throw invalid("modulo by zero") }
            let remainder = a.remainderReportingOverflow(dividingBy: b).partialValue
            result = (remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder, false)
        case .power:
            if b < 0 { return try doubles(.power, Double(a), Double(b)) }
            return .int(try power(a, b))
        }
        if result.1 { throw tooLarge() }
        return .int(result.0)
    }

    private func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Int {
        var result = 1
        var square = base
        var left = exponent
        while left > 0 {
            if left & 1 == 1 {
                let (product, overflow) = result.multipliedReportingOverflow(by: square)
                if overflow { throw tooLarge() }
                result = product
            }
            left >>= 1
            if left > 0 {
                let (product, overflow) = square.multipliedReportingOverflow(by: square)
                if overflow { throw tooLarge() }
                square = product
            }
        }
        return result
    }

    private func doubles(_ symbol: ArithmeticOperator, _ a: Double, _ b: Double) throws(TemplateError) -> Value {
        switch symbol {
        case .add: return .double(a + b)
        case .subtract: return .double(a - b)
        case .multiply: return .double(a * b)
        case .divide:
            guard b != 0 else { throw invalid("division by zero") }
            return .double(a / b)
        case .floorDivide:
            guard b != 0 else { throw invalid("division by zero") }
            let remainder = pythonRemainder(a, b)
            var quotient = ((a - remainder) / b).rounded()
            if quotient == 0, (a < 0) != (b < 0) { quotient = -0.0 }
            return .double(quotient)
        case .modulo:
            guard b != 0 else { throw invalid("modulo by zero") }
            return .double(pythonRemainder(a, b))
        case .power: return .double(try power(a, b))
        }
    }

    /// The remainder with the sign of the divisor.
    private func pythonRemainder(_ a: Double, _ b: Double) -> Double {
        let remainder = a.truncatingRemainder(dividingBy: b)
        if remainder == 0 { return b < 0 ? -0.0 : 0.0 }
        return (remainder < 0) != (b < 0) ? remainder + b : remainder
    }

    private func power(_ a: Double, _ b: Double) throws(TemplateError) -> Double {
        if a == 0, b < 0 { throw invalid("zero cannot be raised to a negative power") }
        if a < 0, b != b.rounded() { throw invalid("a negative number to a fractional power is not real") }
        let result = Mathematics.power(a, b)
        if result.isInfinite, a.isFinite, b.isFinite { throw invalid("the result is too large") }
        return result
    }

    // MARK: Comparison

    func compare(_ left: Value, _ symbol: ComparisonOperator, _ right: Value) throws(TemplateError) -> Bool {
        switch symbol {
        case .equal: return try areEqual(left, right)
        case .notEqual: return try !areEqual(left, right)
        case .isIn: return try contains(right, left)
        case .notIn: return try !contains(right, left)
        case .less: return try order(left, right, symbol) { $0 < 0 }
        case .lessOrEqual: return try order(left, right, symbol) { $0 <= 0 }
        case .greater: return try order(left, right, symbol) { $0 > 0 }
        case .greaterOrEqual: return try order(left, right, symbol) { $0 >= 0 }
        }
    }

    private func order(
        _ left: Value, _ right: Value, _ symbol: ComparisonOperator, _ accept: (Int) -> Bool
    ) throws(TemplateError) -> Bool {
        guard let order = try order(left, right, symbol.rawValue) else { return false }
        return accept(order)
    }

    /// Negative, zero or positive; `nil` where a NaN makes every answer false.
    func order(_ left: Value, _ right: Value, _ symbol: String = "<") throws(TemplateError) -> Int? {
        switch (left, right) {
        case (.string(let a), .string(let b)):
            try charge(bytes: min(a.utf8.count, b.utf8.count))
            return a.precedes(b) ? -1 : b.precedes(a) ? 1 : 0
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
            for (x, y) in zip(a.items, b.items) {
                try charge()
                if try !areEqual(x, y) { return try order(x, y, symbol) }
            }
            return a.items.count - b.items.count
        default: break
        }
        if let a = number(left), let b = number(right) {
            if case .int(let a) = a, case .int(let b) = b { return a < b ? -1 : a > b ? 1 : 0 }
            let (x, y) = (a.double, b.double)
            return x.isNaN || y.isNaN ? nil : x < y ? -1 : x > y ? 1 : 0
        }
        if case .undefined(let undefined) = left { throw needs(undefined) }
        if case .undefined(let undefined) = right { throw needs(undefined) }
        throw invalid("'\(symbol)' is not defined between '\(left.typeName)' and '\(right.typeName)'")
    }

    func areEqual(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        switch (left, right) {
        case (.string(let a), .string(let b)):
            guard a.utf8.count == b.utf8.count else { return false }
            try charge(bytes: a.utf8.count)
            return a.isSame(as: b)
        case (.none, .none): return true
        case (.undefined(let a), .undefined(let b)): return a.isForbidden == b.isForbidden
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): return try areEqual(a, b)
        case (.map(let a), .map(let b)): return try areEqual(a, b)
        case (.range(let a), .range(let b)):
            return a.count == b.count && (a.count == 0 || (a.start == b.start && (a.count == 1 || a.step == b.step)))
        case (.namespace(let a), .namespace(let b)): return a === b
        case (.function(let a), .function(let b)): return a === b
        case (.loop(let a), .loop(let b)): return a === b
        case (.iterator(let a), .iterator(let b)): return a === b
        default: break
        }
        guard let a = number(left), let b = number(right) else { return false }
        if case .int(let a) = a, case .int(let b) = b { return a == b }
        return a.double == b.double
    }

    private func areEqual(_ a: List, _ b: List) throws(TemplateError) -> Bool {
        if a === b { return true }
        guard a.items.count == b.items.count else { return false }
        for (x, y) in zip(a.items, b.items) {
            try charge()
            if try !areEqual(x, y) { return false }
        }
        return true
    }

    private func areEqual(_ a: Mapping, _ b: Mapping) throws(TemplateError) -> Bool {
        if a === b { return true }
        guard a.count == b.count else { return false }
        for (place, key) in a.keys.enumerated() {
            try charge(2)
            guard let other = b.value(for: key), try areEqual(a.values[place], other) else { return false }
        }
        return true
    }

    private func contains(_ map: Mapping, _ element: Value) throws(TemplateError) -> Bool {
        guard MappingKey(element) != nil else { throw invalid("a \(element.typeName) cannot be a key") }
        return map.value(for: element) != nil
    }

    func contains(_ container: Value, _ element: Value) throws(TemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = element else {
                throw invalid("'in' a string needs a string on its left, not '\(element.typeName)'")
            }
            try charge(scan: text.utf8.count)
            return TextSearch.contains(text, part)
        case .map(let map): return try contains(map, element)
        case .view(let view) where view.kind == .keys: return try contains(view.map, element)
        case .range(let range):
            switch number(element) {
            case .int(let value): return range.contains(value)
            case .double(let value): return Int(exactly: value).map(range.contains) ?? false
            case nil: return false
            }
        case .iterator(let iterator):
            while let item = iterator.take() {
                try charge()
                if try areEqual(item, element) { return true }
            }
            return false
        default:
            for item in try items(of: container) {
                try charge()
                if try areEqual(item, element) { return true }
            }
            return false
        }
    }
}
