// SPDX-License-Identifier: Apache-2.0

#if !INKLING_LIBFUZZER  // libFuzzer brings a `main` of its own; see LibFuzzer.swift.

    import FoundationEssentials
    import InklingTensor

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #elseif canImport(Darwin)
        import Darwin
    #endif

    @main
    struct Main {
        static let usage = """
            usage: inkling-fuzz TARGET [--seed N] [--first N] [--count N] [FILE | FOLDER]...

            Reads damaged input until something breaks. Without --count, reads each file as it is;
            with it, makes inputs number FIRST up to FIRST + COUNT out of the target's own examples
            and the files given. The same numbers make the same inputs.

            targets:
            \(FuzzTarget.all.map { "  \($0.name)  \($0.summary)" }.joined(separator: "\n"))
            """

        static func main() {
            var arguments = CommandLine.arguments.dropFirst()
            guard let name = arguments.popFirst(), let target = FuzzTarget.all.first(where: { $0.name == name }) else {
                fail(usage, status: 64)
            }
            var numbers: [String: UInt64] = ["--seed": 1, "--first": 0]
            var paths: [String] = []
            while let argument = arguments.popFirst() {
                if ["--seed", "--first", "--count"].contains(argument) {
                    guard let number = arguments.popFirst().flatMap({ UInt64($0) }) else { fail(usage, status: 64) }
                    numbers[argument] = number
                } else if argument.hasPrefix("-") {
                    fail(usage, status: 64)
                } else {
                    paths.append(argument)
                }
            }
            let files = paths.flatMap(filesBelow)
            CrashReport.install()
            ProcessMemory.limit(additional: 1 << 28)
            if let count = numbers["--count"] {
                let first = numbers["--first"] ?? 0
                let (end, overflow) = first.addingReportingOverflow(count)
                guard !overflow else { fail(usage, status: 64) }
                let mutator = Mutator(seed: numbers["--seed"] ?? 1, inputs: target.seeds() + files.map(contents))
                mutate(target, mutator, first..<end)
            } else {
                guard !files.isEmpty else { fail(usage, status: 64) }
                read(target, files)
            }
        }

        private static func mutate(_ target: FuzzTarget, _ mutator: Mutator, _ indices: Range<UInt64>) {
            let clock = ContinuousClock()
            let start = clock.now
            let tally = target.run(mutator, indices: indices)
            for (index, problem) in tally.broken.prefix(20) { print("input \(index): \(problem)") }
            print(
                "\(target.name): \(indices.count) inputs, \(tally.accepted) accepted, \(tally.refused) refused, "
                    + "\(tally.broken.count) broken, \(clock.now - start), "
                    + "peak memory \(ProcessMemory.peakByteCount().map { "\($0 >> 20) MiB" } ?? "unknown")")
            if !tally.broken.isEmpty { exit(1) }
        }

        private static func read(_ target: FuzzTarget, _ files: [String]) {
            var isBroken = false
            for (index, path) in files.enumerated() {
                CrashReport.begin(UInt64(index))
                switch target.run(contents(path)) {
                case .accepted: print("\(path): accepted")
                case .refused(let reason): print("\(path): refused: \(reason)")
                case .broken(let problem):
                    print("\(path): BROKEN: \(problem)")
                    isBroken = true
                }
            }
            if isBroken { exit(1) }
        }

        private static func filesBelow(_ path: String) -> [String] {
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [path] }
            return names.sorted().map { "\(path)/\($0)" }.filter { name in
                (try? FileManager.default.contentsOfDirectory(atPath: name)) == nil
            }
        }

        private static func contents(_ path: String) -> [UInt8] {
            do throws(FileError) {
                return try MappedFile(path: path).withBytes { $0.integers(UInt8.self, count: $0.byteCount, at: 0) }
            } catch .empty {
                return []
            } catch {
                fail("inkling-fuzz: \(error)", status: 1)
            }
        }

        private static func fail(_ message: String, status: Int32) -> Never {
            let line = message + "\n"
            // Unsafe: the system's interface takes a pointer.
            _ = unsafe write(STDERR_FILENO, line, line.utf8.count)
            exit(status)
        }
    }

#endif
