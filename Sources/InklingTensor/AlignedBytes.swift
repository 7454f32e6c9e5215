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
    /// What to give back, when it came straight from the system.
    private let mapping: (start: UnsafeMutableRawPointer, byteCount: Int)?

    /// Large pieces come straight from the system: already zero, touched first by the threads that fill them, and in huge
    /// pages, which spare the kernels address translation.
    private static let mappingThreshold = 4 << 20
    private static let hugePage = 2 << 20

    /// - Returns: nil when there is not enough memory.
    init?(byteCount: Int) {
        let size = max(64, (byteCount + 63) & ~63)
        self.byteCount = size
        guard size >= Self.mappingThreshold else {
            var raw: UnsafeMutableRawPointer? = nil
            guard unsafe posix_memalign(&raw, 64, size) == 0, let raw = unsafe raw else { return nil }
            unsafe memset(raw, 0, size)
            unsafe base = raw
            unsafe mapping = nil
            return
        }
        let whole = size + Self.hugePage
        guard
            let start = unsafe mmap(nil, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe start != MAP_FAILED
        else { return nil }
        unsafe base = start.alignedUp(toMultipleOf: Self.hugePage)
        unsafe mapping = (start, whole)
        #if os(Linux)
            unsafe madvise(base, size, Int32(MADV_HUGEPAGE))
        #endif
    }

    deinit {
        if let mapping = unsafe mapping {
            unsafe munmap(mapping.start, mapping.byteCount)
        } else {
            unsafe free(base)
        }
    }
}
