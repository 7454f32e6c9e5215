// SPDX-License-Identifier: Apache-2.0

import CNcurses
import Glibc
import InklingCells

/// What terminfo says of a terminal, changed to what we want ncurses to do with it.
///
/// ncurses draws 24-bit colours only on terminals whose description says so, which next to none does, and it knows no
/// struck-through text. So it gets a description of our own: the terminal's, with colours of the depth we chose, and
/// with "struck through" in the place of an attribute that no terminal has.
struct TerminalDescription {
    /// The one that was found, and the one asked for if that is another.
    let name: String
    let requestedName: String
    let colorDepth: ColorDepth
    /// Colours that have numbers: 8, 16, 256.
    let numberedColors: Int
    private(set) var compiled: CompiledDescription
    /// Bytes of keys.
    let keys: [(bytes: [UInt8], key: String)]
    /// Whether it has an alternate screen as xterm has, and then also understands xterm's other sequences.
    let isLikeXterm: Bool
    private let strings: [String: [UInt8]]

    static let compiledName = "inkling"
    private static let substitutes = ["xterm-256color", "xterm"]

    /// - Parameter colors: the depth; nil finds it out.
    init(environment: [String: String], descriptor: Int32, colors: ColorDepth?) throws(CursesError) {
        let requested = environment["TERM"] ?? ""
        requestedName = requested
        let candidates = requested.isEmpty ? Self.substitutes : [requested] + Self.substitutes
        guard let name = candidates.first(where: { unsafe ncurses_load_description($0, descriptor) == 1 }) else {
            throw .unknownTerminal(requested)
        }
        defer { ncurses_unload_description() }
        self.name = name

        var compiled = CompiledDescription(name: Self.compiledName)
        var strings: [String: [UInt8]] = [:]
        var index: Int32 = 0
        while let name = unsafe ncurses_flag_name(index) {
            unsafe compiled.flags.append(ncurses_flag(name))
            index += 1
        }
        index = 0
        while let name = unsafe ncurses_number_name(index) {
            unsafe compiled.numbers.append(ncurses_number(name))
            index += 1
        }
        index = 0
        while let name = unsafe ncurses_string_name(index) {
            let bytes = unsafe ncurses_string(name).map { unsafe Self.bytes($0) }
            compiled.strings.append(bytes)
            unsafe strings[String(cString: name)] = bytes
            index += 1
        }
        guard let home = strings["cup"], !home.isEmpty else { throw .incapableTerminal(name) }

        let numbered = Int(unsafe ncurses_number("colors"))
        let isDirect = unsafe ncurses_flag("RGB")
        colorDepth = colors ?? ColorSupport.depth(environment: environment, colors: numbered, isDirect: isDirect)
        let smcup = String(decoding: strings["smcup"] ?? [], as: UTF8.self)
        isLikeXterm = smcup.contains("[?1049h") || smcup.contains("[?47h")
        numberedColors = colorDepth >= .indexed ? 256 : numbered >= 16 && !isDirect ? 16 : 8
        compiled.extraFlags = unsafe ncurses_flag("AX") ? ["AX"] : []
        let strike = unsafe ncurses_string("smxx").map { unsafe Self.bytes($0) }
        self.compiled = compiled
        self.strings = strings
        keys = Self.keyCapabilities.compactMap { capability, key in strings[capability].map { (bytes: $0, key: key) } }
        change(strike: strike)
    }

    private mutating func change(strike: [UInt8]?) {
        // With it, ncurses would send attributes all at once, and only those it knows.
        compiled.set(string: "sgr", to: nil)
        compiled.set(string: "ehhlm", to: strike)
        // Every attribute may go with colours, and the palette is the user's.
        compiled.set(number: "ncv", to: -1)
        compiled.set(flag: "ccc", to: false)
        compiled.set(string: "initc", to: nil)
        compiled.set(string: "oc", to: nil)
        compiled.set(number: "pairs", to: 0x10000)
        switch colorDepth {
        case .none: compiled.set(number: "colors", to: -1)
        case .ansi: compiled.set(number: "colors", to: Int32(numberedColors))
        case .indexed:
            compiled.set(number: "colors", to: 256)
            setColors(wide: "5;%p1%d")
        case .rgb:
            compiled.set(number: "colors", to: 0x100_0000)
            compiled.extraFlags.append("RGB")
            // What fits in a byte is a number of the palette, as `colorNumber` has it.
            setColors(wide: "%?%p1%{256}%<%t5;%p1%d%e2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;")
        }
    }

    /// Colours above 15 are sent as `wide` says.
    private mutating func setColors(wide: String) {
        for (capability, low, high, extended) in [("setaf", "3", "9", "38"), ("setab", "4", "10", "48")] {
            let text = "\u{1B}[%?%p1%{8}%<%t\(low)%p1%d%e%p1%{16}%<%t\(high)%p1%{8}%-%d%e\(extended);\(wide)%;m"
            compiled.set(string: capability, to: Array(text.utf8))
        }
    }

    /// What to tell whoever uses the terminal, if another description is used than was asked for.
    var notice: String? {
        if name == requestedName { return nil }
        let reason = requestedName.isEmpty ? "TERM is not set" : "the terminal \"\(requestedName)\" is not known here"
        return "\(reason); it is used as \"\(name)\""
    }

    /// A colour, reduced to the depth, as ncurses has it here; -1 is the terminal's own.
    func colorNumber(_ color: Color) -> Int32 {
        switch color {
        case .standard: -1
        case .ansi(let index): Int32(Int(index % 16) % numberedColors)
        case .indexed(let index): Int32(index)
        // The 256 darkest blues would be numbers of the palette: they get the least green there is.
        case .rgb(0, 0, let blue): 0x100 | Int32(blue)
        case .rgb(let red, let green, let blue): Int32(red) << 16 | Int32(green) << 8 | Int32(blue)
        }
    }

    /// A capability without the delays that old terminals needed.
    func bytes(of capability: String) -> [UInt8] {
        guard let bytes = strings[capability] else { return [] }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "$"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "<"),
                let end = bytes[index...].firstIndex(of: UInt8(ascii: ">"))
            {
                index = end + 1
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        unsafe Array(String(cString: text).utf8CString.dropLast().map { UInt8(bitPattern: $0) })
    }

    private static let keyCapabilities: [(String, String)] =
        [
            ("kcuu1", "up"), ("kcud1", "down"), ("kcub1", "left"), ("kcuf1", "right"), ("khome", "home"),
            ("kend", "end"), ("kpp", "page-up"), ("knp", "page-down"), ("kich1", "insert"), ("kdch1", "delete"),
            ("kbs", "backspace"), ("kcbt", "shift-tab"), ("kent", "enter"), ("kri", "shift-up"), ("kind", "shift-down"),
            ("kLFT", "shift-left"), ("kRIT", "shift-right"), ("kHOM", "shift-home"), ("kEND", "shift-end"),
        ] + (1...12).map { ("kf\($0)", "f\($0)") }
}
