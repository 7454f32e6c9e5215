// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingEngine
import InklingGGUF
import InklingTemplates
import InklingTokenizer

struct TemplateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Renders a conversation with a chat template.",
        discussion: """
            Prints the prompt byte for byte, with no line break added. FILE.json is a list of messages, \
            [{"role": "user", "content": "Hello"}, …]; further fields of a message reach the template as they are. \
            The template is a model's own or that of --template-file.

            Examples:
              inkling template -m MODEL --messages chat.json
              inkling template --template-file chat.jinja --messages chat.json --bos '<s>' --set enable_thinking=false
            """)

    @OptionGroup(title: "Model") var model: ModelArguments

    @Option(help: ArgumentHelp("The template, in place of a model's.", valueName: "F"))
    var templateFile: String?

    @Option(help: ArgumentHelp("The conversation.", valueName: "FILE.json"))
    var messages: String

    @Option(
        help: ArgumentHelp("Descriptions of functions that the model may call, as a JSON list.", valueName: "FILE.json")
    )
    var tools: String?

    @Flag(help: "End with the last message, not where the answer begins.")
    var noGenerationPrompt = false

    @Option(help: ArgumentHelp("Text of bos_token (default: the model's; without one empty).", valueName: "S"))
    var bos: String?

    @Option(help: ArgumentHelp("Text of eos_token (default: the model's; without one empty).", valueName: "S"))
    var eos: String?

    @Option(help: ArgumentHelp("The day that strftime_now tells (default: today).", valueName: "YYYY-MM-DD"))
    var date: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A further variable; VALUE is JSON, or text where it is not.", valueName: "NAME=VALUE"))
    var variables: [String] = []

    func validate() throws {
        if templateFile != nil, model.model != nil {
            throw ValidationError("-m and --template-file exclude each other")
        }
        _ = try day()
        _ = try extra()
    }

    func run() throws {
        let source = try source()
        let conversation = try Self.messages(in: try json(messages), from: messages)
        let tools = try tools.map { try json($0) } ?? .null
        do throws(TemplateError) {
            let template = try ChatTemplate(source: source.template)
            let context: [(String, TemplateValue)] = [
                ("messages", .list(conversation)), ("tools", tools), ("documents", .null),
                ("add_generation_prompt", .bool(!noGenerationPrompt)), ("bos_token", .string(bos ?? source.bos)),
                ("eos_token", .string(eos ?? source.eos)),
            ]
            Output.modelText(
                try template.render(context + ((try? extra()) ?? []), date: (try? day()) ?? .now()))
        } catch {
            // The sentence stands after the program's name here.
            throw Failure(error.description)
        }
    }

    // MARK: - What goes in

    private struct Source {
        var template: String
        var bos = ""
        var eos = ""
    }

    private func source() throws -> Source {
        if let templateFile {
            guard let text = String(validating: try StandardInput.readFile(templateFile), as: UTF8.self) else {
                throw Failure("\"\(templateFile)\" is not valid UTF-8")
            }
            return Source(template: text)
        }
        let path = try model.path()
        let file: GGUFFile
        do throws(GGUFError) { file = try GGUFFile(path: path) } catch { throw Failure(.file(error)) }
        guard let template = file.metadata.string("tokenizer.chat_template") else {
            throw Failure("\"\(path)\" carries no chat template", hint: "give one with --template-file")
        }
        guard bos == nil || eos == nil else { return Source(template: template) }
        do throws(EngineError) {
            let vocabulary = try LoadedModel.tokenizer(path: path).vocabulary
            func spelling(_ token: TokenID?) -> String { token.map { vocabulary.spelling(of: $0) } ?? "" }
            return Source(
                template: template, bos: spelling(vocabulary.special.beginOfSequence),
                eos: spelling(vocabulary.special.endOfSequence))
        } catch { throw Failure(error) }
    }

    private func json(_ path: String) throws -> TemplateValue {
        let bytes = try StandardInput.readFile(path)
        do throws(TemplateJSON.Problem) {
            return try TemplateJSON.parse(bytes)
        } catch {
            throw Failure("\"\(path)\", line \(error.line), column \(error.column): not valid JSON: \(error.message)")
        }
    }

    /// Checks that a value is a conversation: mistakes are easier to see here than in what a template makes of them.
    static func messages(in value: TemplateValue, from path: String) throws -> [TemplateValue] {
        let form = "it must be a list of {\"role\", \"content\"}"
        guard case .list(let items) = value else { throw Failure("\"\(path)\" holds no conversation; \(form)") }
        for (index, item) in items.enumerated() {
            let place = "\"\(path)\", message \(index + 1)"
            guard case .map(let fields) = item else { throw Failure("\(place) is not an object; \(form)") }
            func field(_ key: String) -> TemplateValue? { fields.last { $0.key == key }?.value }
            switch field("role") {
            case .string: break
            case nil: throw Failure("\(place) has no \"role\"; \(form)")
            default: throw Failure("\(place): \"role\" must be a string")
            }
            switch field("content") {
            // Parts of several kinds are a list.
            case .string, .list, .null: break
            case nil where field("tool_calls") != nil: break
            case nil: throw Failure("\(place) has no \"content\"; \(form)")
            default: throw Failure("\(place): \"content\" must be a string")
            }
        }
        return items
    }

    func day() throws -> TemplateDate? {
        guard let date else { return nil }
        let parts = date.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { throw ValidationError("--date is \"\(date)\"; it must be a day such as 2026-01-31") }
        return TemplateDate(year: year, month: month, day: day)
    }

    func extra() throws -> [(String, TemplateValue)] {
        try variables.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--set is \"\(text)\"; it must be NAME=VALUE")
            }
            let value = (try? TemplateJSON.parse(Array(parts[1].utf8))) ?? .string(parts[1])
            return (parts[0], value)
        }
    }
}
