// SPDX-License-Identifier: Apache-2.0

/// A heading and what stands under it, as label and value. Text from files is as it came; sanitise before printing.
public struct InfoSection: Sendable, Equatable {
    public var title: String
    public var rows: [Row]

    public struct Row: Sendable, Equatable {
        public var label: String
        public var value: String
    }
}

extension ModelInfo {
    /// Everything, for reading.
    public var sections: [InfoSection] {
        [
            InfoSection(title: "File", rows: fileRows), InfoSection(title: "Model", rows: modelRows),
            InfoSection(title: "Acceptance head", rows: acceptanceHead?.rows ?? []),
            InfoSection(title: "Weights", rows: weightRows),
            InfoSection(title: "Vocabulary", rows: acceptanceHead == nil ? vocabularyRows : []),
            InfoSection(title: "Sampling", rows: samplingRows),
            InfoSection(title: "Memory", rows: memoryRows),
        ].filter { !$0.rows.isEmpty }
    }

    /// Rows for the values that are there.
    private static func rows(_ pairs: [(String, String?)]) -> [InfoSection.Row] {
        pairs.compactMap { label, value in value.map { InfoSection.Row(label: label, value: $0) } }
    }

    private var fileRows: [InfoSection.Row] {
        Self.rows([
            ("path", path),
            ("parts", files.count > 1 ? "\(files.count) files" : nil),
            ("size", Quantity.bytes(bytes)),
            ("format", "GGUF \(ggufVersion)"),
            ("runs", limitation.map { "no: \($0)" } ?? "yes"),
        ])
    }

    private var modelRows: [InfoSection.Row] {
        let heads = shape.heads.map { heads -> String in
            let kv = shape.kvHeads.map { $0 == heads ? "" : ", \($0) for keys and values" } ?? ""
            return "\(heads)\(kv)" + (shape.headWidth.map { ", \($0) wide" } ?? "")
        }
        return Self.rows([
            ("name", title),
            (
                "architecture",
                architecture.map { name in
                    architectureTitle.map { "\($0) (\(name))" }
                        ?? (acceptanceHead == nil ? "\(name) (unknown)" : name)
                }
            ),
            ("author", author),
            ("licence", [licence, licenceLink].compactMap(\.self).joined(separator: ", ").nonEmpty),
            ("source", url),
            ("parameters", parameters > 0 ? Quantity.parameters(parameters) + " (\(parameters))" : sizeLabel),
            ("layers", shape.layers.map { "\($0)" }),
            (
                "embedding",
                shape.embeddingLength.map { width in
                    "\(width) wide" + (shape.hasTiedEmbeddings == true ? ", shared with the output" : "")
                }
            ),
            ("heads", heads),
            ("feed-forward", shape.feedForwardLength.map { "\($0) wide" }),
            (
                "experts",
                shape.experts.map { count in "\(count)" + (shape.expertsUsed.map { ", \($0) used a token" } ?? "") }
            ),
            ("context", shape.contextLength.map { "\($0) tokens" }),
            ("sliding window", slidingWindowText),
            ("rope", rope?.text),
        ])
    }

    private var slidingWindowText: String? {
        guard let window = shape.slidingWindow else { return nil }
        guard let period = shape.windowPeriod else { return "\(window) tokens" }
        switch period {
        case 1: return "\(window) tokens in every layer"
        case 2: return "\(window) tokens in every other layer"
        default: return "\(window) tokens in \(period - 1) of \(period) layers"
        }
    }

    private var weightRows: [InfoSection.Row] {
        guard !tensorTypes.isEmpty else { return [] }
        let bits = bitsPerWeight.map { ", \(Quantity.decimal($0, digits: 2)) bits a weight" } ?? ""
        return Self.rows([("quantisation", quantization.map { $0 + bits })])
            + tensorTypes.map { use in
                InfoSection.Row(
                    label: use.type,
                    value:
                        "\(use.tensors) tensor\(use.tensors == 1 ? "" : "s"), \(Quantity.parameters(use.parameters)) "
                        + "weights of \(Quantity.decimal(use.bitsPerWeight, digits: 2)) bits, \(Quantity.bytes(use.bytes))"
                        + (use.isSupported ? "" : ", no kernels"))
            }
    }

