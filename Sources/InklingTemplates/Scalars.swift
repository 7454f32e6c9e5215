// SPDX-License-Identifier: Apache-2.0

// Strings are sequences of Unicode scalars here, as in Python: never of `Character`s, which join "\r\n" and accents,
// and never compared by canonical equivalence.

extension String {
    init(scalars: ArraySlice<Unicode.Scalar>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(scalars.count)
        for scalar in scalars { bytes.append(scalar) }
        self.init(decoding: bytes, as: UTF8.self)
    }

    init(bytes: ArraySlice<UInt8>) {
        self.init(decoding: bytes, as: UTF8.self)
    }

    /// Equal scalar for scalar.
    func isSame(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }

    /// Ordered by scalar values, which is the order of UTF-8 bytes.
    func precedes(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }

    var scalarCount: Int { unicodeScalars.count }
}

extension Unicode.Scalar {
    var isASCIIDigit: Bool { value >= 48 && value <= 57 }

    var asciiLowered: Unicode.Scalar {
        value >= 65 && value <= 90 ? Unicode.Scalar(UInt8(value + 32)) : self
    }

    var hexValue: Int? {
        switch value {
        case 48...57: Int(value) - 48
        case 65...70: Int(value) - 55
        case 97...102: Int(value) - 87
        default: nil
        }
    }

    /// What `str.isspace` and `str.strip` mean by whitespace.
    var isPythonWhitespace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Where `str.splitlines` divides.
    var isPythonLineBreak: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// `\w`: what may be part of a name.
    var isNameScalar: Bool {
        if value < 128 {
            return isASCIIDigit || value == 95 || (value >= 65 && value <= 90) || (value >= 97 && value <= 122)
        }
        return isPythonAlphabetic || properties.numericType != nil
    }

    var isPythonAlphabetic: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    /// Whether `repr` shows it as itself.
    var isPythonPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}

// Text is put together in arrays of bytes: appending to a view of scalars can cost its whole length each time.

extension [UInt8] {
    /// Appends the scalar's UTF-8.
    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}
