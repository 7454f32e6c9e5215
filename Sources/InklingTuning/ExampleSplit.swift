// SPDX-License-Identifier: Apache-2.0

/// Which examples to learn from, to choose by and to judge by: 70, 15 and 15 %, whole texts.
struct ExampleSplit: Equatable {
    var training: [Int] = []
    var validation: [Int] = []
    var test: [Int] = []

    init(_ examples: AcceptanceExamples, seed: UInt64) {
        var byText: [Int: [Int]] = [:]
        for (index, text) in examples.texts.enumerated() { byText[text, default: []].append(index) }
        var random = SplitMix(seed: seed ^ 0x7365_7061_7261_7465)
        let texts = byText.keys.sorted().shuffled(using: &random)
        let share = max(1, examples.count * 15 / 100)
        for (position, text) in texts.enumerated() {
            let own = byText[text] ?? []
            // One text at least stays for each part, however long the texts are.
            let left = texts.count - position
            if test.isEmpty || (test.count < share && left > 2) {
                test += own
            } else if validation.isEmpty || (validation.count < share && left > 1) {
                validation += own
            } else {
                training += own
            }
        }
    }
}

/// Steele et al. 2014: the same numbers everywhere.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
