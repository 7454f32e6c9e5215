// SPDX-License-Identifier: Apache-2.0

import InklingGGUF
import Testing

/// What a user reads, word for word.
@Suite struct ErrorMessageTests {
    func message(_ bytes: [UInt8]) -> String? {
        #expect(throws: GGUFError.self) { try GGUFFile(bytes: bytes, name: "x.gguf") }?.description
    }

    @Test func `A file of another kind is named`() {
        let image: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
        #expect(
            message(image)
                == "cannot open model \"x.gguf\": not a GGUF file (magic 0x89504e47; it looks like a PNG image)")
        #expect(
            message(Array("hello world".utf8)) == "cannot open model \"x.gguf\": not a GGUF file (magic 0x68656c6c)")
        #expect(message(Array("<!DOCTYPE html>".utf8))?.contains("a web page") == true)
        #expect(message(Array("version https://git-lfs.github.com/spec/v1".utf8))?.contains("Git LFS") == true)
        #expect(message([0x40, 1, 0, 0, 0, 0, 0, 0] + Array("{\"a\":{}}".utf8))?.contains("safetensors") == true)
        #expect(message([0]) == "cannot open model \"x.gguf\": not a GGUF file (magic 0x00)")
    }

    @Test func `A file cut short says where and what is missing`() {
        #expect(
            message(Array("GGU".utf8))
                == "cannot open model \"x.gguf\": cut short: the magic number needs 4 bytes at byte 0, "
                + "the file has 3 left; the download may be incomplete")
        var raw = RawFile(keys: 1)
        raw.add(key: "general.name", type: 8)
        raw.add(UInt64(10))
        raw.add([1, 2])
        #expect(
            message(raw.bytes)
                == "cannot open model \"x.gguf\": cut short: the value of the key \"general.name\" needs 10 bytes "
                + "at byte 56, the file has 2 left; the download may be incomplete")
        var tensor = RawFile(tensors: 1)
        tensor.add(tensor: "t", [100], type: 0, offset: 0)
        tensor.addData(64)
        #expect(
            message(tensor.bytes)
                == "cannot open model \"x.gguf\": cut short: the tensor \"t\" ends at byte 464, the file at byte 128; "
                + "the download may be incomplete")
    }

    @Test func `Versions and byte order say what to do`() {
        #expect(
            message(RawFile(version: 1).bytes)
                == "cannot open model \"x.gguf\": GGUF version 1 is not supported (2 and 3 are); "
                + "convert the model again, or look for a newer file")
        #expect(
            message(RawFile(version: 4).bytes)
                == "cannot open model \"x.gguf\": GGUF version 4 is not supported (2 and 3 are); "
                + "a newer Inkling may read it")
        #expect(message(RawFile(version: 0x0300_0000).bytes)?.contains("big-endian") == true)
    }

    @Test func `Missing files, folders and empty files are told apart`() throws {
        let folder = try TemporaryFolder()
        func message(_ path: String) -> String? {
            #expect(throws: GGUFError.self) { try GGUFFile(path: path) }?.description
        }
        let missing = folder.path + "/missing.gguf"
        #expect(message(missing) == "cannot open model \"\(missing)\": no such file")
        #expect(message(folder.path) == "cannot open model \"\(folder.path)\": it is a directory")
        let empty = try folder.file("empty.gguf", [])
        #expect(message(empty) == "cannot open model \"\(empty)\": the file is empty")
    }

    @Test func `Text from the file cannot reach the terminal as a command`() {
        var raw = RawFile(keys: 1)
        raw.add(key: "a\u{1B}[2J\u{202E}\"\n", type: 99)
        raw.add(UInt64(0))
        #expect(message(raw.bytes)?.contains("\"a\\u{1b}[2J\\u{202e}\\\"\\u{a}\"") == true)
        var long = RawFile(keys: 1)
        long.add(key: String(repeating: "é", count: 20_000), type: 99)
        long.add(UInt64(0))
        #expect((message(long.bytes) ?? "").count < 500)
    }
}
