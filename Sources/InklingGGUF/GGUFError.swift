// SPDX-License-Identifier: Apache-2.0

public import InklingTensor

/// What can go wrong with a GGUF file. `description` is a sentence for the person at the keyboard.
public enum GGUFError: Error, Sendable, Equatable {
    /// The file could not be read at all.
    case cannotOpen(path: String, reason: FileError)
    /// The file is of another kind. `magic`: its first bytes, at most four; `kind`: what it seems to be.
    case notGGUF(path: String, magic: [UInt8], kind: String?)
    /// The file breaks the format's rules at byte `offset`.
    case malformed(path: String, offset: Int, defect: GGUFDefect)
    /// A model in several files was opened by another than its first; `first` is the one to open.
    case notFirstPart(path: String, part: Int, count: Int, first: String)
    /// A file of a split model cannot be read.
    case missingPart(path: String, part: Int, count: Int, reason: FileError)
    /// A file of a split model has the right name but is not the part of the same model that it should be.
    case wrongPart(path: String, part: Int, count: Int, problem: String)
    /// The metadata says that the model is split, but the file's name does not lead to the other parts.
    case partNameUnclear(path: String, count: Int)
    /// A key that the model needs is not there.
    case missingKey(path: String?, key: String)
    /// A key has a value of another type, or a number out of range.
    case wrongValue(path: String?, key: String, expected: String, found: String)
    /// Writing: a tensor or key that no file may have.
    case cannotDescribe(name: String, problem: String)
    /// Writing: bytes given for a tensor are too many, too few or out of turn.
    case wrongTensorData(name: String, problem: String)
    /// Writing: the system refused.
    case cannotWrite(path: String, reason: FileError)
}

/// The rules of the format that a file can break.
public enum GGUFDefect: Sendable, Equatable {
    /// `subject` needs `needed` bytes (at least), the file has `available` more.
    case truncated(subject: String, needed: UInt64, available: Int)
    case bigEndian
    case unsupportedVersion(UInt32)
    case tooLong(subject: String, byteCount: UInt64, limit: Int)
    case notUTF8(subject: String)
    case unknownValueType(key: String, code: UInt32)
    case notABool(key: String, value: UInt8)
    case nestedTooDeeply(key: String, limit: Int)
    case duplicateKey(String)
    case badAlignment(found: String)
    case duplicateTensor(String)
    case badDimensionCount(tensor: String, count: UInt32)
    case badDimension(tensor: String, index: Int, size: UInt64)
    case tensorTooLarge(tensor: String)
    case unknownElementType(tensor: String, code: UInt32)
    case retiredElementType(tensor: String, name: String)
    case partialBlock(tensor: String, type: ElementType, rowLength: Int)
    case misalignedTensor(tensor: String, offset: UInt64, alignment: Int)
    case overlappingTensors(String, String)
    /// The tensor's bytes would end at `end` (nil: beyond any file), the file ends before.
    case tensorOutsideFile(tensor: String, end: UInt64?, fileByteCount: Int)
}

extension GGUFError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason):
            return "cannot open model \(quoted(path)): \(reason.reason)"
        case .notGGUF(let path, let magic, let kind):
            let digits = magic.map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0" + text : text
            }
            let hint = kind.map { "; it looks like \($0)" } ?? ""
            return "cannot open model \(quoted(path)): not a GGUF file (magic 0x\(digits.joined())\(hint))"
        case .malformed(let path, let offset, let defect):
            return "cannot open model \(quoted(path)): \(defect.sentence(at: offset))"
        case .notFirstPart(let path, let part, let count, let first):
            return "cannot open model \(quoted(path)): it is part \(part) of \(count); open \(quoted(first)) instead"
        case .missingPart(let path, let part, let count, let reason):
            return "cannot open model \(quoted(path)), part \(part) of \(count): \(reason.reason); "
                + "all parts must be in one folder"
        case .wrongPart(let path, let part, let count, let problem):
            return "cannot open model \(quoted(path)) as part \(part) of \(count): \(problem)"
        case .partNameUnclear(let path, let count):
            return "cannot open model \(quoted(path)): it is one of \(count) parts, but its name does not end in "
                + "-00001-of-\(GGUFPartName.digits(count)).gguf, so the others cannot be found; give it its name back"
        case .missingKey(let path, let key):
            return "\(subject(path)) lacks the key \(quoted(key))"
        case .wrongValue(let path, let key, let expected, let found):
            return "\(subject(path)): the key \(quoted(key)) should be \(expected), but is \(found)"
        case .cannotDescribe(let name, let problem):
            return "cannot write \(quoted(name)) to a GGUF file: \(problem)"
        case .wrongTensorData(let name, let problem):
            return "cannot write the tensor \(quoted(name)): \(problem)"
        case .cannotWrite(let path, let reason):
            return "cannot write \(quoted(path)): \(reason.reason)"
        }
    }

    private func subject(_ path: String?) -> String {
        path.map { "model \(quoted($0))" } ?? "the model"
    }
}

