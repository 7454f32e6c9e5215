// SPDX-License-Identifier: Apache-2.0

/// A byte-level BPE vocabulary of any size: the 256 bytes, three special tokens, and merges of frequent letters.
public struct BytePairVocabulary: Sendable {
    /// In the alphabet in which files spell bytes: printable ones as themselves, the others from U+0100 on.
    public let tokens: [String]
    public let merges: [String]
    /// 1: normal, 3: control.
    public let types: [Int32]

    public static let endOfText = 0
    public static let startOfTurn = 1
    public static let endOfTurn = 2
    /// Special tokens, bytes and one merge, without which no tokenizer takes it.
    public static let leastCount = 260

    /// A chat in the form that most models understand.
    public static let chatTemplate = """
        {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' \
        + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
        """

    /// - Precondition: `count` is at least ``leastCount``, and at most about 600,000.
    public init(count: Int) {
        precondition(count >= Self.leastCount, "a byte-level vocabulary has at least \(Self.leastCount) tokens")
        var tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
        tokens += (0..<256).map { String(Self.letter(for: UInt8($0))) }
        let special = 3
        // Merges build words from the most frequent letters first. A token's spelling decides the pair it came from, so
        // no two are the same.
        let letters = Array(" etaoinshrdlucmfwypvbgkqjxzETAOINSHRDLUCMFWYPVBGKQJXZ0123456789.,;:!?'\"()[]{}<>+-*/=_#\n")
            .map { String(Self.letter(for: $0.asciiValue ?? 32)) }
        let space = letters[0]
        var merges: [String] = []
        var shorter = letters
        grow: while !shorter.isEmpty {
            var longer: [String] = []
            for left in shorter {
                for right in letters {
                    guard tokens.count < count else { break grow }
                    // Spaces begin words.
                    if right == space { continue }
                    merges.append(left + " " + right)
                    tokens.append(left + right)
                    longer.append(left + right)
                }
            }
            shorter = longer
        }
        self.tokens = tokens
        self.merges = merges
        types = (0..<tokens.count).map { $0 < special ? 3 : 1 }
    }

    /// The character that stands for a byte. Source: GPT-2's byte encoder.
    static func letter(for byte: UInt8) -> Character {
        func isPrintable(_ byte: UInt8) -> Bool {
            (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
        }
        if isPrintable(byte) { return Character(Unicode.Scalar(byte)) }
        let rank = (0..<byte).count { !isPrintable($0) }
        // 68 bytes are not printable, so this stays within U+0143.
        return Unicode.Scalar(UInt32(256 + rank)).map { Character($0) } ?? " "
    }
}
