// SPDX-License-Identifier: Apache-2.0

internal import InklingDecoding

extension Preferences {
    /// Takes over what differs between two readings of the configuration. What was changed here and not there stays, and
    /// so does what the model's file recommends.
    public mutating func takeChanges(from old: Preferences, to new: Preferences) {
        func take<Value: Equatable>(_ path: WritableKeyPath<Preferences, Value>) {
            if old[keyPath: path] != new[keyPath: path] { self[keyPath: path] = new[keyPath: path] }
        }
        take(\.theme)
        take(\.showsPanels)
        take(\.panels)
        take(\.mouse)
        take(\.ascii)
        take(\.foldsReasoning)
        take(\.seed)
        take(\.strategy)
        take(\.maxTokens)
        take(\.systemPrompt)
        take(\.contextChoice)
        for strategy in Set(old.parameters.keys).union(new.parameters.keys) {
            take(\.parameters[strategy])
        }
        for field in SamplerField.all where old.sampling[field] != new.sampling[field] {
            sampling.clear(field)
            // In its range already.
            if let value = new.sampling[field] { try? sampling.set(field, to: value) }
        }
    }
}
