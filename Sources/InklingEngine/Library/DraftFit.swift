// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
public import InklingGGUF
import InklingModel
import InklingTokenizer

/// Whether one model can draft for another, and why not.
///
/// Speculative decoding exchanges token ids, so both models must mean the same by them. The rules for the vocabulary are
/// those of llama.cpp: same kind, same boundary tokens where they are added, sizes that differ by padding at most, and
/// the same text under each id, those below ``firstComparedToken`` aside.
public struct DraftFit: Sendable, Equatable {
    public enum Outcome: String, Sendable, Codable {
        case passed
        /// It works, but not as well as it might.
        case warning
        case failed
    }

    public struct Check: Sendable, Equatable, Encodable {
        /// What was compared, in a word or two.
        public var subject: String
        public var outcome: Outcome
        /// The finding as a sentence without full stop. Holds text from the files; sanitise before printing.
        public var finding: String
    }

    public var target: String
    public var draft: String
    public var checks: [Check]
    public var fits: Bool { !checks.contains { $0.outcome == .failed } }
    /// Findings of the checks that failed.
    public var reasons: [String] { checks.filter { $0.outcome == .failed }.map(\.finding) }

    /// Findings for which drafting cannot work at all; that it will not pay is not among them.
    public var obstacles: [String] {
        checks.filter { $0.outcome == .failed && $0.subject != Self.sizeSubject }.map(\.finding)
    }

    /// Whether it works, and what speaks against it: one sentence for people.
    public var verdict: String {
        let failed = reasons
        if !failed.isEmpty { return "does not fit: \(failed.joined(separator: "; "))" }
        let warnings = checks.filter { $0.outcome == .warning }.map(\.finding)
        return warnings.isEmpty ? "fits" : "fits, but \(warnings.joined(separator: "; "))"
    }

    private static let sizeSubject = "size"

    /// The first few ids hold control tokens, which makers of small models rename.
    public static let firstComparedToken = 5
    /// Vocabularies of a family are padded to multiples of one size or another.
    public static let sizeDifferenceLimit = 128

    public static func check(target: String, draft: String) throws(LibraryError) -> DraftFit {
        DraftFit(target: try openModel(target), draft: try openModel(draft))
    }

    init(target: String, draft: String, checks: [Check]) {
        self.target = target
        self.draft = draft
        self.checks = checks
    }

    public init(target: GGUFFile, draft: GGUFFile) {
        self.target = target.paths.first ?? ""
        self.draft = draft.paths.first ?? ""
        checks = []
        let vocabularies = (Side(target), Side(draft))
        guard let ours = vocabularies.0.description, let theirs = vocabularies.1.description else {
            for (name, side) in [("target", vocabularies.0), ("draft", vocabularies.1)] {
                if let problem = side.problem {
                    add("vocabulary", .failed, "the \(name) has none to compare: \(problem)")
                }
            }
            compareSizes(target, draft)
            return
        }
        compareKinds(ours, theirs)
        compareBoundaries(vocabularies.0, vocabularies.1)
        compareTokens(ours, theirs)
        compareSpecial(vocabularies.0, vocabularies.1)
        compareSizes(target, draft)
        compareContexts(target, draft)
    }

    /// One of the two, as far as its tokens go.
    private struct Side {
        var description: VocabularyDescription?
        /// Nil for kinds that Inkling does not know.
        var vocabulary: Vocabulary?
        var problem: String?

        init(_ file: GGUFFile) {
            do throws(GGUFError) {
                let description = try VocabularyDescription(metadata: file.metadata)
                self.description = description
                vocabulary = try? Vocabulary(description)
            } catch {
                problem = error.reason
            }
        }

        var special: SpecialTokens { vocabulary?.special ?? description?.special ?? SpecialTokens() }
        var addsBOS: Bool { vocabulary?.addsBOS ?? description?.addsBOS ?? false }
        var addsEOS: Bool { vocabulary?.addsEOS ?? description?.addsEOS ?? false }
    }

