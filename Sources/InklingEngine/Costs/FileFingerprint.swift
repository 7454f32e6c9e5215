// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tells one model file from another without reading it whole: its size, and a hash of its first and last bytes.
///
/// The first bytes of a GGUF file are its metadata, so two models that share size and fingerprint run alike.
enum FileFingerprint {
    private static let partLength = 1 << 16

    /// Hexadecimal; nil if the file cannot be read.
    static func of(path: String) -> String? {
        guard let status = FileStatus(path: path), status.kind == .file else { return nil }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var hash = StableHash()
        hash.add(String(status.byteCount).utf8)
        var buffer = [UInt8](repeating: 0, count: partLength)
        for start in Set([0, max(0, status.byteCount - partLength)]).sorted() {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(start))
            }
            guard count >= 0 else { return nil }
            hash.add(buffer[..<count])
        }
        return hash.hexadecimal
    }
}

/// A hash that is the same in every run: 64-bit FNV-1a (Fowler, Noll and Vo 1991).
struct StableHash {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    var hexadecimal: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
