// SPDX-License-Identifier: Apache-2.0

import InklingGGUF
import InklingTensor
import Testing
import inkling_fuzz

@Suite struct HostileInputTests {
    /// One file with all features: every value, then tensors.
    static func whole() throws -> [UInt8] {
        try GGUFWriter.bytes(
            metadata: GGUFSeeds.everyValue, tensors: RoundTripTests.tensors(GGUFSeeds.everyShape))
    }

    @Test func `Every prefix of a file is an error`() throws {
        let bytes = try Self.whole()
        let file = try GGUFFile(bytes: bytes)
        let lastNeeded = try #require(file.tensors.map(\.byteRange.upperBound).max())
        for length in 0..<lastNeeded {
            let error = #expect(throws: GGUFError.self) { try GGUFFile(bytes: Array(bytes[..<length]), name: "x") }
            switch error {
            case .cannotOpen(_, .empty): #expect(length == 0)
            case .malformed(_, let offset, .truncated(_, _, let available)):
                #expect(offset + available == length)
            case .malformed(_, _, .tensorOutsideFile(_, _, length)): break
            default: Issue.record("prefix of \(length) bytes: \(String(describing: error))")
            }
        }
        for length in lastNeeded...bytes.count {
            #expect(throws: Never.self) { try GGUFFile(bytes: Array(bytes[..<length])) }
        }
    }

    @Test func `Ten thousand damaged inputs are read or refused`() {
        let target = FuzzTarget.gguf
        let seeds = target.seeds()
        for seed in seeds { #expect(target.run(seed) == .accepted) }
        let tally = target.run(Mutator(seed: 1, inputs: seeds), indices: 0..<10_000)
        #expect(tally.broken.isEmpty, "\(tally.broken)")
        // Were all of one kind, the damage would be too much or too little to test anything.
        #expect(tally.accepted > 500)
        #expect(tally.refused > 5_000)
    }

    @Test func `All seeds of the fuzzer could be made`() {
        #expect(GGUFSeeds.all.count == GGUFSeeds.count)
    }

    @Test func `A damaged input can be made again`() {
        let first = Mutator(seed: 5, inputs: GGUFSeeds.all)
        let second = Mutator(seed: 5, inputs: GGUFSeeds.all)
        #expect(first.input(77) == second.input(77))
        #expect(first.input(77) != first.input(78))
        #expect(first.input(77) != Mutator(seed: 6, inputs: GGUFSeeds.all).input(77))
    }

    #if os(Linux)
        /// A count that the file cannot hold must be refused before memory is reserved for it. Here the process
        /// may reserve half a gibibyte, for its threads' stacks and heaps, and each count asks for a whole one at least.
        @Test func `Huge counts reserve no memory`() async {
            await #expect(processExitsWith: .success) {
                ProcessMemory.limit(additional: 512 << 20)
                for count in [1 << 30, 1 << 40, 1 << 61, UInt64(Int.max), .max] {
                    for file in HostileInputTests.files(claiming: count) {
                        #expect(throws: GGUFError.self) { try GGUFFile(bytes: file) }
                    }
                }
                #expect(ProcessMemory.peakByteCount() ?? .max < 256 << 20)
            }
        }
    #endif

    /// Files in which each place that can hold a count holds this one.
    static func files(claiming count: UInt64) -> [[UInt8]] {
        var files = [RawFile(tensors: count).bytes, RawFile(keys: count).bytes]
        var key = RawFile(keys: 1)
        key.add(count)
        files.append(key.bytes)
        var text = RawFile(keys: 1)
        text.add(key: "k", type: 8)
        text.add(count)
        files.append(text.bytes)
        for type in GGUFValueType.allCases {
            var array = RawFile(keys: 1)
            array.add(key: "k", type: 9)
            array.add(type.rawValue)
            array.add(count)
            array.add([UInt8](repeating: 0, count: 100))
            files.append(array.bytes)
        }
        for shape in [[count], [1, count], [count, count], [count, count, count, count]] {
            var tensor = RawFile(tensors: 1)
            tensor.add(tensor: "t", shape, type: 0, offset: 0)
            tensor.addData(64)
            files.append(tensor.bytes)
        }
        var offset = RawFile(tensors: 1)
        offset.add(tensor: "t", [1], type: 0, offset: count / 32 * 32)
        offset.addData(64)
        files.append(offset.bytes)
        return files
    }

    // MARK: - Each rule, and its error

    func defect(_ raw: RawFile) -> GGUFDefect? {
        let error = #expect(throws: GGUFError.self) { try GGUFFile(bytes: raw.bytes) }
        guard case .malformed(_, _, let defect) = error else { return nil }
        return defect
    }

    @Test func `Versions other than 2 and 3 are refused`() {
        for version: UInt32 in [0, 1, 4, 255] {
            #expect(defect(RawFile(version: version)) == .unsupportedVersion(version))
        }
        #expect(defect(RawFile(version: 0x0300_0000)) == .bigEndian)
    }

    @Test func `A key that appears twice is refused`() {
        var raw = RawFile(keys: 2)
        for _ in 0..<2 {
            raw.add(key: "k", type: 0)
            raw.add([1])
        }
        #expect(defect(raw) == .duplicateKey("k"))
    }

