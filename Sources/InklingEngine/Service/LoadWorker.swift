// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTokenizer
import Synchronization

/// The thread that loads models while those in use go on.
struct LoadWorker: ~Copyable {
    private let core: EngineCore

    init(_ core: EngineCore) {
        self.core = core
    }

    consuming func run() {
        while true {
            switch core.loads.next() {
            case .load(let id, let order, let flag): load(id, order, flag)
            case .stop: return core.commands.post(.stop)
            }
        }
    }

    private func load(_ id: LoadID, _ order: LoadOrder, _ flag: CancellationFlag) {
        let options = order.session ?? core.options.session
        do throws(EngineError) {
            guard !flag.isCancelled else { return core.end(id, .cancelled) }
            let choice = try choice(of: order)
            let others = core.published.withLock { ($0.pair.map { [$0] } ?? []) + $0.waiting.values }
            var lastShare = -1
            let pair = try ModelPair.load(
                choice, options: options, chatFormat: core.options.chatFormat, sharing: others,
                free: core.freeMemory(),
                checkMemory: { (need) throws(EngineError) in try check(need, id, order) },
                stage: { stage in
                    guard !flag.isCancelled else { return false }
                    if Self.isNews(stage, &lastShare) { core.deliver(.load(id, .progress(stage))) }
                    return true
                })
            core.published.withLock { $0.waiting[id] = pair }
            core.commands.post(.use(id, pair, options, flag))
        } catch {
            core.end(id, flag.isCancelled || error.isCancellation ? .cancelled : .failed(error))
        }
    }

    private func choice(of order: LoadOrder) throws(EngineError) -> ModelChoice {
        switch order.what {
        case .choice(let choice): return choice
        case .named(let target, let draft):
            do throws(LibraryError) {
                return try ModelReference.choose(target: target, draft: draft, in: core.library)
            } catch { throw .library(error) }
        }
    }

    private func check(_ need: MemoryNeed, _ id: LoadID, _ order: LoadOrder) throws(EngineError) {
        switch need.verdict {
        case .fits: break
        case .impossible where !order.ignoresMemory: throw .notEnoughMemory(need)
        case .tight, .impossible: core.deliver(.load(id, .memoryIsTight(need)))
        }
    }

    /// A large model has hundreds of tensors, and nobody sees more than a hundred steps.
    private static func isNews(_ stage: LoadStage, _ lastShare: inout Int) -> Bool {
        guard case .packing(_, let progress) = stage, progress.total > 0 else { return true }
        let share = Int(Double(progress.done) / Double(progress.total) * 100)
        defer { lastShare = share }
        return share != lastShare
    }
}

/// The thread that counts tokens while the others are busy.
struct CountWorker: ~Copyable {
    private let core: EngineCore

    init(_ core: EngineCore) {
        self.core = core
    }

    consuming func run() {
        while true {
            switch core.counts.next() {
            case .count(let text, let id):
                let tokenizer = core.published.withLock(\.pair)?.target.tokenizer
                core.deliver(.tokenCount(id: id, count: tokenizer?.encode(text, special: .ignore).count))
            case .stop: return core.loads.post(.stop)
            }
        }
    }
}
