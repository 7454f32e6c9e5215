// SPDX-License-Identifier: Apache-2.0

#if _endian(big)
    #error("Inkling reads little-endian files by copying; a big-endian host needs byte swaps here.")
#endif

// Little-endian numbers as bytes and back.

/// Checked reads of little-endian numbers at any offset, aligned or not.
///
/// Every function traps if the bytes asked for are not all in the span, so parsers check lengths first
/// and report them as errors.
extension RawSpan {
    public func uint8(at offset: Int) -> UInt8 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
    }

    public func uint16(at offset: Int) -> UInt16 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    public func uint32(at offset: Int) -> UInt32 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    public func uint64(at offset: Int) -> UInt64 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// `count` integers from `offset` on, copied.
    public func integers<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, count: Int, at offset: Int) -> [T] {
        unsafe copied(type, count: count, at: offset)
    }

    /// `count` 32-bit floats from `offset` on, copied.
    public func floats(count: Int, at offset: Int) -> [Float] {
        unsafe copied(Float.self, count: count, at: offset)
    }

    /// `count` 64-bit floats from `offset` on, copied.
    public func doubles(count: Int, at offset: Int) -> [Double] {
        unsafe copied(Double.self, count: count, at: offset)
    }

    /// Unsafe in that not every `BitwiseCopyable` type allows every bit pattern.
    @unsafe
    private func copied<T: BitwiseCopyable>(_ type: T.Type, count: Int, at offset: Int) -> [T] {
        precondition(count >= 0 && offset >= 0 && offset <= byteCount, "read outside the span")
        precondition(count <= (byteCount - offset) / MemoryLayout<T>.stride, "read outside the span")
        guard count > 0 else { return [] }
        return unsafe withUnsafeBytes { source in
            unsafe Array(unsafeUninitializedCapacity: count) { target, initializedCount in
                let wanted = offset..<offset + count * MemoryLayout<T>.stride
                unsafe UnsafeMutableRawBufferPointer(target).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[wanted]))
                initializedCount = count
            }
        }
    }
}

// The element types below have no padding, so every byte of theirs may be read. The bytes are borrowed through a pointer:
// a span taken from the array itself does not keep a short literal's storage alive in release builds of Swift 6.3.

extension Array where Element: BitwiseCopyable {
    fileprivate func withRawSpan<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
            try unsafe body(UnsafeRawBufferPointer(buffer).bytes)
        }
    }
}

extension Array where Element: FixedWidthInteger & BitwiseCopyable {
    /// Calls `body` with the integers as little-endian bytes, without copying them.
    public func withLittleEndianBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withRawSpan(body)
    }
}

extension [Float] {
    /// Calls `body` with the numbers as little-endian bytes, without copying them.
    public func withLittleEndianBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withRawSpan(body)
    }
}

extension [Double] {
    /// Calls `body` with the numbers as little-endian bytes, without copying them.
    public func withLittleEndianBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withRawSpan(body)
    }
}
