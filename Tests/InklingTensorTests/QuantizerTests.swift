// SPDX-License-Identifier: Apache-2.0

import InklingTensor
import Testing

@Suite struct `Storing numbers as blocks` {
    @Test(arguments: ElementType.supported)
    func `Values come back close, and their bytes have the type's size`(type: ElementType) {
        var random = BlockRandom(state: UInt64(type.code))
        let values = (0..<512).map { _ in random.uniform() }
        let bytes = Quantizer.quantize(values, as: type)
        #expect(bytes.count == type.byteCount(elements: 512))
        let again = Quantizer.dequantize(bytes, as: type)
        var error = 0.0
        var power = 0.0
        for (value, truth) in zip(again, values) {
            error += Double(value - truth) * Double(value - truth)
            power += Double(truth) * Double(truth)
        }
        // 2-bit weights are off by a quarter, 16-bit ones by a thousandth.
        let bound = type.bitsPerElement < 3 ? 0.07 : type.bitsPerElement < 4 ? 0.03 : type.isQuantized ? 0.008 : 1e-5
        #expect(error / power < bound)
        // float32 loses nothing.
        #expect(type != .f32 || again == values)
    }

    @Test func `Nothing becomes nothing`() {
        for type in ElementType.supported {
            #expect(Quantizer.quantize([], as: type).isEmpty && Quantizer.dequantize([], as: type).isEmpty)
        }
    }
}
