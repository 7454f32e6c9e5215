// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// One measured figure.
struct Row {
    /// `read` for the machine's own rate.
    var kernels: String
    /// nil for the machine's own rate.
    var format: String?
    var tile: Int?
    var threads: Int
    /// Bytes of packed weights read each second, in units of 10⁹: median, least and most of the runs.
    var gigabytes, least, most: Double
    /// Multiplications and additions each second, in units of 10⁹.
    var gigaops: Double?
    /// Against the machine's rate with as many threads.
    var share: Double?

    var json: String {
        func field(_ name: String, _ value: String?) -> String? { value.map { "\"\(name)\": \($0)" } }
        // Names are our own: letters, digits and underscores.
        return "{"
            + [
                field("kernels", "\"\(kernels)\""), field("format", format.map { "\"\($0)\"" }),
                field("tile", tile.map { "\($0)" }), field("threads", "\(threads)"), field("gb_s", "\(gigabytes)"),
                field("gb_s_min", "\(least)"), field("gb_s_max", "\(most)"), field("gop_s", gigaops.map { "\($0)" }),
                field("share_of_read", share.map { "\($0)" }),
                field("cpu_features", "\"\(KernelSet.cpuFeatures)\""),
            ].compactMap(\.self).joined(separator: ", ") + "}"
    }
}

enum Report {
    /// One decimal; enough for rates.
    static func tenths(_ value: Double) -> String {
        let scaled = Int((value * 10).rounded())
        return "\(scaled / 10).\(scaled % 10)"
    }

    static func padded(_ text: String, _ width: Int, right: Bool = true) -> String {
        let padding = String(repeating: " ", count: max(0, width - text.count))
        return right ? padding + text : text + padding
    }

    /// A line for each format, a column for each tile size.
    static func table(_ rows: [Row], tiles: [Int]) -> String {
        var lines: [String] = []
        for threads in Set(rows.map(\.threads)).sorted() {
            let part = rows.filter { $0.threads == threads }
            let read = part.first { $0.format == nil }.map { tenths($0.gigabytes) } ?? "-"
            lines.append("\(threads) thread\(threads == 1 ? "" : "s"); this machine reads \(read) GB/s")
            lines.append(
                padded("kernels", 12, right: false) + padded("format", 8, right: false)
                    + tiles.map { padded("tile \($0)", 10) }.joined() + "   GB/s of weights")
            var done: Set<String> = []
            for row in part {
                guard let format = row.format, done.insert(row.kernels + format).inserted else { continue }
                let cells = tiles.map { tile in
                    part.first { $0.kernels == row.kernels && $0.format == format && $0.tile == tile }
                        .map { tenths($0.gigabytes) } ?? "-"
                }
                lines.append(
                    padded(row.kernels, 12, right: false) + padded(format, 8, right: false)
                        + cells.map { padded($0, 10) }.joined())
            }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }
}
