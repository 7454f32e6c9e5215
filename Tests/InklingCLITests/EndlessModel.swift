// SPDX-License-Identifier: Apache-2.0

import InklingGGUF
import InklingModelMaker
import InklingTensor

/// A tiny model that says nothing but small letters and spaces, and never that it is done.
enum EndlessModel {
    /// - Parameter layers: more of them take more time for a token.
    static func bytes(layers: Int? = nil) throws -> [UInt8] {
        var recipe = ModelRecipe(preset: .tiny)
        recipe.contextLength = 1 << 16
        if let layers { recipe.layerCount = layers }
        let file = try GGUFFile(bytes: ModelMaker(recipe).bytes(), name: "tiny")
        var contents = file.tensors.map { tensor in
            let bytes = file.withBytes(of: tensor) { bytes in
                (0..<bytes.byteCount).map { unsafe bytes.unsafeLoadUnaligned(fromByteOffset: $0, as: UInt8.self) }
            }
            return (plan: tensor.plan, bytes: bytes)
        }
        let firstByte = BytePairVocabulary.leastCount - 256
        let letters = Set((Array("abcdefghijklmnopqrstuvwxyz ".utf8)).map { firstByte + Int($0) })
        let bias = (0..<recipe.vocabularySize).map { letters.contains($0) ? Float(0) : -10_000 }
        contents.append(
            (
                plan: GGUFTensorPlan(name: "output.bias", shape: [bias.count], type: .f32),
                bytes: bias.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
                }
            ))
        return try GGUFWriter.bytes(metadata: file.metadata, tensors: contents)
    }
}
