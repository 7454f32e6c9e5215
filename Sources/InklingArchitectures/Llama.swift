// SPDX-License-Identifier: Apache-2.0

internal import InklingModel
internal import InklingTensor

extension ArchitectureDescriptor {
    /// Llama 1 to 3, Mistral, TinyLlama, SmolLM and everything else that is stored under this name.
    ///
    /// Query and key rows are permuted in the file, so neighbours rotate together.
    static let llama = ArchitectureDescriptor(name: "llama", title: "Llama") { reader throws(ModelError) in
        var config = try reader.common(pairing: .adjacent)
        config.slidingWindow = try reader.slidingWindow()
        return config
    }
}
