// SPDX-License-Identifier: Apache-2.0

import InklingDecoding

/// Takes inputs to mean 0 and deviation 1, and the other way round, parameters that were trained on such inputs to those
/// for inputs as they come.
struct InputScaling {
    private let mean: [Float]
    private let scale: [Float]

    init(_ examples: AcceptanceExamples, _ indices: [Int]) {
        let count = examples.inputCount
        var sum = [Double](repeating: 0, count: count)
        var square = sum
        for index in indices {
            let start = index * count
            for column in 0..<count {
                let value = Double(examples.inputs[start + column])
                sum[column] += value
                square[column] += value * value
            }
        }
        let total = Double(max(1, indices.count))
        mean = sum.map { Float($0 / total) }
        scale = zip(sum, square).map { sum, square in
            let variance = square / total - (sum / total) * (sum / total)
            // A number that is always the same says nothing; a state that is no number spoils nothing.
            return variance > 1e-12 && variance.isFinite ? Float(1 / variance.squareRoot()) : 0
        }
    }

    func inputs(_ examples: AcceptanceExamples, _ indices: ArraySlice<Int>) -> [Float] {
        let count = examples.inputCount
        var result: [Float] = []
        result.reserveCapacity(indices.count * count)
        for index in indices {
            let start = index * count
            for column in 0..<count {
                result.append((examples.inputs[start + column] - mean[column]) * scale[column])
            }
        }
        return result
    }

    func folded(into parameters: [Float], _ shape: ResidualHeadShape) -> [Float] {
        var result = parameters
        for row in 0..<shape.width {
            var shift = 0.0
            for column in 0..<shape.inputCount {
                let index = shape.inputWeights.lowerBound + row * shape.inputCount + column
                result[index] *= scale[column]
                shift += Double(result[index]) * Double(mean[column])
            }
            result[shape.inputBias.lowerBound + row] -= Float(shift)
        }
        return result
    }
}
