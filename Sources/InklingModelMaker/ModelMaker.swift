// SPDX-License-Identifier: Apache-2.0

public import InklingGGUF
internal import InklingTensor

/// Makes the GGUF file of a ``ModelRecipe``.
///
/// Weights are normal numbers scaled by the number of inputs, so that activations keep their size from layer to layer, and
/// are the same for the same recipe on every machine.
public struct ModelMaker: Sendable {
    public let recipe: ModelRecipe
    public let metadata: GGUFMetadata
    public let tensors: [GGUFTensorPlan]
    private let fills: [Fill]

    /// What a tensor is filled with.
    enum Fill: Sendable, Equatable {
        /// Normal, mean 0.
        case weights(deviation: Float)
        /// Normal around 1.
        case norm
        /// Divisors of rotary frequencies, growing from 1.
        case divisors(last: Float)
    }

    public init(_ recipe: ModelRecipe) {
        self.recipe = recipe
        metadata = recipe.metadata()
        let entries = recipe.tensorEntries()
        tensors = entries.map(\.plan)
        fills = entries.map(\.fill)
    }

    /// Bytes of all tensors.
    public var byteCount: Int { tensors.reduce(0) { $0 + ($1.byteCount ?? 0) } }

    /// Writes the file, a few rows at a time.
    ///
    /// - Parameter progress: called with bytes written and bytes in all.
    public func write(
        to path: String, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(GGUFError) {
        let writer = try GGUFWriter(path: path, metadata: metadata, tensors: tensors)
        var done = 0
        for (plan, fill) in zip(tensors, fills) {
            var rows = rows(of: plan, fill)
            while let bytes = rows.next() {
                try writer.append(bytes, to: plan.name)
                done += bytes.count
                progress(done, byteCount)
            }
        }
        try writer.finish()
    }

    /// The bytes of the whole file: for models that are small.
    public func bytes() throws(GGUFError) -> [UInt8] {
        var contents: [(plan: GGUFTensorPlan, bytes: [UInt8])] = []
        for (plan, fill) in zip(tensors, fills) {
            var rows = rows(of: plan, fill)
            var bytes: [UInt8] = []
            while let next = rows.next() { bytes += next }
            contents.append((plan, bytes))
        }
        return try GGUFWriter.bytes(metadata: metadata, tensors: contents)
    }

    private func rows(of plan: GGUFTensorPlan, _ fill: Fill) -> RandomRows {
        RandomRows(plan: plan, fill: fill, seed: recipe.seed)
    }
}

/// The bytes of one tensor, about a megabyte at a time.
struct RandomRows {
    private let plan: GGUFTensorPlan
    private let fill: ModelMaker.Fill
    private var random: RandomSource
    private var rowsLeft: Int
    private let columns: Int
    private let bank: Bank?

    /// Runs of stored values to draw from, in place of numbers.
    private struct Bank {
        let bytes: [UInt8]
        /// A power of two.
        let runs: Int
        let bytesPerRun: Int
        let runsPerRow: Int
    }

    /// Large tensors are put together from random runs of one block, or of 32 values, that hold this many values in all.
    /// Searching the scales of a billion values takes minutes, and neither speed nor the spread of values tells the
    /// difference.
    private static let bankValues = 1 << 20

    private static func bank(
        for plan: GGUFTensorPlan, columns: Int, rows: Int, deviation: Float, _ random: inout RandomSource
    ) -> Bank? {
        let length = max(32, plan.type.blockLength)
        // Rows of a few runs would often be the same.
        guard columns % length == 0, columns / length > 2, columns * rows > 4 * bankValues else { return nil }
        let runs = bankValues / length
        let values = (0..<runs * length).map { _ in deviation * random.normal() }
        let bytes = Quantizer.quantize(values, as: plan.type)
        return Bank(bytes: bytes, runs: runs, bytesPerRun: bytes.count / runs, runsPerRow: columns / length)
    }

    init(plan: GGUFTensorPlan, fill: ModelMaker.Fill, seed: UInt64) {
        self.plan = plan
        self.fill = fill
        random = RandomSource(seed: seed, stream: plan.name)
        columns = plan.shape.first ?? 0
        rowsLeft = plan.shape.dropFirst().reduce(1, *)
        if case .weights(let deviation) = fill {
            bank = Self.bank(for: plan, columns: columns, rows: rowsLeft, deviation: deviation, &random)
        } else {
            bank = nil
        }
    }

    mutating func next() -> [UInt8]? {
        guard rowsLeft > 0 else { return nil }
        let count = min(rowsLeft, max(1, (1 << 18) / max(1, columns)))
        rowsLeft -= count
        if let bank {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(count * bank.runsPerRow * bank.bytesPerRun)
            for _ in 0..<count * bank.runsPerRow {
                let run = Int(truncatingIfNeeded: random.next() & UInt64(bank.runs - 1))
                bytes.append(contentsOf: bank.bytes[run * bank.bytesPerRun..<(run + 1) * bank.bytesPerRun])
            }
            return bytes
        }
        let values: [Float] =
            switch fill {
            case .weights(let deviation): (0..<count * columns).map { _ in deviation * random.normal() }
            case .norm: (0..<count * columns).map { _ in 1 + 0.1 * random.normal() }
            case .divisors(let last):
                (0..<columns).map { 1 + (last - 1) * Float($0) / Float(max(1, columns - 1)) }
            }
        return Quantizer.quantize(values, as: plan.type)
    }
}
