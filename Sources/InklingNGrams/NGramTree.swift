// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// Makes the levels of a store from windows in ascending order; see `NGramFormat`.
struct NGramTree {
    /// The node of a level that windows still come for.
    private struct Open {
        var code: UInt32 = 0
        var count = 0
        var total = 0
        var start = 0
    }

    private struct Columns {
        var tokens, counts, totals, starts: TemporaryFile

        init(path: String) throws(NGramFileError) {
            tokens = try TemporaryFile(path: path + "-tokens")
            counts = try TemporaryFile(path: path + "-counts")
            totals = try TemporaryFile(path: path + "-totals")
            starts = try TemporaryFile(path: path + "-starts")
        }
    }

    private let path: String
    private let settings: NGramSettings
    private var open: [Open]
    private var columns: [Columns] = []
    private var last = NGramWindow.empty

    init(path: String, settings: NGramSettings) throws(NGramFileError) {
        self.path = path
        self.settings = settings
        open = Array(repeating: Open(), count: settings.order)
        for level in 1...settings.order { columns.append(try Columns(path: "\(path).level-\(level)")) }
    }

    mutating func add(_ window: NGramWindow, count: UInt32) throws(NGramFileError) {
        if window != last {
            var same = 0
            while same < settings.order, window.code(same) == last.code(same) { same += 1 }
            try close(from: same)
            for level in same..<settings.order {
                let start = level + 1 < settings.order ? columns[level + 1].tokens.count : 0
                open[level] = Open(code: window.code(level), start: start)
            }
            last = window
        }
        for level in 0..<settings.order where open[level].code > 0 {
            open[level].count += Int(count)
            if level > 0 { open[level - 1].total += Int(count) }
        }
    }

    private mutating func close(from first: Int) throws(NGramFileError) {
        for level in (first..<settings.order).reversed() {
            let node = open[level]
            guard node.code > 0, node.count >= settings.minimumCounts[level + 1] else { continue }
            guard columns[level].tokens.count < Int(UInt32.max) - 1 else {
                throw .tooMany(path: path, order: level + 1)
            }
            try columns[level].tokens.append(node.code - 1)
            try columns[level].counts.append(UInt32(clamping: node.count))
            if level + 1 < settings.order {
                try columns[level].totals.append(UInt32(clamping: node.total))
                try columns[level].starts.append(UInt32(clamping: node.start))
            }
        }
    }

    /// Writes the store, and tells of the header it got.
    mutating func finish(_ format: NGramFormat) throws(NGramFileError) -> NGramFormat {
        try close(from: 0)
        var format = format
        var offset = NGramFormat.byteCount
        var files: [(file: MappedFile?, width: Int, count: Int)] = []
        format.levels = []
        for level in 0..<settings.order {
            var result = NGramFormat.Level()
            result.count = columns[level].tokens.count
            func place(_ file: inout TemporaryFile) throws(NGramFileError) -> NGramFormat.Column {
                let width = file.maximum <= UInt32(UInt8.max) ? 1 : file.maximum <= UInt32(UInt16.max) ? 2 : 4
                let column = NGramFormat.Column(offset: offset, width: width)
                offset += (file.count * width + 7) / 8 * 8
                files.append((try file.finish(), width, file.count))
                return column
            }
            result.tokens = try place(&columns[level].tokens)
            result.counts = try place(&columns[level].counts)
            if level + 1 < settings.order {
                result.totals = try place(&columns[level].totals)
                try columns[level].starts.append(UInt32(clamping: columns[level + 1].tokens.count))
                result.starts = try place(&columns[level].starts)
            }
            format.levels.append(result)
        }
        format.byteCount = offset
        do throws(FileError) {
            let store = try StagedFile(path: path)
            try format.words.withLittleEndianBytes { (bytes) throws(FileError) in try store.write(bytes) }
            for (file, width, count) in files {
                try Self.copy(file, width: width, count: count, to: store)
            }
            try store.commit()
        } catch { throw .file(error) }
        return format
    }

    private static func copy(_ file: MappedFile?, width: Int, count: Int, to store: StagedFile) throws(FileError) {
        guard let file else { return }
        let step = 1 << 16
        for start in stride(from: 0, to: count, by: step) {
            let part = min(step, count - start)
            let numbers = file.withBytes(start * 4..<(start + part) * 4) {
                $0.integers(UInt32.self, count: part, at: 0)
            }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(part * width + 8)
            for number in numbers {
                for place in 0..<width { bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(8 * place))) }
            }
            // Parts but the last are multiples of 8 by themselves.
            while bytes.count % 8 != 0 { bytes.append(0) }
            try bytes.withLittleEndianBytes { (bytes) throws(FileError) in try store.write(bytes) }
        }
    }
}
