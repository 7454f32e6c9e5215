// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// Times of one thing, done again and again.
enum Measurement {
    /// Seconds of each run; the first, untimed run wakes threads and maps pages. A run lasts at least `shortest`.
    static func seconds(runs: Int, shortest: Duration = .milliseconds(20), _ body: () -> Void) -> [Double] {
        let clock = ContinuousClock()
        body()
        return (0..<runs).map { _ in
            var count = 0
            let start = clock.now
            repeat {
                body()
                count += 1
            } while clock.now - start < shortest
            return (clock.now - start) / .seconds(1) / Double(count)
        }
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let count = sorted.count
        guard count > 0 else { return 0 }
        return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
    }
}

/// A large matrix of one format, and what is multiplied with it.
struct MatrixProduct {
    let matrix: PackedMatrix
    private let products: Products
    private let input: FloatMatrix

    enum Problem: Error, CustomStringConvertible {
        case memory(Int)
        case source(String)

        var description: String {
            switch self {
            case .memory(let byteCount): "cannot allocate \(byteCount) bytes"
            case .source(let reason): reason
            }
        }
    }

    /// A matrix whose packed form takes about `byteCount` bytes.
    init(type: ElementType, columns: Int, byteCount: Int, rowLimit: Int, pool: ComputePool) throws(Problem) {
        let group = PackedMatrix.groupRows
        let groupBytes = PackedMatrix.byteCount(type: type, rowCount: group * 16, columnCount: columns) / 16
        let rows = max(1, byteCount / max(1, groupBytes)) * group
        // A few rows of numbers, over and over: values play no part in the time, and rounding a billion takes minutes.
        var state: UInt64 = 7
        let values = (0..<group * columns).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
        }
        let block = Quantizer.quantize(values, as: type)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(block.count * (rows / group))
        for _ in 0..<rows / group { bytes += block }
        let file: MappedFile
        do throws(FileError) { file = try MappedFile(bytes: bytes, name: "weights") } catch {
            throw .source(error.description)
        }
        bytes = []
        do throws(AllocationError) {
            matrix = try PackedMatrix.packing(
                file.slice(0..<file.byteCount), type: type, rowCount: rows, columnCount: columns, pool: pool)
            input = try FloatMatrix(rowCapacity: rowLimit, columnCount: columns)
            products = Products([(matrix, try FloatMatrix(rowCapacity: rowLimit, columnCount: rows))])
        } catch { throw .memory(error.byteCount) }
        for row in 0..<rowLimit { input.setRow(row, to: Array(values[..<columns])) }
    }

    func multiply(_ compute: Compute, rowCount: Int) {
        compute.multiply(products, input: input, rowCount: rowCount)
    }
}