    private mutating func add(_ subject: String, _ outcome: Outcome, _ finding: String) {
        checks.append(Check(subject: subject, outcome: outcome, finding: finding))
    }

    // MARK: - Tokens

    private mutating func compareKinds(_ target: VocabularyDescription, _ draft: VocabularyDescription) {
        func title(_ kind: String) -> String { TokenizerInfo.titles[kind].map { "\($0) (\(kind))" } ?? kind }
        guard target.model == draft.model else {
            return add(
                "tokenizer", .failed,
                "the target's tokenizer is \(title(target.model)), the draft's is \(title(draft.model))")
        }
        guard target.preTokenizer == draft.preTokenizer else {
            let names = [target.preTokenizer, draft.preTokenizer].map { $0.isEmpty ? "none" : "\"\($0)\"" }
            return add(
                "tokenizer", .warning,
                "both are \(title(target.model)), but text is split differently: \(names[0]) and \(names[1]); the "
                    + "target's way is used for both")
        }
        let pre = target.preTokenizer.isEmpty ? "" : ", pre-tokenizer \"\(target.preTokenizer)\""
        add("tokenizer", .passed, "both are \(title(target.model))\(pre)")
    }

    private mutating func compareBoundaries(_ target: Side, _ draft: Side) {
        compareBoundary(
            "BOS", isAdded: (target.addsBOS, draft.addsBOS),
            ids: (target.special.beginOfSequence, draft.special.beginOfSequence))
        compareBoundary(
            "EOS", isAdded: (target.addsEOS, draft.addsEOS),
            ids: (target.special.endOfSequence, draft.special.endOfSequence))
    }

    private mutating func compareBoundary(
        _ name: String, isAdded: (target: Bool, draft: Bool), ids: (target: TokenID?, draft: TokenID?)
    ) {
        func text(_ id: TokenID?) -> String { id.map { "token \($0.rawValue)" } ?? "none" }
        guard isAdded.target == isAdded.draft else {
            let (one, other) = isAdded.target ? ("target", "draft") : ("draft", "target")
            return add(name, .failed, "the \(one) adds \(name) to a prompt, the \(other) does not")
        }
        guard ids.target == ids.draft else {
            let difference = "\(name) is \(text(ids.target)) in the target and \(text(ids.draft)) in the draft"
            // What neither adds only ends a draft too late or too early.
            return add(name, isAdded.target ? .failed : .warning, difference)
        }
        add(name, .passed, "\(text(ids.target)) in both, \(isAdded.target ? "added" : "not added") to prompts")
    }

    private mutating func compareTokens(_ target: VocabularyDescription, _ draft: VocabularyDescription) {
        let sizes = (target.tokens.count, draft.tokens.count)
        let difference = abs(sizes.0 - sizes.1)
        if difference > Self.sizeDifferenceLimit {
            add(
                "vocabulary size", .failed,
                "the target has \(sizes.0) tokens, the draft \(sizes.1): \(difference) apart, "
                    + "at most \(Self.sizeDifferenceLimit) are allowed")
        } else if difference > 0 {
            add(
                "vocabulary size", .passed,
                "\(sizes.0) and \(sizes.1) tokens: \(difference) apart, which padding explains")
        } else {
            add("vocabulary size", .passed, "\(sizes.0) tokens in both")
        }

        let shared = min(sizes.0, sizes.1)
        var differing = 0
        var first: Int?
        for index in stride(from: Self.firstComparedToken, to: shared, by: 1)
        where !target.tokens[index].elementsEqual(draft.tokens[index]) {
            differing += 1
            first = first ?? index
        }
        guard let first else {
            let from = min(Self.firstComparedToken, shared)
            return add("tokens", .passed, "the same text under every id from \(from) to \(max(from, shared - 1))")
        }
        func text(_ tokens: ByteStringArray) -> String {
            let text = String(decoding: tokens[first].prefix(80), as: UTF8.self)
            return "\"\(text)\""
        }
        add(
            "tokens", .failed,
            "\(differing) of \(shared) ids mean different tokens; the first is \(first): \(text(target.tokens)) in the "
                + "target, \(text(draft.tokens)) in the draft")
    }

