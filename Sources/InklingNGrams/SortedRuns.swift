// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// Windows in any order in, sorted and counted out: what memory does not hold is sorted by itself and kept in a file, and
/// in the end all of these are merged.
struct SortedRuns {
    private let folder: NGramWorkFolder
    private let capacity: Int
    private var windows: [NGramWindow] = []
    private(set) var runs: [MappedFile] = []
    /// Windows in memory of texts that are complete; nil once some of an incomplete one have gone to a run.
    private var completeCount: Int? = 0

    /// Of numbers a window takes in a file: its halves and the count.
    private static let stride = 5
    /// Sorting takes half as much again as the windows.
    private static let bytesPerWindow = MemoryLayout<NGramWindow>.stride * 3 / 2

    /// Goes on from the runs that a folder's list has.
    init(folder: NGramWorkFolder, memoryLimit: Int) throws(NGramFileError) {
        self.folder = folder
        capacity = max(64, memoryLimit / Self.bytesPerWindow)
        do throws(FileError) {
            for name in folder.contents.runs { runs.append(try MappedFile(path: folder.path + "/" + name)) }
        } catch { throw .file(error) }
        guard runs.allSatisfy({ $0.byteCount % (Self.stride * 4) == 0 }) else {
            throw .damaged(path: folder.path, finding: "a run is cut short")
        }
    }

    /// Whether so much waits in memory that it is worth a run.
    var isWorthKeeping: Bool { windows.count >= capacity / 4 || completeCount == nil }

    /// What is in memory now is of complete texts.
    mutating func endSource() { completeCount = completeCount == nil ? nil : windows.count }

    /// Drops the windows of a text that is not complete.
    /// - Returns: whether all that is left can be kept: false if some went to a run already.
    mutating func dropIncomplete() -> Bool {
        guard let completeCount else { return false }
        windows.removeLast(windows.count - completeCount)
        return true
    }

    mutating func add(_ window: NGramWindow) throws(NGramFileError) {
        // Not all at once: a short text should not reserve what a long one needs.
        if windows.count == windows.capacity {
            windows.reserveCapacity(min(capacity, max(1024, windows.count * 2)))
        }
        windows.append(window)
        if windows.count >= capacity {
            try spill()
            completeCount = nil
        }
    }

    mutating func spill() throws(NGramFileError) {
        completeCount = 0
        guard !windows.isEmpty else { return }
        windows.sort()
        var file = try TemporaryFile(path: try folder.newRun())
        var start = 0
        while start < windows.count {
            let window = windows[start]
            var end = start + 1
            while end < windows.count, windows[end] == window { end += 1 }
            for half in [window.high, window.low] {
                try file.append(UInt32(truncatingIfNeeded: half))
                try file.append(UInt32(truncatingIfNeeded: half >> 32))
            }
            try file.append(UInt32(clamping: end - start))
            start = end
        }
        windows.removeAll(keepingCapacity: true)
        if let run = try file.finish(keepsName: true) { runs.append(run) }
    }

    /// Gives every window that occurs, ascending, to `body`; one that is in several runs comes once for each.
    mutating func merge(_ body: (NGramWindow, UInt32) throws(NGramFileError) -> Void) throws(NGramFileError) {
        try spill()
        windows = []
        var heads = runs.map { RunHead(file: $0, stride: Self.stride) }
        // A heap of runs by their next window.
        var heap = Array(heads.indices)
        func sink(_ start: Int) {
            var place = start
            while true {
                var least = place
                for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                    if heads[heap[child]].window < heads[heap[least]].window { least = child }
                }
                if least == place { return }
                heap.swapAt(place, least)
                place = least
            }
        }
        for place in heap.indices.reversed() { sink(place) }
        while let first = heap.first {
            try body(heads[first].window, heads[first].count)
            if !heads[first].advance() {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
            }
            sink(0)
        }
        runs = []
    }
}

/// The next window of a run.
private struct RunHead {
    let file: MappedFile
    let stride: Int
    private(set) var window = NGramWindow.empty
    private(set) var count: UInt32 = 0
    private var offset = 0
    private var released = 0

    /// Bytes read before their memory is given back.
    private static let releaseStep = 8 << 20

    /// - Precondition: the run is not empty.
    init(file: MappedFile, stride: Int) {
        self.file = file
        self.stride = stride
        read()
    }

    private mutating func read() {
        (window, count) = file.withBytes(offset..<offset + stride * 4) { bytes in
            (NGramWindow(high: bytes.uint64(at: 0), low: bytes.uint64(at: 8)), bytes.uint32(at: 16))
        }
    }

    /// - Returns: false at the end.
    mutating func advance() -> Bool {
        offset += stride * 4
        guard offset < file.byteCount else { return false }
        if offset - released >= Self.releaseStep {
            file.release(released..<offset)
            released = offset
        }
        read()
        return true
    }
}
