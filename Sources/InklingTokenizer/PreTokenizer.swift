// SPDX-License-Identifier: Apache-2.0

/// Splits text into the pieces within which a byte-level vocabulary merges.
///
/// Each known name stands for one or more stages; a stage cuts every piece of the stage before. The stages do what
/// the regular expressions published with the models do, written out as scanners. Where they end matters: at the end
/// of a piece, not of the text.
public struct PreTokenizer: Sendable {
    /// The name as given.
    public let name: String
    /// Whether a piece that is a token in whole becomes that token at once, whatever the merges say.
    public let ignoresMerges: Bool
    /// Whether models of this name begin sequences with BOS when their file does not say.
    public let addsBOS: Bool
    /// Whether the models' own tooling drops spaces before punctuation when it shows text
    /// (`clean_up_tokenization_spaces`). Decoding here never does; it would not be exact.
    public let cleansSpaces: Bool
    private let stages: [SplitStage]

    /// The pre-tokenizer of a name; "" is the same as "default".
    public init(named name: String) throws(TokenizerError) {
        let wanted = name.isEmpty ? "default" : name
        guard let entry = Self.entries.first(where: { $0.names.contains(wanted) }) else {
            throw .unsupportedPreTokenizer(name, known: Self.knownNames)
        }
        self.name = name
        stages = entry.stages
        ignoresMerges = entry.traits.contains(.ignoresMerges)
        addsBOS = entry.traits.contains(.addsBOS)
        cleansSpaces = entry.traits.contains(.cleansSpaces)
    }

    /// All names there are, sorted.
    public static var knownNames: [String] { entries.flatMap(\.names).sorted() }

