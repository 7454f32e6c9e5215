// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// What to measure, from the command line.
struct Options {
    var kernels = Options.standardKernels
    var types = ElementType.supported
    var tiles = [1, 2, 4, 8, 16]
    var threads = physicalCoreCount()
    /// Columns of the matrix.
    var columns = 4096
    /// Bytes of packed weights: more than any cache holds.
    var byteCount = 256 << 20
    var runs = 5
    var isJSON = false

    /// The scalar table is a reference, a hundred times slower than the others: it is measured on request.
    static let standardKernels = KernelSet.available.count > 1 ? KernelSet.available.dropLast() : KernelSet.available

    static let usage = """
        usage: kernel-bench [options]

        Multiplies one large matrix with a tile of inputs and prints, for each kernel table, format and tile size,
        the rate at which weights are read, beside the rate at which this machine reads memory at all.

          -k NAME,…   kernel tables, of \(names(KernelSet.available)) (default: \(names(standardKernels)))
          -f NAME,…   formats (default: all)
          -b N,…      rows of a tile (default: 1,2,4,8,16)
          -t N        threads of the second measurement; the first has one (default: the physical cores)
          -c N        columns of the matrix, a multiple of 256 (default: 4096)
          -s MIB      size of the packed matrix (default: 256)
          -r N        timed runs; the table has their median (default: 5)
          -o FORMAT   table or json (default: table)
        """

    private static func names(_ kernels: [KernelSet]) -> String { kernels.map(\.name).joined(separator: ",") }

    struct Mistake: Error {
        var message: String
    }

    init(_ arguments: [String]) throws(Mistake) {
        var rest = arguments[...]
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Mistake(message: "\(flag) needs a value") }
            switch flag {
            case "-k":
                kernels = try Self.list(value) { name in KernelSet.available.first { $0.name == name } }
            case "-f":
                types = try Self.list(value) { name in ElementType(name: name).flatMap { $0.isSupported ? $0 : nil } }
            case "-b":
                tiles = try Self.list(value) { Int($0).flatMap { (1...512).contains($0) ? $0 : nil } }
            case "-t": threads = try Self.number(flag, value, 1...256)
            case "-c":
                columns = try Self.number(flag, value, 256...65536)
                guard columns % 256 == 0 else {
                    throw Mistake(message: "-c is \(columns); it must be a multiple of 256")
                }
            case "-s": byteCount = try Self.number(flag, value, 1...65536) << 20
            case "-r": runs = try Self.number(flag, value, 1...1000)
            case "-o":
                guard value == "table" || value == "json" else { throw Mistake(message: "-o is table or json") }
                isJSON = value == "json"
            default: throw Mistake(message: "unknown option \(flag)")
            }
        }
    }

    private static func list<Item>(_ text: String, _ item: (String) -> Item?) throws(Mistake) -> [Item] {
        var items: [Item] = []
        for part in text.split(separator: ",") {
            guard let item = item(String(part)) else {
                throw Mistake(message: "\"\(part)\" is none that can be measured here")
            }
            items.append(item)
        }
        return items
    }

    private static func number(_ flag: String, _ text: String, _ range: ClosedRange<Int>) throws(Mistake) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Mistake(message: "\(flag) is \(text); it must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
