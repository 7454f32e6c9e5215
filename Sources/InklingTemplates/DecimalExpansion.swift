// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The few functions the standard library lacks.
enum Mathematics {
    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}

/// Every decimal digit of a finite floating-point number, which always has finitely many.
struct DecimalExpansion {
    /// Digits without leading zeros; empty for zero. The value is `0.d₀d₁d₂… · 10^point`.
    private(set) var digits: [UInt8]
    private(set) var point: Int

    init(_ value: Double) {
        let value = value.magnitude
        guard value != 0, value.isFinite else {
            digits = []
            point = 0
            return
        }
        // value = mantissa · 2^exponent, an integer times a power of two; 2^-k = 5^k / 10^k.
        let isNormal = value.isNormal
        let mantissa = value.significandBitPattern | (isNormal ? 1 << 52 : 0)
        let exponent = (isNormal ? Int(value.exponentBitPattern) : 1) - 1075
        var limbs: [UInt64] = [mantissa % 1_000_000_000, mantissa / 1_000_000_000]
        let factor: UInt64 = exponent < 0 ? 5 : 2
        var left = exponent.magnitude
        while left > 0 {
            let step = min(left, 12)
            var multiplier: UInt64 = 1
            for _ in 0..<step { multiplier *= factor }
            var carry: UInt64 = 0
            for index in limbs.indices {
                let product = limbs[index] * multiplier + carry
                limbs[index] = product % 1_000_000_000
                carry = product / 1_000_000_000
            }
            while carry > 0 {
                limbs.append(carry % 1_000_000_000)
                carry /= 1_000_000_000
            }
            left -= step
        }
        var digits: [UInt8] = []
        for limb in limbs.reversed() {
            let text = Array(String(limb).utf8)
            digits += Array(repeating: 48, count: 9 - text.count) + text
        }
        let leading = digits.prefix { $0 == 48 }.count
        self.digits = digits.dropFirst(leading).map { $0 - 48 }
        point = self.digits.count - (exponent < 0 ? Int(exponent.magnitude) : 0)
    }

    /// Keeps `count` digits, rounding to nearest, ties to even.
    mutating func round(toDigits count: Int) {
        guard count < digits.count else { return }
        guard count >= 0 else {
            digits = []
            return
        }
        let rest = digits[count...]
        let isTie = rest.first == 5 && rest.dropFirst().allSatisfy { $0 == 0 }
        let isLastOdd = count > 0 && digits[count - 1] % 2 == 1
        let goesUp = isTie ? isLastOdd : digits[count] >= 5
        digits.removeSubrange(count...)
        guard goesUp else { return }
        var index = count - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            digits[index] += 1
        } else {
            digits.insert(1, at: 0)
            point += 1
        }
    }

    private func digit(_ index: Int) -> Character {
        index >= 0 && index < digits.count ? Character(Unicode.Scalar(48 + digits[index])) : "0"
    }

    /// `%.nf`, without a sign.
    static func fixed(_ value: Double, fractionDigits: Int) -> String {
        var expansion = DecimalExpansion(value)
        expansion.round(toDigits: expansion.point + fractionDigits)
        var result = ""
        if expansion.point <= 0 || expansion.digits.isEmpty { result = "0" }
        if !expansion.digits.isEmpty, expansion.point > 0 {
            for index in 0..<expansion.point { result.append(expansion.digit(index)) }
        }
        if fractionDigits > 0 {
            result += "."
            for index in 0..<fractionDigits {
                result.append(expansion.digits.isEmpty ? "0" : expansion.digit(expansion.point + index))
            }
        }
        return result
    }

    /// `%.ne`, without a sign.
    static func exponential(_ value: Double, fractionDigits: Int) -> String {
        var expansion = DecimalExpansion(value)
        expansion.round(toDigits: fractionDigits + 1)
        let exponent = expansion.digits.isEmpty ? 0 : expansion.point - 1
        var result = String(expansion.digit(0))
        if fractionDigits > 0 {
            result += "."
            for index in 1...fractionDigits { result.append(expansion.digit(index)) }
        }
        let power = String(exponent.magnitude)
        return result + "e" + (exponent < 0 ? "-" : "+") + (power.utf8.count < 2 ? "0" : "") + power
    }

    /// `%.ng`, without a sign.
    static func general(_ value: Double, precision: Int, keepsZeros: Bool = false) -> String {
        let precision = max(precision, 1)
        var expansion = DecimalExpansion(value)
        expansion.round(toDigits: precision)
        let exponent = expansion.digits.isEmpty ? 0 : expansion.point - 1
        if exponent < -4 || exponent >= precision {
            let text = exponential(value, fractionDigits: precision - 1)
            guard !keepsZeros, let mark = text.firstIndex(of: "e") else { return text }
            return trimmed(String(text[..<mark])) + text[mark...]
        }
        let text = fixed(value, fractionDigits: precision - 1 - exponent)
        return keepsZeros ? text : trimmed(text)
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// `round(value, places)`; `places` may be negative.
    static func rounded(_ value: Double, places: Int) -> Double {
        guard value.isFinite, places < 330 else { return value }
        if places < -330 { return value * 0 }
        var expansion = DecimalExpansion(value)
        expansion.round(toDigits: expansion.point + places)
        var text = value.sign == .minus ? "-0." : "0."
        for index in expansion.digits.indices { text.append(expansion.digit(index)) }
        if expansion.digits.isEmpty { text += "0" }
        return Double(text + "e\(expansion.point)") ?? value
    }
}
