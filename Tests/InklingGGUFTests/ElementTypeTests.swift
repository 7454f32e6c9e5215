// SPDX-License-Identifier: Apache-2.0

import InklingTensor
import Testing

@Suite struct ElementTypeTests {
    /// Codes and sizes as the format fixes them, written out once more.
    static let facts: [(type: ElementType, code: UInt32, length: Int, bytes: Int)] = [
        (.f32, 0, 1, 4), (.f16, 1, 1, 2), (.q4_0, 2, 32, 2 + 16), (.q4_1, 3, 32, 4 + 16),
        (.q5_0, 6, 32, 2 + 4 + 16), (.q5_1, 7, 32, 4 + 4 + 16), (.q8_0, 8, 32, 2 + 32), (.q8_1, 9, 32, 4 + 32),
        (.q2_K, 10, 256, 16 + 64 + 4), (.q3_K, 11, 256, 32 + 64 + 12 + 2), (.q4_K, 12, 256, 4 + 12 + 128),
        (.q5_K, 13, 256, 4 + 12 + 32 + 128), (.q6_K, 14, 256, 128 + 64 + 16 + 2), (.q8_K, 15, 256, 4 + 256 + 32),
        (.iq2_xxs, 16, 256, 2 + 64), (.iq2_xs, 17, 256, 2 + 64 + 8), (.iq3_xxs, 18, 256, 2 + 96),
        (.iq1_s, 19, 256, 2 + 32 + 16), (.iq4_nl, 20, 32, 2 + 16), (.iq3_s, 21, 256, 2 + 64 + 8 + 32 + 4),
        (.iq2_s, 22, 256, 2 + 64 + 8 + 8), (.iq4_xs, 23, 256, 2 + 2 + 4 + 128), (.i8, 24, 1, 1), (.i16, 25, 1, 2),
        (.i32, 26, 1, 4), (.i64, 27, 1, 8), (.f64, 28, 1, 8), (.iq1_m, 29, 256, 32 + 16 + 8), (.bf16, 30, 1, 2),
        (.tq1_0, 34, 256, 48 + 4 + 2), (.tq2_0, 35, 256, 64 + 2), (.mxfp4, 39, 32, 1 + 16),
        (.nvfp4, 40, 64, 4 + 32), (.q1_0, 41, 128, 2 + 16),
    ]

    @Test func `Codes and block sizes are those of the format`() {
        #expect(Set(Self.facts.map(\.type)) == Set(ElementType.allCases))
        for fact in Self.facts {
            #expect(fact.type.code == fact.code, "\(fact.type)")
            #expect(ElementType(rawValue: fact.code) == fact.type)
            #expect(fact.type.blockLength == fact.length, "\(fact.type)")
            #expect(fact.type.blockByteCount == fact.bytes, "\(fact.type)")
        }
    }

    @Test func `Names are unique and find their type in any case`() {
        #expect(Set(ElementType.allCases.map(\.name)).count == ElementType.allCases.count)
        for type in ElementType.allCases {
            #expect(ElementType(name: type.name.lowercased()) == type)
        }
        #expect(ElementType.q4_K.name == "Q4_K")
        #expect(ElementType.iq4_xs.name == "IQ4_XS")
        #expect(ElementType(name: "Q9_K") == nil)
    }

    @Test func `Fifteen types are supported`() {
        let names = ElementType.supported.map(\.name).sorted()
        #expect(
            names == [
                "BF16", "F16", "F32", "IQ4_NL", "IQ4_XS", "Q2_K", "Q3_K", "Q4_0", "Q4_1", "Q4_K", "Q5_0", "Q5_1",
                "Q5_K", "Q6_K", "Q8_0",
            ])
    }

    @Test func `Byte counts are exact or nil`() {
        #expect(ElementType.q8_0.byteCount(elements: 64) == 68)
        #expect(ElementType.q8_0.byteCount(elements: 0) == 0)
        #expect(ElementType.q8_0.byteCount(elements: 33) == nil)
        #expect(ElementType.f32.byteCount(elements: -1) == nil)
        #expect(ElementType.q4_K.byteCount(elements: .min) == nil)
        #expect(ElementType.f32.byteCount(elements: .max) == nil)
        #expect(ElementType.f32.byteCount(elements: .max / 4) == .max / 4 * 4)
        #expect(ElementType.i8.byteCount(elements: .max) == .max)
    }

    @Test func `A retired code has a name and no type`() {
        for code in 0...UInt32(64) where ElementType.retiredName(code: code) != nil {
            #expect(ElementType(rawValue: code) == nil)
        }
        #expect(ElementType.retiredName(code: 31) == "Q4_0_4_4")
        #expect(ElementType.retiredName(code: 999) == nil)
    }
}
