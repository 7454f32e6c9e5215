// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingGGUF
import InklingTensor

/// One line about a model: what a list shows. Strings are as the file has them; sanitise before printing.
public struct ModelSummary: Sendable, Equatable, Encodable {
    /// `general.name`.
    public var title: String?
    /// `general.architecture`; nil where the file does not say.
    public var architecture: String?
    /// What Inkling calls the architecture; nil if it does not know it.
    public var architectureTitle: String?
    public var parameters: Int
    /// What the file says it is quantised as (`Q4_K_M`), else the type that most bytes have; nil without weights.
    public var quantization: String?
    /// Mean bits of a weight; nil without weights.
    public var bitsPerWeight: Double?
    public var contextLength: Int?
    /// Tokens in the vocabulary; nil if there is none.
    public var vocabularySize: Int?
    public var bytes: Int
    public var files: Int
    /// Why Inkling cannot generate with it, in few words; nil if nothing in its head speaks against it.
    public var limitation: String?
}

extension ModelSummary {
    init(head: ModelHead, byteCount: Int, fileCount: Int) {
        let metadata = head.metadata
        title = metadata.string("general.name")
        architecture = metadata.string("general.architecture")
        let descriptor = ArchitectureRegistry.all.first { $0.name == metadata.string("general.architecture") }
        architectureTitle = descriptor?.title
        parameters = head.parameterCount
        let dominant = head.types.max { ($0.value.byteCount, $1.key.code) < ($1.value.byteCount, $0.key.code) }
        quantization = head.tensorCount == 0 ? nil : FileTypeName.of(metadata) ?? dominant?.key.name
        bitsPerWeight = parameters == 0 ? nil : Double(head.dataByteCount) * 8 / Double(parameters)
        contextLength = architecture.flatMap { metadata.int("\($0).context_length") }
        vocabularySize = head.arrayCounts["tokenizer.ggml.tokens"]
        bytes = byteCount
        files = fileCount
        limitation = Self.limitation(head, isKnown: descriptor != nil)
    }

    private static func limitation(_ head: ModelHead, isKnown: Bool) -> String? {
        if let kind = head.metadata.string("general.type"), kind != "model" { return "not a model: \(kind)" }
        if head.tensorCount == 0 { return "vocabulary only" }
        guard isKnown else {
            return head.metadata.string("general.architecture") == nil ? "no architecture" : "unknown architecture"
        }
        let unsupported = head.types.keys.filter { !$0.isSupported }.map(\.name).sorted()
        if !unsupported.isEmpty { return "unsupported type \(unsupported.joined(separator: ", "))" }
        if head.embeddingRowCount == nil { return "no token embeddings" }
        return nil
    }
}

/// Names of `general.file_type`, the mixture of types that a quantising program was asked for.
///
/// Source of the numbers: llama.cpp's `llama_ftype`.
enum FileTypeName {
    static func of(_ metadata: GGUFMetadata) -> String? {
        metadata.int("general.file_type").flatMap { names[$0] }
    }

    private static let names: [Int: String] = [
        0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
        12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS",
        20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M",
        28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
    ]
}
