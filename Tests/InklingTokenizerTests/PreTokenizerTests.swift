// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingTokenizer

struct PreTokenizerTests {
    private static let text = "I'LL don't wE've HTTPServer 12345 x=y+1;\r\n\n\t  中文，字e\u{301} ٣٤² //a\n/ (ok)  "

    /// What the published regular expressions make of the text, by an independent regular expression engine.
    private static let vectors: [(names: [String], pieces: String)] = [
        (
            ["gpt-2"],
            "I¦'¦LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ 12345¦ x¦=¦y¦+¦1¦;¦\r\n\n\t ¦ 中文¦，¦字e¦\u{301}¦ ٣٤²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["llama-bpe", "dbrx", "jais-2", "minicpm5"],
            "I¦'LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ ¦123¦45¦ x¦=y¦+¦1¦;\r\n\n¦\t ¦ 中文¦，字e¦\u{301}¦ ¦٣٤²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["qwen2", "stablelm2", "bailingmoe", "ufakzeka"],
            "I¦'LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=y¦+¦1¦;\r\n\n¦\t ¦ 中文¦，字e¦\u{301}¦ ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["smollm", "starcoder"],
            "I¦'¦LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=¦y¦+¦1¦;¦\r\n\n\t ¦ 中文¦，¦字e¦\u{301}¦ ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["falcon"],
            "I¦'¦LL¦ don¦'¦t¦ wE¦'¦ve¦ HTTPServer¦ ¦123¦45¦ x¦=¦y¦+¦1¦;¦\r\n\n\t ¦ 中文¦，¦字e¦\u{301}¦ ٣٤²¦ ¦//¦a¦\n¦/¦ ¦(¦ok¦)¦  "
        ),
        (
            ["default"],
            "I¦'¦LL¦ don¦'¦t¦ wE¦'¦ve¦ HTTPServer¦ ¦123¦45¦ x¦=¦y¦+¦1¦;¦\r\n\n\t ¦ 中文¦，¦字e¦\u{301}¦ ¦٣٤²¦ ¦//¦a¦\n¦/¦ ¦(¦ok¦)¦  "
        ),
        (
            ["deepseek-llm"],
            "I¦'¦LL¦ don¦'¦t¦ wE¦'¦ve¦ HTTPServer¦ ¦12345¦ x¦=¦y¦+¦1¦;¦\r¦\n¦\n¦\t  ¦中文¦，¦字¦e¦\u{301} ¦٣٤²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["deepseek-coder"],
            "I¦'¦LL¦ don¦'¦t¦ wE¦'¦ve¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=¦y¦+¦1¦;¦\r¦\n¦\n¦\t ¦ ¦中文¦，¦字¦e¦\u{301} ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["deepseek-v3"],
            "I¦'LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ ¦123¦45¦ x¦=y¦+¦1¦;\r\n\n¦\t  ¦中文¦，¦字¦e\u{301}¦ ¦٣٤²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["spark2_5"],
            "I¦'LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=y¦+¦1¦;¦\r¦\n¦\n¦\t  ¦中文¦，¦字¦e\u{301}¦ ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["gpt-4o"],
            "I'LL¦ don't¦ w¦E've¦ HTTPServer¦ ¦123¦45¦ x¦=y¦+¦1¦;\r\n\n¦\t ¦ 中文¦，字e\u{301}¦ ¦٣٤²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["tekken"],
            "I¦'LL¦ don¦'t¦ w¦E¦'ve¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=y¦+¦1¦;\r\n\n¦\t ¦ 中文¦，字e\u{301}¦ ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["tiny_aya"],
            "I'LL¦ don't¦ w¦E've¦ HTTPServer¦ ¦12¦345¦ x¦=y¦+¦1¦;\r\n\n¦\t ¦ 中文¦，字e\u{301}¦ ¦٣٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["youtu"],
            "I'LL¦ don't¦ w¦E've¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=y¦+¦1¦;\r\n\n¦\t  ¦中文¦，¦字¦e\u{301}¦ ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["poro-chat"],
            "I'LL¦ don't¦ wE've¦ HTTPServer¦ 12345¦ x=y+1;¦\r\n\n\t ¦ 中文¦，¦字e\u{301}¦ ٣٤²¦ //a¦\n¦/¦ (¦ok¦)  "
        ),
        (
            ["viking"],
            "I'LL¦ don't¦ wE've¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x=y+¦1¦;¦\r\n\n\t ¦ 中文¦，¦字e\u{301}¦ ¦٣¦٤¦²¦ //a¦\n¦/¦ (¦ok¦)  "
        ),
        (
            ["qwen35"],
            "I¦'LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=y¦+¦1¦;\r\n\n¦\t ¦ 中文¦，字e\u{301}¦ ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["seed-coder"],
            "I¦'LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=y¦+¦1¦;¦\r\n\n¦\t ¦ 中文¦，字e¦\u{301}¦ ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["laguna"],
            "I¦'LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=y¦+¦1¦;\r¦\n\n¦\t ¦ 中文¦，字e¦\u{301}¦ ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["exaone-moe"],
            "I¦'LL¦ don¦'t¦ wE¦'ve¦ HTTPServer¦ ¦1¦2¦3¦4¦5¦ x¦=y¦+¦1¦;\r¦\n\n¦\t ¦ 中文¦，字e\u{301}¦ ¦٣¦٤¦²¦ //¦a¦\n¦/¦ (¦ok¦)¦  "
        ),
        (
            ["superbpe"],
            "I'LL don't wE've HTTPServer ¦12¦345¦ x=y+¦1¦;\r\n\n\t  中文，字e\u{301} ¦٣٤²¦ //a\n/ (ok)  "
        ),
    ]

