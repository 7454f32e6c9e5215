// SPDX-License-Identifier: Apache-2.0

/// Counts words as they come. Each ideograph and kana is one.
struct WordCount {
    private(set) var count = 0
    private var isWithinWord = false

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte <= 0x20 {
                isWithinWord = false
            } else if (0xE3...0xE9).contains(byte) {
                count += 1
                isWithinWord = true
            } else if !isWithinWord {
                count += 1
                isWithinWord = true
            }
        }
    }
}
