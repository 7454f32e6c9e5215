// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
internal import InklingGGUF

/// What a model's file recommends of the sampler's settings, by the keys that llama.cpp reads, and those of DRY in the same
/// style. Values are as untrusted as the rest of the file: one that a user could not set is not followed.
public struct RecommendedSampling: Sendable, Equatable {
    public private(set) var overrides: SamplerOverrides
    /// What is not followed, and why, each ready to be shown after "the file recommends something impossible: ".
    public private(set) var refusals: [String]

    /// Nothing, unless given.
    public init(_ overrides: SamplerOverrides = SamplerOverrides(), refusals: [String] = []) {
        self.overrides = overrides
        self.refusals = refusals
    }

    static let prefix = "general.sampling."
    /// The key's last part, and the field it sets.
    private static let fields: [(name: String, field: SamplerField.ID)] = [
        ("temp", "temperature"), ("top_k", "top-k"), ("top_p", "top-p"), ("min_p", "min-p"),
        ("penalty_repeat", "repeat-penalty"), ("penalty_last_n", "repeat-window"),
        ("dry_multiplier", "dry-multiplier"), ("dry_base", "dry-base"), ("dry_allowed_length", "dry-allowed-length"),
        ("dry_penalty_last_n", "dry-penalty-last-n"), ("mirostat", "mirostat"), ("mirostat_tau", "mirostat-tau"),
        ("mirostat_eta", "mirostat-eta"),
    ]

    init(metadata: GGUFMetadata) {
        self.init()
        for (name, id) in Self.fields {
            let key = Self.prefix + name
            guard let stored = metadata[key], let field = SamplerField.named(id) else { continue }
            do throws(GenerationError) {
                if let number = Double(gguf: stored) {
                    try overrides.set(field, to: number)
                } else if case .uint64(let number) = stored {
                    try overrides.set(field, to: Double(number))
                } else {
                    throw .badSetting(name: field.title, value: stored.summary, allowed: "a number")
                }
            } catch { refusals.append("\(key): \(error.description)") }
        }
    }

    /// Keys of recommendations that mean nothing to Inkling.
    static func unknownKeys(in metadata: GGUFMetadata) -> [String] {
        let known = Set(fields.map { prefix + $0.name })
        return metadata.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }
    }

    /// What to tell a user before the first answer; nil for nothing.
    public var warning: String? {
        guard let first = refusals.first else { return nil }
        let more = refusals.count > 1 ? " (and \(refusals.count - 1) more)" : ""
        return "the model's file recommends a setting that is not followed: \(first)\(more)"
    }
}