    @Test func `Keys and names must be short and UTF-8`() {
        var long = RawFile(keys: 1)
        long.add(String(repeating: "k", count: 65_536))
        long.add(UInt32(0))
        long.add([1])
        #expect(
            defect(long) == .tooLong(subject: "key 1 of 1", byteCount: 65_536, limit: GGUFLimits.keyByteCount))
        var binary = RawFile(keys: 1)
        binary.add(UInt64(2))
        binary.add([0xC3, 0x28, 0, 0, 0, 0, 1])
        #expect(defect(binary) == .notUTF8(subject: "key 1 of 1"))
        var name = RawFile(tensors: 1)
        name.add(tensor: String(repeating: "n", count: 1_025), [1], type: 0, offset: 0)
        name.addData(4)
        #expect(
            defect(name)
                == .tooLong(subject: "the name of tensor 1 of 1", byteCount: 1_025, limit: 1_024))
    }

    @Test func `Unknown value types are refused, in arrays too`() {
        var value = RawFile(keys: 1)
        value.add(key: "k", type: 13)
        value.add(UInt64(0))
        #expect(defect(value) == .unknownValueType(key: "k", code: 13))
        var array = RawFile(keys: 1)
        array.add(key: "k", type: 9)
        array.add(UInt32.max)
        array.add(UInt64(0))
        #expect(defect(array) == .unknownValueType(key: "k", code: .max))
    }

    @Test func `A flag is 0 or 1`() {
        var raw = RawFile(keys: 1)
        raw.add(key: "k", type: 7)
        raw.add([2])
        #expect(defect(raw) == .notABool(key: "k", value: 2))
        var array = RawFile(keys: 1)
        array.add(key: "k", type: 9)
        array.add(UInt32(7))
        array.add(UInt64(2))
        array.add([1, 255])
        #expect(defect(array) == .notABool(key: "k", value: 255))
    }

    @Test func `Arrays nest four deep and no deeper`() throws {
        func nested(_ depth: Int) -> RawFile {
            var raw = RawFile(keys: 1)
            raw.add(key: "k", type: 9)
            for level in 1...depth {
                raw.add(UInt32(level == depth ? 0 : 9))
                raw.add(UInt64(level == depth ? 0 : 1))
            }
            return raw
        }
        #expect(throws: Never.self) { try GGUFFile(bytes: nested(4).bytes) }
        #expect(defect(nested(5)) == .nestedTooDeeply(key: "k", limit: 4))
        #expect(defect(nested(100_000)) == .nestedTooDeeply(key: "k", limit: 4))
    }

    @Test(arguments: [0, 1, 4, 24, 1 << 21, UInt32.max])
    func `An alignment that is no power of two in bounds is refused`(alignment: UInt32) {
        var raw = RawFile(keys: 1)
        raw.add(key: "general.alignment", type: 4)
        raw.add(alignment)
        #expect(defect(raw) == .badAlignment(found: "the uint32 \(alignment)"))
    }

    /// One tensor of 64 bytes of data unless said otherwise.
    func defect(_ shape: [UInt64], type: UInt32 = 0, offset: UInt64 = 0, data: Int = 64) -> GGUFDefect? {
        var raw = RawFile(tensors: 1)
        raw.add(tensor: "t", shape, type: type, offset: offset)
        raw.addData(data)
        return defect(raw)
    }

    @Test func `Shapes are checked`() {
        #expect(defect([]) == .badDimensionCount(tensor: "t", count: 0))
        #expect(defect([1, 1, 1, 1, 1]) == .badDimensionCount(tensor: "t", count: 5))
        #expect(defect([4, 0]) == .badDimension(tensor: "t", index: 1, size: 0))
        #expect(defect([1 << 63]) == .badDimension(tensor: "t", index: 0, size: 1 << 63))
        #expect(defect([1 << 32, 1 << 32]) == .tensorTooLarge(tensor: "t"))
        #expect(defect([1 << 61]) == .tensorTooLarge(tensor: "t"))
        #expect(defect([16, 2], type: 8) == .partialBlock(tensor: "t", type: .q8_0, rowLength: 16))
    }

    @Test func `Types are checked`() {
        #expect(defect([1], type: 77) == .unknownElementType(tensor: "t", code: 77))
        #expect(defect([32], type: 31) == .retiredElementType(tensor: "t", name: "Q4_0_4_4"))
    }

    @Test func `Places of tensors are checked`() {
        #expect(defect([1], offset: 4) == .misalignedTensor(tensor: "t", offset: 4, alignment: 32))
        #expect(defect([17]) == .tensorOutsideFile(tensor: "t", end: 132, fileByteCount: 128))
        #expect(defect([1], offset: 64) == .tensorOutsideFile(tensor: "t", end: 132, fileByteCount: 128))
        #expect(
            defect([1], offset: UInt64.max - 31) == .tensorOutsideFile(tensor: "t", end: nil, fileByteCount: 128))

        var overlapping = RawFile(tensors: 3)
        overlapping.add(tensor: "a", [4], type: 0, offset: 32)
        overlapping.add(tensor: "b", [9], type: 0, offset: 0)
        overlapping.add(tensor: "c", [1], type: 0, offset: 64)
        overlapping.addData(96)
        #expect(defect(overlapping) == .overlappingTensors("b", "a"))

        var twice = RawFile(tensors: 2)
        twice.add(tensor: "a", [4], type: 0, offset: 0)
        twice.add(tensor: "a", [4], type: 0, offset: 32)
        twice.addData(64)
        #expect(defect(twice) == .duplicateTensor("a"))
    }

    @Test func `Gaps between tensors and bytes after them are allowed`() throws {
        var raw = RawFile(tensors: 2)
        raw.add(tensor: "late", [4], type: 0, offset: 96)
        raw.add(tensor: "early", [4], type: 0, offset: 0)
        raw.addData(500)
        let file = try GGUFFile(bytes: raw.bytes)
        #expect(file.tensors.map(\.name) == ["late", "early"])
        #expect(file.tensors.map(\.byteCount) == [16, 16])
    }
}
