// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

/// Keys in sentences: those that are set, whatever the table says.
extension AppState {
    /// The key of an action: where these places are asked first, then anywhere; nil if it has none.
    func keyName(of action: Action, in contexts: [KeyContext] = []) -> String? {
        (contexts.lazy.compactMap { keyMap.key(for: action, in: $0) }.first ?? keyMap.key(for: action))?.name
    }

    /// What a sentence adds of a key, `; esc stops it`; nothing if the action has none.
    func hint(_ action: Action, _ verb: String? = nil, in context: KeyContext = .everywhere) -> String {
        keyName(of: action, in: [context]).map { "; \($0) \(verb ?? "does it")" } ?? ""
    }

    /// Says why nothing can be asked.
    mutating func noteNoModel() {
        note(
            loading == nil
                ? "no model is loaded" + hint(.modelsScreen, "lists them") : "the model is still being loaded")
    }
}
