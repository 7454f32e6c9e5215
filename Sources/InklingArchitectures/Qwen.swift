// SPDX-License-Identifier: Apache-2.0

internal import InklingModel
internal import InklingTensor

extension ArchitectureDescriptor {
    /// Qwen 1.5 to 2.5: biases on queries, keys and values, which the loader finds by name.
    static let qwen2 = ArchitectureDescriptor(name: "qwen2", title: "Qwen 2") { reader throws(ModelError) in
        try reader.common(pairing: .halves)
    }

    /// Qwen 3: a norm over each query and key head in place of the biases.
    static let qwen3 = ArchitectureDescriptor(name: "qwen3", title: "Qwen 3") { reader throws(ModelError) in
        try reader.common(pairing: .halves)
    }
}
