// SPDX-License-Identifier: Apache-2.0

internal import InklingModel
internal import InklingTensor

/// The matrices a pass works in, and each layer's products bound to them.
final class TransformerScratch {
    let rowLimit: Int
    let state, normed, queries, keys, values, attended, projected, gate, up: FloatMatrix
    let outputRows, logits: FloatMatrix
    let rotary: RotaryRows
    let localRotary: RotaryRows?
    let products: [LayerProducts]
    let output: Products

    struct LayerProducts {
        let attention, attentionOutput, feedForward, down: Products
    }

    init(model: TransformerModel, rowLimit: Int, rotary table: RotaryTable) throws(AllocationError) {
        let config = model.config
        self.rowLimit = rowLimit
        func matrix(_ columns: Int) throws(AllocationError) -> FloatMatrix {
            try FloatMatrix(rowCapacity: rowLimit, columnCount: columns)
        }
        state = try matrix(config.embeddingLength)
        normed = try matrix(config.embeddingLength)
        queries = try matrix(config.headCount * config.headDimension)
        keys = try matrix(config.kvHeadCount * config.headDimension)
        values = try matrix(config.kvHeadCount * config.headDimension)
        attended = try matrix(config.headCount * config.headDimension)
        projected = try matrix(config.embeddingLength)
        gate = try matrix(config.feedForwardLength)
        up = try matrix(config.feedForwardLength)
        let logitRows = min(rowLimit, 32)
        outputRows = try FloatMatrix(rowCapacity: logitRows, columnCount: config.embeddingLength)
        logits = try FloatMatrix(rowCapacity: logitRows, columnCount: config.vocabularySize)
        rotary = try RotaryRows(table: table, rowCapacity: rowLimit)
        localRotary =
            if let table = config.localRotary {
                try RotaryRows(table: table, rowCapacity: rowLimit)
            } else {
                nil
            }
        products = model.layers.map { [queries, keys, values, projected, gate, up] shared in
            let layer = shared.weights
            return LayerProducts(
                attention: Products([(layer.queries, queries), (layer.keys, keys), (layer.values, values)]),
                attentionOutput: Products([(layer.attentionOutput, projected)]),
                feedForward: Products([(layer.gate, gate), (layer.up, up)]),
                down: Products([(layer.down, projected)]))
        }
        output = Products([(model.output, logits)])
    }
}
