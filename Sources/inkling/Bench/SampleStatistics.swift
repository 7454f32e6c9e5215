// SPDX-License-Identifier: Apache-2.0

/// What a handful of measurements of one thing say.
struct SampleStatistics: Equatable {
    let count: Int
    let mean: Double
    /// Of the sample, with n − 1; 0 for fewer than two.
    let standardDeviation: Double
    /// The middle one, or the mean of the two in the middle.
    let median: Double
    let minimum, maximum: Double

    /// Zeros for no samples.
    init(_ samples: [Double]) {
        let sorted = samples.sorted()
        let count = samples.count
        self.count = count
        guard let first = sorted.first, let last = sorted.last else {
            (mean, standardDeviation, median, minimum, maximum) = (0, 0, 0, 0, 0)
            return
        }
        (minimum, maximum) = (first, last)
        let mean = samples.reduce(0, +) / Double(count)
        self.mean = mean
        median = count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
        let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardDeviation = count > 1 ? (squares / Double(count - 1)).squareRoot() : 0
    }
}
