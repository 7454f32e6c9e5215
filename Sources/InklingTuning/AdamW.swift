// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Adam with weight decay of its own. Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.
struct AdamW {
    /// By parameter: 1 where it decays, 0 where it does not.
    private let decays: [Float]
    private let decay: Float
    private var mean: [Float]
    private var square: [Float]
    private var stepCount = 0

    private static let meanRetention: Float = 0.9
    private static let squareRetention: Float = 0.999
    private static let epsilon: Float = 1e-8

    init(decays: [Float], decay: Float) {
        self.decays = decays
        self.decay = decay
        mean = [Float](repeating: 0, count: decays.count)
        square = mean
    }

    mutating func step(_ parameters: inout [Float], _ gradient: [Float], rate: Float) {
        stepCount += 1
        let meanScale = 1 / (1 - pow(Self.meanRetention, Float(stepCount)))
        let squareScale = 1 / (1 - pow(Self.squareRetention, Float(stepCount)))
        for index in parameters.indices {
            let slope = gradient[index]
            mean[index] += (1 - Self.meanRetention) * (slope - mean[index])
            square[index] += (1 - Self.squareRetention) * (slope * slope - square[index])
            let direction = mean[index] * meanScale / ((square[index] * squareScale).squareRoot() + Self.epsilon)
            parameters[index] -= rate * (direction + decay * decays[index] * parameters[index])
        }
    }
}
