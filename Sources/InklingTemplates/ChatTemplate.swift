// SPDX-License-Identifier: Apache-2.0

/// A chat template as model files carry it: parsed once, rendered for every prompt.
///
/// The language is the part of Jinja that such templates use, set up as the models' authors had it: whitespace around
/// blocks trimmed, values immutable, `raise_exception`, `strftime_now`, `break`, `continue` and `generation` added.
/// Text is byte for byte what the reference implementation gives. A template is untrusted: one that would run for
/// long or use much memory ends with ``TemplateError/limitExceeded(_:_:)``; 512 KB of stack suffice for any.
public struct ChatTemplate: Sendable {
    private let template: ParsedTemplate

    /// - Throws: ``TemplateError`` if the source is not a template, or too large.
    public init(source: String, limits: TemplateLimits = .default) throws(TemplateError) {
        guard source.utf8.count <= limits.sourceBytes else {
            throw .limitExceeded(.sourceSize, TemplatePosition(line: 1, column: 1))
        }
        template = try Parser.parse(source)
    }

    /// Renders with the variables given.
    ///
    /// - Parameters:
    ///   - context: variables by name; of equal names the last counts.
    ///   - date: what `strftime_now` writes; without one a template that calls it fails.
    /// - Throws: ``TemplateError`` with the place in the template.
    public func render(
        _ context: [(String, TemplateValue)], limits: TemplateLimits = .default, date: TemplateDate? = nil
    ) throws(TemplateError) -> String {
        var values: [Value?] = Array(repeating: nil, count: template.names.count)
        var symbols: [String: Symbol] = [:]
        for (symbol, name) in template.names.enumerated() {
            symbols[name] = symbol
            if let builtin = Builtin(rawValue: name) { values[symbol] = .function(Function(.builtin(builtin))) }
        }
        var importer = ValueImporter()
        for (name, value) in context {
            // What the template never names need not be converted.
            guard let symbol = symbols[name] else { continue }
            values[symbol] = try importer.value(value)
        }
        let (steps, overflow) = limits.steps.addingReportingOverflow(importer.bytes / 4)
        let interpreter = Interpreter(
            names: template.names, context: values, limits: limits, steps: overflow ? .max : steps, date: date)
        return try interpreter.render(template.body)
    }

    /// Renders a conversation as a prompt.
    ///
    /// - Parameters:
    ///   - addGenerationPrompt: whether the prompt ends where the model's answer begins.
    ///   - bosToken: the text of the token that begins a prompt; empty if the model has none.
    ///   - eosToken: the text of the token that ends an answer.
    ///   - tools: descriptions of callable functions, or `.null`.
    ///   - extra: further variables, such as `enable_thinking` or `date_string`; they override the others.
    public func render(
        messages: [ChatTemplateMessage], addGenerationPrompt: Bool, bosToken: String, eosToken: String,
        tools: TemplateValue = .null, extra: [(String, TemplateValue)] = [], limits: TemplateLimits = .default,
        date: TemplateDate? = nil
    ) throws(TemplateError) -> String {
        let context: [(String, TemplateValue)] = [
            ("messages", .list(messages.map(\.value))),
            ("tools", tools),
            ("documents", .null),
            ("add_generation_prompt", .bool(addGenerationPrompt)),
            ("bos_token", .string(bosToken)),
            ("eos_token", .string(eosToken)),
        ]
        return try render(context + extra, limits: limits, date: date)
    }
}

/// A turn of a conversation.
public struct ChatTemplateMessage: Sendable, Equatable {
    /// `system`, `user`, `assistant` or `tool`.
    public var role: String
    public var content: String
    /// Further fields, such as `tool_calls` or `reasoning_content`.
    public var fields: [TemplateEntry]

    public init(role: String, content: String, fields: [TemplateEntry] = []) {
        self.role = role
        self.content = content
        self.fields = fields
    }

    var value: TemplateValue {
        .map(
            [
                TemplateEntry(key: "role", value: .string(role)),
                TemplateEntry(key: "content", value: .string(content)),
            ] + fields)
    }
}

/// Turns the caller's data into the interpreter's values.
private struct ValueImporter {
    /// Bytes of text seen.
    var bytes = 0

    mutating func value(_ value: TemplateValue, level: Int = 0) throws(TemplateError) -> Value {
        guard level < TemplateLimits.valueDepth * 3 / 4 else {
            throw .limitExceeded(.valueDepth, TemplatePosition(line: 1, column: 1))
        }
        bytes += 16
        switch value {
        case .null: return .none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .string(let text):
            bytes += text.utf8.count
            return .string(text)
        case .list(let items):
            var values: [Value] = []
            values.reserveCapacity(items.count)
            for item in items { values.append(try self.value(item, level: level + 1)) }
            return .list(List(values))
        case .map(let entries):
            var values: [(key: Value, value: Value)] = []
            values.reserveCapacity(entries.count)
            for entry in entries { values.append((.string(entry.key), try self.value(entry.value, level: level + 1))) }
            return .map(Mapping(values))
        }
    }
}
