// SPDX-License-Identifier: Apache-2.0

import InklingEngine

/// A command that is typed into the chat. Help, completion and suggestions are made from the table ``all``.
struct PlainChatCommand: Sendable {
    /// What may stand after the name.
    enum Argument: Sendable, Equatable {
        case none
        case optional(String)
        case file

        var title: String {
            switch self {
            case .none: ""
            case .optional(let name): " [\(name)]"
            case .file: " FILE"
            }
        }
    }

    let name: String
    let aliases: [String]
    let argument: Argument
    let help: String
    private let action: @Sendable (inout PlainChatState, String) -> PlainChatAction

    private init(
        _ name: String, aliases: [String] = [], takes argument: Argument = .none, _ help: String,
        action: @escaping @Sendable (inout PlainChatState, String) -> PlainChatAction
    ) {
        self.name = name
        self.aliases = aliases
        self.argument = argument
        self.help = help
        self.action = action
    }

    static let all: [PlainChatCommand] = [
        PlainChatCommand("help", aliases: ["h", "?"], "list these commands") { _, _ in .say(helpText) },
        PlainChatCommand("new", aliases: ["clear", "reset"], "forget the conversation and begin another") { state, _ in
            state.forget()
            return .say("new conversation")
        },
        PlainChatCommand("system", takes: .optional("TEXT"), "show or set the system message; \"none\" for none") {
            state, text in
            guard !text.isEmpty else {
                return .say(state.system.map { "system message: \($0)" } ?? "there is no system message")
            }
            state.system = text == "none" ? nil : text
            return .say("the next answer goes by \(text == "none" ? "no" : "this") system message")
        },
        PlainChatCommand("regenerate", aliases: ["retry"], "answer the last message again") { state, _ in
            state.regenerate()
        },
        PlainChatCommand("undo", "take back the last message and its answer") { state, _ in
            guard let turn = state.undo() else { return .say("there is nothing to take back") }
            return .say("taken back: \(PlainChatTranscript.excerpt(turn.question))")
        },
        PlainChatCommand("show", "show the conversation") { state, _ in .say(PlainChatTranscript.shown(state)) },
        PlainChatCommand("save", takes: .file, "save it: messages if the name ends in .json, else Markdown") {
            _, path in
            .save(path)
        },
        PlainChatCommand("model", "show what is known of the model") { _, _ in .showModel },
        PlainChatCommand("set", takes: .optional("NAME VALUE"), "show or change how answers are made") { state, text in
            .say(PlainChatSetting.take(text, &state))
        },
        PlainChatCommand("stats", "show the figures of the last answer") { _, _ in .showFigures },
        PlainChatCommand("quit", aliases: ["q", "exit", "bye"], "leave") { _, _ in .leave },
    ]

    func run(_ state: inout PlainChatState, _ argument: String) -> PlainChatAction {
        switch self.argument {
        case .none where !argument.isEmpty: .say("/\(name) stands alone")
        case .file where argument.isEmpty: .say("/\(name) needs FILE, the name of a file")
        default: action(&state, argument)
        }
    }

    static func named(_ word: String) -> PlainChatCommand? {
        let word = word.lowercased()
        return all.first { $0.name == word || $0.aliases.contains(word) }
    }

    /// Takes a text apart that begins with `/` and a word of letters; anything else, like a path, is a message.
    static func parse(_ text: String) -> (word: String, argument: String)? {
        guard text.hasPrefix("/") else { return nil }
        let body = text.dropFirst()
        let word = body.prefix { !$0.isWhitespace }
        guard !word.isEmpty, word == "?" || word.allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        let argument = body.dropFirst(word.count)
        let blanks: (Character) -> Bool = { $0.isWhitespace }
        guard let last = argument.lastIndex(where: { !$0.isWhitespace }) else { return (String(word), "") }
        return (String(word), String(argument[...last].drop(while: blanks)))
    }

    static var helpText: String {
        let titles = all.map { "/\($0.name)\($0.argument.title)" }
        let width = titles.map(\.count).max() ?? 0
        let rows = zip(all, titles).map { command, title in
            title + String(repeating: " ", count: width - title.count + 2) + command.help
        }
        return
            (rows + [
                "",
                "Other text goes to the model. For several lines end a line with \\, or put",
                "\(PlainChatInput.fence) on a line before and after them.",
                "Ctrl-C stops an answer or clears the line, Ctrl-D leaves.",
            ]).joined(separator: "\n")
    }

    /// Words that complete the one at the end of a line; nil: names of files.
    ///
    /// - Parameter line: what stands before the word.
    static func completions(line: String, word: String) -> [String]? {
        if line.isEmpty {
            return word.hasPrefix("/") ? all.map { "/\($0.name)" }.filter { $0.hasPrefix(word.lowercased()) } : []
        }
        guard let (name, argument) = parse(line), let command = named(name), argument.isEmpty else { return [] }
        switch command.argument {
        case .file: return nil
        case .optional where command.name == "set":
            return PlainChatSetting.all.map(\.name).filter { $0.hasPrefix(word.lowercased()) }
        default: return []
        }
    }
}
