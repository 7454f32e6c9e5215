// SPDX-License-Identifier: Apache-2.0

import InklingGGUF
import Testing

@Suite struct MetadataTests {
    let metadata: GGUFMetadata = [
        "small": .uint8(7), "negative": .int32(-3), "large": .uint64(.max), "wide": .int64(1 << 40),
        "ratio": .float32(0.5), "yes": .bool(true), "name": .string("Ink"), "raw": .bytes([0x41, 0xFF]),
        "words": .array(.string(["a", "b"])), "numbers": .array(.uint16([1, 2])),
        "too large": .array(.uint64([1, .max])), "weights": .array(.float32([0.25])), "flags": .array(.bool([true])),
    ]

    @Test func `Any integer type answers to Int when the number fits`() {
        #expect(metadata.int("small") == 7)
        #expect(metadata.int("negative") == -3)
        #expect(metadata.int("wide") == 1 << 40)
        #expect(metadata.int("large") == nil)
        #expect(metadata.int("ratio") == nil)
        #expect(metadata.int("yes") == nil)
        #expect(metadata.ints("numbers") == [1, 2])
        #expect(metadata.ints("too large") == nil)
        #expect(metadata.ints("weights") == nil)
    }

    @Test func `Numbers answer to Double, strings to String, flags to Bool`() {
        #expect(metadata.float("ratio") == 0.5)
        #expect(metadata.float("small") == 7)
        #expect(metadata.float("name") == nil)
        #expect(metadata.bool("yes") == true)
        #expect(metadata.bool("small") == nil)
        #expect(metadata.string("name") == "Ink")
        #expect(metadata.string("raw") == "A\u{FFFD}")
        #expect(metadata.string("small") == nil)
        #expect(metadata.strings("words")?.strings == ["a", "b"])
        #expect(metadata.strings("numbers") == nil)
        #expect(metadata.floats("weights") == [0.25])
        #expect(metadata.bools("flags") == [true])
        #expect(metadata.int("absent") == nil)
    }

    @Test func `Requiring names the key and what was found`() throws {
        #expect(try metadata.require("small", as: Int.self) == 7)
        #expect(try metadata.require("words", as: [String].self) == ["a", "b"])
        #expect(try metadata.require("ratio", as: Float.self) == 0.5)
        #expect(try metadata.optional("absent", as: Int.self) == nil)
        #expect(throws: GGUFError.missingKey(path: nil, key: "absent")) {
            try metadata.require("absent", as: Int.self)
        }
        let wrong = #expect(throws: GGUFError.self) { try metadata.require("name", as: Int.self) }
        #expect(wrong == .wrongValue(path: nil, key: "name", expected: "an integer", found: "the string \"Ink\""))
        #expect(throws: GGUFError.self) { try metadata.optional("large", as: Int.self) }
        #expect(throws: GGUFError.self) { try metadata.optional("numbers", as: GGUFStringArray.self) }
    }

    @Test func `A message about metadata names the file`() throws {
        let file = try GGUFFile(bytes: GGUFWriter.bytes(metadata: metadata), name: "x.gguf")
        let missing = #expect(throws: GGUFError.self) {
            try file.metadata.require("llama.block_count", as: Int.self)
        }
        #expect(missing?.description == "model \"x.gguf\" lacks the key \"llama.block_count\"")
        let wrong = #expect(throws: GGUFError.self) { try file.metadata.require("large", as: Int.self) }
        #expect(
            wrong?.description
                == "model \"x.gguf\": the key \"large\" should be an integer, but is the uint64 18446744073709551615")
    }

    @Test func `Keys keep their order when values are set and removed`() {
        var changed = metadata
        changed["negative"] = .int8(1)
        changed["small"] = nil
        changed["new"] = .bool(false)
        changed["never"] = nil
        #expect(changed.keys == metadata.keys.dropFirst() + ["new"])
        #expect(changed.int("negative") == 1)
        #expect(changed.string("name") == "Ink")
        #expect(changed.count == metadata.count)
    }

    @Test func `String arrays hold any bytes`() {
        let bytes: [[UInt8]] = [[0xFF], [], [0, 1, 2], Array("é".utf8)]
        let strings = GGUFStringArray(bytes)
        #expect(strings.count == 4)
        #expect(strings.map { Array($0) } == bytes)
        #expect(strings.string(at: 3) == "é")
        #expect(strings.string(at: 0) == "\u{FFFD}")
        #expect(strings == GGUFStringArray(bytes))
        #expect(strings != GGUFStringArray(bytes.reversed()))
        #expect(GGUFStringArray([String]()).isEmpty)
        #expect(["ab", ""] as GGUFStringArray != ["a", "b"])
    }
}
