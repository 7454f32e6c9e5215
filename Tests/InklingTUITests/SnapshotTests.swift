// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingDecoding
@testable import InklingEngine
@testable import InklingStore
@testable import InklingTUI
import Testing

@Suite struct SnapshotTests {
    static let sizes = [
        Size(width: 80, height: 24), Size(width: 120, height: 40), Size(width: 200, height: 60),
        Size(width: 40, height: 12),
    ]

    static let answer = [
        "Use `ls -lS`", " to list files,", " largest first:\n\n", "```sh\nls -lS\n", "```\n\n",
        "| flag | meaning |\n|---|---|\n| -l | long |\n| -S | by size |\n",
    ]

    /// A screen: how one gets there.
    struct Scene: Sendable, CustomTestStringConvertible {
        let name: String
        let play: @Sendable (inout Stage) -> Void

        var testDescription: String { name }
    }

    static let scenes: [Scene] = [
        Scene(name: "chat-start") { _ in },
        Scene(name: "chat-ready") { $0.load() },
        Scene(name: "chat-answer") { stage in
            ask(&stage)
            stage.type("And hidden ones?")
        },
        Scene(name: "chat-writing") { stage in
            stage.load()
            stage.type("How do I list files by size?")
            stage.press("enter")
            stage.answer(Array(answer.prefix(2)), finished: nil)
        },
        Scene(name: "chat-tokens") { stage in
            ask(&stage)
            stage.press("tab", "t", "right", "right", "down")
        },
        Scene(name: "chat-versions") { stage in
            ask(&stage)
            stage.press("tab", "r")
            stage.answer(["It is `ls -S`."])
        },
        Scene(name: "chat-search") { stage in
            ask(&stage)
            stage.press("tab", "/", "size", "enter")
        },
        Scene(name: "context-full") { stage in
            stage.load()
            stage.type("A long story")
            stage.press("enter")
            stage.play(
                .finished(.refused(.generation(.promptTooLong(tokenCount: 2000, capacity: 1280, lane: .target)))))
        },
        Scene(name: "models") { stage in
            stage.load()
            stage.send(.models(.sample))
            stage.press("f6", "j")
        },
        Scene(name: "models-memory") { stage in
            stage.load()
            stage.send(.models(.sample))
            stage.press("f6", "G", "k")
            stage.send(
                .memory(
                    path: "/models/qwen2.5-0.5b-instruct-q8_0.gguf",
                    MemoryOutlook(
                        weightBytes: 531_000_000, peakBytes: 540_000_000,
                        contexts: [(4096, 580), (8192, 630), (32768, 910)].map { tokens, total in
                            MemoryOutlook.Context(
                                tokens: tokens, kvBytes: (total - 531) * 1_000_000, totalBytes: total * 1_000_000)
                        }, contextLength: 32768, freeBytes: 800_000_000)))
        },
        Scene(name: "models-searching") { stage in stage.press("f6") },
        Scene(name: "settings") { stage in
            stage.load()
            stage.press("f7", "j", "j", "right")
        },
        Scene(name: "settings-recommended") { stage in
            stage.load()
            for (name, value) in [("temperature", 0.6), ("top-k", 20), ("dry-multiplier", 0.8)] {
                guard let field = SamplerField.named(name) else { continue }
                try? stage.state.preferences.recommendedSampling.set(field, to: value)
            }
            stage.press("f7", "j", "j", "j", "right")
        },
        Scene(name: "help") { stage in stage.press("f1") },
        Scene(name: "palette") { stage in stage.press("ctrl-p", "theme") },
        Scene(name: "chats") { stage in
            stage.press("ctrl-o")
            stage.send(.store(.listed(query: "", [.sample(1, "How do I list files?"), .sample(2, "Undo a commit")])))
            stage.press("j")
        },
        Scene(name: "panel-zoomed") { stage in
            ask(&stage)
            stage.press("alt-z")
        },
        Scene(name: "playground") { stage in
            stage.load()
            stage.press("f3")
            stage.type("To list all files in")
            stage.send(
                .autocomplete(
                    number: stage.state.playground.request,
                    .finished(CompletionID(number: 1), .sample, latency: .milliseconds(12))))
            stage.press("down")
        },
        Scene(name: "playground-comparing") { stage in
            stage.load()
            stage.press("f3")
            stage.type("To list all files in")
            stage.press("ctrl-r")
            for _ in 0..<2 {
                stage.send(
                    .autocomplete(
                        number: stage.state.playground.request,
                        .finished(CompletionID(number: 1), .sample, latency: .milliseconds(12))))
            }
        },
        Scene(name: "xray-empty") { stage in
            stage.load()
            stage.press("f4")
        },
        Scene(name: "xray-plain") { $0.watch("ar", rounds: 30) },
        Scene(name: "xray-sd") { $0.watch("sd", rounds: 14) },
        Scene(name: "xray-specdec") { $0.watch("specdec++", rounds: 16) },
        Scene(name: "xray-pearl") { $0.watch("pearl", rounds: 20) },
        Scene(name: "xray-lookup") { $0.watch("prompt-lookup") },
        Scene(name: "xray-auto") { $0.watch("auto") },
        Scene(name: "xray-superposed") { $0.watch("superposed", rounds: 6) },
        Scene(name: "xray-tree") { stage in
            stage.load()
            stage.send(.engine(.begin()))
            stage.send(.engine(.round(.tree())))
            stage.press("f4")
        },
        Scene(name: "xray-mixture") { stage in
            stage.load()
            stage.send(.engine(.begin()))
            for length in 1...4 { stage.send(.engine(.round(.mixture(index: length - 1, length: length)))) }
            stage.press("f4")
        },
        Scene(name: "xray-held") { stage in
            stage.press("f4", "space")
            stage.watch("specdec++", rounds: 16)
            stage.press("right", "right", "right", "right", "right")
        },
        Scene(name: "xray-back") { stage in
            stage.watch("pearl")
            stage.press("up", "up", "up", "page-up")
        },
        Scene(name: "race-empty") { $0.press("f5") },
        Scene(name: "race-setup") { $0.race(through: .setup) },
        Scene(name: "race-running") { $0.race(through: .running) },
        Scene(name: "race") { $0.race() },
        Scene(name: "race-shown-again") { stage in
            stage.race()
            stage.press("space")
            stage.pass(.seconds(2))
        },
        Scene(name: "race-other-models") { stage in
            stage.race(through: .setup)
            stage.send(
                .store(
                    .pairs([
                        RecentPair(
                            target: "/m/q.gguf", draft: "/m/d.gguf", targetName: "qwen2.5-7b", draftName: "qwen2.5-0.5b"
                        )
                    ])))
            stage.press("a", "m")
        },
        Scene(name: "replay-start") { $0.replay() },
        Scene(name: "replay") { stage in
            stage.replay()
            for _ in 0..<8 { stage.press(".") }
        },
        Scene(name: "notices") { stage in
            stage.load()
            stage.type("/set temprature 1")
            stage.press("enter")
            stage.send(
                .store(
                    .trouble("cannot save chats in \"/data/chats.sqlite\": the disk is full; free some space and go on")
                ))
        },
    ]

