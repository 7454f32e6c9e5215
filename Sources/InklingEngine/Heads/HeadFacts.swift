// SPDX-License-Identifier: Apache-2.0

import InklingGGUF

/// What is known of a head's training: for people, and of no effect.
public struct HeadFacts: Sendable, Equatable {
    public var exampleCount: Int?
    public var positionCount: Int?
    public var textCount: Int?
    public var epochCount: Int?
    public var seed: Int?
    /// Expected calibration error on examples that nothing was learned from, before calibration and after.
    public var calibrationErrorBefore: Double?
    public var calibrationError: Double?
    /// Mean cross-entropy on the same, in nats.
    public var logLoss: Double?
    /// Their mean acceptance.
    public var acceptance: Double?
    /// Reliability curve, by bins of one width: share of the predictions, mean prediction, mean acceptance.
    public var bins: [Bin] = []

    public struct Bin: Sendable, Equatable {
        public var share, predicted, actual: Float

        public init(share: Float, predicted: Float, actual: Float) {
            self.share = share
            self.predicted = predicted
            self.actual = actual
        }
    }

    public init() {}

    static let binCountLimit = 1_000

    private static let counts: [(key: String, path: any WritableKeyPath<HeadFacts, Int?> & Sendable)] = [
        ("training.examples", \.exampleCount), ("training.positions", \.positionCount),
        ("training.texts", \.textCount), ("training.epochs", \.epochCount), ("training.seed", \.seed),
    ]
    private static let numbers: [(key: String, path: any WritableKeyPath<HeadFacts, Double?> & Sendable)] = [
        ("calibration.error_before", \.calibrationErrorBefore), ("calibration.error", \.calibrationError),
        ("calibration.log_loss", \.logLoss), ("calibration.acceptance", \.acceptance),
    ]
    private static let curves: [(key: String, path: any WritableKeyPath<Bin, Float> & Sendable)] = [
        ("calibration.share", \.share), ("calibration.predicted", \.predicted), ("calibration.actual", \.actual),
    ]

    func write(_ set: (String, GGUFValue) -> Void) {
        for (key, path) in Self.counts {
            if let count = self[keyPath: path] { set(key, .int64(Int64(count))) }
        }
        for (key, path) in Self.numbers {
            if let number = self[keyPath: path] { set(key, .float64(number)) }
        }
        guard !bins.isEmpty else { return }
        for (key, path) in Self.curves { set(key, .array(.float32(bins.map { $0[keyPath: path] }))) }
    }

    /// What a file says; what is missing or makes no sense is left out.
    init(metadata: GGUFMetadata) {
        for (key, path) in Self.counts { self[keyPath: path] = metadata.int(HeadKey.prefix + key) }
        for (key, path) in Self.numbers {
            self[keyPath: path] = metadata.float(HeadKey.prefix + key).flatMap { $0.isFinite ? $0 : nil }
        }
        let columns = Self.curves.map { metadata.floats(HeadKey.prefix + $0.key) ?? [] }
        let count = columns[0].count
        guard count <= Self.binCountLimit, columns.allSatisfy({ $0.count == count && $0.allSatisfy(\.isFinite) })
        else { return }
        bins = (0..<count).map { index in
            Bin(share: columns[0][index], predicted: columns[1][index], actual: columns[2][index])
        }
    }
}
