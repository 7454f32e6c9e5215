// SPDX-License-Identifier: Apache-2.0

import Dispatch
import InklingDecoding
import InklingGGUF
import InklingModel
import InklingTestSupport
import Testing

@testable import InklingEngine

@Suite struct `Loading models` {
    @Test func `Progress goes from opening over packing to preparing, and ends in a snapshot`() throws {
        let rig = try EngineRig()
        try rig.model("target")
        try rig.model("draft", seed: 2, layers: 1)
        let id = rig.engine.load(target: "target", draft: "draft")
        let snapshot = try #require(try rig.log.end(of: id).snapshot)
        #expect(rig.engine.snapshot == snapshot)
        #expect(snapshot.target.name == "target" && snapshot.draft?.name == "draft")
        #expect(snapshot.contextLength == 512)
        #expect(snapshot.chatFormat == .file && snapshot.chatFormatWarning == nil)
        #expect(snapshot.fit?.obstacles == [])
        #expect(snapshot.target.weightBytes > 0 && snapshot.target.fileBytes > snapshot.target.weightBytes / 2)

        let stages = rig.log.events.compactMap { event -> LoadStage? in
            if case .load(id, .progress(let stage)) = event { stage } else { nil }
        }
        #expect(stages.first == .opening && stages.last == .preparing)
        let progress = stages.compactMap { if case .packing(_, let progress) = $0 { progress } else { nil } }
        #expect(zip(progress, progress.dropFirst()).allSatisfy { $0.done <= $1.done && $0.total == $1.total })
        #expect(progress.first?.done == 0 && progress.last?.done == progress.last?.total)
        #expect(rig.log.packed(by: id) == ["target", "draft"])
    }

    @Test func `The models in use answer while others are loaded`() throws {
        let rig = try EngineRig()
        try rig.model("old")
        try rig.model("new", seed: 2)
        try rig.load("old")
        let expected = try rig.generate(.asking("hello"))
        let gate = Gate()
        rig.log.onEvent { if $0.isPacking { gate.pass() } }
        let id = rig.engine.load(target: "new")
        _ = try rig.log.first { $0.isPacking ? true : nil }
        // The loading thread is held in the middle of the new model.
        #expect(try rig.generate(.asking("hello")).tokens == expected.tokens)
        #expect(rig.engine.snapshot?.target.name == "old")
        gate.open()
        #expect(try rig.log.end(of: id).snapshot?.target.name == "new")
        #expect(try rig.generate(.asking("hello")).tokens != expected.tokens)
    }

    @Test func `A change of models waits for the generation in progress, which it does not disturb`() throws {
        let rig = try EngineRig()
        try rig.model("old")
        try rig.model("new", seed: 2)
        try rig.load("old")
        let expected = try rig.generate(.asking("hello"))
        let gate = Gate()
        rig.log.onEvent { if $0.isRound() { gate.pass() } }
        let generation = rig.engine.generate(.asking("hello"))
        let load = rig.engine.load(target: "new")
        _ = try rig.log.first { $0.isPreparing && rig.log.packed(by: load) == ["new"] ? true : nil }
        #expect(rig.engine.snapshot?.target.name == "old")
        gate.open()
        #expect(try rig.log.summary(of: generation).tokens == expected.tokens)
        #expect(try rig.log.end(of: load).snapshot != nil)
        let finished = rig.log.index { $0 == .generation(generation, .finished(.done(expected))) || $0.isFinished }
        let changed = try #require(rig.log.events.lastIndex { $0.isLoaded })
        #expect(finished ?? .max < changed)
    }

    @Test func `Cancelling ends a load at the next tensor and leaves the models in use`() throws {
        let rig = try EngineRig()
        try rig.model("old")
        try rig.model("new", seed: 2, layers: 4)
        try rig.load("old")
        let gate = Gate()
        rig.log.onEvent { if $0.isPacking { gate.pass() } }
        let id = rig.engine.load(target: "new")
        _ = try rig.log.first { $0.isPacking && rig.log.packed(by: id) == ["new"] ? true : nil }
        let before = rig.log.events.count { $0.isPacking }
        rig.engine.cancelLoad(id)
        gate.open()
        #expect(try rig.log.end(of: id) == .cancelled)
        #expect(rig.log.events.count { $0.isPacking } == before)
        #expect(rig.engine.snapshot?.target.name == "old")
        #expect(try rig.generate(.asking("hello")).tokens.count == 12)
    }

