// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTokenizer
import Testing

struct StrategyDescriptorTests {
    private let row = StrategyDescriptor.matchingTree

    @Test
    func `Parameters are read from text`() throws {
        #expect(try row.value(named: "width", text: "3") == 3)
        #expect(try row.value(named: "scale", text: "0.25") == 0.25)
        #expect(try row.value(named: "scale", text: "1") == 1.0)
        #expect(try row.value(named: "order", text: "id") == "id")
        #expect(try row.value(named: "checked", text: "off") == false)
        #expect(try row.value(named: "checked", text: "TRUE") == true)
    }

    @Test
    func `Texts that are no value are refused with what would be`() {
        func message(_ name: String, _ text: String) -> String? {
            do throws(GenerationError) {
                _ = try row.value(named: name, text: text)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(
            message("width", "5")
                == "width of strategy \"test-tree\" is \"5\"; it must be a whole number from 1 to 4")
        #expect(message("width", "two")?.hasSuffix("is \"two\"; it must be a whole number from 1 to 4") == true)
        #expect(message("scale", "nan")?.hasSuffix("it must be a number from 0.0 to 1.0") == true)
        #expect(message("order", "size")?.hasSuffix("it must be one of rank, id") == true)
        #expect(message("checked", "maybe")?.hasSuffix("it must be on or off") == true)
        #expect(
            message("breadth", "1")
                == "strategy \"test-tree\" has no parameter \"breadth\"; known: width, depth, scale, order, checked")
    }

    @Test
    func `Parameters that are not given have their defaults`() throws {
        let values = try row.values(["depth": 5])
        #expect(values.int("width") == 2)
        #expect(values.int("depth") == 5)
        #expect(values.real("scale") == 1)
        #expect(values.choice("order") == "rank")
        #expect(values.flag("checked"))
    }

    @Test
    func `Strategies are found by id`() throws {
        #expect(try StrategyRegistry.descriptor("ar").title == "Autoregressive")
        #expect(throws: GenerationError.unknownStrategy(id: "x", known: StrategyRegistry.all.map(\.id))) {
            try StrategyRegistry.descriptor("x")
        }
    }
}
