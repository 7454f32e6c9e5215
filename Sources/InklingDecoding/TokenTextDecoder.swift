// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Turns tokens into text as they come. A token may end inside a character; its text then comes with a later one.
public protocol TokenTextDecoder {
    /// Text that this token completed, which nothing later changes.
    mutating func append(_ token: TokenID) -> String
    /// What is left over, incomplete characters replaced.
    mutating func finish() -> String
}
