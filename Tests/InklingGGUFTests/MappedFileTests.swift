// SPDX-License-Identifier: Apache-2.0

import InklingTensor
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct MappedFileTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// 3 pages and a bit.
    static let pattern = (0..<13_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    @Test func `A mapped file shows the file's bytes`() throws {
        let file = try MappedFile(path: folder.file("f", Self.pattern))
        #expect(file.byteCount == Self.pattern.count)
        #expect(file.contents == Self.pattern)
        #expect(
            file.withBytes(5_000..<5_004) { $0.integers(UInt8.self, count: 4, at: 0) }
                == Array(Self.pattern[5_000..<5_004]))
        #expect(file.withBytes(13_000..<13_000) { $0.byteCount } == 0)
    }

    @Test func `Released pages come back with the same bytes`() throws {
        let file = try MappedFile(path: folder.file("f", Self.pattern))
        file.willNeed(0..<file.byteCount)
        #expect(file.contents == Self.pattern)
        file.release(0..<file.byteCount)
        #expect(file.contents == Self.pattern)
        file.slice(4_000..<9_000).release()
        file.slice(4_000..<9_000).willNeed()
        #expect(file.contents == Self.pattern)
    }

    @Test func `Bytes in memory behave like a file, and survive a release`() throws {
        let file = try MappedFile(bytes: Self.pattern, name: "memory")
        file.release(0..<file.byteCount)
        #expect(file.contents == Self.pattern)
        #expect(file.path == "memory")
    }

    @Test func `A part keeps the mapping alive`() throws {
        func part() throws -> MappedBytes { try MappedFile(path: folder.file("f", Self.pattern)).slice(100..<200) }
        let bytes = try part()
        #expect(bytes.byteCount == 100)
        #expect(bytes.withBytes { $0.uint8(at: 99) } == Self.pattern[199])
    }

    @Test func `Hints outside the file are harmless`() throws {
        let file = try MappedFile(path: folder.file("f", Self.pattern))
        file.willNeed(-5..<0)
        file.willNeed(20_000..<30_000)
        file.release(12_999..<100_000)
        file.release(20_000..<30_000)
        #expect(file.contents == Self.pattern)
    }

    @Test func `What is not a file with contents is refused`() throws {
        let empty = try folder.file("empty", [])
        #expect(throws: FileError.empty(path: empty)) { try MappedFile(path: empty) }
        #expect(throws: FileError.empty(path: "m")) { try MappedFile(bytes: [], name: "m") }
        #expect(throws: FileError.notAFile(path: folder.path, kind: "a directory")) {
            try MappedFile(path: folder.path)
        }
        #expect(throws: FileError.notAFile(path: "/dev/null", kind: "a device")) { try MappedFile(path: "/dev/null") }
        let missing = folder.path + "/missing"
        #expect(throws: FileError.notFound(path: missing)) { try MappedFile(path: missing) }
        #expect(throws: FileError.notFound(path: empty + "/below")) { try MappedFile(path: empty + "/below") }
        #expect(throws: FileError.notFound(path: "a\0b")) { try MappedFile(path: "a\0b") }
    }

    @Test func `A pipe is refused without waiting for its writer`() throws {
        let pipe = folder.path + "/pipe"
        // Unsafe: the system's interface takes a pointer.
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        #expect(throws: FileError.notAFile(path: pipe, kind: "a pipe")) { try MappedFile(path: pipe) }
    }

    @Test func `A staged file appears when it is committed`() throws {
        let path = try folder.file("model", [1])
        let staged = try StagedFile(path: path)
        try Self.pattern.withLittleEndianBytes { (bytes: RawSpan) throws(FileError) in try staged.write(bytes) }
        #expect(try MappedFile(path: path).contents == [1])
        try staged.commit()
        #expect(try MappedFile(path: path).contents == Self.pattern)
        #expect(try folder.names == ["model"])
    }

    @Test func `A staged file that is dropped leaves nothing`() throws {
        do {
            let staged = try StagedFile(path: folder.path + "/model")
            let large = [UInt8](repeating: 3, count: 1 << 20)
            try large.withLittleEndianBytes { (bytes: RawSpan) throws(FileError) in try staged.write(bytes) }
            #expect(try folder.names.count == 1)
        }
        #expect(try folder.names == [])
    }

    @Test func `A staged file needs its folder`() throws {
        let path = folder.path + "/none/model"
        #expect(throws: FileError.notFound(path: path)) { try StagedFile(path: path) }
    }

    @Test func `Messages name the file and the reason`() {
        #expect(FileError.notFound(path: "a.gguf").description == "\"a.gguf\": no such file")
        #expect(
            FileError.system(path: "a", operation: "writing", code: ENOSPC).description
                == "\"a\": writing failed: No space left on device")
    }
}
