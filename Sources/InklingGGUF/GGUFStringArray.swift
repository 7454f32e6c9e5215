// SPDX-License-Identifier: Apache-2.0

/// Many strings in one block of memory, such as the 150,000 tokens of a vocabulary.
///
/// Elements are bytes: a vocabulary may hold tokens that are not UTF-8 by themselves. An element is a
/// slice of the shared block, so reading one copies nothing; note that its indices do not start at 0.
public struct GGUFStringArray: Sendable {
    // The strings as they stand in a file: each after its length in 8 bytes. Keeping the lengths lets a
    // reader copy the block as a whole.
    let storage: [UInt8]
    // Where each string starts in `storage`, and for the end one more, 8 past the end of `storage`.
    private let starts: [Int]

    /// - Precondition: `starts` describes `storage` as said above.
    init(storage: [UInt8], starts: [Int]) {
        assert(starts.last == storage.count + Self.lengthByteCount)
        self.storage = storage
        self.starts = starts
    }

    static let lengthByteCount = 8

    public init(_ strings: some Sequence<some Sequence<UInt8>>) {
        var storage: [UInt8] = []
        var starts: [Int] = []
        for string in strings {
            let lengthPosition = storage.count
            storage.append(contentsOf: repeatElement(0, count: Self.lengthByteCount))
            starts.append(storage.count)
            storage.append(contentsOf: string)
            let length = UInt64(storage.count - lengthPosition - Self.lengthByteCount)
            for byte in 0..<Self.lengthByteCount {
                storage[lengthPosition + byte] = UInt8(truncatingIfNeeded: length >> (8 * UInt64(byte)))
            }
        }
        starts.append(storage.count + Self.lengthByteCount)
        self.init(storage: storage, starts: starts)
    }

    public init(_ strings: some Sequence<String>) {
        self.init(strings.lazy.map(\.utf8))
    }

    /// The string at `index` as text; bytes that are not UTF-8 become U+FFFD.
    public func string(at index: Int) -> String {
        String(decoding: self[index], as: UTF8.self)
    }

    /// All strings as text; bytes that are not UTF-8 become U+FFFD.
    public var strings: [String] {
        map { String(decoding: $0, as: UTF8.self) }
    }
}

extension GGUFStringArray: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { starts.count - 1 }

    public subscript(index: Int) -> ArraySlice<UInt8> {
        storage[starts[index]..<starts[index + 1] - Self.lengthByteCount]
    }
}

extension GGUFStringArray: Equatable {
    public static func == (left: GGUFStringArray, right: GGUFStringArray) -> Bool {
        // The lengths in the block say where strings begin.
        left.count == right.count && left.storage == right.storage
    }
}

extension GGUFStringArray: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: String...) {
        self.init(elements)
    }
}
