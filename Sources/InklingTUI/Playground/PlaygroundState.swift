// SPDX-License-Identifier: Apache-2.0

public import InklingCells
public import InklingDecoding
public import InklingEngine

/// Multi-draft autocomplete, live as one types.
public struct PlaygroundState: Sendable {
    /// What one method made of the text.
    public struct Outcome: Sendable, Equatable {
        /// Text of each draft, best first.
        public var drafts: [String] = []
        /// The share of the mixture that each draft has, and whether n-grams know how it goes on; while they are made.
        public var live: [LiveCompletion] = []
        public var isDone = false
        /// Since the text changed.
        public var latency: Duration?
        public var passCount: Int?
        public var draftDuration: Duration?
        /// For ends that were written anew.
        public var repairPassCount = 0
        public var repairDuration = Duration.zero
        public var problem: String?
    }

    public var editor = TextEditor()
    /// How many drafts, and how long.
    public var count = 3
    public var length = 8
    /// Whether the other methods are asked as well.
    public var compares = false
    public var selected = 0
    public var outcomes: [DraftMethod: Outcome] = [:]
    /// The number of the request that counts; what belongs to another one is of the past.
    public var request = 0
    /// Methods still to be asked, after the one in progress.
    var waiting: [DraftMethod] = []
    var inProgress: DraftMethod?

    public init() {}

    static let methods: [DraftMethod] = [.superposed, .nucleus, .beam]

    /// What is offered at the cursor.
    public var drafts: [String] { outcomes[.superposed]?.drafts ?? [] }

    public var selectedDraft: String? {
        drafts.indices.contains(selected) ? drafts[selected] : nil
    }
}
