// SPDX-License-Identifier: Apache-2.0

/// What an NGramBuilder counts, and in how much memory.
public struct NGramSettings: Sendable, Equatable {
    /// The longest n-gram that a store can hold.
    public static let longestOrder = 6
    /// Lengths that `order` may have.
    public static let orderRange = 2...longestOrder

    /// The longest n-gram counted; shorter ones, down to 2 tokens, are counted with it.
    public let order: Int
    /// `minimumCounts[n]` is how often an n-gram of n tokens must occur to be kept. Never falls with n, so that what is
    /// kept can be reached through what it begins with. Entries 0 and 1 are 1.
    public let minimumCounts: [Int]
    /// Bytes of n-grams held in memory before they go to a temporary file; the rest of the builder is small.
    public let memoryLimit: Int

    /// - Parameters:
    ///   - order: is brought into `orderRange`.
    ///   - minimumCounts: for orders 2 and up; the last stands for those left out. Values below 1, or below that of the
    ///     order before, are raised.
    ///   - memoryLimit: at least some kilobytes are used.
    public init(order: Int = longestOrder, minimumCounts: [Int] = [1, 1, 2], memoryLimit: Int = 256 << 20) {
        self.order = min(max(order, Self.orderRange.lowerBound), Self.orderRange.upperBound)
        var minimums = [1, 1]
        for order in 2...self.order {
            let wanted = order - 2 < minimumCounts.count ? minimumCounts[order - 2] : minimumCounts.last ?? 1
            minimums.append(max(wanted, minimums[order - 1]))
        }
        self.minimumCounts = minimums
        self.memoryLimit = max(memoryLimit, 4096)
    }
}
