// SPDX-License-Identifier: Apache-2.0

/// U+2581, which SentencePiece writes for a space. A text that has the character itself gets a space back when it is
/// decoded; the scheme cannot tell the two apart.
enum SpaceMark {
    static let scalar: UInt32 = 0x2581
    static let utf8: [UInt8] = [0xE2, 0x96, 0x81]
    static let space = UInt8(ascii: " ")

    /// Appends `text[range]`, spaces as marks.
    static func appendEscaped(_ text: [UInt8], _ range: Range<Int>, to result: inout [UInt8]) {
        result.reserveCapacity(result.count + range.count + range.count / 2)
        for position in range {
            if text[position] == space {
                result.append(contentsOf: utf8)
            } else {
                result.append(text[position])
            }
        }
    }

    /// The same text, marks as spaces.
    static func unescape(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var position = text.startIndex
        while position < text.endIndex {
            if text[position] == utf8[0], isMark(text, position) {
                result.append(space)
                position += 3
            } else {
                result.append(text[position])
                position += 1
            }
        }
        return result
    }

    private static func isMark(_ text: ArraySlice<UInt8>, _ position: Int) -> Bool {
        text.endIndex - position >= 3 && text[position + 1] == utf8[1] && text[position + 2] == utf8[2]
    }
}
