// SPDX-License-Identifier: Apache-2.0

import InklingDecoding

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A ``ResidualHead`` computed for many inputs at once, forwards and backwards.
struct HeadPass {
    private let shape: ResidualHeadShape
    private var rowCount = 0
    private var inputs: [Float] = []
    /// `[rows, width]` before the first block and after each.
    private var states: [[Float]]
    /// `[rows, width]` of each block, before the activation.
    private var steps: [[Float]]
    private(set) var logits: [Float] = []

    init(_ shape: ResidualHeadShape) {
        self.shape = shape
        states = Array(repeating: [], count: shape.blockCount + 1)
        steps = Array(repeating: [], count: shape.blockCount)
    }

    /// Computes ``logits``.
    ///
    /// - Parameter inputs: `[rows, inputCount]`, at least one row.
    mutating func forward(_ inputs: [Float], _ parameters: [Float]) {
        self.inputs = inputs
        rowCount = inputs.count / shape.inputCount
        states[0] = affine(
            inputs, columns: shape.inputCount, parameters, shape.inputWeights, bias: shape.inputBias)
        for block in 0..<shape.blockCount {
            let step = affine(
                states[block], columns: shape.width, parameters, shape.blockWeights(block),
                bias: shape.blockBias(block))
            var state = states[block]
            for index in state.indices { state[index] += step[index] * Self.sigmoid(step[index]) }
            steps[block] = step
            states[block + 1] = state
        }
        logits = [Float](repeating: parameters[shape.outputBias], count: rowCount)
        MatrixProduct.multiply(
            Matrix(values: states[shape.blockCount], stride: shape.width),
            Matrix(values: parameters, offset: shape.outputWeights.lowerBound, stride: 1), rows: rowCount, columns: 1,
            depth: shape.width, keep: 1, into: &logits)
    }

    /// The gradient of a loss of ``logits`` with respect to the parameters of the last ``forward(_:_:)``.
    ///
    /// - Parameter logitGradients: the derivative of the loss by each logit.
    func gradient(_ logitGradients: [Float], _ parameters: [Float]) -> [Float] {
        precondition(logitGradients.count == rowCount)
        let width = shape.width
        var gradient = [Float](repeating: 0, count: shape.parameterCount)
        let byLogit = Matrix(values: logitGradients, stride: 1)
        MatrixProduct.multiply(
            byLogit.transposed, Matrix(values: states[shape.blockCount], stride: width), rows: 1, columns: width,
            depth: rowCount, into: &gradient, at: shape.outputWeights.lowerBound)
        gradient[shape.outputBias] = logitGradients.reduce(0, +)
        // By the state after the block in question.
        var byState = [Float](repeating: 0, count: rowCount * width)
        MatrixProduct.multiply(
            byLogit, Matrix(values: parameters, offset: shape.outputWeights.lowerBound, stride: width), rows: rowCount,
            columns: width, depth: 1, into: &byState)
        for block in (0..<shape.blockCount).reversed() {
            var byStep = byState
            for index in byStep.indices { byStep[index] *= Self.siluSlope(steps[block][index]) }
            addAffine(
                byStep, inputs: states[block], columns: width, shape.blockWeights(block), bias: shape.blockBias(block),
                to: &gradient)
            MatrixProduct.multiply(
                Matrix(values: byStep, stride: width),
                Matrix(values: parameters, offset: shape.blockWeights(block).lowerBound, stride: width),
                rows: rowCount, columns: width, depth: width, keep: 1, into: &byState)
        }
        addAffine(
            byState, inputs: inputs, columns: shape.inputCount, shape.inputWeights, bias: shape.inputBias,
            to: &gradient)
        return gradient
    }

    /// `[rows, width]`: X Wᵀ + b.
    private func affine(
        _ inputs: [Float], columns: Int, _ parameters: [Float], _ weights: Range<Int>, bias: Range<Int>
    ) -> [Float] {
        var result = [Float]()
        result.reserveCapacity(rowCount * shape.width)
        for _ in 0..<rowCount { result.append(contentsOf: parameters[bias]) }
        MatrixProduct.multiply(
            Matrix(values: inputs, stride: columns),
            Matrix(values: parameters, offset: weights.lowerBound, stride: columns).transposed, rows: rowCount,
            columns: shape.width, depth: columns, keep: 1, into: &result)
        return result
    }

    /// Gradients of weights and bias from that of their outputs, `[rows, width]`.
    private func addAffine(
        _ byOutput: [Float], inputs: [Float], columns: Int, _ weights: Range<Int>, bias: Range<Int>,
        to gradient: inout [Float]
    ) {
        MatrixProduct.multiply(
            Matrix(values: byOutput, stride: shape.width).transposed, Matrix(values: inputs, stride: columns),
            rows: shape.width, columns: columns, depth: rowCount, into: &gradient, at: weights.lowerBound)
        for row in 0..<rowCount {
            for column in 0..<shape.width { gradient[bias.lowerBound + column] += byOutput[row * shape.width + column] }
        }
    }

    private static func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

    private static func siluSlope(_ x: Float) -> Float {
        let s = sigmoid(x)
        return s * (1 + x * (1 - s))
    }
}
