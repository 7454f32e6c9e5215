// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// A moment, in whole milliseconds since 1970, between the years 1 and 9999: what is stored is what is read again.
public struct Timestamp: RawRepresentable, Sendable, Hashable, Comparable, Codable {
    public let rawValue: Int64

    /// Values outside the years 1 to 9999 become the nearest inside.
    public init(rawValue: Int64) {
        self.rawValue = min(max(rawValue, -62_135_596_800_000), 253_402_300_799_999)
    }

    public static func now() -> Timestamp {
        Timestamp(rawValue: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.rawValue < right.rawValue }

    /// As ISO 8601 writes it, in universal time: `2026-03-01T12:00:00.250Z`.
    public var iso8601: String {
        // Seconds and milliseconds apart: a `Date` counts in fractions that are not quite either.
        let fraction = Int((rawValue % 1000 + 1000) % 1000)
        let seconds = (rawValue - Int64(fraction)) / 1000
        let digits = "\(1000 + fraction)".dropFirst()
        return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601).dropLast() + ".\(digits)Z"
    }

    /// - Parameter text: with or without a fraction of the second, of which three digits count.
    public init?(iso8601 text: String) {
        var text = text
        var milliseconds: Int64 = 0
        if let point = text.firstIndex(of: ".") {
            let digits = text[text.index(after: point)...].prefix { ("0"..."9").contains($0) }
            guard let value = Int64((digits + "000").prefix(3)), !digits.isEmpty else { return nil }
            milliseconds = value
            text.removeSubrange(point..<digits.endIndex)
        }
        guard let date = try? Date(text, strategy: .iso8601),
            let seconds = Int64(exactly: date.timeIntervalSince1970.rounded(.down)), abs(seconds) < 1 << 40
        else { return nil }
        self.init(rawValue: seconds * 1000 + milliseconds)
    }

    /// For the names of files: `20260301-120000`.
    var compact: String {
        String(iso8601.filter { $0 != "-" && $0 != ":" }.prefix(15)).replacing("T", with: "-")
    }
}
