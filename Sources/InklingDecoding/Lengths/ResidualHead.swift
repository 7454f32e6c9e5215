// SPDX-License-Identifier: Apache-2.0

import InklingTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The sizes of a ``ResidualHead``, and where its parameters stand in one array: input matrix and bias, matrix and bias of
/// each block, output weights and bias. Matrices are row by row, a row for each output.
public struct ResidualHeadShape: Sendable, Equatable {
    /// Width of the draft model's hidden states.
    public let hiddenSize: Int
    /// Width of the head's own states.
    public let width: Int
    public let blockCount: Int

    public static let hiddenSizes = 1...65_536
    public static let widths = 1...4_096
    public static let blockCounts = 0...32

    /// nil for sizes that no head has.
    public init?(hiddenSize: Int, width: Int, blockCount: Int) {
        guard Self.hiddenSizes.contains(hiddenSize), Self.widths.contains(width), Self.blockCounts.contains(blockCount)
        else { return nil }
        self.hiddenSize = hiddenSize
        self.width = width
        self.blockCount = blockCount
    }

    /// The hidden state, the token's log odds, the temperature.
    public var inputCount: Int { hiddenSize + 2 }
    public var parameterCount: Int { outputBias + 1 }

    public var inputWeights: Range<Int> { 0..<width * inputCount }
    public var inputBias: Range<Int> { range(after: inputWeights.upperBound, count: width) }
    public func blockWeights(_ index: Int) -> Range<Int> {
        range(after: inputBias.upperBound + index * (width * width + width), count: width * width)
    }
    public func blockBias(_ index: Int) -> Range<Int> {
        range(after: blockWeights(index).upperBound, count: width)
    }
    public var outputWeights: Range<Int> { range(after: blockWeights(blockCount).lowerBound, count: width) }
    public var outputBias: Int { outputWeights.upperBound }

    private func range(after start: Int, count: Int) -> Range<Int> { start..<start + count }
}

/// The head of SpecDec++: `h ← h + SiLU(W h + b)` for each block, then one logit.
///
/// Differs from the paper's in its input: the hidden state is the one that the token was drawn from, and with it come how
/// likely the draft model found the token and the temperature, which the paper fixes at 1. A matrix before the blocks takes
/// all that to a width of the head's own, so that the head of a wide draft model stays small. And blocks have matrices of
/// their own, where those of the authors' code share one.
///
/// Source: Huang et al., "SpecDec++", 2024.
public struct ResidualHead: AcceptanceHead, Equatable {
    public let shape: ResidualHeadShape
    /// See ``ResidualHeadShape``.
    public let parameters: [Float]
    /// Those it was trained for; others count as the nearest of these.
    public let temperatures: ClosedRange<Float>

    public var hiddenSize: Int { shape.hiddenSize }

    /// - Precondition: as many parameters as the shape has.
    public init(shape: ResidualHeadShape, parameters: [Float], temperatures: ClosedRange<Float>) {
        precondition(parameters.count == shape.parameterCount)
        self.shape = shape
        self.parameters = parameters
        self.temperatures = temperatures
    }

    /// - Complexity: a multiplication for each parameter.
    public func acceptance(hidden: ArraySlice<Float>, odds: Float, temperature: Float) -> Float {
        precondition(hidden.count == shape.hiddenSize)
        var input = [Float]()
        input.reserveCapacity(shape.inputCount)
        input.append(contentsOf: hidden)
        input.append(odds)
        input.append(min(max(temperature, temperatures.lowerBound), temperatures.upperBound))
        var state = affine(input, shape.inputWeights, bias: shape.inputBias)
        for block in 0..<shape.blockCount {
            let step = affine(state, shape.blockWeights(block), bias: shape.blockBias(block))
            for index in state.indices { state[index] += Self.silu(step[index]) }
        }
        var logit = parameters[shape.outputBias]
        for (index, weight) in zip(state.indices, parameters[shape.outputWeights]) { logit += weight * state[index] }
        return 1 / (1 + exp(-logit))
    }

    private static func silu(_ x: Float) -> Float { x / (1 + exp(-x)) }

    /// `W x + b`.
    private func affine(_ input: [Float], _ weights: Range<Int>, bias: Range<Int>) -> [Float] {
        RowMath.best.affine(parameters.span.extracting(weights), input.span, bias: parameters.span.extracting(bias))
    }
}
