// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingEngine

extension ModelOptions {
    /// Finds, loads and pairs the models that the options name, and remembers them for the next start.
    func open() throws -> ModelSession { try openWithSnapshot().session }

    /// The same, with what is known of the models.
    func openWithSnapshot() throws -> (session: ModelSession, snapshot: SessionSnapshot) {
        let library = ModelLibrary(places: .current(folders: modelsDir.map { [$0] } ?? []))
        var chosen = try ModelChoice(model: model, draft: draft, in: library)
        var line = LoadingLine()
        defer { line.clear() }
        let session: ModelSession
        let snapshot: SessionSnapshot
        do throws(EngineError) {
            let pair = try ModelPair.load(
                chosen, options: self.session, chatFormat: chatFormat,
                stage: { stage in
                    line.show(stage)
                    return true
                })
            let head = try acceptanceHead(for: pair.target, draft: pair.draft, suggested: chosen.head)
            let ngrams = try NGramSource.find(self.session.ngrams, for: pair.target, suggested: chosen.ngrams)
            session = try ModelSession(
                target: pair.target, draft: pair.draft, head: head, ngrams: ngrams, options: self.session,
                costCache: CostCache(places: library.places))
            snapshot = SessionSnapshot(session, pair)
        } catch { throw Failure(error) }
        line.clear()
        chosen.head = session.head?.path
        chosen.ngrams = session.ngrams.flatMap { $0.facts.isStore ? $0.facts.path : nil }
        if let warning = session.target.chatFormat.warning { Output.error("inkling: \(warning)") }
        // Not being able to write it down is no reason to fail.
        try? LastUsed(places: library.places).remember(chosen)
        return (session, snapshot)
    }

    /// The head that the options name, else one that is found; what is found but fits not is passed over.
    private func acceptanceHead(
        for target: LoadedModel, draft: LoadedModel?, suggested: String?
    ) throws(EngineError) -> HeadFile? {
        guard let draft, !noHead else {
            if let head { Output.error("inkling: note: without a draft model \"\(head)\" is not used") }
            return nil
        }
        guard let head else { return HeadSearch.head(for: target, draft: draft, suggested: suggested) }
        do throws(HeadError) {
            let file = try HeadFile(path: head)
            try file.check(for: PairIdentity(target: target, draft: draft))
            return file
        } catch { throw .head(error) }
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