    /// The pieces of a text in order; together they are the text.
    public func split(_ text: [UInt8]) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        split(TextScanner(text), 0..<text.count) { pieces.append($0) }
        return pieces
    }

    /// Calls `body` with each piece of a part of the text.
    func split(_ scanner: TextScanner, _ range: Range<Int>, _ body: (Range<Int>) -> Void) {
        split(scanner, range, from: 0, body)
    }

    private func split(
        _ scanner: TextScanner, _ range: Range<Int>, from index: Int, _ body: (Range<Int>) -> Void
    ) {
        if index == stages.count - 1 {
            stages[index].split(scanner, range, body)
        } else if index < stages.count {
            stages[index].split(scanner, range) { split(scanner, $0, from: index + 1, body) }
        } else if !range.isEmpty {
            body(range)
        }
    }

    // MARK: The table of names

    struct Traits: OptionSet, Sendable {
        var rawValue: Int
        static let ignoresMerges = Traits(rawValue: 1)
        static let addsBOS = Traits(rawValue: 2)
        static let cleansSpaces = Traits(rawValue: 4)
    }

    struct Entry: Sendable {
        var names: [String]
        var stages: [SplitStage]
        var traits: Traits
    }

    private static let entries: [Entry] = [
        Entry(
            names: ["default"],
            stages: [.run(.defaultPunctuation), .gpt2, .numbers(limit: .max), .digitTriples], traits: .cleansSpaces),
        Entry(
            names: [
                "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
                "modern-bert", "jina-v1-en", "jina-v2-code", "roberta-bpe", "exaone4", "mpt", "olmo", "jais",
            ],
            stages: [.gpt2], traits: .cleansSpaces),
        Entry(names: ["trillion", "granite-docling"], stages: [.gpt2], traits: []),
        Entry(
            names: [
                "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
                "jina-v5-nano",
            ],
            stages: [.words(.llama3)], traits: [.ignoresMerges, .addsBOS, .cleansSpaces]),
        Entry(names: ["dbrx", "smaug-bpe", "chatglm-bpe"], stages: [.words(.llama3)], traits: .cleansSpaces),
        Entry(names: ["glm4", "glm5"], stages: [.words(.llama3)], traits: [.ignoresMerges, .cleansSpaces]),
        Entry(
            names: ["jais-2"], stages: [.words(.llama3.with { $0.blanks = .cascade })], traits: .cleansSpaces),
        Entry(names: ["stablelm2"], stages: [.words(.qwen2)], traits: .cleansSpaces),
        Entry(
            names: ["qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "hunyuan", "solar-open", "grok-2"],
            stages: [.words(.qwen2)], traits: []),
        Entry(names: ["megrez"], stages: [.words(.qwen2)], traits: .cleansSpaces),
        Entry(names: ["bailingmoe", "bailingmoe2", "llada-moe"], stages: [.words(.qwen2)], traits: []),
        Entry(names: ["ufakzeka"], stages: [.words(.qwen2.with { $0.contractions = .none })], traits: []),
        Entry(names: ["qwen35"], stages: [.words(.qwen2.with { $0.marksAreLetters = true })], traits: []),
        Entry(
            names: ["seed-coder"], stages: [.words(.qwen2.with { $0.punctuationTail = .excludesLineBreaks })],
            traits: []),
        Entry(names: ["laguna"], stages: [.lines, .words(.qwen2)], traits: []),
        Entry(
            names: ["exaone-moe"],
            stages: [
                .words(
                    .qwen2.with {
                        $0.phrases = true
                        $0.punctuationTail = .oneLineBreakOrSlash
                    })
            ], traits: .cleansSpaces),
        Entry(
            names: ["minicpm5"],
            stages: [.numbers(limit: 3), .words(.llama3.with { $0.digitLimit = .max })],
            traits: [.ignoresMerges, .cleansSpaces]),
        Entry(
            names: ["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"], stages: [.words(.gpt4o)], traits: []),
        Entry(names: ["granite-embed-multi-97m"], stages: [.words(.gpt4o)], traits: .ignoresMerges),
        Entry(
            names: ["tekken"],
            stages: [
                .words(
                    .gpt4o.with {
                        $0.contractions = .none
                        $0.digitLimit = 1
                    })
            ], traits: [.ignoresMerges, .addsBOS]),
        Entry(
            names: ["tiny_aya", "cohere2moe"],
            stages: [.digitGroups(.beforeWordEnd), .words(.gpt4o)], traits: []),
        Entry(
            names: ["youtu"],
            stages: [
                .run(.hangul), .run(.eastAsianPunctuation), .run(.bopomofo), .run(.ideographsAndKana),
                .words(.gpt4o.with { $0.digitLimit = 1 }),
            ], traits: .ignoresMerges),
        Entry(
            names: [
                "starcoder", "refact", "codeshell", "exaone", "minerva-7b", "mellum2",
            ],
            stages: [.numbers(limit: 1), .gpt2], traits: .cleansSpaces),
        Entry(names: ["command-r", "smollm"], stages: [.numbers(limit: 1), .gpt2], traits: []),
        Entry(
            names: ["falcon"], stages: [.run(.falconPunctuation), .gpt2, .digitTriples], traits: .cleansSpaces),
        Entry(
            names: ["deepseek-llm"],
            stages: [
                .lineBreaks, .run(.casedLetters, afterBlank: true), .run(.deepseekPunctuation, afterBlank: true),
                .trailingBlanks, .run(.deepseekIdeographs), .numbers(limit: .max),
            ], traits: []),
        Entry(
            names: ["deepseek-coder"],
            stages: [
                .lineBreaks, .run(.letters, afterBlank: true), .run(.punctuation, afterBlank: true),
                .run(.deepseekIdeographs), .numbers(limit: 1),
            ], traits: []),
        Entry(
            names: ["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"],
            stages: [.numbers(limit: 3), .run(.ideographsAndKana), .asciiWords(linesJoinPunctuation: true)],
            traits: []),
        Entry(
            names: ["spark2_5"],
            stages: [
                .numbers(limit: 3), .run(.ideographsAndKana), .asciiWords(linesJoinPunctuation: false),
                .numbers(limit: 1),
            ], traits: []),
        Entry(
            names: ["afmoe"],
            stages: [.digitGroups(.always), .run(.asianScripts), .asciiWords(linesJoinPunctuation: true)],
            traits: []),
        Entry(names: ["superbpe"], stages: [.numbers(limit: .max), .digitGroups(.between)], traits: []),
        Entry(names: ["poro-chat"], stages: [.run(.untilPunctuation, afterSpace: true)], traits: []),
        Entry(
            names: ["bloom", "gpt3-finnish"], stages: [.run(.untilPunctuation, afterSpace: true)],
            traits: .cleansSpaces),
        Entry(
            names: ["viking"], stages: [.run(.untilPunctuation, afterSpace: true), .numbers(limit: 1)], traits: []),
    ]
}