    static func ask(_ stage: inout Stage) {
        stage.load()
        stage.type("How do I list files by size?")
        stage.press("enter")
        stage.answer(answer)
    }

    @Test(arguments: scenes)
    func `Screens look as they did`(_ scene: Scene) {
        var text = ""
        for size in Self.sizes {
            var stage = Stage(size.width, size.height)
            scene.play(&stage)
            let frame = stage.frame()
            #expect(frame.buffer.size == size)
            if let cursor = frame.cursor { #expect(Rect(size).contains(cursor)) }
            text += "\(size.width)x\(size.height)\n" + Snapshot.text(of: frame.buffer) + "\n"
        }
        Snapshot.check(text, named: scene.name)
    }

    @Test(arguments: ["specdec++", "pearl"])
    func `Without colours and Unicode the X-ray shows as much`(_ name: String) {
        var text = ""
        for size in [Size(width: 80, height: 24), Size(width: 120, height: 40)] {
            var stage = Stage(size.width, size.height)
            stage.state.preferences.ascii = true
            stage.state.colorDepth = .none
            stage.watch(name, rounds: 14)
            stage.press("up", "up")
            let buffer = stage.frame().buffer
            #expect(buffer.rows.allSatisfy { $0.utf8.allSatisfy { $0 < 0x7F } })
            text += "\(size.width)x\(size.height)\n" + Snapshot.attributes(of: buffer) + "\n"
        }
        Snapshot.check(text, named: "xray-monochrome-" + name.filter(\.isLetter))
    }

    @Test func `Every size can be drawn, down to nothing`() {
        for scene in Self.scenes {
            for (width, height) in [
                (0, 0), (1, 1), (5, 2), (39, 12), (40, 9), (40, 10), (41, 11), (99, 10), (100, 10), (400, 3),
            ] {
                var stage = Stage(width, height)
                scene.play(&stage)
                #expect(stage.frame().buffer.size == Size(width: width, height: height))
            }
        }
    }

    @Test func `Nothing a model or a file says reaches a cell as a control`() {
        var stage = Stage(100, 30)
        stage.load()
        stage.type("hi")
        stage.press("enter")
        let hostile =
            "\u{1B}[31mred\u{1B}]0;title\u{7} \u{202E}backwards\u{202C} a\u{0300}\u{0301}\u{0302} \u{9B}2J \u{200B}\u{200B}"
        stage.answer([hostile, "```\n" + hostile + "\n```\n", "| " + hostile + " |\n|---|\n"])
        stage.send(.store(.trouble(hostile)))
        for row in stage.frame().buffer.rows {
            for scalar in row.unicodeScalars {
                #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value))
                #expect(!(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value))
            }
        }
    }
}

extension ModelListing {
    static var sample: ModelListing {
        func entry(_ name: String, _ source: ModelSource, bytes: Int, problem: String? = nil) -> LibraryEntry {
            LibraryEntry(
                model: LocatedModel(
                    name: name, aliases: [], source: source, path: "/models/\(name).gguf", problem: nil, status: nil),
                summary: problem == nil ? ModelSummary.sample(bytes: bytes) : nil, problem: problem)
        }
        return ModelListing(
            groups: [
                ModelGroup(
                    place: ModelPlace(source: .bundled, path: "/opt/inkling/Models"),
                    entries: [
                        entry("inkling", .bundled, bytes: 7_500_000),
                        entry("inkling-draft", .bundled, bytes: 1_000_000),
                    ],
                    remark: nil),
                ModelGroup(
                    place: ModelPlace(source: .huggingFace, path: "/home/me/.cache/huggingface/hub"),
                    entries: [
                        entry("qwen2.5-0.5b-instruct-q8_0", .huggingFace, bytes: 531_000_000),
                        entry("broken", .huggingFace, bytes: 0, problem: "cut short: 12 of 531 MB"),
                    ],
                    remark: nil),
            ], freeBytes: 8_000_000_000)
    }
}

extension ChatListRow {
    static func sample(_ id: Int64, _ title: String) -> ChatListRow {
        ChatListRow(
            summary: ChatSummary(
                id: ChatID(rawValue: id), title: title, firstLine: title, messageCount: 4,
                created: Timestamp(rawValue: 1_700_000_000_000), updated: Timestamp(rawValue: 1_700_000_100_000),
                model: "inkling"))
    }
}

extension ModelSummary {
    static func sample(bytes: Int) -> ModelSummary {
        ModelSummary(
            title: nil, architecture: "llama", architectureTitle: "Llama", parameters: bytes, quantization: "Q8_0",
            bitsPerWeight: 8.5, contextLength: 2048, vocabularySize: 4096, bytes: bytes, files: 1, limitation: nil)
    }
}

extension CompletionResult {
    static var sample: CompletionResult {
        let texts = [" a directory, use ls", " the current folder, run", " a folder and below"]
        return CompletionResult(
            completions: texts.map {
                Completion(text: $0, tokens: [], logProbability: nil, score: -1, isFinished: false)
            },
            healedByteCount: 0, filledInTheMiddle: false,
            report: DraftReport(
                method: .superposed, continuations: [],
                prefill: PrefillProgress(lane: .target, done: 5, total: 5, reused: 4), passCount: 9, rowCount: 9,
                scoringPassCount: 0, repairPassCount: 4, furtherRowCount: 30,
                prefillDuration: .milliseconds(1),
                draftDuration: .milliseconds(9), scoringDuration: .zero, repairDuration: .milliseconds(3)))
    }
}
