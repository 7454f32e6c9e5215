// SPDX-License-Identifier: Apache-2.0

/// Recognises files that people mistake for models, so that the error can say what the file is.
enum FileKind {
    private static let beginnings: [(bytes: [UInt8], kind: String)] = [
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        ([0x25, 0x50, 0x44, 0x46], "a PDF document"),
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive or a PyTorch file; convert the model to GGUF"),
        ([0x1F, 0x8B], "a gzip archive; unpack it first"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive; unpack it first"),
        ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive; unpack it first"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program"),
        (Array("lmgg".utf8), "a model in the GGML format that GGUF replaced"),
        (Array("fmgg".utf8), "a model in the GGML format that GGUF replaced"),
        (Array("tjgg".utf8), "a model in the GGML format that GGUF replaced"),
        (Array("algg".utf8), "an adapter in the GGML format that GGUF replaced"),
        (Array("version https://git-lfs".utf8), "a Git LFS pointer; fetch the file itself with git lfs pull"),
        (Array("<!doctype".utf8), "a web page; the download went wrong"),
        (Array("<!DOCTYPE".utf8), "a web page; the download went wrong"),
        (Array("<html".utf8), "a web page; the download went wrong"),
        (Array("FUGG".utf8), "a GGUF file with its bytes swapped"),
    ]

    /// What a file with this beginning seems to be, nil if unknown. Enough bytes: 32.
    static func guess(_ beginning: [UInt8]) -> String? {
        if let match = beginnings.first(where: { beginning.starts(with: $0.bytes) }) { return match.kind }
        // Safetensors: the length of a JSON object in 8 bytes, then the object.
        if beginning.count > 9, beginning[8] == UInt8(ascii: "{"), beginning[5...7].allSatisfy({ $0 == 0 }) {
            return "a safetensors file; convert the model to GGUF"
        }
        return nil
    }
}
