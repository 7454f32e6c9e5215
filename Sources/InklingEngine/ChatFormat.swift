// SPDX-License-Identifier: Apache-2.0

internal import InklingGGUF
public import InklingTemplates
public import InklingTokenizer

/// One message of a conversation.
public struct ChatMessage: Sendable, Equatable, Codable {
    public enum Role: String, Sendable, Codable, CaseIterable {
        case system, user, assistant
    }

    public var role: Role
    public var content: String

    public init(_ role: Role, _ content: String) {
        self.role = role
        self.content = content
    }
}

/// How a conversation becomes the tokens a model was trained on: the template its file carries, or a built-in one.
public struct ChatFormat: Sendable {
    /// Built-in formats, for files without a template or with one that cannot be run.
    public enum Name: String, Sendable, CaseIterable {
        /// `<|im_start|>role … <|im_end|>`: the most common one.
        case chatml
        /// Nothing but the text of the last message.
        case raw
    }

    /// Where the template came from.
    public enum Origin: Sendable, Equatable {
        case file
        case builtIn(Name)
        /// The file's own template does not parse; ChatML stands in for it.
        case replaced(TemplateError)
    }

    public let origin: Origin

    /// What a user should know of it; nil for nothing.
    public var warning: String? {
        guard case .replaced(let problem) = origin else { return nil }
        return "\(problem) ChatML is used instead."
    }

    private let template: ChatTemplate?
    private let bos: String
    private let eos: String

    static let chatML = """
        {% for message in messages %}<|im_start|>{{ message['role'] }}
        {{ message['content'] }}<|im_end|>
        {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """

    init(metadata: GGUFMetadata, vocabulary: Vocabulary, named name: Name?) {
        func spelling(_ token: TokenID?) -> String { token.map { vocabulary.spelling(of: $0) } ?? "" }
        bos = spelling(vocabulary.special.beginOfSequence)
        eos = spelling(vocabulary.special.endOfSequence)
        let builtIn = try? ChatTemplate(source: Self.chatML)
        switch (name, metadata.string("tokenizer.chat_template")) {
        case (.chatml?, _):
            (origin, template) = (.builtIn(.chatml), builtIn)
        case (.raw?, _):
            (origin, template) = (.builtIn(.raw), nil)
        case (nil, let source?):
            do throws(TemplateError) {
                template = try ChatTemplate(source: source)
                origin = .file
            } catch {
                template = builtIn
                origin = .replaced(error)
            }
        case (nil, nil):
            // Without a template a model that knows ChatML's tokens gets it, and a plain text model its text.
            let knowsChatML = vocabulary.token(spelled: "<|im_start|>") != nil
            (origin, template) = knowsChatML ? (.builtIn(.chatml), builtIn) : (.builtIn(.raw), nil)
        }
    }

    /// The text of a conversation, ready for the assistant's next turn.
    public func text(_ messages: [ChatMessage], addGenerationPrompt: Bool = true) throws(EngineError) -> String {
        guard let template else { return messages.last?.content ?? "" }
        do {
            return try template.render(
                messages: messages.map { ChatTemplateMessage(role: $0.role.rawValue, content: $0.content) },
                addGenerationPrompt: addGenerationPrompt, bosToken: bos, eosToken: eos, date: .now())
        } catch { throw .template(error) }
    }

    /// The tokens of a conversation, ready for the assistant's next turn.
    ///
    /// Control tokens that a message spells out stay text: a user cannot speak for the other side.
    public func tokens(_ messages: [ChatMessage], tokenizer: any Tokenizer) throws(EngineError) -> [TokenID] {
        let text = Array(try text(messages).utf8)
        let writesBOS = !bos.isEmpty && text.starts(with: bos.utf8)
        return tokenizer.encode(
            text, special: .parseOutside(Self.ranges(of: messages, in: text)),
            boundaries: writesBOS ? .none : .byDefault)
    }

    /// Where the messages' own text stands in the rendered text, in order; templates trim it, so its ends may be missing.
    static func ranges(of messages: [ChatMessage], in text: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var from = 0
        for message in messages {
            let content = trimmed(Array(message.content.utf8))
            guard !content.isEmpty, let found = first(content, in: text, from: from) else { continue }
            ranges.append(found)
            from = found.upperBound
        }
        return ranges
    }

    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 32 || (9...13).contains(byte) }
        let head = bytes.drop(while: isSpace)
        guard let last = head.lastIndex(where: { !isSpace($0) }) else { return [] }
        return head[...last]
    }

    private static func first(_ needle: ArraySlice<UInt8>, in text: [UInt8], from: Int) -> Range<Int>? {
        guard text.count - from >= needle.count, let head = needle.first else { return nil }
        var at = from
        while at + needle.count <= text.count {
            if text[at] == head, text[at..<at + needle.count].elementsEqual(needle) { return at..<at + needle.count }
            at += 1
        }
        return nil
    }
}