    private var vocabularyRows: [InfoSection.Row] {
        let template = chatTemplate.map { template in
            "\(template.lines) line\(template.lines == 1 ? "" : "s"), \(template.bytes) bytes"
                + (template.others.isEmpty ? "" : "; also \(template.others.joined(separator: ", "))")
        }
        guard let tokenizer else {
            return Self.rows([("tokenizer", "none in the file"), ("chat template", template ?? "none")])
        }
        let pre = tokenizer.preTokenizer.map { ", pre-tokenizer \"\($0)\"" } ?? ""
        let title = tokenizer.kindTitle.map { "\($0) (\(tokenizer.kind))" } ?? "\(tokenizer.kind) (unknown)"
        let additions = [("BOS", tokenizer.addsBOS), ("EOS", tokenizer.addsEOS)].filter { $0.1 == true }.map(\.0)
        return Self.rows([
            ("tokenizer", title + pre),
            ("tokens", "\(tokenizer.tokens)" + (tokenizer.merges > 0 ? ", \(tokenizer.merges) merges" : "")),
            (
                "prompts begin",
                additions.isEmpty ? "without boundary tokens" : "with \(additions.joined(separator: ", "))"
            ),
        ]) + tokenizer.special.map { InfoSection.Row(label: $0.role, value: "\($0.id) \"\($0.text)\"") }
            + Self.rows([
                (
                    "ends an answer",
                    tokenizer.endOfGeneration.map { "\($0.id) \"\($0.text)\"" }
                        .joined(separator: ", ").nonEmpty
                ),
                ("problem", tokenizer.problem == limitation ? nil : tokenizer.problem),
                ("chat template", template ?? "none"),
                ("", chatTemplate?.firstLine),
            ])
    }

    private var samplingRows: [InfoSection.Row] {
        guard let sampling else { return [] }
        return Self.rows([
            ("recommended", sampling.texts.joined(separator: ", ").nonEmpty),
            ("not followed", sampling.refused.joined(separator: "; ").nonEmpty),
            ("not known here", sampling.unknown.joined(separator: ", ").nonEmpty),
        ])
    }

    private var memoryRows: [InfoSection.Row] {
        guard let memory else { return [] }
        let kv = memory.kvBytesPerToken
        let hasSmallKV = kv.q8_0 != kv.f16
        return Self.rows([
            ("weights in file", Quantity.bytes(memory.weightsInFile)),
            ("weights loaded", Quantity.bytes(memory.weightsPacked)),
            ("peak at load", Quantity.bytes(memory.peakAtLoad)),
            (
                "KV a token",
                Quantity.bytes(kv.f16) + " (f16)" + (hasSmallKV ? ", \(Quantity.bytes(kv.q8_0)) (q8_0)" : "")
            ),
        ])
            + memory.contexts.map { context in
                func text(_ kv: Int, _ total: Int, _ fits: Bool?, _ format: String) -> String {
                    let verdict = fits.map { $0 ? ", fits" : ", does not fit" } ?? ""
                    return "\(Quantity.bytes(kv)) KV (\(format)), \(Quantity.bytes(total)) in all\(verdict)"
                }
                let full = text(context.kvBytes.f16, context.totalBytes.f16, context.fits?.f16, "f16")
                let small = text(context.kvBytes.q8_0, context.totalBytes.q8_0, context.fits?.q8_0, "q8_0")
                return InfoSection.Row(
                    label: "at \(Quantity.tokens(context.tokens))", value: hasSmallKV ? "\(full); \(small)" : full)
            } + Self.rows([("free now", memory.free.map(Quantity.bytes))])
    }
}

extension String {
    /// Nil for the empty string.
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
