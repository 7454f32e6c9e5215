// SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Counts of a run.
public struct FuzzTally: Sendable, Equatable {
    public var accepted = 0
    public var refused = 0
    /// What the reader did wrong, with the index of the input.
    public var broken: [(index: UInt64, problem: String)] = []

    public static func == (left: FuzzTally, right: FuzzTally) -> Bool {
        left.accepted == right.accepted && left.refused == right.refused
            && left.broken.elementsEqual(right.broken) { $0 == $1 }
    }
}

extension FuzzTarget {
    /// Tries the inputs of `indices`. A trap in the reader ends the process; see ``CrashReport``.
    public func run(_ mutator: Mutator, indices: Range<UInt64>) -> FuzzTally {
        var tally = FuzzTally()
        for index in indices {
            CrashReport.begin(index)
            switch run(mutator.input(index)) {
            case .accepted: tally.accepted += 1
            case .refused: tally.refused += 1
            case .broken(let problem): tally.broken.append((index, problem))
            }
        }
        return tally
    }
}

/// Says on standard error which input was being read when the process was killed by a trap, or when one
/// input takes longer than ``secondsPerInput``.
public enum CrashReport {
    public static let secondsPerInput: UInt32 = 10

    private static let current = Atomic<UInt64>(0)
    private static let isInstalled = Atomic<Bool>(false)

    /// Handles the signals of traps from now on. For the program, not for tests: these have handlers of
    /// their own.
    public static func install() {
        isInstalled.store(true, ordering: .relaxed)
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM] {
            signal(number) { number in
                CrashReport.report(signal: number)
                signal(number, SIG_DFL)
                _ = raise(number)
            }
        }
    }

    static func begin(_ index: UInt64) {
        guard isInstalled.load(ordering: .relaxed) else { return }
        current.store(index, ordering: .relaxed)
        alarm(secondsPerInput)
    }

    // In a signal handler: nothing here may allocate or take a lock, hence one byte at a time.
    private static func report(signal: CInt) {
        say("signal ")
        say(UInt64(signal))
        say(" while reading input ")
        say(current.load(ordering: .relaxed))
        say("\n")
    }

    private static func say(_ text: StaticString) {
        // Unsafe: the system's interface takes a pointer.
        _ = unsafe write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }

    private static func say(_ number: UInt64) {
        var divisor: UInt64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            var digit = UInt8(ascii: "0") + UInt8(number / divisor % 10)
            // Unsafe: as above.
            _ = unsafe write(STDERR_FILENO, &digit, 1)
            divisor /= 10
        }
    }
}

/// Limits and figures of this process's memory.
public enum ProcessMemory {
    /// Lets the process reserve `byteCount` more than it has by now: an allocation that believes a number in
    /// the input then fails, which is a trap.
    public static func limit(additional byteCount: Int) {
        guard let used = reservedByteCount() else { return }
        var limit = rlimit(rlim_cur: rlim_t(used + byteCount), rlim_max: rlim_t(used + byteCount))
        // If the limit cannot be set, the run goes on without.
        _ = unsafe setrlimit(Self.addressSpace, &limit)
    }

    /// The most memory the process has held, in bytes; nil where the system does not tell.
    ///
    /// Not `getrusage`: on Linux its figure outlives `exec`, so that a child begins with its parent's.
    public static func peakByteCount() -> Int? {
        guard let line = text(of: "/proc/self/status").split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return nil }
        return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).lazy.compactMap { Int($0) }.first.map {
            $0 * 1024
        }
    }

    #if canImport(Glibc)
        private static let addressSpace = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
        private static let addressSpace = RLIMIT_AS
    #endif

    private static func reservedByteCount() -> Int? {
        // First number of this file: pages of address space.
        guard let field = text(of: "/proc/self/statm").split(separator: " ").first else { return nil }
        return Int(field).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
    }

    /// The start of a file of the system's about this process.
    private static func text(of path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { _ = close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
