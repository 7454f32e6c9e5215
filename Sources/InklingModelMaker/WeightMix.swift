// SPDX-License-Identifier: Apache-2.0

public import InklingTensor

/// Which element type each weight matrix gets. Norms and biases are always float32.
public enum WeightMix: Sendable, Equatable {
    case uniform(ElementType)
    /// The field's usual mix of 4-bit weights: Q6_K for the output matrix, and in half of the layers for values and the
    /// feed-forward block's way back, Q4_K for the rest.
    case q4KMedium

    /// `Q4_K_M`, or the name of an element type that can be computed with.
    public init?(name: String) {
        if name.uppercased() == "Q4_K_M" {
            self = .q4KMedium
        } else if let type = ElementType(name: name), type.isSupported {
            self = .uniform(type)
        } else {
            return nil
        }
    }

    public var name: String {
        switch self {
        case .uniform(let type): type.name
        case .q4KMedium: "Q4_K_M"
        }
    }

    /// What ``init(name:)`` knows.
    public static var names: [String] { ElementType.supported.map(\.name) + ["Q4_K_M"] }

    /// What a matrix is to the model, as far as mixes tell matrices apart.
    enum Role { case embedding, tiedEmbedding, output, values, down, other }

    /// The type for a matrix with `columns` inputs; where its rows are no whole blocks, a type of shorter blocks.
    func type(for role: Role, layer: Int = 0, of layerCount: Int = 1, columns: Int) -> ElementType {
        let wanted: ElementType =
            switch self {
            case .uniform(let type): type
            case .q4KMedium:
                switch role {
                case .output, .tiedEmbedding: .q6_K
                case .values, .down: Self.isSensitive(layer: layer, of: layerCount) ? .q6_K : .q4_K
                case .embedding, .other: .q4_K
                }
            }
        guard columns % wanted.blockLength != 0 else { return wanted }
        let shorter: ElementType =
            switch wanted {
            case .q6_K: .q8_0
            case .q5_K: .q5_1
            case .q4_K: .q5_0
            default: .iq4_nl
            }
        return columns % shorter.blockLength == 0 ? shorter : .f16
    }

    /// The first and last eighth of the layers, and every third between.
    private static func isSensitive(layer: Int, of count: Int) -> Bool {
        layer < count / 8 || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2
    }

    /// The code of `general.file_type`.
    var fileType: UInt32 {
        switch self {
        case .q4KMedium: 15
        case .uniform(let type):
            switch type {
            case .f32: 0
            case .f16: 1
            case .q4_0: 2
            case .q4_1: 3
            case .q8_0: 7
            case .q5_0: 8
            case .q5_1: 9
            case .q2_K: 10
            case .q3_K: 12
            case .q4_K: 14
            case .q5_K: 16
            case .q6_K: 18
            case .iq4_nl: 25
            case .iq4_xs: 30
            case .bf16: 32
            default: 1024
            }
        }
    }
}
