// SPDX-License-Identifier: Apache-2.0

/// The character classes that some published splitters list scalar by scalar.
enum ScalarSet: Sendable {
    /// `\p{L}`
    case letters
    /// `\p{P}`
    case punctuation
    /// `[\p{P}\$\+<=>\^~\|]`
    case defaultPunctuation
    /// The same and the grave accent.
    case falconPunctuation
    /// ``[^(\s|.,!?…。，、।۔،)]``
    case untilPunctuation
    /// Letters with case: Latin, Greek, Cyrillic, Armenian and so on, as DeepSeek LLM lists them.
    case casedLetters
    /// `[!-/:-~！-／：-～‘-‟　-。]`
    case deepseekPunctuation
    /// `[一-龥ࠀ-一가-퟿]`
    case deepseekIdeographs
    /// `[一-龥぀-ゟ゠-ヿ]`
    case ideographsAndKana
    /// Ideographs, kana, Thai, Lao, Khmer, Myanmar, Hangul.
    case asianScripts
    /// `[가-힣ㄱ-ㆎ]`
    case hangul
    /// `[！…“”‘’—：；，、-〿︰-﹏]`
    case eastAsianPunctuation
    /// `[ㄅ-ㄯ]`
    case bopomofo

    @inline(__always)
    func contains(_ rune: Rune) -> Bool {
        switch self {
        case .letters:
            rune.isAny(of: .letter)
        case .punctuation:
            rune.isAny(of: .punctuation)
        case .defaultPunctuation:
            rune.isAny(of: .punctuation) || Self.isMathSign(rune.value)
        case .falconPunctuation:
            rune.isAny(of: .punctuation) || Self.isMathSign(rune.value) || rune.is("`")
        case .untilPunctuation:
            !rune.isAny(of: .whitespace) && !Self.sentenceMarks.contains(rune.value)
        case .casedLetters:
            if rune.value < 0x80 {
                rune.isAny(of: .letter)
            } else {
                Self.isIn(Self.casedRanges, rune.value)
            }
        case .deepseekPunctuation:
            Self.isIn(Self.deepseekPunctuationRanges, rune.value)
        case .deepseekIdeographs:
            (0x0800...0x9FA5).contains(rune.value) || (0xAC00...0xD7FF).contains(rune.value)
        case .ideographsAndKana:
            (0x3040...0x30FF).contains(rune.value) || (0x4E00...0x9FA5).contains(rune.value)
        case .asianScripts:
            Self.isIn(Self.asianRanges, rune.value)
        case .hangul:
            (0x3131...0x318E).contains(rune.value) || (0xAC00...0xD7A3).contains(rune.value)
        case .eastAsianPunctuation:
            Self.isIn(Self.eastAsianPunctuationRanges, rune.value)
        case .bopomofo:
            (0x3105...0x312F).contains(rune.value)
        }
    }

    private static func isMathSign(_ value: UInt32) -> Bool {
        switch value {
        case 0x24, 0x2B, 0x3C, 0x3D, 0x3E, 0x5E, 0x7C, 0x7E: true
        default: false
        }
    }

    /// Whether a value is in one of some ascending ranges.
    private static func isIn(_ ranges: [ClosedRange<UInt32>], _ value: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < ranges.count && ranges[low].contains(value)
    }

    private static let sentenceMarks: Set<UInt32> = [
        0x28, 0x7C, 0x2E, 0x2C, 0x21, 0x3F, 0x2026, 0x3002, 0xFF0C, 0x3001, 0x0964, 0x06D4, 0x060C, 0x29,
    ]

    private static let deepseekPunctuationRanges: [ClosedRange<UInt32>] = [
        0x0021...0x002F, 0x003A...0x007E, 0x2018...0x201F, 0x3000...0x3002, 0xFF01...0xFF0F, 0xFF1A...0xFF5E,
    ]

    private static let eastAsianPunctuationRanges: [ClosedRange<UInt32>] = [
        0x2014...0x2014, 0x2018...0x2019, 0x201C...0x201D, 0x2026...0x2026, 0x3001...0x303F, 0xFE30...0xFE4F,
        0xFF01...0xFF01, 0xFF0C...0xFF0C, 0xFF1A...0xFF1B,
    ]

    private static let asianRanges: [ClosedRange<UInt32>] = [
        0x0E40...0x0E7F, 0x0E80...0x0EFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF, 0x2F00...0x2FDF,
        0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA9E0...0xA9FF, 0xAA60...0xAA7F, 0xAC00...0xD7AF,
        0xF900...0xFAFF, 0xFF65...0xFF9F,
    ]

    private static let casedRanges: [ClosedRange<UInt32>] = [
        0x00B5...0x00B5, 0x00C0...0x00D6, 0x00D8...0x00F6, 0x00F8...0x01BA, 0x01BC...0x01BF, 0x01C4...0x0293,
        0x0295...0x02AF, 0x0370...0x0373, 0x0376...0x0377, 0x037B...0x037D, 0x037F...0x037F, 0x0386...0x0386,
        0x0388...0x038A, 0x038C...0x038C, 0x038E...0x03A1, 0x03A3...0x03F5, 0x03F7...0x0481, 0x048A...0x052F,
        0x0531...0x0556, 0x10A0...0x10C5, 0x13A0...0x13F5, 0x13F8...0x13FD, 0x1C90...0x1CBA, 0x1CBD...0x1CBF,
        0x1D00...0x1D2B, 0x1D6B...0x1D77, 0x1D79...0x1D9A, 0x1E00...0x1F15, 0x1F18...0x1F1D, 0x1F20...0x1F45,
        0x1F48...0x1F4D, 0x1F50...0x1F57, 0x1F59...0x1F59, 0x1F5B...0x1F5B, 0x1F5D...0x1F5D, 0x1F5F...0x1F7D,
        0x1F80...0x1FB4, 0x1FB6...0x1FBC, 0x1FBE...0x1FBE, 0x1FC2...0x1FC4, 0x1FC6...0x1FCC, 0x1FD0...0x1FD3,
        0x1FD6...0x1FDB, 0x1FE0...0x1FEC, 0x1FF2...0x1FF4, 0x1FF6...0x1FFC, 0x2102...0x2102, 0x2107...0x2107,
        0x210A...0x2113, 0x2115...0x2115, 0x2119...0x211D, 0x2124...0x2124, 0x2126...0x2126, 0x2128...0x2128,
        0x212A...0x212D, 0x212F...0x2134, 0x2139...0x2139, 0x213C...0x213F, 0x2145...0x2149, 0x214E...0x214E,
        0x2183...0x2184, 0x2C00...0x2C7B, 0x2C7E...0x2CE4, 0x2CEB...0x2CEE, 0x2CF2...0x2CF3, 0xA640...0xA66D,
        0xA680...0xA69B, 0xA722...0xA76F, 0xA771...0xA787, 0xA78B...0xA78E, 0xAB70...0xABBF, 0xFB00...0xFB06,
        0xFB13...0xFB17, 0xFF21...0xFF3A, 0xFF41...0xFF5A, 0x10400...0x1044F, 0x104B0...0x104D3, 0x104D8...0x104FB,
        0x10C80...0x10CB2, 0x10CC0...0x10CF2, 0x118A0...0x118DF, 0x1E900...0x1E943,
    ]
}
