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
    mutating func advance(by count: Int) throws(GenerationError) {
        let end = min(progress.done + count, progress.total)
        do throws(ModelError) {
            _ = try runner.forward(ModelBatch(prompt[progress.done..<end], want: .nothing))
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw .model(error)
        }
        progress.done = end
    }
}
