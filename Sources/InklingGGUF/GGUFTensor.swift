// SPDX-License-Identifier: Apache-2.0

public import InklingTensor

/// Where a tensor is and what it looks like. Its bytes come from the ``GGUFFile`` it belongs to.
///
/// Everything here was checked when the file was opened: the bytes lie within the file, at the file's
/// alignment, apart from those of any other tensor.
public struct GGUFTensor: Sendable, Equatable {
    public let name: String

    /// One to four dimensions, all positive, the innermost first: a matrix of `rows` rows, each `columns`
    /// consecutive elements, is `[columns, rows]`.
    public let shape: [Int]

    /// May be a type that Inkling does not compute with: see `ElementType.isSupported`.
    public let type: ElementType

    public let byteCount: Int

    /// Which of the file's parts holds the bytes; 0 if the model is one file.
    public let shard: Int

    /// Position of the first byte in that part, from its beginning.
    public let offset: Int

    public var elementCount: Int { shape.reduce(1, *) }

    /// The same tensor without its place, to write it to another file.
    public var plan: GGUFTensorPlan { GGUFTensorPlan(name: name, shape: shape, type: type) }

    public var byteRange: Range<Int> { offset..<offset + byteCount }

    /// Elements of a row.
    public var columnCount: Int { shape.first ?? 1 }

    /// Rows, with the dimensions beyond the second counted in.
    public var rowCount: Int { shape.dropFirst().reduce(1, *) }
}

/// A tensor to be written: name, shape (innermost dimension first) and type.
public struct GGUFTensorPlan: Sendable, Equatable {
    public var name: String
    public var shape: [Int]
    public var type: ElementType

    public init(name: String, shape: [Int], type: ElementType) {
        self.name = name
        self.shape = shape
        self.type = type
    }

    var columnCount: Int { shape.first ?? 1 }

    /// Bytes of the tensor, or nil if the shape is impossible: not one to four dimensions, one of them not
    /// positive, rows that are not whole blocks, or a product beyond `Int`.
    public var byteCount: Int? {
        guard (1...GGUFLimits.dimensionCount).contains(shape.count), shape.allSatisfy({ $0 > 0 }) else { return nil }
        guard columnCount % type.blockLength == 0 else { return nil }
        var elements = 1
        for dimension in shape {
            let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
            guard !overflow else { return nil }
            elements = product
        }
        return type.byteCount(elements: elements)
    }
}