    @Test func `A load that is ready but has not had its turn can still be cancelled`() throws {
        let rig = try EngineRig()
        try rig.model("old")
        try rig.model("new", seed: 2)
        try rig.load("old")
        let gate = Gate()
        rig.log.onEvent { if $0.isRound() { gate.pass() } }
        let generation = rig.engine.generate(.asking("hello"))
        _ = try rig.log.first { $0.isRound() ? true : nil }
        let id = rig.engine.load(target: "new")
        _ = try rig.log.first { $0 == .load(id, .progress(.preparing)) ? true : nil }
        rig.engine.cancelLoad(id)
        gate.open()
        _ = try rig.log.summary(of: generation)
        #expect(try rig.log.end(of: id) == .cancelled)
        #expect(rig.engine.snapshot?.target.name == "old")
    }

    @Test func `A new load takes the place of one in progress`() throws {
        let rig = try EngineRig()
        try rig.model("first")
        try rig.model("second", seed: 2)
        let gate = Gate()
        rig.log.onEvent { if $0.isPacking { gate.pass() } }
        let first = rig.engine.load(target: "first")
        _ = try rig.log.first { $0.isPacking ? true : nil }
        let second = rig.engine.load(target: "second")
        gate.open()
        #expect(try rig.log.end(of: first) == .cancelled)
        #expect(try rig.log.end(of: second).snapshot?.target.name == "second")
    }

    @Test func `Changing one of the two models reads no weights of the other, and keeps what is cached`() throws {
        let rig = try EngineRig()
        try rig.model("target")
        try rig.model("draft", seed: 2, layers: 1)
        try rig.model("other", seed: 3)
        try rig.load("target")
        try rig.generate(.asking("hello"))

        let withDraft = rig.engine.load(target: "target", draft: "draft")
        #expect(try rig.log.end(of: withDraft).snapshot?.draft?.name == "draft")
        #expect(rig.log.packed(by: withDraft) == ["draft"])
        let again = rig.engine.generate(.asking("hello", strategy: "sd"))
        let prompt = try rig.log.prompt(of: again)
        #expect(prompt.reusedTokenCount == prompt.tokens.count - 1)
        _ = try rig.log.summary(of: again)

        let otherTarget = rig.engine.load(target: "other", draft: "draft")
        #expect(try rig.log.end(of: otherTarget).snapshot?.target.name == "other")
        #expect(rig.log.packed(by: otherTarget) == ["other"])

        let withoutDraft = rig.engine.load(target: "other")
        #expect(try rig.log.end(of: withoutDraft).snapshot?.draft == nil)
        #expect(rig.log.packed(by: withoutDraft) == [])
    }

    @Test func `One file is loaded once, even as target and draft, and under another name`() throws {
        let rig = try EngineRig()
        let path = try rig.model("target")
        try rig.folder.link("elsewhere/link.gguf", to: path)
        let id = rig.engine.load(target: "target", draft: "\(rig.folder.path)/elsewhere/link.gguf")
        let snapshot = try #require(try rig.log.end(of: id).snapshot)
        #expect(rig.log.packed(by: id) == ["target"])
        #expect(snapshot.memory.weightBytes < snapshot.target.weightBytes * 3 / 2)
        // That it does not pay is said, but does not stop anybody.
        #expect(snapshot.fitVerdict?.hasPrefix("does not fit") == true)
        let summary = try rig.generate(.asking("hello", strategy: "sd"))
        #expect(summary.statistics.acceptanceRate == 1)
    }

    // MARK: What goes wrong

    @Test func `A model that is not there, is damaged or lacks a part is an error, and nothing changes`() throws {
        let rig = try EngineRig()
        try rig.model("old")
        try rig.load("old")
        let whole = try rig.model("whole", seed: 2)
        try rig.folder.file("models/cut.gguf", Array(try [UInt8](contentsOf: whole).dropLast(4096)))
        try rig.folder.file("models/text.gguf", "not a model at all")
        try rig.model("partial") { $0.remove(tensor: "blk.1.ffn_up.weight") }

        guard case .library(.unknownModel) = try rig.load("nowhere").error else {
            Issue.record("a model that nobody knows")
            return
        }
        guard case .library(.noSuchFile) = try rig.load("/no/such/file.gguf").error else {
            Issue.record("a path that leads nowhere")
            return
        }
        guard case .library(.unreadable) = try rig.load("\(rig.folder.path)/models/cut.gguf").error else {
            Issue.record("a file cut short")
            return
        }
        guard case .library(.unreadable) = try rig.load("\(rig.folder.path)/models/text.gguf").error else {
            Issue.record("a text")
            return
        }
        let partial = try #require(try rig.load("\(rig.folder.path)/models/partial.gguf").error)
        #expect(partial.description.hasSuffix("tensor \"blk.1.ffn_up.weight\" is missing"))
        #expect(rig.engine.snapshot?.target.name == "old")
        #expect(try rig.generate(.asking("hello")).tokens.count == 12)
    }

