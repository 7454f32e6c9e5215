// SPDX-License-Identifier: Apache-2.0

/// Numbers for people: a fixed number of places, whatever the locale.
enum Decimals {
    static func text(_ value: Double, _ places: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "-" : value < 0 ? "-inf" : "inf" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        // Too large for places to matter, or for whole numbers to hold.
        guard scaled < 1e18 else { return "\(value)" }
        let whole = UInt64(scaled) / UInt64(scale)
        let rest = UInt64(scaled) % UInt64(scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let digits = String(rest)
        return "\(sign)\(whole)." + String(repeating: "0", count: places - digits.utf8.count) + digits
    }

    /// Three significant places or so: 0.123, 1.23, 12.3, 123.
    static func short(_ value: Double) -> String {
        let size = value.magnitude
        return text(value, size < 1 ? 3 : size < 10 ? 2 : size < 1000 ? 1 : 0)
    }

    /// Bytes in the largest unit that leaves a number of at least 1.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        return unit == 0 ? "\(count) B" : "\(text(value, value < 10 ? 2 : 1)) \(units[unit])"
    }
}
