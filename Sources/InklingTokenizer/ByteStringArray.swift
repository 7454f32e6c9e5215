// SPDX-License-Identifier: Apache-2.0

/// Many short byte strings in one allocation: the bytes one after another, and where each begins.
///
/// A vocabulary has hundreds of thousands of strings of a few bytes; a heap object for each would cost more than
/// reading the file.
public struct ByteStringArray: Sendable, Equatable {
    /// All strings, joined.
    public private(set) var bytes: [UInt8]
    /// `count + 1` ascending offsets into `bytes`, the first 0.
    public private(set) var offsets: [Int]

    public init() {
        bytes = []
        offsets = [0]
    }

    /// Room for `count` strings of `byteCount` bytes together. Hints only: negative values count as 0.
    public init(reservingCount count: Int, byteCount: Int) {
        self.init()
        bytes.reserveCapacity(max(0, byteCount))
        offsets.reserveCapacity(max(0, count) &+ 1)
    }

    /// Adopts ready tables. Nil unless `offsets` begins with 0, never falls, and ends with the number of bytes.
    public init?(bytes: [UInt8], offsets: [Int]) {
        guard offsets.first == 0, offsets.last == bytes.count else { return nil }
        for index in 1..<max(1, offsets.count) where offsets[index] < offsets[index - 1] {
            return nil
        }
        self.bytes = bytes
        self.offsets = offsets
    }

    /// The UTF-8 of some strings.
    public init(_ strings: some Sequence<String>) {
        self.init()
        for string in strings {
            append(string.utf8)
        }
    }

    public var count: Int { offsets.count - 1 }

    public mutating func append(_ string: some Sequence<UInt8>) {
        bytes.append(contentsOf: string)
        offsets.append(bytes.count)
    }

    /// The same for the kind of sequence files are read as: called across modules without a generic detour.
    public mutating func append(_ string: ArraySlice<UInt8>) {
        bytes.append(contentsOf: string)
        offsets.append(bytes.count)
    }

    /// Where string `index` lies in `bytes`; `index` must be in `0..<count`.
    @inline(__always)
    public func range(of index: Int) -> Range<Int> {
        offsets[index]..<offsets[index + 1]
    }

    /// String `index`, which must be in `0..<count`.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[range(of: index)]
    }

    /// Whether string `index` is exactly the bytes of `text` in `range`.
    @inline(__always)
    func matches(_ index: Int, _ text: [UInt8], _ range: Range<Int>) -> Bool {
        let own = self.range(of: index)
        guard own.count == range.count else { return false }
        var here = own.lowerBound
        for there in range {
            if bytes[here] != text[there] { return false }
            here &+= 1
        }
        return true
    }
}
