// SPDX-License-Identifier: Apache-2.0

public import InklingGGUF
public import InklingTensor

/// Why a model could not be found or described. `description` is a sentence for the person at the keyboard; names and
/// paths in it are as they came, so sanitise before printing.
public enum LibraryError: Error, Sendable, Equatable {
    /// A reference that is a path, and nothing is there.
    case noSuchFile(reference: String)
    /// A reference that is a path to something other than a file; `kind` completes "it is …".
    case notAFile(reference: String, kind: String)
    /// A reference that is no model's name. `suggestions` are names that come near, best first.
    case unknownModel(reference: String, suggestions: [String])
    /// A reference that is the beginning of several names.
    case ambiguous(reference: String, candidates: [String])
    /// No model was named, and there is neither a last used one nor a bundled one.
    case noModel
    /// The model file is at fault.
    case unreadable(GGUFError)
    /// A small file of ours could not be written.
    case cannotWrite(FileError)
}

extension LibraryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSuchFile(let reference):
            return "cannot open model \"\(reference)\": no such file"
        case .notAFile(let reference, let kind):
            return "cannot open model \"\(reference)\": it is \(kind)"
        case .unknownModel(let reference, let suggestions):
            let quoted = suggestions.map { "\"\($0)\"" }
            let question =
                switch quoted.count {
                case 0: ""
                case 1: "; did you mean \(quoted[0])?"
                default: "; did you mean \(quoted.dropLast().joined(separator: ", ")) or \(quoted[quoted.count - 1])?"
                }
            return "cannot open model \"\(reference)\": no such file, and no model has this name\(question)"
        case .ambiguous(let reference, let candidates):
            let shown = candidates.prefix(Self.candidateLimit).map { "\"\($0)\"" }.joined(separator: ", ")
            let rest = candidates.count - Self.candidateLimit
            return
                "\"\(reference)\" may be any of \(candidates.count) models: \(shown)\(rest > 0 ? " and \(rest) more" : "")"
        case .noModel:
            return "no model is named, none was used before, and none came with the program"
        case .unreadable(let error):
            return error.description
        case .cannotWrite(let error):
            return "cannot write \(error.description)"
        }
    }

    /// What to try next, where that helps.
    public var hint: String? {
        switch self {
        case .unknownModel, .noSuchFile: return "\"inkling models list\" shows the models there are"
        case .notAFile: return "name a .gguf file, or give the folder with --models-dir"
        case .ambiguous: return "type more of the name"
        case .noModel: return "name a .gguf file with -m, or put one in a folder that \"inkling models list\" searches"
        case .unreadable, .cannotWrite: return nil
        }
    }

    private static let candidateLimit = 8
}
