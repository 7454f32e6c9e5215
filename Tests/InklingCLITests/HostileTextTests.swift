// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingModelMaker
import Testing

/// What a file says of itself is shown, and steers nothing.
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not beside the tests"))
struct HostileTextTests {
    private let folder: ProgramFolder

    init() throws { folder = try ProgramFolder() }

    @Test func `A template's refusal cannot send control sequences`() throws {
        let messages = try folder.file("chat.json", Array(#"[{"role": "user", "content": "x"}]"#.utf8))
        let template = try folder.file("t.jinja", Array("{{ raise_exception('\\x1b]52;c;aGk=\\x07 no') }}".utf8))
        let outcome = try BuiltProgram.run(
            ["template", "--template-file", template, "--messages", messages], in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("no"))
        #expect(!outcome.error.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    }

    @Test func `Bidirectional characters of a file's name leave JSON as escapes`() throws {
        var recipe = ModelRecipe(.llama)
        recipe.vocabularySize = BytePairVocabulary.leastCount
        let model = try folder.file("\u{202E}name.gguf", ModelMaker(recipe).bytes())
        let outcome = try BuiltProgram.run(
            ["generate", "-m", model, "--raw", "-p", "hi", "-n", "1", "--temp", "0", "--json"], in: folder)
        #expect(outcome.status == 0)
        #expect(!outcome.text.unicodeScalars.contains("\u{202E}"))
        struct Named: Decodable { var model: String }
        #expect(try JSONDecoder().decode(Named.self, from: Data(outcome.output)).model == "\u{202E}name")
    }
}
