// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingEngine
import InklingTensor

extension ModelOptions {
    /// Finds, loads and pairs the models that the options name, and remembers them for the next start.
    ///
    /// - Parameter strategy: one whose two lanes run at once leaves the draft's threads out of the target's.
    func open(for strategy: String = StrategyDescriptor.autoregressive.id) throws -> ModelSession {
        let library = ModelLibrary(places: .current(folders: modelsDir.map { [$0] } ?? []))
        let chosen = try ModelChoice(model: model, draft: draft, in: library)
        let lanesOverlap = strategy == StrategyDescriptor.pearl.id && chosen.draft != nil
        let cores = physicalCoreCount() - (lanesOverlap ? draftThreads ?? 1 : 0)
        let pool = ComputePool(width: threads ?? max(1, cores))
        let session: ModelSession
        do throws(EngineError) {
            let target = try LoadedModel(path: chosen.target, pool: pool, chatFormat: chatFormat)
            let draft: LoadedModel? =
                if let path = chosen.draft { try LoadedModel(path: path, pool: pool) } else { nil }
            session = try ModelSession(target: target, draft: draft, options: self.session, pool: pool)
        } catch { throw Failure(error) }
        if case .replaced(let problem) = session.target.chatFormat.origin {
            Output.error("inkling: \(problem) ChatML is used instead.")
        }
        // Not being able to write it down is no reason to fail.
        try? LastUsed(places: library.places).remember(chosen)
        return session
    }
}

extension ModelChoice {
    /// The models that options name, or the last used, or the bundled ones; errors as the command line reports them.
    init(model: String?, draft: String?, in library: ModelLibrary) throws {
        self = try ModelsOutput.failing { () throws(LibraryError) in
            try ModelReference.choose(target: model, draft: draft, in: library)
        }
    }
}
