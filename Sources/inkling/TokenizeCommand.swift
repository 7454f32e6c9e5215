// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingTokenizer

struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Turns standard input into token ids.",
        discussion: """
            Prints the ids on one line with spaces between. Every byte counts, a line break at the end too. Files that \
            hold a vocabulary and no weights will do.

            Examples:
              printf 'Hello, world' | inkling tokenize -m MODEL
              inkling tokenize -m MODEL --bos < story.txt | wc -w
            """)

    @OptionGroup(title: "Model") var model: ModelArguments

    @Flag(help: "Begin with the token that begins a sequence.")
    var bos = false

    @Flag(help: "Control tokens spelled in the text, such as <|im_end|>, become those tokens.")
    var parseSpecial = false

    func run() throws {
        let tokenizer = try model.tokenizer()
        if StandardInput.isTerminal {
            Output.error("inkling: reading text from standard input; end it with Ctrl-D")
        }
        Output.write(TokenList.line(try tokens(of: try StandardInput.readAll(), tokenizer)))
    }

    func tokens(of text: [UInt8], _ tokenizer: any Tokenizer) throws -> [TokenID] {
        let tokens = tokenizer.encode(text, special: parseSpecial ? .parse : .ignore, boundaries: .none)
        guard bos else { return tokens }
        guard let first = tokenizer.vocabulary.special.beginOfSequence else {
            throw Failure("the vocabulary has no token that begins a sequence", hint: "leave --bos out")
        }
        return [first] + tokens
    }
}

struct DetokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detokenize", abstract: "Turns token ids on standard input into the bytes they stand for.",
        discussion: """
            Ids are whole numbers with spaces, line breaks or commas between. No byte is added or changed, so that the \
            result need not be valid UTF-8. Control tokens are written as they are spelled; --skip-special leaves them \
            out.

            Example:
              printf 'Hello' | inkling tokenize -m MODEL | inkling detokenize -m MODEL
            """)

    @OptionGroup(title: "Model") var model: ModelArguments

    @Flag(help: "Leave control tokens out.")
    var skipSpecial = false

    func run() throws {
        let tokenizer = try model.tokenizer()
        if StandardInput.isTerminal {
            Output.error("inkling: reading token ids from standard input; end them with Ctrl-D")
        }
        let source = "standard input"
        let tokens = try TokenList.parse(try StandardInput.readAll(), from: source)
        try TokenList.check(tokens, vocabularySize: tokenizer.vocabulary.count, from: source)
        let bytes = bytes(of: tokens, tokenizer)
        if Output.isTerminal {
            Output.modelText(String(decoding: bytes, as: UTF8.self))
        } else {
            Output.write(bytes)
        }
    }

    func bytes(of tokens: [TokenID], _ tokenizer: any Tokenizer) -> [UInt8] {
        guard skipSpecial else { return tokenizer.decode(tokens) }
        // Each run between control tokens by itself: what follows one begins anew, with a space of its own.
        return tokens.split(whereSeparator: tokenizer.vocabulary.isControl).flatMap { tokenizer.decode(Array($0)) }
    }
}