    private mutating func compareSpecial(_ target: Side, _ draft: Side) {
        let boundaries: Set<String> = ["bos", "eos"]
        let differing = zip(target.special.named, draft.special.named).filter { ours, theirs in
            ours.token != theirs.token && !boundaries.contains(ours.role)
        }
        if !differing.isEmpty {
            let list = differing.map { ours, theirs in
                func text(_ token: TokenID?) -> String { token.map { "\($0.rawValue)" } ?? "none" }
                return "\(ours.role) \(text(ours.token)) and \(text(theirs.token))"
            }
            add("special tokens", .warning, "roles differ between target and draft: \(list.joined(separator: ", "))")
        } else if let ours = target.vocabulary, let theirs = draft.vocabulary,
            ours.endOfGenerationTokens != theirs.endOfGenerationTokens
        {
            add("special tokens", .warning, "the tokens that end an answer differ; the target's count")
        } else {
            add("special tokens", .passed, "the same in both")
        }
    }

    // MARK: - Sizes

    /// A draft above this share of its target leaves little to win.
    private static let largeShare = 0.5

    private mutating func compareSizes(_ target: GGUFFile, _ draft: GGUFFile) {
        for (name, file) in [("target", target), ("draft", draft)] {
            guard !file.tensors.isEmpty else {
                add("weights", .warning, "the \(name) has none: only vocabularies were compared")
                continue
            }
            do throws(ModelError) {
                _ = try ArchitectureRegistry.config(of: file)
                let types = ModelInfo.TensorTypeUse.of(file.tensors).filter { !$0.isSupported }.map(\.type)
                if !types.isEmpty {
                    add(
                        "weights", .failed, "the \(name) cannot be run: no kernels for \(types.joined(separator: ", "))"
                    )
                }
            } catch {
                add("weights", .failed, "the \(name) cannot be run: \(error.description)")
            }
        }
        let sizes = (target.parameterCount, draft.parameterCount)
        guard sizes.0 > 0, sizes.1 > 0 else { return }
        let bytes = (target.byteCount, draft.byteCount)
        let text =
            "the target has \(Quantity.parameters(sizes.0)) parameters in \(Quantity.bytes(bytes.0)), "
            + "the draft \(Quantity.parameters(sizes.1)) in \(Quantity.bytes(bytes.1))"
        // What a pass costs is mostly the reading of weights.
        let share = Double(bytes.1) / Double(max(1, bytes.0))
        if share >= 1 {
            add(Self.sizeSubject, .failed, "\(text): a draft that is not smaller makes everything slower")
        } else if share > Self.largeShare {
            add(Self.sizeSubject, .warning, "\(text): a draft should be much smaller than its target")
        } else {
            add(Self.sizeSubject, .passed, text)
        }
    }

    private mutating func compareContexts(_ target: GGUFFile, _ draft: GGUFFile) {
        func context(_ file: GGUFFile) -> Int? {
            file.metadata.string("general.architecture").flatMap { file.metadata.int("\($0).context_length") }
        }
        guard let ours = context(target), let theirs = context(draft) else { return }
        if theirs < ours {
            add(
                "context", .warning,
                "the draft was trained for \(Quantity.tokens(theirs)) positions, the target for "
                    + "\(Quantity.tokens(ours)); drafts may get worse beyond")
        } else {
            add("context", .passed, "\(Quantity.tokens(ours)) positions, and the draft has no fewer")
        }
    }
}

extension DraftFit: Encodable {
    enum CodingKeys: String, CodingKey {
        case target, draft, fits, reasons, checks
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(target, forKey: .target)
        try container.encode(draft, forKey: .draft)
        try container.encode(fits, forKey: .fits)
        try container.encode(reasons, forKey: .reasons)
        try container.encode(checks, forKey: .checks)
    }
}
