// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
public import InklingGGUF
public import InklingModel
public import InklingNGrams
public import InklingTemplates
public import InklingTensor
public import InklingTokenizer

/// Why something the user asked for could not be done: the sentence for standard error.
public enum EngineError: Error, Sendable, Equatable {
    /// The file itself is at fault, or not there.
    case file(GGUFError)
    case model(path: String, ModelError)
    case tokenizer(path: String, TokenizerError)
    case template(TemplateError)
    case kernels(KernelError)
    case generation(GenerationError)
    /// N-grams cannot be used.
    case ngrams(NGramFileError)
    /// An acceptance head cannot be used.
    case head(HeadError)
    /// The context asked for is not one the model can have.
    case badContext(requested: Int, allowed: ClosedRange<Int>)
    /// A model could not be found or opened.
    case library(LibraryError)
    /// The two models do not mean the same by their tokens, or one of them cannot be run.
    case draftDoesNotFit(target: String, draft: String, reasons: [String])
    case notEnoughMemory(MemoryNeed)
    case noModelLoaded
    /// Of another run, as a trace tells it.
    case recorded(String, hint: String?)
}

extension EngineError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .model(let path, let error): "cannot load model \"\(path)\": \(error.description)"
        case .tokenizer(let path, let error): "cannot load model \"\(path)\": \(error.description)"
        case .template(let error): error.description
        case .kernels(let error): error.description
        case .generation(let error): error.description
        case .head(let error): error.description
        case .ngrams(let error): error.description
        case .badContext(let requested, let allowed):
            "a context of \(requested) tokens is not possible; it must be from \(allowed.lowerBound) to "
                + "\(allowed.upperBound)"
        case .library(let error): error.description
        case .draftDoesNotFit(let target, let draft, let reasons):
            "\"\(draft)\" cannot draft for \"\(target)\": \(reasons.joined(separator: "; "))"
        case .notEnoughMemory(let need): "not enough memory: \(need.description)"
        case .noModelLoaded: "no model is loaded"
        case .recorded(let text, _): text
        }
    }

    /// What to try next, where that helps.
    public var hint: String? {
        switch self {
        case .template(.raised): "the template may not allow a system message, or two turns of one side in a row"
        case .template: "use --chat-format chatml to go on without the model's own template"
        case .library(let error): error.hint
        case .draftDoesNotFit: "use a draft of the same family, or none"
        case .notEnoughMemory: "unload the present model first, or take a smaller quantisation"
        case .noModelLoaded: "choose one first"
        case .recorded(_, let hint): hint
        case .head(let error): error.hint
        case .model(_, .vocabularyOnly): "such a file works with tokenize and detokenize only"
        default: nil
        }
    }
}
