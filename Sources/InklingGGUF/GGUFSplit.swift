// SPDX-License-Identifier: Apache-2.0

/// What the metadata of a model in several files must say.
///
/// Each part says how many there are and which it is; the first has all other metadata as well.
enum GGUFSplit {
    static let countKey = "split.count"
    static let numberKey = "split.no"
    static let tensorCountKey = "split.tensors.count"

    /// The name of the first part, nil if the model is one file.
    static func name(of path: String, _ metadata: GGUFMetadata) throws(GGUFError) -> GGUFPartName? {
        guard let count = try metadata.optional(countKey, as: Int.self), count > 1 else { return nil }
        guard count <= GGUFLimits.splitCount else {
            throw .wrongValue(
                path: path, key: countKey, expected: "at most \(GGUFLimits.splitCount)", found: "\(count)")
        }
        let number = try metadata.require(numberKey, as: Int.self)
        guard (0..<count).contains(number) else {
            throw .wrongValue(path: path, key: numberKey, expected: "from 0 to \(count - 1)", found: "\(number)")
        }
        guard let name = GGUFPartName(path: path), name.count == count, name.part == number + 1 else {
            guard number == 0 else {
                let stem = GGUFPartName(path: path)?.stem ?? "…"
                throw .notFirstPart(
                    path: path, part: number + 1, count: count,
                    first: GGUFPartName(stem: stem, part: 1, count: count).path)
            }
            throw .partNameUnclear(path: path, count: count)
        }
        guard number == 0 else {
            throw .notFirstPart(path: path, part: number + 1, count: count, first: name.sibling(1).path)
        }
        return name
    }

    /// Checks that a file found by its name is the part that the name says.
    static func check(
        _ metadata: GGUFMetadata, isPart part: Int, of name: GGUFPartName, path: String
    ) throws(GGUFError) {
        let count = try metadata.require(countKey, as: Int.self)
        let number = try metadata.require(numberKey, as: Int.self)
        guard count == name.count else {
            throw .wrongPart(
                path: path, part: part, count: name.count, problem: "the file says it is one of \(count) parts")
        }
        guard number == part - 1 else {
            let found = number.addingReportingOverflow(1).partialValue
            throw .wrongPart(path: path, part: part, count: name.count, problem: "the file says it is part \(found)")
        }
    }

    static func check(
        tensorCount: Int, _ metadata: GGUFMetadata, path: String, count: Int
    ) throws(GGUFError) {
        guard let expected = try metadata.optional(tensorCountKey, as: Int.self), expected != tensorCount else {
            return
        }
        throw .wrongPart(
            path: path, part: 1, count: count,
            problem: "all parts together should have \(expected) tensors, but have \(tensorCount); "
                + "are they of one model?")
    }
}
