// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A date and time on the caller's calendar, for templates that write today's date with `strftime_now`.
public struct TemplateDate: Sendable, Equatable {
    public var year: Int
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int

    public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        // Out of range is brought into it: a date is decoration, and must not end a chat.
        self.year = min(max(year, 1), 9999)
        self.month = min(max(month, 1), 12)
        self.day = min(max(day, 1), 31)
        self.hour = min(max(hour, 0), 23)
        self.minute = min(max(minute, 0), 59)
        self.second = min(max(second, 0), 60)
    }

    /// The present local time.
    public static func now() -> TemplateDate {
        var seconds = time_t()
        var fields = unsafe tm()
        // The C library fills structures we own.
        unsafe time(&seconds)
        unsafe localtime_r(&seconds, &fields)
        return unsafe TemplateDate(
            year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday),
            hour: Int(fields.tm_hour), minute: Int(fields.tm_min), second: Int(fields.tm_sec))
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    private var isLeap: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// From 1.
    private var dayOfYear: Int {
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths[..<(month - 1)].reduce(day, +)
    }

    /// From 0, Sunday.
    private var dayOfWeek: Int {
        let before = year - 1
        return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear) % 7
    }

    /// C's `strftime` in its own locale, without time zones; `nil` for a conversion it does not know.
    func formatted(_ format: String) -> String? {
        var result = String.UnicodeScalarView()
        var scalars = format.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                result.append(scalar)
                continue
            }
            guard var conversion = scalars.next() else {
                result.append("%")
                break
            }
            var padding: Unicode.Scalar?
            if conversion == "-" || conversion == "_" || conversion == "0" {
                padding = conversion
                guard let next = scalars.next() else { return nil }
                conversion = next
            }
            guard let text = field(conversion, padding) else { return nil }
            result.append(contentsOf: text.unicodeScalars)
        }
        return String(result)
    }

    private func field(_ conversion: Unicode.Scalar, _ padding: Unicode.Scalar?) -> String? {
        func number(_ value: Int, _ width: Int, _ standard: Unicode.Scalar = "0") -> String {
            let text = String(value)
            let fill = padding ?? standard
            if fill == "-" { return text }
            return String(repeating: fill == "_" ? " " : "0", count: max(0, width - text.utf8.count)) + text
        }
        let twelve = hour % 12 == 0 ? 12 : hour % 12
        switch conversion {
        case "d": return number(day, 2)
        case "e": return number(day, 2, "_")
        case "m": return number(month, 2)
        case "y": return number(year % 100, 2)
        case "Y": return number(year, 1)
        case "C": return number(year / 100, 2)
        case "H": return number(hour, 2)
        case "k": return number(hour, 2, "_")
        case "I": return number(twelve, 2)
        case "l": return number(twelve, 2, "_")
        case "M": return number(minute, 2)
        case "S": return number(second, 2)
        case "f": return "000000"
        case "j": return number(dayOfYear, 3)
        case "w": return String(dayOfWeek)
        case "u": return String(dayOfWeek == 0 ? 7 : dayOfWeek)
        case "U": return number((dayOfYear + 6 - dayOfWeek) / 7, 2)
        case "W": return number((dayOfYear + 6 - (dayOfWeek + 6) % 7) / 7, 2)
        case "a": return String(TemplateDate.days[dayOfWeek].prefix(3))
        case "A": return TemplateDate.days[dayOfWeek]
        case "b", "h": return String(TemplateDate.months[month - 1].prefix(3))
        case "B": return TemplateDate.months[month - 1]
        case "p": return hour < 12 ? "AM" : "PM"
        case "P": return hour < 12 ? "am" : "pm"
        case "D": return formatted("%m/%d/%y")
        case "x": return formatted("%m/%d/%y")
        case "F": return formatted("%Y-%m-%d")
        case "T", "X": return formatted("%H:%M:%S")
        case "R": return formatted("%H:%M")
        case "r": return formatted("%I:%M:%S %p")
        case "c": return formatted("%a %b %e %H:%M:%S %Y")
        // The present, in Python, knows no time zone.
        case "z", "Z": return ""
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        default: return nil
        }
    }
}
