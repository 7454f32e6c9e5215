// SPDX-License-Identifier: Apache-2.0

/// How the elements of a tensor are stored: one row a type of the GGUF format, including those that
/// Inkling cannot compute with, so that a file which holds them gets a precise error instead of a guess.
///
/// The raw value is the type's code in a GGUF file. Elements come in blocks: `blockLength` consecutive
/// elements of a row are stored together in `blockByteCount` bytes.
///
/// Source of codes and sizes: the ggml library's type table.
// The field writes these names with underscores; `q4_0` is clearer to everyone than `q40`.
// swift-format-ignore: AlwaysUseLowerCamelCase
public enum ElementType: UInt32, CaseIterable, Sendable {
    case f32 = 0
    case f16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q8_1 = 9
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case q8_K = 15
    case iq2_xxs = 16
    case iq2_xs = 17
    case iq3_xxs = 18
    case iq1_s = 19
    case iq4_nl = 20
    case iq3_s = 21
    case iq2_s = 22
    case iq4_xs = 23
    case i8 = 24
    case i16 = 25
    case i32 = 26
    case i64 = 27
    case f64 = 28
    case iq1_m = 29
    case bf16 = 30
    case tq1_0 = 34
    case tq2_0 = 35
    case mxfp4 = 39
    case nvfp4 = 40
    case q1_0 = 41

    /// One row of the table.
    private struct Row {
        let name: String
        let blockLength: Int
        let blockByteCount: Int
        let isSupported: Bool

        init(_ name: String, _ blockLength: Int, _ blockByteCount: Int, supported: Bool = false) {
            self.name = name
            self.blockLength = blockLength
            self.blockByteCount = blockByteCount
            self.isSupported = supported
        }
    }

    private var row: Row {
        switch self {
        //                          name   length  bytes
        case .f32: return Row("F32", 1, 4, supported: true)
        case .f16: return Row("F16", 1, 2, supported: true)
        case .bf16: return Row("BF16", 1, 2, supported: true)
        case .q4_0: return Row("Q4_0", 32, 18, supported: true)
        case .q4_1: return Row("Q4_1", 32, 20, supported: true)
        case .q5_0: return Row("Q5_0", 32, 22, supported: true)
        case .q5_1: return Row("Q5_1", 32, 24, supported: true)
        case .q8_0: return Row("Q8_0", 32, 34, supported: true)
        case .q8_1: return Row("Q8_1", 32, 36)
        case .q2_K: return Row("Q2_K", 256, 84, supported: true)
        case .q3_K: return Row("Q3_K", 256, 110, supported: true)
        case .q4_K: return Row("Q4_K", 256, 144, supported: true)
        case .q5_K: return Row("Q5_K", 256, 176, supported: true)
        case .q6_K: return Row("Q6_K", 256, 210, supported: true)
        case .q8_K: return Row("Q8_K", 256, 292)
        case .iq1_s: return Row("IQ1_S", 256, 50)
        case .iq1_m: return Row("IQ1_M", 256, 56)
        case .iq2_xxs: return Row("IQ2_XXS", 256, 66)
        case .iq2_xs: return Row("IQ2_XS", 256, 74)
        case .iq2_s: return Row("IQ2_S", 256, 82)
        case .iq3_xxs: return Row("IQ3_XXS", 256, 98)
        case .iq3_s: return Row("IQ3_S", 256, 110)
        case .iq4_nl: return Row("IQ4_NL", 32, 18, supported: true)
        case .iq4_xs: return Row("IQ4_XS", 256, 136, supported: true)
        case .i8: return Row("I8", 1, 1)
        case .i16: return Row("I16", 1, 2)
        case .i32: return Row("I32", 1, 4)
        case .i64: return Row("I64", 1, 8)
        case .f64: return Row("F64", 1, 8)
        case .tq1_0: return Row("TQ1_0", 256, 54)
        case .tq2_0: return Row("TQ2_0", 256, 66)
        case .mxfp4: return Row("MXFP4", 32, 17)
        case .nvfp4: return Row("NVFP4", 64, 36)
        case .q1_0: return Row("Q1_0", 128, 18)
        }
    }

    /// The code in a GGUF file; the same as `rawValue`.
    public var code: UInt32 { rawValue }

    /// The name as model files and quantisation tools print it: `Q4_K`, `IQ4_XS`, `BF16`.
    public var name: String { row.name }

    /// Elements in one block; 1 for plain numbers. A row's length must be a multiple of it.
    public var blockLength: Int { row.blockLength }

    /// Bytes of one block.
    public var blockByteCount: Int { row.blockByteCount }

    /// Whether Inkling has kernels for this type. A file may hold others, but a model that needs them
    /// cannot be run.
    public var isSupported: Bool { row.isSupported }

    /// Whether several elements share one block, that is, whether the type is a quantised one.
    public var isQuantized: Bool { row.blockLength > 1 }

    /// Mean storage of one element, in bits.
    public var bitsPerElement: Double { Double(row.blockByteCount * 8) / Double(row.blockLength) }

    /// The types Inkling computes with, in the order of their codes.
    public static var supported: [ElementType] { allCases.filter(\.isSupported) }

    /// The type with this name, without regard to case: `q4_k`, `Q4_K`.
    public init?(name: String) {
        let wanted = name.uppercased()
        guard let match = ElementType.allCases.first(where: { $0.name == wanted }) else { return nil }
        self = match
    }

    /// Bytes that `elements` elements take.
    ///
    /// - Returns: nil if `elements` is negative, is not a multiple of `blockLength`, or if the byte count
    ///   does not fit in an `Int`. Safe to call with numbers from a file.
    public func byteCount(elements: Int) -> Int? {
        let row = self.row
        guard elements >= 0, elements % row.blockLength == 0 else { return nil }
        let (bytes, overflow) = (elements / row.blockLength).multipliedReportingOverflow(by: row.blockByteCount)
        return overflow ? nil : bytes
    }

    /// The name of a type that the format once had and has given up, or nil.
    ///
    /// Files with such tensors must be quantised again; nothing reads them any more.
    public static func retiredName(code: UInt32) -> String? {
        switch code {
        case 4: return "Q4_2"
        case 5: return "Q4_3"
        case 31: return "Q4_0_4_4"
        case 32: return "Q4_0_4_8"
        case 33: return "Q4_0_8_8"
        case 36: return "IQ4_NL_4_4"
        case 37: return "IQ4_NL_4_8"
        case 38: return "IQ4_NL_8_8"
        default: return nil
        }
    }
}

extension ElementType: CustomStringConvertible {
    public var description: String { name }
}
