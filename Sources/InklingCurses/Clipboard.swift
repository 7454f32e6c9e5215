// SPDX-License-Identifier: Apache-2.0

/// Text for the clipboard of whoever looks at a terminal, by its sequence OSC 52.
enum Clipboard {
    /// Terminals drop what is longer than some limit; this many bytes of text pass through all that take any.
    static let byteLimit = 74_000

    /// - Parameter isInTmux: tmux takes the sequence if its option `set-clipboard` allows, and passes it on in a wrapper
    ///   if `allow-passthrough` allows; so it gets both.
    /// - Returns: nil if the text is too long.
    static func sequence(for text: String, isInTmux: Bool) -> [UInt8]? {
        guard text.utf8.count <= byteLimit else { return nil }
        let sequence = Array("\u{1B}]52;c;".utf8) + base64(Array(text.utf8)) + [0x07]
        guard isInTmux else { return sequence }
        let doubled = sequence.flatMap { $0 == 0x1B ? [0x1B, 0x1B] : [$0] }
        return sequence + Array("\u{1B}Ptmux;".utf8) + doubled + Array("\u{1B}\\".utf8)
    }

    static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | UInt32($1) }
            bits <<= 8 * UInt32(3 - group.count)
            for index in 0..<4 {
                let digit = digits[Int(bits >> UInt32(18 - 6 * index) & 63)]
                result.append(index <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return result
    }
}
