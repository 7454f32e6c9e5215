// SPDX-License-Identifier: Apache-2.0

// Binding a call's arguments to a filter's, test's or method's parameters, and reading them as Swift values.

/// Arguments in the order of the parameters they were bound to.
struct BoundArguments {
    fileprivate let values: [Value?]
    fileprivate let names: [String]
    let interpreter: Interpreter

    /// The argument, or `nil` if none was given.
    subscript(index: Int) -> Value? { values[index] }

    func value(_ index: Int) throws(TemplateError) -> Value {
        guard let value = values[index] else { throw interpreter.invalid("the argument '\(names[index])' is missing") }
        return value
    }

    func flag(_ index: Int, _ standard: Bool = false) -> Bool { values[index]?.isTrue ?? standard }

    /// An integer; `nil` if not given or `none`.
    func integer(_ index: Int) throws(TemplateError) -> Int? {
        switch values[index] {
        case nil, .some(.none): return nil
        case .bool(let value): return value ? 1 : 0
        case .int(let value): return value
        case .undefined(let undefined): throw interpreter.needs(undefined)
        case .some(let value):
            throw interpreter.invalid("the argument '\(names[index])' must be an integer, not '\(value.typeName)'")
        }
    }

    /// A string; `nil` if not given or `none`.
    func text(_ index: Int) throws(TemplateError) -> String? {
        switch values[index] {
        case nil, .some(.none): return nil
        case .string(let text): return text
        case .undefined(let undefined): throw interpreter.needs(undefined)
        case .some(let value):
            throw interpreter.invalid("the argument '\(names[index])' must be a string, not '\(value.typeName)'")
        }
    }

    func requiredText(_ index: Int) throws(TemplateError) -> String {
        guard let text = try text(index) else {
            throw interpreter.invalid("the argument '\(names[index])' must be a string")
        }
        return text
    }
}

extension Arguments {
    func bound(to names: [String], _ interpreter: Interpreter) throws(TemplateError) -> BoundArguments {
        guard positional.count <= names.count else {
            throw interpreter.invalid("too many arguments: \(positional.count), at most \(names.count) are taken")
        }
        var values: [Value?] = Array(repeating: nil, count: names.count)
        for (place, value) in positional.enumerated() { values[place] = value }
        for (name, value) in named {
            guard let place = names.firstIndex(of: name) else {
                throw interpreter.invalid("there is no argument named '\(name)'")
            }
            guard values[place] == nil else { throw interpreter.invalid("the argument '\(name)' is given twice") }
            values[place] = value
        }
        return BoundArguments(values: values, names: names, interpreter: interpreter)
    }
}