    @Test func `A draft with another vocabulary is refused with the reason`() throws {
        let rig = try EngineRig()
        try rig.model("target")
        try rig.model("draft", layers: 1, vocabulary: 601)
        let error = try #require(try rig.load("target", draft: "draft").error)
        #expect(
            error.description
                == "\"draft\" cannot draft for \"target\": the target has 301 tokens, the draft 601: 300 apart, at most "
                + "128 are allowed")
        #expect(error.hint == "use a draft of the same family, or none")
        #expect(rig.engine.snapshot == nil)
    }

    @Test func `A context that cannot be had is an error, and the models in use stay`() throws {
        let rig = try EngineRig()
        try rig.model("old")
        try rig.load("old")
        let id = rig.engine.load(target: "old", session: SessionOptions(contextLength: 1 << 30))
        #expect(try rig.log.end(of: id).error == .badContext(requested: 1 << 30, allowed: 1...1 << 24))
        #expect(rig.engine.snapshot?.contextLength == 512)
    }

    @Test func `Without the memory for the weights a load is refused, with figures, before anything is read`() throws {
        let rig = try EngineRig(freeMemory: { 1000 })
        try rig.model("target")
        let id = rig.engine.load(target: "target")
        let error = try #require(try rig.log.end(of: id).error)
        guard case .notEnoughMemory(let need) = error else {
            Issue.record("expected a lack of memory, found \(error)")
            return
        }
        #expect(need.freeBytes == 1000 && need.peakBytes > 1000 && need.contextLength == 512)
        #expect(error.description.hasSuffix("1 kB is free"))
        #expect(rig.log.packed(by: id) == [])
        // Whoever knows better may insist.
        let insisting = rig.engine.load(target: "target", ignoresMemory: true)
        #expect(try rig.log.end(of: insisting).snapshot != nil)
        #expect(rig.log.events.contains(.load(insisting, .memoryIsTight(need))))
    }

    @Test func `Memory for the weights but not for a full context is a warning`() throws {
        let session = SessionOptions(contextLength: 8192, threads: 1)
        let probe = try EngineRig(session: session)
        try probe.model("target")
        let need = try #require(try probe.load("target").snapshot).memory
        let free = need.peakBytes
        let rig = try EngineRig(session: session, freeMemory: { free })
        try rig.model("target")
        let id = rig.engine.load(target: "target")
        #expect(try rig.log.end(of: id).snapshot != nil)
        #expect(rig.log.events.contains { if case .load(id, .memoryIsTight) = $0 { true } else { false } })
    }

    @Test func `A template that does not parse is told with the reason`() throws {
        let rig = try EngineRig()
        try rig.model("target") { $0.metadata["tokenizer.chat_template"] = .string("{% for %}") }
        let snapshot = try #require(try rig.load("target").snapshot)
        #expect(snapshot.chatFormatWarning?.hasSuffix("ChatML is used instead.") == true)
    }

    @Test func `Unloading gives the models back, and the engine says so`() throws {
        let rig = try EngineRig()
        try rig.model("target")
        try rig.load("target")
        rig.engine.unload()
        _ = try rig.log.first { $0 == .unloaded ? true : nil }
        #expect(rig.engine.snapshot == nil)
        #expect(try rig.log.refusal(of: rig.engine.generate(.asking("hello"))) == .noModelLoaded)
        #expect(rig.engine.availability(of: "ar") == .needs("needs a model"))
        #expect(try rig.load("target").snapshot != nil)
    }

    @Test func `What a strategy lacks is known before it is tried`() throws {
        let rig = try EngineRig()
        try rig.model("target")
        try rig.model("draft", seed: 2, layers: 1)
        try rig.load("target")
        #expect(rig.engine.availability(of: "ar") == .ready)
        #expect(rig.engine.availability(of: "prompt-lookup") == .ready)
        #expect(rig.engine.availability(of: "pearl") == .needs("needs a draft model"))
        #expect(rig.engine.availability(of: "magic") == .needs("is not known"))
        try rig.load("target", draft: "draft")
        for strategy in StrategyRegistry.all where strategy.needs.isSubset(of: [.draftModel, .hiddenStates]) {
            #expect(rig.engine.availability(of: strategy.id) == .ready)
        }
    }

    @Test func `The choice is there at the next start`() throws {
        let rig = try EngineRig()
        let path = try rig.model("target")
        try rig.load("target")
        #expect(LastUsed(places: rig.folder.places()).choice?.target == path)
        #expect(try rig.log.end(of: rig.engine.load(target: nil)).snapshot?.target.path == path)
    }
}
