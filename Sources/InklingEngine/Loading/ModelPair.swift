// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingGGUF
import InklingModel
import InklingTensor

/// How far the loading of models has come.
public enum LoadStage: Sendable, Equatable {
    /// The heads of the files are being read and compared.
    case opening
    /// Weights are being read and packed, of both models together. `name` is the one in hand.
    case packing(name: String, LoadProgress)
    /// Everything is in memory; the session waits for its turn and takes over.
    case preparing
}

/// A target and perhaps a draft, loaded. Immutable; sessions are made from it.
public struct ModelPair: Sendable {
    public let choice: ModelChoice
    public var target: LoadedModel { models[0].loaded }
    public var draft: LoadedModel? { models.count > 1 ? models[1].loaded : nil }
    /// Of the draft to the target; nil without a draft.
    public let fit: DraftFit?
    /// What loading took beside what was there already.
    public let memory: MemoryNeed
    let models: [Model]

    /// A model and which file it came from.
    struct Model: Sendable {
        var loaded: LoadedModel
        var identity: FileStatus.Identity?
        var byteCount: Int
        var summary: ModelSummary?
    }

    /// Loads what a choice names. Of one file there is never more than one copy: models of `others`, and a target that
    /// drafts for itself, are shared.
    ///
    /// - Parameters:
    ///   - checkMemory: is told what is needed before anything is loaded, and may refuse.
    ///   - stage: called as things go on; returning false cancels.
    /// - Throws: ``EngineError``; ``EngineError/isCancellation`` tells a cancelled one from the rest.
    public static func load(
        _ choice: ModelChoice, options: SessionOptions = SessionOptions(), chatFormat: ChatFormat.Name? = nil,
        sharing others: [ModelPair] = [], free: Int? = FreeMemory.now(),
        checkMemory: (MemoryNeed) throws(EngineError) -> Void = { (_) throws(EngineError) in },
        stage: (LoadStage) -> Bool = { _ in true }
    ) throws(EngineError) -> ModelPair {
        guard stage(.opening) else { throw .model(path: choice.target, .cancelled) }
        let paths = [choice.target] + (choice.draft.map { [$0] } ?? [])
        var heads: [Head] = []
        for path in paths {
            var head = try Head(path: path)
            head.held = others.flatMap(\.models).first { $0.identity == head.identity && head.identity != nil }
            heads.append(head)
        }
        let fit = heads.count > 1 ? DraftFit(target: heads[0].file, draft: heads[1].file) : nil
        if let fit, !fit.obstacles.isEmpty {
            throw .draftDoesNotFit(target: heads[0].name, draft: heads[1].name, reasons: fit.obstacles)
        }
        let isSelfDraft = heads.count > 1 && heads[0].identity != nil && heads[0].identity == heads[1].identity

        var need = MemoryNeed(
            contextLength: options.contextLength ?? max(1, heads[0].config.contextLength), freeBytes: free)
        for (index, head) in heads.enumerated() {
            need.addCache(head.config, format: options.kvFormat)
            guard head.held == nil, index == 0 || !isSelfDraft else { continue }
            if let estimate = MemoryEstimate(file: head.file, config: head.config, free: free) { need.add(estimate) }
        }
        try checkMemory(need)

        let pool = ComputePool(width: options.threads ?? physicalCoreCount())
        let total = heads.enumerated().reduce(0) { sum, entry in
            entry.element.held == nil && (entry.offset == 0 || !isSelfDraft)
                ? sum + entry.element.file.tensors.reduce(0) { $0 + $1.byteCount } : sum
        }
        var done = 0
        var models: [Model] = []
        for (index, head) in heads.enumerated() {
            if let held = index > 0 && isSelfDraft ? models[0] : head.held {
                models.append(held)
                continue
            }
            let before = done
            func report(_ bytes: Int) -> Bool {
                stage(.packing(name: head.name, LoadProgress(done: before + bytes, total: total)))
            }
            guard report(0) else { throw .model(path: head.path, .cancelled) }
            let loaded = try LoadedModel(path: head.path, pool: pool, chatFormat: chatFormat) { report($0.done) }
            // Some tensors are read where they are, when they are needed.
            let bytes = head.file.tensors.reduce(0) { $0 + $1.byteCount }
            done += bytes
            guard report(bytes) else { throw .model(path: head.path, .cancelled) }
            models.append(head.model(loaded))
        }
        guard stage(.preparing) else { throw .model(path: choice.target, .cancelled) }
        return ModelPair(choice: choice, fit: fit, memory: need, models: models)
    }

    /// A file before its weights are read.
    private struct Head {
        let path: String
        let file: GGUFFile
        let config: ModelConfig
        let identity: FileStatus.Identity?
        /// The same file, loaded already.
        var held: Model?

        var name: String { LoadedModel.displayName(path) }

        init(path: String) throws(EngineError) {
            self.path = path
            identity = FileStatus(path: path)?.identity
            do { file = try openModel(path) } catch { throw .library(error) }
            do { config = try ArchitectureRegistry.config(of: file) } catch { throw .model(path: path, error) }
        }

        func model(_ loaded: LoadedModel) -> Model {
            Model(
                loaded: loaded, identity: identity, byteCount: file.byteCount,
                summary: (try? ModelHead(path: path)).map {
                    ModelSummary(head: $0, byteCount: file.byteCount, fileCount: file.paths.count)
                })
        }
    }
}

extension EngineError {
    /// Whether somebody wanted it so.
    public var isCancellation: Bool {
        if case .model(_, .cancelled) = self { true } else { false }
    }
}
