// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// OpenBLAS, loaded when training begins, where it is installed.
///
/// Not linked: the library starts threads as soon as it is loaded, before a program can say which signals they should leave
/// alone, and a chat would pay for them with its start and with signals that end it in the middle of a line.
@safe struct OpenBLAS: Sendable {
    /// `cblas_sgemm`: order, both transpositions, the three sizes, then scalars, matrices and strides.
    typealias Multiply =
        @Sendable @convention(c) (
            CInt, CInt, CInt, CInt, CInt, CInt, Float, UnsafePointer<Float>, CInt, UnsafePointer<Float>, CInt, Float,
            UnsafeMutablePointer<Float>, CInt
        ) -> Void

    let multiply: Multiply

    static let rowMajor: CInt = 101

    static func transposition(_ isTransposed: Bool) -> CInt { isTransposed ? 112 : 111 }

    /// nil where it is not installed.
    static let loaded = load()

    private static let names = ["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib"]

    private static func load() -> OpenBLAS? {
        // Threads start with the mask of the thread that starts them.
        var all = sigset_t(), before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        for name in names {
            guard let library = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL),
                let setThreads = unsafe dlsym(library, "openblas_set_num_threads"),
                let multiply = unsafe dlsym(library, "cblas_sgemm")
            else { continue }
            // Calls stay on the thread that makes them.
            unsafe unsafeBitCast(setThreads, to: (@convention(c) (CInt) -> Void).self)(1)
            return unsafe OpenBLAS(multiply: unsafeBitCast(multiply, to: Multiply.self))
        }
        return nil
    }
}
