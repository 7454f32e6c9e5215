// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

/// Reads a prompt into a cache in chunks, all but its last token: that one belongs to the first round, whose pass needs
/// its logits.
struct Prefill {
    private let prompt: [TokenID]
    private let runner: any ModelRunner
    private(set) var progress: PrefillProgress

    /// Keeps what the cache shares with the prompt and forgets the rest of it. Of a prompt that the cache holds as a whole
    /// the last token is forgotten.
    init(lane: Lane, prompt: [TokenID], runner: any ModelRunner) {
        self.prompt = prompt
        self.runner = runner
        let total = prompt.count - 1
        let reused = min(runner.commonPrefix(with: prompt), total)
        if runner.cachedCount > reused { runner.truncate(to: reused) }
        progress = PrefillProgress(lane: lane, done: reused, total: total, reused: reused)
    }

    var isDone: Bool { progress.done == progress.total }

    /// Computes the next `count` tokens, or as many as are left. The cache holds a prefix of the prompt if it throws.
    /// - Throws: ``GenerationError/cancelled`` before the pass if the user gave up.
    mutating func advance(by count: Int, _ passes: PassTimer) throws(GenerationError) {
        let end = min(progress.done + count, progress.total)
        let batch = ModelBatch(prompt[progress.done..<end], want: .nothing)
        progress.span = try passes.forward(batch, on: runner, lane: progress.lane).span
        progress.done = end
    }
}

/// How many tokens of a prompt to read in a pass, so that a cancellation never waits long.
struct PrefillPace {
    private let longest: Int
    private let latency: Duration?
    private(set) var chunk: Int

    /// Below this a pass costs nearly as much as one over a single token.
    private static let least = 16
    private static let first = 64

    /// - Parameter latency: what a pass should take at most; nil: always `longest` tokens.
    init(longest: Int, latency: Duration?) {
        self.longest = longest
        self.latency = latency
        chunk = latency == nil ? longest : min(longest, Self.first)
    }

    mutating func didRead(_ count: Int, in duration: Duration) {
        guard let latency, count > 0, duration > .zero else { return }
        let fitting = Double(count) * (latency / duration)
        // Careful upwards, since short passes are paid for by the row and long ones are not.
        chunk = min(longest, max(Self.least, Int(min(fitting, Double(4 * chunk)))))
    }
}
