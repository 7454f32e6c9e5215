// SPDX-License-Identifier: Apache-2.0

internal import InklingGGUF
internal import InklingModel
internal import InklingTensor

/// Takes tensors out of a file by name, with the shape the architecture expects, and packs them.
struct TensorLoader {
    let file: GGUFFile
    let pool: ComputePool
    /// Called after each tensor with the bytes read so far; returns false to cancel.
    let progress: (_ done: Int) -> Bool
    private(set) var bytesDone = 0
    private(set) var packedBytes = 0

    init(file: GGUFFile, pool: ComputePool, progress: @escaping (Int) -> Bool) {
        self.file = file
        self.pool = pool
        self.progress = progress
    }

    func has(_ name: String) -> Bool { file.tensor(named: name) != nil }

    private func tensor(_ name: String, shape: [Int]) throws(ModelError) -> GGUFTensor {
        guard let tensor = file.tensor(named: name) else { throw .missingTensor(name: name) }
        // Trailing ones carry no information, and some writers leave them out.
        var found = tensor.shape
        while found.count > shape.count, found.last == 1 { found.removeLast() }
        guard found == shape else { throw .wrongShape(tensor: name, expected: shape, found: tensor.shape) }
        guard tensor.type.isSupported else {
            throw .unsupportedType(
                tensor: name, type: tensor.type.name, known: ElementType.supported.map(\.name))
        }
        return tensor
    }

    private mutating func finish(_ byteCount: Int) throws(ModelError) {
        bytesDone += byteCount
        guard progress(bytesDone) else { throw .cancelled }
    }

    /// A small tensor as floats: norms and biases.
    mutating func vector(_ name: String, count: Int) throws(ModelError) -> [Float] {
        let tensor = try tensor(name, shape: [count])
        let values = EmbeddingTable.floats(file.mappedBytes(of: tensor), type: tensor.type, count: count)
        try finish(tensor.byteCount)
        return values
    }

    mutating func optionalVector(_ name: String, count: Int) throws(ModelError) -> [Float]? {
        has(name) ? try vector(name, count: count) : nil
    }

    /// `rows` output rows of a weight matrix with `columns` inputs, starting at row `first` of a tensor of `total` rows.
    mutating func matrix(
        _ name: String, columns: Int, rows: Int, first: Int = 0, total: Int? = nil
    ) throws(ModelError) -> PackedMatrix {
        let tensor = try tensor(name, shape: [columns, total ?? rows])
        guard let rowBytes = tensor.type.byteCount(elements: columns) else {
            throw .wrongShape(tensor: name, expected: [columns, rows], found: tensor.shape)
        }
        let whole = file.mappedBytes(of: tensor)
        let begin = whole.range.lowerBound + first * rowBytes
        let source = whole.file.slice(begin..<begin + rows * rowBytes)
        let packed: PackedMatrix
        do {
            packed = try PackedMatrix.packing(
                source, type: tensor.type, rowCount: rows, columnCount: columns, pool: pool, releasing: true)
        } catch {
            throw .outOfMemory(byteCount: error.byteCount, what: "tensor \"\(name)\"")
        }
        packedBytes += packed.byteCount
        try finish(source.byteCount)
        return packed
    }

    func embeddings(_ name: String, columns: Int, rows: Int) throws(ModelError) -> EmbeddingTable {
        let tensor = try tensor(name, shape: [columns, rows])
        return EmbeddingTable(
            file.mappedBytes(of: tensor), type: tensor.type, rowCount: rows, columnCount: columns)
    }
}
