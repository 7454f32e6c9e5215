// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingEngine

extension App {
    static func modelsAction(_ state: inout AppState, _ action: Action) -> [Effect] {
        let rows = state.models.rows
        let height = max(1, state.size.height - 6)
        switch action {
        case .up: move(&state, rows, by: -1)
        case .down: move(&state, rows, by: 1)
        case .pageUp: move(&state, rows, by: -height)
        case .pageDown: move(&state, rows, by: height)
        case .top: move(&state, rows, by: -rows.count)
        case .bottom: move(&state, rows, by: rows.count)
        case .filter: state.models.isFiltering = true
        case .rescan:
            state.models.listing = nil
            state.models.forgetMemory()
            return [.findModels]
        case .choose:
            guard let entry = selected(state, rows) else { return [] }
            // The draft stays if it is one for this model; the engine says if it is not.
            let keepsDraft = entry.model.path == state.session?.target.path
            return load(
                &state, target: entry.model.path, draft: keepsDraft ? state.session?.draft?.path : nil,
                name: entry.model.name)
        case .setDraft:
            guard let entry = selected(state, rows) else { return [] }
            guard let target = state.session?.target else {
                state.note("choose a model first, then the one that drafts for it" + state.hint(.setDraft, in: .models))
                return []
            }
            return load(&state, target: target.path, draft: entry.model.path, name: entry.model.name)
        case .noDraft:
            guard let session = state.session, session.draft != nil else { return [] }
            return load(&state, target: session.target.path, draft: nil, name: session.target.name)
        case .cancel:
            if state.loading != nil { return [.cancelLoad] }
            if !state.models.filter.isEmpty {
                clearFilter(&state)
            } else {
                state.screen = .chat
            }
        default: break
        }
        return askMemory(&state)
    }

    /// Asks what the chosen model would take in memory, unless that was asked before.
    static func askMemory(_ state: inout AppState) -> [Effect] {
        guard state.screen == .models, let entry = selected(state, state.models.rows), entry.problem == nil,
            let summary = entry.summary, summary.limitation == nil,
            state.models.memoryAsked.insert(entry.model.path).inserted
        else { return [] }
        return [.estimateMemory(path: entry.model.path)]
    }

    static func modelsFilterKey(_ state: inout AppState, _ press: KeyPress) -> [Effect] {
        switch press.key {
        case .escape:
            state.models.isFiltering = false
            clearFilter(&state)
            return askMemory(&state)
        case .enter, .tab, .down, .up:
            state.models.isFiltering = false
        default:
            if !state.models.filter.handle(press, width: state.size.width),
                let action = state.keyMap.action(for: press, in: [.everywhere])
            {
                state.models.isFiltering = false
                return perform(&state, action)
            }
        }
        // The first model that is left, not the heading above it.
        let rows = state.models.rows
        state.models.list.select(rows.firstIndex { $0.entry != nil } ?? 0, count: rows.count)
        return askMemory(&state)
    }

    /// What was chosen among few stays so among all.
    private static func clearFilter(_ state: inout AppState) {
        let chosen = selected(state, state.models.rows)
        state.models.filter.replaceAll(with: "")
        let rows = state.models.rows
        let index = rows.firstIndex { $0.entry != nil && $0.entry == chosen } ?? rows.firstIndex { $0.entry != nil }
        state.models.list.select(index ?? 0, count: rows.count)
    }

    /// Where one begins to look: at what is there already.
    static func selectModelInUse(_ state: inout AppState) {
        let rows = state.models.rows
        let inUse = state.session.flatMap { session in rows.firstIndex { $0.entry?.model.path == session.target.path } }
        state.models.list.select(inUse ?? rows.firstIndex { $0.entry != nil } ?? 0, count: rows.count)
    }

    /// Headings are passed over.
    private static func move(_ state: inout AppState, _ rows: [ModelsState.Row], by step: Int) {
        guard rows.contains(where: { $0.entry != nil }) else { return }
        state.models.list.move(by: step, count: rows.count)
        let direction = step < 0 ? -1 : 1
        var index = state.models.list.selected
        while rows.indices.contains(index), rows[index].entry == nil { index += direction }
        if !rows.indices.contains(index) {
            index = step < 0 ? rows.firstIndex { $0.entry != nil } ?? 0 : rows.lastIndex { $0.entry != nil } ?? 0
        }
        state.models.list.select(index, count: rows.count)
    }

    static func selected(_ state: AppState, _ rows: [ModelsState.Row]) -> LibraryEntry? {
        let index = state.models.list.selected
        guard rows.indices.contains(index) else { return nil }
        // A heading stands for what is under it.
        return rows[index].entry ?? rows[index...].first { $0.entry != nil }?.entry
    }
}
