// SPDX-License-Identifier: Apache-2.0

public import InklingGGUF
public import InklingModel

/// One architecture: its name in GGUF files and what its metadata mean.
///
/// All of them are one transformer with different settings; an architecture's file says which.
public struct ArchitectureDescriptor: Sendable {
    /// The value of `general.architecture`.
    public let name: String
    /// What people call it.
    public let title: String
    let configure: @Sendable (_ reader: inout ConfigReader) throws(ModelError) -> ModelConfig
}

public enum ArchitectureRegistry {
    /// A new architecture is one file and one line here.
    public static let all: [ArchitectureDescriptor] = [.llama, .qwen2, .qwen3, .gemma2, .gemma3, .phi3]

    /// - Throws: ``ModelError/unknownArchitecture(name:known:)``, which lists the known ones.
    public static func descriptor(named name: String) throws(ModelError) -> ArchitectureDescriptor {
        guard let found = all.first(where: { $0.name == name }) else {
            throw .unknownArchitecture(name: name, known: all.map(\.name))
        }
        return found
    }

    /// Reads what a file says about its model, without loading weights.
    public static func config(of file: GGUFFile) throws(ModelError) -> ModelConfig {
        guard let name = file.metadata.string("general.architecture") else {
            throw .missingMetadata(key: "general.architecture")
        }
        let descriptor = try descriptor(named: name)
        guard file.tensor(named: "token_embd.weight") != nil else { throw .vocabularyOnly }
        var reader = ConfigReader(file: file, prefix: name)
        let config = try descriptor.configure(&reader)
        try ConfigReader.validate(config)
        return config
    }
}
