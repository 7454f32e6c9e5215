// SPDX-License-Identifier: Apache-2.0

#if INKLING_LIBFUZZER

    import FoundationEssentials

    // Runs guided by coverage, with libFuzzer's own command line. INKLING_FUZZ_TARGET names the target; without
    // it, the first of the table.
    //
    //     swift build -c release --product inkling-fuzz --scratch-path .build/libfuzzer \
    //         -Xswiftc -DINKLING_LIBFUZZER -Xswiftc -sanitize=fuzzer -Xswiftc -parse-as-library
    //     .build/libfuzzer/release/inkling-fuzz -max_len=4096 CORPUS

    private let target: FuzzTarget? = {
        guard let name = ProcessInfo.processInfo.environment["INKLING_FUZZ_TARGET"] else { return FuzzTarget.all.first }
        return FuzzTarget.all.first { $0.name == name }
    }()

    /// The function that libFuzzer calls with each input.
    // Unsafe: the C interface hands over a pointer and a count.
    @_cdecl("LLVMFuzzerTestOneInput")
    public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
        guard let target else { preconditionFailure("INKLING_FUZZ_TARGET names no target") }
        if case .broken(let problem) = target.run(input) { preconditionFailure(problem) }
        return 0
    }

    @_silgen_name("LLVMFuzzerRunDriver")
    private func runDriver(
        _ argumentCount: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
        _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> CInt

    /// The package manager makes a function of this name the program's `main`.
    // Unsafe: the C interface takes pointers.
    @_cdecl("inkling_fuzz_main")
    public func main(
        _ argumentCount: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    ) -> CInt {
        var count = argumentCount
        var arguments = unsafe arguments
        return unsafe runDriver(&count, &arguments) { unsafe fuzzOneInput($0, $1) }
    }

#endif
