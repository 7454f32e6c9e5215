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
        format.levels = []
        for level in 0..<settings.order {
            var result = NGramFormat.Level()
            let count = columns[level].tokens.count
            result.count = count
            func place(_ count: Int, maximum: UInt32) -> NGramFormat.Column {
                let width = maximum >> 8 == 0 ? 1 : maximum >> 16 == 0 ? 2 : maximum >> 24 == 0 ? 3 : 4
                defer { offset += (count * width + 7) / 8 * 8 }
                return NGramFormat.Column(offset: offset, width: width)
            }
            result.tokens = place(count, maximum: columns[level].tokens.maximum)
            if level > 0 { result.shares = place(count, maximum: 0) }
            if level + 1 < settings.order {
                try columns[level].starts.append(UInt32(clamping: columns[level + 1].tokens.count))
                result.starts = place(count + 1, maximum: columns[level].starts.maximum)
            }
            format.levels.append(result)
        }
        format.byteCount = offset

        var output: ColumnWriter
        do throws(FileError) { output = try ColumnWriter(path: path, format.words) } catch { throw .file(error) }
        // The level before: how often anything follows each node, and where its children begin.
        var parents: (totals: NumberReader, starts: NumberReader)?
        for (level, result) in format.levels.enumerated() {
            var tokens = NumberReader(try columns[level].tokens.finish())
            var counts = NumberReader(try columns[level].counts.finish())
            let starts = try columns[level].starts.finish()
            do throws(FileError) {
                for _ in 0..<result.count { try output.append(tokens.next(), width: result.tokens.width) }
                try output.align()
                if var (totals, begins) = parents {
                    var total: UInt32 = 0, end = 0
                    _ = begins.next()
                    for index in 0..<result.count {
                        while index >= end, !begins.isAtEnd {
                            total = totals.next()
                            end = Int(begins.next())
                        }
                        try output.append(NGramFormat.code(count: counts.next(), total: total), width: 1)
                    }
                    try output.align()
                }
                if level + 1 < settings.order {
                    var begins = NumberReader(starts)
                    for _ in 0...result.count { try output.append(begins.next(), width: result.starts.width) }
                    try output.align()
                }
            } catch { throw .file(error) }
            parents = (NumberReader(try columns[level].totals.finish()), NumberReader(starts))
        }
        do throws(FileError) { try output.finish() } catch { throw .file(error) }
        return format
    }
}

/// Numbers of a temporary file, one after the other; what has been read gives its memory back.
private struct NumberReader {
    private let file: MappedFile?
    private var numbers: ArraySlice<UInt32> = []
    private var offset = 0

    private static let step = 1 << 16

    init(_ file: MappedFile?) {
        self.file = file
    }

    var isAtEnd: Bool { numbers.isEmpty && offset >= file?.byteCount ?? 0 }

    /// 0 behind the last.
    mutating func next() -> UInt32 {
        if numbers.isEmpty, let file, offset < file.byteCount {
            let count = min(Self.step, (file.byteCount - offset) / 4)
            numbers = file.withBytes { $0.integers(UInt32.self, count: count, at: offset) }[...]
            file.release(offset..<offset + count * 4)
            offset += count * 4
        }
        return numbers.popFirst() ?? 0
    }
}

/// The columns of a store on their way to its file.
private struct ColumnWriter {
    private let file: StagedFile
    private var pending: [UInt8] = []

    private static let limit = 1 << 18

    init(path: String, _ words: [UInt64]) throws(FileError) {
        file = try StagedFile(path: path)
        try words.withLittleEndianBytes { (bytes) throws(FileError) in try file.write(bytes) }
    }

    mutating func append(_ number: UInt32, width: Int) throws(FileError) {
        for place in 0..<width { pending.append(UInt8(truncatingIfNeeded: number >> UInt32(8 * place))) }
        if pending.count >= Self.limit, pending.count % 8 == 0 { try flush() }
    }

    /// Goes on at the next multiple of 8.
    mutating func align() throws(FileError) {
        while pending.count % 8 != 0 { pending.append(0) }
        try flush()
    }

    mutating func finish() throws(FileError) {
        try flush()
        try file.commit()
    }

    private mutating func flush() throws(FileError) {
        try pending.withLittleEndianBytes { (bytes) throws(FileError) in try file.write(bytes) }
        pending.removeAll(keepingCapacity: true)
    }
}