    private func pieces(_ name: String, _ text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try PreTokenizer(named: name).split(bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    @Test
    func `Every known splitter cuts as its published expression does`() throws {
        for vector in Self.vectors {
            for name in vector.names {
                #expect(try pieces(name, Self.text).joined(separator: "¦") == vector.pieces, "\(name)")
            }
        }
    }

    @Test
    func `Aliases split alike`() throws {
        let families = [
            ["gpt-2", "phi-2", "mpt", "olmo", "jais", "jina-v2-code", "modern-bert", "trillion"],
            ["llama-bpe", "llama3", "llama-v3", "dbrx", "smaug-bpe", "falcon3", "pixtral", "chatglm-bpe", "glm4"],
            ["qwen2", "deepseek-r1-qwen", "megrez", "stablelm2", "hunyuan", "grok-2"],
            ["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"],
            ["gpt-4o", "llama4", "minimax-m2"],
            ["deepseek-v3", "hunyuan-dense", "joyai-llm"],
        ]
        for family in families {
            let splits = try Set(family.map { try pieces($0, Self.text) })
            #expect(splits.count == 1, "\(family)")
        }
    }

    @Test
    func `An unknown name is an error that lists the known`() {
        let error = #expect(throws: TokenizerError.self) { try PreTokenizer(named: "gpt-17") }
        #expect(error == .unsupportedPreTokenizer("gpt-17", known: PreTokenizer.knownNames))
        #expect(error.map(\.description)?.contains("llama-bpe") == true)
    }

    @Test
    func `No name stands twice in the table`() {
        #expect(Set(PreTokenizer.knownNames).count == PreTokenizer.knownNames.count)
    }

    @Test
    func `Pieces are not empty and together are the text, whatever the bytes`() throws {
        var random = Xorshift(seed: 7)
        let texts = (0..<60).map { _ in random.text(length: 40) } + (0..<40).map { _ in random.bytes(count: 30) } + [[]]
        for name in PreTokenizer.knownNames {
            let splitter = try PreTokenizer(named: name)
            for text in texts {
                var end = 0
                for piece in splitter.split(text) {
                    #expect(piece.lowerBound == end && !piece.isEmpty, "\(name) \(text)")
                    end = piece.upperBound
                }
                #expect(end == text.count, "\(name) \(text)")
            }
        }
    }

    @Test
    func `A long run of one character is cut without looking again from each of them`() throws {
        // Quadratic work over these would take minutes.
        let units = [" ", "1", "a", "A", "\n", "!", "中", "\u{301}", " \n", "Aa", "1a"]
        for name in PreTokenizer.knownNames {
            let splitter = try PreTokenizer(named: name)
            for unit in units {
                let text = Array(String(repeating: unit, count: 3000).utf8) + Array("x".utf8)
                #expect(splitter.split(text).last?.upperBound == text.count, "\(name)")
            }
        }
    }

    @Test
    func `Digits group from the right, and only before the end of a word where the rule says so`() throws {
        #expect(
            try pieces("tiny_aya", "1234567 12a 1234,5") == [
                "1", "234", "567", " ", "12", "a", " ", "1", "234", ",", "5",
            ])
        #expect(try pieces("afmoe", "1234567 12a") == ["1", "234", "567", " ", "12", "a"])
        #expect(try pieces("superbpe", "ab1234567") == ["ab", "1", "234", "567"])
    }

    @Test
    func `A mark may lead a cased word or be part of it`() throws {
        #expect(try pieces("gpt-4o", "\u{301}ABC") == ["\u{301}", "ABC"])
        #expect(try pieces("gpt-4o", "\u{301}abc") == ["\u{301}abc"])
        #expect(try pieces("gpt-4o", "ABCdef'sX") == ["ABCdef's", "X"])
        #expect(try pieces("gpt-4o", "中ABC") == ["中", "ABC"])
    }

    @Test
    func `Blanks cascade in powers of two`() throws {
        let text = String(repeating: " ", count: 21)
        #expect(try pieces("jais-2", text + "x").map(\.count) == [16, 4, 2])
        #expect(try pieces("jais-2", text).map(\.count) == [16, 4, 1])
    }

    @Test
    func `Bytes that are no UTF-8 count as symbols of their own`() throws {
        let text: [UInt8] = [0x61, 0xFF, 0xC3, 0x62, 0xE4, 0xB8]
        #expect(try PreTokenizer(named: "gpt-2").split(text) == [0..<1, 1..<3, 3..<4, 4..<6])
    }
}
