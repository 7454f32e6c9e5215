// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import Testing

@testable import InklingTuning

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The head written out in Double, one row at a time.
private struct SlowHead {
    let shape: ResidualHeadShape

    func logit(_ input: [Double], _ parameters: [Double]) -> Double {
        func affine(_ x: [Double], _ weights: Range<Int>, _ bias: Range<Int>) -> [Double] {
            bias.enumerated().map { row, index in
                x.indices.reduce(parameters[index]) { $0 + parameters[weights.lowerBound + row * x.count + $1] * x[$1] }
            }
        }
        var state = affine(input, shape.inputWeights, shape.inputBias)
        for block in 0..<shape.blockCount {
            let step = affine(state, shape.blockWeights(block), shape.blockBias(block))
            state = zip(state, step).map { $0 + $1 / (1 + exp(-$1)) }
        }
        return zip(shape.outputWeights, state).reduce(parameters[shape.outputBias]) { $0 + parameters[$1.0] * $1.1 }
    }
}

/// −[ω(1 − y) ln(1 − a) + y ln a] as it is written.
private func slowLoss(logit: Double, label: Double, rejectionWeight: Double) -> Double {
    let a = 1 / (1 + exp(-logit))
    return -(rejectionWeight * (1 - label) * log(1 - a) + label * log(a))
}

struct HeadPassTests {
    private static let shapes = [(5, 4, 0), (5, 4, 1), (7, 6, 3), (3, 1, 2)]

    private struct Case {
        let shape: ResidualHeadShape
        let parameters: [Float]
        let inputs: [[Float]]
        let labels: [Float] = [0.9, 0, 0.3, 1, 0.6]

        init(_ sizes: (Int, Int, Int)) throws {
            shape = try #require(ResidualHeadShape(hiddenSize: sizes.0, width: sizes.1, blockCount: sizes.2))
            var random = SplitMix(seed: UInt64(sizes.0 * 100 + sizes.2))
            parameters = (0..<shape.parameterCount).map { _ in Float.random(in: -0.7...0.7, using: &random) }
            let width = shape.inputCount
            inputs = labels.map { _ in (0..<width).map { _ in Float.random(in: -2...2, using: &random) } }
        }
    }

    @Test(arguments: shapes)
    func `The gradient is that of finite differences`(_ sizes: (Int, Int, Int)) throws {
        let given = try Case(sizes)
        let slow = SlowHead(shape: given.shape)
        let loss = AcceptanceLoss(rejectionWeight: 6)
        func total(_ parameters: [Double]) -> Double {
            zip(given.inputs, given.labels).reduce(0) { sum, pair in
                sum
                    + slowLoss(
                        logit: slow.logit(pair.0.map { Double($0) }, parameters), label: Double(pair.1),
                        rejectionWeight: 6)
            }
        }
        var pass = HeadPass(given.shape)
        pass.forward(given.inputs.flatMap { $0 }, given.parameters)
        let slopes = zip(pass.logits, given.labels).map { loss.slope(logit: $0, label: $1) }
        let gradient = pass.gradient(slopes, given.parameters)
        let exact = given.parameters.map { Double($0) }
        for index in exact.indices {
            var above = exact, below = exact
            above[index] += 1e-5
            below[index] -= 1e-5
            let expected = (total(above) - total(below)) / 2e-5
            #expect(
                abs(Double(gradient[index]) - expected) <= 1e-4 * (1 + abs(expected)), "parameter \(index) of \(sizes)")
        }
    }

    @Test(arguments: shapes)
    func `Many rows, one row and the head itself agree`(_ sizes: (Int, Int, Int)) throws {
        let given = try Case(sizes)
        let slow = SlowHead(shape: given.shape)
        let head = ResidualHead(shape: given.shape, parameters: given.parameters, temperatures: -9...9)
        var pass = HeadPass(given.shape)
        pass.forward(given.inputs.flatMap { $0 }, given.parameters)
        for (row, input) in given.inputs.enumerated() {
            let expected = slow.logit(input.map { Double($0) }, given.parameters.map { Double($0) })
            #expect(abs(Double(pass.logits[row]) - expected) < 1e-4)
            let hidden = input[..<given.shape.hiddenSize]
            let acceptance = head.acceptance(
                hidden: hidden, odds: input[given.shape.hiddenSize], temperature: input[given.shape.hiddenSize + 1])
            #expect(abs(Double(acceptance) - 1 / (1 + exp(-expected))) < 1e-5)
        }
    }

    @Test
    func `The head of a wide hidden state sums every number, tails included`() throws {
        for hiddenSize in [14, 15, 30, 31, 129] {
            let given = try Case((hiddenSize, 3, 1))
            let slow = SlowHead(shape: given.shape)
            let head = ResidualHead(shape: given.shape, parameters: given.parameters, temperatures: -9...9)
            for input in given.inputs {
                let expected = slow.logit(input.map { Double($0) }, given.parameters.map { Double($0) })
                let found = head.acceptance(
                    hidden: input[..<hiddenSize], odds: input[hiddenSize], temperature: input[hiddenSize + 1])
                #expect(abs(Double(found) - 1 / (1 + exp(-expected))) < 1e-4, "\(hiddenSize)")
            }
        }
    }

    @Test
    func `The loss and its slope are as written, also far out`() {
        for weight: Float in [1, 6] {
            let loss = AcceptanceLoss(rejectionWeight: weight)
            for label: Float in [0, 0.25, 1] {
                for logit: Float in [-8, -1, 0, 0.5, 7] {
                    let expected = slowLoss(
                        logit: Double(logit), label: Double(label), rejectionWeight: Double(weight))
                    #expect(abs(Double(loss.value(logit: logit, label: label)) - expected) < 1e-4 * (1 + expected))
                }
                for logit: Float in [-200, 200] {
                    #expect(loss.value(logit: logit, label: label).isFinite)
                    #expect(loss.slope(logit: logit, label: label).isFinite)
                }
            }
        }
    }

    @Test
    func `A temperature beyond those trained for counts as the nearest`() throws {
        let given = try Case((5, 4, 1))
        let head = ResidualHead(shape: given.shape, parameters: given.parameters, temperatures: 0...0.8)
        let hidden = given.inputs[0].prefix(5)
        #expect(
            head.acceptance(hidden: hidden, odds: 1, temperature: 3)
                == head.acceptance(hidden: hidden, odds: 1, temperature: 0.8))
        #expect(
            head.acceptance(hidden: hidden, odds: 1, temperature: 0)
                != head.acceptance(hidden: hidden, odds: 1, temperature: 0.8))
    }

    @Test
    func `No head has sizes out of bounds`() {
        for (hidden, width, blocks) in [(0, 4, 1), (4, 0, 1), (4, 4, -1), (65_537, 4, 1), (4, 4_097, 1), (4, 4, 33)] {
            #expect(ResidualHeadShape(hiddenSize: hidden, width: width, blockCount: blocks) == nil)
        }
    }
}
