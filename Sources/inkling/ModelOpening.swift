// SPDX-License-Identifier: Apache-2.0

import InklingEngine
import InklingTensor

extension ModelOptions {
    /// Finds, loads and pairs the models that the options name.
    func open() throws -> ModelSession {
        let kernels: KernelSet
        do throws(KernelError) { kernels = try KernelSet.chosen() } catch { throw Failure(.kernels(error)) }
        _ = kernels
        let pool = ComputePool(width: threads ?? physicalCoreCount())
        let chosen = try resolve()
        do throws(EngineError) {
            let target = try LoadedModel(path: chosen.target, pool: pool, chatFormat: chatFormat)
            let draft: LoadedModel? = if let path = chosen.draft { try LoadedModel(path: path, pool: pool) } else { nil }
            return try ModelSession(target: target, draft: draft, options: session, pool: pool)
        } catch { throw Failure(error) }
    }
}
