// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingEngine
import InklingGGUF
import InklingModel
import InklingTensor
import InklingTokenizer

/// A model on its own, for commands that read its logits or take its time.
struct MeasuredModel {
    let model: LoadedModel
    let kernels: KernelSet
    let pool: ComputePool
    let kv: KVFormat

    /// Beyond this no cache fits in any memory.
    static let contextLimit = 1 << 24

    init(_ reference: ModelArguments, _ compute: ComputeOptions) throws {
        do throws(KernelError) { kernels = try KernelSet.chosen() } catch { throw Failure(.kernels(error)) }
        let path = try reference.path()
        pool = ComputePool(width: compute.threads ?? physicalCoreCount())
        kv = compute.kv
        do throws(EngineError) { model = try LoadedModel(path: path, pool: pool) } catch { throw Failure(error) }
    }

    /// A runner whose cache holds `context` tokens.
    func runner(context: Int) throws -> TransformerRunner {
        guard (1...Self.contextLimit).contains(context) else {
            throw Failure(.badContext(requested: context, allowed: 1...Self.contextLimit))
        }
        do throws(ModelError) {
            return try TransformerRunner(
                model: model.weights, contextCapacity: context, format: kv, kernels: kernels, pool: pool)
        } catch { throw failure(error) }
    }

    func failure(_ error: ModelError) -> Failure {
        error == .cancelled ? .interrupted : Failure(.model(path: model.path, error))
    }

    /// Rows of logits to ask for at a time: a vocabulary is wide, and all rows of a long text are gigabytes.
    var logitRowLimit: Int {
        Self.logitRowLimit(vocabularySize: model.config.vocabularySize)
    }

    static func logitRowLimit(vocabularySize: Int) -> Int {
        // 64 MiB of logits, in whole tiles of the kernels.
        let rows = (64 << 20) / (4 * max(1, vocabularySize))
        return max(16, min(TransformerRunner.rowLimit, rows / 16 * 16))
    }

    /// The type that most bytes of the weights have.
    var weightsName: String {
        guard let file = try? GGUFFile(path: model.path) else { return "?" }
        let bytes = file.tensors.reduce(into: [ElementType: Int]()) { $0[$1.type, default: 0] += $1.byteCount }
        return bytes.max { ($0.value, $1.key.code) < ($1.value, $0.key.code) }?.key.name ?? "?"
    }

    /// Says on standard error when positions go past what the model was trained for.
    func warnBeyondTraining(_ context: Int, _ what: String) {
        let trained = model.config.contextLength
        guard context > trained else { return }
        Output.error("inkling: note: \(what) goes past the \(trained) positions that the model was trained for")
    }
}
