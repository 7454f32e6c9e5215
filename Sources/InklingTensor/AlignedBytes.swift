// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Owned memory, aligned to 64 bytes and zeroed.
///
/// `@unchecked Sendable`: the memory is written only by the one who made it before it is shared, or, for scratch and KV
/// memory, by the one owner of the run, whose workers write disjoint parts between two joins of a ``ComputePool``.
@safe final class AlignedBytes: @unchecked Sendable {
    let byteCount: Int
    let base: UnsafeMutableRawPointer

    /// - Returns: nil when there is not enough memory.
    init?(byteCount: Int) {
        // Large pieces come from the system already zeroed, and huge pages spare the address translation.
        let size = max(64, (byteCount + 63) & ~63)
        var raw: UnsafeMutableRawPointer? = nil
        let alignment = size >= 4 << 20 ? 2 << 20 : 64
        guard unsafe posix_memalign(&raw, alignment, size) == 0, let raw = unsafe raw else { return nil }
        #if os(Linux)
            if alignment > 64 { unsafe madvise(raw, size, Int32(MADV_HUGEPAGE)) }
        #endif
        unsafe memset(raw, 0, size)
        self.byteCount = size
        unsafe base = raw
    }

    deinit { unsafe free(base) }
}
