// SPDX-License-Identifier: Apache-2.0

internal import InklingTensor

/// What each row of a pass sees, in layers that see everything and in layers with a sliding window.
struct AttentionViews {
    private(set) var global = AttentionView()
    private(set) var local = AttentionView()
    private(set) var positions: [Int] = []
    /// Of each row of a tree: the slots of its ancestors in the tree and its own.
    private(set) var paths: [[Int]] = []

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
    /// - Parameters:
    ///   - base: positions before the tree.
    ///   - waiting: paths of the tree's rows from earlier passes, with which the numbers in `parents` begin.
    init(treeOf parents: [Int], after base: Int, waiting: [[Int]] = [], window: Int?) {
        paths.reserveCapacity(parents.count)
        for (row, parent) in parents.enumerated() {
            let number = waiting.count + row
            precondition(parent >= -1 && parent < number, "parents come before their children")
            let ancestors =
                parent < 0 ? [] : parent < waiting.count ? waiting[parent] : paths[parent - waiting.count]
            let path = ancestors + [base + number]
            paths.append(path)
            let position = base + path.count - 1
            positions.append(position)
            global.append(first: 0, prefix: base, path: path)
            if let window { local.append(first: max(0, position + 1 - window), prefix: base, path: path) }
        }
    }
}
