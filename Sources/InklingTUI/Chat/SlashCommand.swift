// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingEngine
internal import InklingStore

/// A message that is a command: `/set temperature 0.2`.
struct SlashCommand: Sendable, Equatable {
    var name: String
    var argument: String

    /// A row of the table: what `/help` lists.
    struct Row: Sendable {
        var name: String
        var argument: String
        var help: String
        /// What it does where no argument is needed.
        var action: Action?
    }

    static let rows: [Row] = [
        Row(name: "help", argument: "", help: "keys and commands", action: .help),
        Row(name: "new", argument: "", help: "a new chat", action: .newChat),
        Row(name: "chats", argument: "", help: "open a chat", action: .chats),
        Row(name: "models", argument: "", help: "choose models", action: .modelsScreen),
        Row(name: "model", argument: "NAME", help: "load a model by name or path; the chat stays"),
        Row(name: "draft", argument: "NAME|none", help: "the model that drafts"),
        Row(name: "method", argument: "NAME", help: "how to decode: ar, sd, specdec++, pearl, auto, …"),
        Row(name: "set", argument: "NAME VALUE", help: "any setting; /set alone shows them", action: .settingsScreen),
        Row(name: "system", argument: "TEXT", help: "the system prompt", action: .systemPrompt),
        Row(name: "regenerate", argument: "", help: "answer again", action: .regenerate),
        Row(name: "continue", argument: "", help: "go on with the answer", action: .continueAnswer),
        Row(name: "attach", argument: "FILE", help: "a text file goes with the next message", action: .attach),
        Row(name: "export", argument: "FILE", help: "to Markdown or JSON", action: .exportChat),
        Row(name: "copy", argument: "", help: "the last answer", action: .copyMessage),
        Row(name: "quit", argument: "", help: "leave", action: .quit),
    ]

    /// A text that begins with one slash and a word. What begins with a path, or with two slashes, is a message.
    static func parse(_ text: String) -> SlashCommand? {
        guard text.hasPrefix("/"), !text.hasPrefix("//"), !text.contains("\n") else { return nil }
        let parts = text.dropFirst().split(separator: " ", maxSplits: 1).map(String.init)
        guard let name = parts.first, !name.contains("/"), name.first?.isLetter == true else { return nil }
        let argument = parts.count > 1 ? parts[1].trimmingBlanks() : ""
        return SlashCommand(name: name.lowercased(), argument: argument)
    }
}

extension String {
    /// Without blanks at its ends.
    func trimmingBlanks() -> String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

extension App {
    static func run(_ state: inout AppState, _ command: SlashCommand) -> [Effect] {
        guard let row = SlashCommand.rows.first(where: { $0.name == command.name }) else {
            let near = Suggestion.nearest(to: command.name, in: SlashCommand.rows.map(\.name))
            state.note(
                "there is no command /\(command.name)"
                    + (near.map { "; did you mean /\($0)?" } ?? "; /help lists them"),
                .warning)
            state.chat.composer.replaceAll(
                with: "/" + command.name + (command.argument.isEmpty ? "" : " " + command.argument))
            return []
        }
        guard !command.argument.isEmpty else {
            // Typed out, it is meant.
            if row.action == .quit { return leave(&state) }
            guard let action = row.action else {
                state.note("/\(row.name) \(row.argument): \(row.help)")
                return []
            }
            return perform(&state, action)
        }
        switch row.name {
        case "model": return load(&state, target: command.argument, draft: nil, name: command.argument)
        case "draft":
            guard let target = state.session?.target else {
                state.note("no model is loaded yet")
                return []
            }
            let isNone = command.argument == "none" || command.argument == "off"
            return load(
                &state, target: target.path, draft: isNone ? nil : command.argument,
                name: isNone ? target.name : command.argument)
        case "method": return set(&state, "decoding.strategy", command.argument)
        case "set":
            let parts = command.argument.split(whereSeparator: { $0 == " " || $0 == "=" }).map(String.init)
            guard let name = parts.first else { return [] }
            return set(&state, name, parts.dropFirst().joined(separator: " "))
        case "system": return set(&state, "chat.system", command.argument)
        case "attach": return [.readFile(command.argument)]
        case "export":
            guard let chat = state.chat.chat else {
                state.note("there is nothing to export yet")
                return []
            }
            return [export(chat.id, to: command.argument)]
        default:
            state.note("/\(row.name) takes nothing after it")
            return []
        }
    }

    static func export(_ id: ChatID, to path: String) -> Effect {
        .store(.export(id, path: path, asJSON: path.lowercased().hasSuffix(".json")))
    }

    /// Changes a setting by name, and says what it is now.
    static func set(_ state: inout AppState, _ name: String, _ value: String) -> [Effect] {
        let settings = SettingRegistry.all(for: state.preferences, themes: state.themes.map(\.name))
        guard let setting = SettingRegistry.named(name, in: settings) else {
            let near = Suggestion.nearest(
                to: name, in: settings.flatMap { [$0.id, $0.id.split(separator: ".").last.map(String.init) ?? $0.id] })
            state.note("there is no setting \"\(name)\"" + (near.map { "; did you mean \"\($0)\"?" } ?? ""), .warning)
            return []
        }
        guard setting.write(&state.preferences, value) else {
            var words: [String] = []
            if case .choice(let choices) = setting.kind { words = choices }
            let near = Suggestion.nearest(to: value, in: words).map { "; did you mean \"\($0)\"?" } ?? ""
            state.note("\(setting.title) must be \(setting.allowed)\(near)", .warning)
            return []
        }
        let now = setting.read(state.preferences)
        state.note("\(setting.title): \(now.isEmpty ? "not set" : now)")
        return []
    }
}
