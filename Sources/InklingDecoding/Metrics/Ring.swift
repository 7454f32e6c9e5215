// SPDX-License-Identifier: Apache-2.0

/// The last values of something, oldest first, in memory that does not grow.
public struct Ring<Element>: RandomAccessCollection {
    public let capacity: Int
    private var storage: [Element] = []
    /// Where the oldest value is, once the storage is full.
    private var first = 0

    public init(capacity: Int) {
        self.capacity = Swift.max(1, capacity)
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { storage.count }

    public subscript(index: Int) -> Element {
        storage[(first + index) % storage.count]
    }

    /// Adds a value; the oldest one goes if there is no room.
    public mutating func append(_ element: Element) {
        if storage.count < capacity {
            storage.append(element)
        } else {
            storage[first] = element
            first = (first + 1) % capacity
        }
    }

    public mutating func removeAll() {
        storage.removeAll(keepingCapacity: true)
        first = 0
    }
}

extension Ring: Sendable where Element: Sendable {}

extension Ring: Equatable where Element: Equatable {
    public static func == (left: Ring, right: Ring) -> Bool {
        left.capacity == right.capacity && left.elementsEqual(right)
    }
}
