// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// What to measure, from the command line.
struct Options {
    var target = ""
    var draft = ""
    var rates = [0.5, 0.7, 0.9]
    var threads = physicalCoreCount()
    var length = 96
    var promptCount = 2
    let promptLength = 16

    static let usage = """
        usage: speculation-bench -m TARGET -d SMALL [options]

        Decodes with each method and a draft that agrees with the target at a set rate, whose passes cost what those of
        SMALL cost, and prints the speed-up over plain decoding beside what theory promises from the measured times.

          -m FILE     the target
          -d FILE     the model that the draft costs as much as
          -a R,…      acceptance rates (default: 0.5,0.7,0.9)
          -n N        tokens an answer (default: 96)
          -p N        prompts (default: 2)
          -t N        threads of the target; PEARL leaves one to the draft (default: the physical cores)
        """

    struct Mistake: Error {
        var message: String
    }

    init(_ arguments: [String]) throws(Mistake) {
        var rest = arguments[...]
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Mistake(message: "\(flag) needs a value") }
            switch flag {
            case "-m": target = value
            case "-d": draft = value
            case "-a":
                rates = []
                for part in value.split(separator: ",") {
                    guard let rate = Double(part), (0...1).contains(rate) else {
                        throw Mistake(message: "\"\(part)\" is no rate from 0 to 1")
                    }
                    rates.append(rate)
                }
            case "-n": length = try Self.number(flag, value, 1...4096)
            case "-p": promptCount = try Self.number(flag, value, 1...64)
            case "-t": threads = try Self.number(flag, value, 1...256)
            default: throw Mistake(message: "unknown option \(flag)")
            }
        }
        if target.isEmpty || draft.isEmpty { throw Mistake(message: "-m and -d are needed; -h says more") }
    }

    private static func number(_ flag: String, _ text: String, _ range: ClosedRange<Int>) throws(Mistake) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Mistake(message: "\(flag) is \(text); it must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
