// SPDX-License-Identifier: Apache-2.0

import InklingTemplates
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Templates of real models against text rendered by the reference implementation.
@Suite struct FixtureTests {
    static let folder: String? = {
        guard let path = unsafe getenv("INKLING_FIXTURES") else { return nil }
        return unsafe String(cString: path) + "/templates"
    }()

    private func contents(_ name: String) throws -> String {
        let folder = try #require(FixtureTests.folder)
        let opened = unsafe fopen(folder + "/" + name, "r")
        guard let file = unsafe opened else { throw JSONReader.Failure(offset: 0) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = unsafe fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(.enabled(if: FixtureTests.folder != nil, "INKLING_FIXTURES is not set: real templates are not checked"))
    func `Templates of real models give the text of the reference implementation`() throws {
        let fixture = try JSONReader.read(contents("goldens.json"))
        let conversations = try #require(fixture["conversations"])
        let goldens = try #require(fixture["goldens"])
        var checked = 0
        for (model, cases) in goldens.entries {
            let template = try ChatTemplate(source: contents(model + ".jinja"))
            for golden in cases.items {
                let name = try #require(golden["conversation"]?.text)
                let messages = try #require(conversations[name]).items.map { message in
                    ChatTemplateMessage(role: message["role"]?.text ?? "", content: message["content"]?.text ?? "")
                }
                let render = { () throws(TemplateError) in
                    try template.render(
                        messages: messages, addGenerationPrompt: golden["add_generation_prompt"] == true,
                        bosToken: fixture["bos_token"]?.text ?? "", eosToken: fixture["eos_token"]?.text ?? "",
                        extra: [("date_string", "20 Nov 2026")], date: TemplateDate(year: 2026, month: 11, day: 20))
                }
                checked += 1
                if let text = golden["ok"]?.text {
                    #expect(try Array(render().utf8) == Array(text.utf8), "\(model), \(name)")
                } else {
                    #expect(throws: TemplateError.self, "\(model), \(name)") { try render() }
                }
            }
        }
        #expect(checked == 48)
    }
}
