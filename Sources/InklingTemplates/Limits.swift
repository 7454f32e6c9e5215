// SPDX-License-Identifier: Apache-2.0

/// Bounds on what one template may use. A template comes with a model file, so it is as untrusted as the file.
///
/// Work and memory are one budget: evaluating a node costs a step, and so does every 64 bytes or four items that an
/// operation copies. Memory a rendering can hold is therefore at most about `64 · steps` bytes beside its input.
public struct TemplateLimits: Sendable, Equatable {
    /// Bytes of UTF-8 in a template's source.
    public var sourceBytes: Int
    /// Steps of one rendering, beside an allowance of one step for each four bytes of context text.
    public var steps: Int
    /// Bytes of UTF-8 in one string.
    public var stringBytes: Int
    /// Items in one list, tuple or mapping. Ranges stop at 100,000, as in the reference implementation.
    public var listItems: Int
    /// Bytes of UTF-8 in the rendered text, counting text captured by macros and blocks.
    public var outputBytes: Int

    /// Nesting of blocks and expressions a parser accepts, in its own units; sized, with the two below, for a stack
    /// of 512 KB.
    static let nesting = 80
    /// Evaluations that may be in progress inside one another.
    static let callDepth = 80
    /// Lists inside lists inside lists.
    static let valueDepth = 32
    /// Items of a `range`.
    static let rangeItems = 100_000

    public init(
        sourceBytes: Int = 256 << 10, steps: Int = 500_000, stringBytes: Int = 8 << 20, listItems: Int = 1_000_000,
        outputBytes: Int = 32 << 20
    ) {
        self.sourceBytes = sourceBytes
        self.steps = steps
        self.stringBytes = stringBytes
        self.listItems = listItems
        self.outputBytes = outputBytes
    }

    public static let `default` = TemplateLimits()
}
