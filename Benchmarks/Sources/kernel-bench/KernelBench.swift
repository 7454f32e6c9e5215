// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingTensor

@main
enum KernelBench {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.contains("-h") || arguments.contains("--help") { return print(Options.usage) }
        do throws(Options.Mistake) {
            let options = try Options(arguments)
            #if DEBUG
                note("this is a debug build; its figures mean nothing")
            #endif
            note("CPU \(KernelSet.cpuFeatures)")
            var rows: [Row] = []
            for threads in Set([1, options.threads]).sorted() { rows += measure(options, threads: threads) }
            if options.isJSON {
                print("[\n  " + rows.map(\.json).joined(separator: ",\n  ") + "\n]")
            } else {
                print(Report.table(rows, tiles: options.tiles), terminator: "")
            }
        } catch {
            note(error.message)
            exit(64)
        }
    }

    private static func note(_ text: String) {
        var line = "kernel-bench: \(text)\n"
        // The system call takes a pointer; a note that cannot be written is none.
        _ = line.withUTF8 { bytes in unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }

    private static func measure(_ options: Options, threads: Int) -> [Row] {
        let pool = ComputePool(width: threads)
        let read = read(options, pool)
        var rows = [read]
        for type in options.types {
            let product: MatrixProduct
            do throws(MatrixProduct.Problem) {
                product = try MatrixProduct(
                    type: type, columns: options.columns, byteCount: options.byteCount,
                    rowLimit: options.tiles.max() ?? 1, pool: pool)
            } catch {
                note("\(type): \(error)")
                continue
            }
            for kernels in options.kernels {
                let compute = Compute(kernels: kernels, pool: pool)
                for tile in options.tiles {
                    let seconds = Measurement.seconds(runs: options.runs) { product.multiply(compute, rowCount: tile) }
                    let bytes = Double(product.matrix.byteCount) / 1e9
                    let median = Measurement.median(seconds)
                    let ops =
                        2 * Double(product.matrix.rowCount) * Double(product.matrix.columnCount) * Double(tile) / 1e9
                    rows.append(
                        Row(
                            kernels: kernels.name, format: type.name, tile: tile, threads: threads,
                            gigabytes: bytes / median, least: bytes / (seconds.max() ?? 1),
                            most: bytes / (seconds.min() ?? 1), gigaops: ops / median,
                            share: bytes / median / read.gigabytes))
                }
            }
            note("\(threads) thread\(threads == 1 ? "" : "s"): \(type) done")
        }
        return rows
    }

    private static func read(_ options: Options, _ pool: ComputePool) -> Row {
        let bandwidth = ReadBandwidth(byteCount: options.byteCount, pool: pool)
        var sum: UInt64 = 0
        let seconds = Measurement.seconds(runs: options.runs) { sum &+= bandwidth.pass() }
        // The sum is even or odd; either way it was needed.
        let bytes = Double(bandwidth.byteCount) / 1e9 + (sum == 1 ? 1e-18 : 0)
        return Row(
            kernels: "read", threads: pool.width, gigabytes: bytes / Measurement.median(seconds),
            least: bytes / (seconds.max() ?? 1), most: bytes / (seconds.min() ?? 1))
    }
}
