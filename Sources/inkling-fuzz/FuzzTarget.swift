// SPDX-License-Identifier: Apache-2.0

/// Something that reads data from outside, to be tried with damaged input: one row a reader.
///
/// To add one, write a row in a file of its own and list it in ``all``.
public struct FuzzTarget: Sendable {
    public enum Outcome: Sendable, Equatable {
        /// The input was good; everything in it was read.
        case accepted
        /// The reader reported an error.
        case refused(String)
        /// The reader broke a promise of its own. As bad as a crash.
        case broken(String)
    }

    public let name: String
    public let summary: String

    /// Good inputs to start from, small and of many features.
    public let seeds: @Sendable () -> [[UInt8]]

    /// Reads one input, and if it is accepted, all that is in it.
    public let run: @Sendable ([UInt8]) -> Outcome

    public static let all: [FuzzTarget] = [.gguf]
}
