// SPDX-License-Identifier: Apache-2.0

internal import InklingTensor

/// What each row of a pass sees, in layers that see everything and in layers with a sliding window.
struct AttentionViews {
    private(set) var global = AttentionView()
    private(set) var local = AttentionView()
    private(set) var positions: [Int] = []

    /// Rows that follow each other behind `base` cached positions.
    init(chainOf count: Int, after base: Int, window: Int?) {
        for row in 0..<count {
            let position = base + row
            positions.append(position)
            global.append(first: 0, prefix: position + 1)
            if let window { local.append(first: max(0, position + 1 - window), prefix: position + 1) }
        }
    }

    /// Rows of a tree: each sees the cached positions and its ancestors, itself included. Its position is its depth.
    init(treeOf parents: [Int], after base: Int, window: Int?) {
        var paths: [[Int]] = []
        for (row, parent) in parents.enumerated() {
            precondition(parent >= -1 && parent < row, "parents come before their children")
            let path = (parent < 0 ? [] : paths[parent]) + [base + row]
            paths.append(path)
            let position = base + path.count - 1
            positions.append(position)
            global.append(first: 0, prefix: base, path: path)
            if let window { local.append(first: max(0, position + 1 - window), prefix: base, path: path) }
        }
    }
}
