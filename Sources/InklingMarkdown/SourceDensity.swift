// SPDX-License-Identifier: Apache-2.0

/// Tells source that is meant as Markdown from what only costs time: the library takes quadratic time for brackets,
/// processing instructions and columns of tables in a mass, and a tree as deep as a line is long.
///
/// Every limit is far beyond what a person or a model writes in earnest, and bounds the time for a segment of
/// ``BlockStream/segmentLimit`` bytes to a few hundredths of a second.
enum SourceDensity {
    /// Brackets times bytes.
    static let bracketLimit = 1 << 27
    /// Columns of the widest line that could be one of a table, times lines.
    static let cellLimit = 1 << 15
    /// Marks of quotes and lists at the beginning of one line.
    static let markerLimit = 64

    static func isTooDense(_ source: [UInt8]) -> Bool {
        measure(source.span)
    }

    private static func measure(_ source: Span<UInt8>) -> Bool {
        var brackets = 0
        var lines = 1
        var bars = 0
        var mostBars = 0
        var markers = 0
        var isLeading = true
        var previous: UInt8 = 0x0A
        for index in source.indices {
            let byte = source[index]
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "<"): brackets += 1
            case UInt8(ascii: "|"): bars += 1
            case 0x0A:
                lines += 1
                mostBars = max(mostBars, bars)
                (bars, markers, isLeading) = (0, 0, true)
                previous = byte
                continue
            default: break
            }
            if isLeading {
                switch byte {
                case UInt8(ascii: ">"): markers += 1
                // A bullet or a number counts when the blank after it comes.
                case 0x20, 0x09: if "-+*.)".utf8.contains(previous) { markers += 1 }
                case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "."), UInt8(ascii: ")"),
                    0x30...0x39:
                    break
                default: isLeading = false
                }
                if markers > markerLimit { return true }
            }
            previous = byte
        }
        mostBars = max(mostBars, bars)
        return brackets * source.count > bracketLimit || (mostBars + 1) * lines > max(cellLimit, 2 * lines)
    }
}
