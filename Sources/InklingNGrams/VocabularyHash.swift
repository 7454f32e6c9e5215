// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

/// Tells vocabularies apart: the kind and the bytes and type of every token, in order.
func vocabularyHash(_ vocabulary: Vocabulary) -> UInt64 {
    var hash = FNV1a()
    hash.add(vocabulary.kind == .bytePair ? UInt8(0) : 1)
    hash.add(UInt64(vocabulary.count))
    for index in 0..<vocabulary.count {
        guard let id = Int32(exactly: index) else { break }
        let bytes = vocabulary.bytes(of: TokenID(id))
        hash.add(UInt64(bytes.count))
        for byte in bytes { hash.add(byte) }
        hash.add(vocabulary.isControl(TokenID(id)) ? UInt8(1) : 0)
    }
    return hash.value
}