extension GGUFDefect {
    func sentence(at offset: Int) -> String {
        switch self {
        case .truncated(let subject, let needed, let available):
            return "cut short: \(subject) needs \(needed) bytes at byte \(offset), the file has \(available) left; "
                + "the download may be incomplete"
        case .bigEndian:
            return "it is in big-endian byte order, only little-endian files can be read; "
                + "look for another conversion of the model"
        case .unsupportedVersion(let version):
            let advice =
                version > 3
                ? "a newer Inkling may read it" : "convert the model again, or look for a newer file"
            return "GGUF version \(version) is not supported (2 and 3 are); \(advice)"
        case .tooLong(let subject, let byteCount, let limit):
            return "damaged at byte \(offset): \(subject) claims \(byteCount) bytes, at most \(limit) are allowed"
        case .notUTF8(let subject):
            return "damaged at byte \(offset): \(subject) is not valid UTF-8"
        case .unknownValueType(let key, let code):
            return "damaged at byte \(offset): the key \(quoted(key)) has the unknown value type \(code)"
        case .notABool(let key, let value):
            return "damaged at byte \(offset): the key \(quoted(key)) should be 0 or 1, but is \(value)"
        case .nestedTooDeeply(let key, let limit):
            return "refused at byte \(offset): the key \(quoted(key)) nests arrays more than \(limit) deep"
        case .duplicateKey(let key):
            return "damaged at byte \(offset): the key \(quoted(key)) appears twice"
        case .badAlignment(let found):
            return "damaged at byte \(offset): general.alignment should be a power of two from "
                + "\(GGUFLimits.alignment.lowerBound) to \(GGUFLimits.alignment.upperBound), but is \(found)"
        case .duplicateTensor(let name):
            return "damaged at byte \(offset): the tensor \(quoted(name)) appears twice"
        case .badDimensionCount(let tensor, let count):
            return "damaged at byte \(offset): the tensor \(quoted(tensor)) has \(count) dimensions, "
                + "1 to \(GGUFLimits.dimensionCount) are allowed"
        case .badDimension(let tensor, let index, let size):
            return "damaged at byte \(offset): dimension \(index) of the tensor \(quoted(tensor)) is \(size)"
        case .tensorTooLarge(let tensor):
            return
                "damaged at byte \(offset): the dimensions of the tensor \(quoted(tensor)) multiply beyond any memory"
        case .unknownElementType(let tensor, let code):
            return "unknown element type \(code) of the tensor \(quoted(tensor)) at byte \(offset); "
                + "a newer Inkling may know it"
        case .retiredElementType(let tensor, let name):
            return "the tensor \(quoted(tensor)) at byte \(offset) has type \(name), which the format has given up; "
                + "look for another quantisation of the model"
        case .partialBlock(let tensor, let type, let rowLength):
            return "damaged at byte \(offset): rows of the tensor \(quoted(tensor)) have \(rowLength) elements, "
                + "\(type) needs a multiple of \(type.blockLength)"
        case .misalignedTensor(let tensor, let tensorOffset, let alignment):
            return "damaged at byte \(offset): the tensor \(quoted(tensor)) begins at \(tensorOffset), "
                + "which is not a multiple of \(alignment)"
        case .overlappingTensors(let first, let second):
            return "damaged at byte \(offset): the tensors \(quoted(first)) and \(quoted(second)) overlap"
        case .tensorOutsideFile(let tensor, let end?, let fileByteCount):
            return "cut short: the tensor \(quoted(tensor)) ends at byte \(end), the file at byte \(fileByteCount); "
                + "the download may be incomplete"
        case .tensorOutsideFile(let tensor, nil, let fileByteCount):
            return "damaged at byte \(offset): the tensor \(quoted(tensor)) lies far outside the file's "
                + "\(fileByteCount) bytes"
        }
    }
}

/// `text` in quotation marks, safe to print: control characters and others that do not show are written
/// as code points, and a long text is cut.
func quoted(_ text: String) -> String {
    var result = "\""
    for (count, scalar) in text.unicodeScalars.enumerated() {
        guard count < 256 else {
            result += "…"
            break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default:
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

extension GGUFValue {
    /// The value in few words, for messages: its type, and the value itself if it is short.
    public var summary: String {
        switch self {
        case .uint8(let number): return "the uint8 \(number)"
        case .int8(let number): return "the int8 \(number)"
        case .uint16(let number): return "the uint16 \(number)"
        case .int16(let number): return "the int16 \(number)"
        case .uint32(let number): return "the uint32 \(number)"
        case .int32(let number): return "the int32 \(number)"
        case .uint64(let number): return "the uint64 \(number)"
        case .int64(let number): return "the int64 \(number)"
        case .float32(let number): return "the float32 \(number)"
        case .float64(let number): return "the float64 \(number)"
        case .bool(let flag): return "\(flag)"
        case .string(let text): return text.utf8.count <= 64 ? "the string \(quoted(text))" : "a long string"
        case .bytes: return "a string that is not UTF-8"
        case .array(let array): return "an array of \(array.count) \(array.elementType) values"
        }
    }
}
