// SPDX-License-Identifier: Apache-2.0

/// Numbers for people: the same way everywhere.
public enum Quantity {
    /// `812 B`, `1.4 kB`, `7.5 MB`, `4.37 GB`: decimal units, three digits at most.
    public static func bytes(_ count: Int) -> String {
        scaled(count, units: ["B", "kB", "MB", "GB", "TB", "PB", "EB"], separator: " ")
    }

    /// `135M`, `1.24B`: how the field counts parameters.
    public static func parameters(_ count: Int) -> String {
        scaled(count, units: ["", "K", "M", "B", "T", "Q", "Q"], separator: "")
    }

    /// `512`, `2K`, `40960`: powers of two as the field writes them, where nothing is lost.
    public static func tokens(_ count: Int) -> String {
        count >= 1024 && count % 1024 == 0 ? "\(count / 1024)K" : "\(count)"
    }

    /// A number with at most `digits` digits after the point, and no zeros at the end.
    public static func decimal(_ number: Double, digits: Int) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
        let digits = min(max(digits, 0), 3)
        let scale = [1, 10, 100, 1000][digits]
        let rounded = Int((number * Double(scale)).rounded())
        let magnitude = rounded.magnitude
        var fraction = String(magnitude % UInt(scale))
        fraction = String(repeating: "0", count: digits - min(digits, fraction.utf8.count)) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let whole = (rounded < 0 ? "-" : "") + String(magnitude / UInt(scale))
        return digits == 0 || fraction.isEmpty ? whole : "\(whole).\(fraction)"
    }

    private static func scaled(_ count: Int, units: [String], separator: String) -> String {
        var value = Double(count)
        var unit = 0
        // 999.5 would be shown as 1000.
        while abs(value) >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        let digits = unit == 0 ? 0 : abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0
        return decimal(value, digits: digits) + separator + units[unit]
    }
}
