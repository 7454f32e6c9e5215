// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Settings of DRY, which makes tokens less likely that would go on with a repetition, the more the longer it is.
///
/// Source: the sampler of this name by p-e-w, text-generation-webui, 2024 ("don't repeat yourself").
public struct DrySettings: Sendable, Equatable, Hashable {
    /// Taken from a logit where the repetition is as long as ``allowedLength``; 0 is off.
    public var multiplier: Float
    /// By how much that grows with each token more.
    public var base: Float
    /// Repetitions shorter than this are left alone.
    public var allowedLength: Int
    /// How many of the latest tokens it looks back on; 0: none, −1: all.
    public var window: Int

    public init(multiplier: Float = 0, base: Float = 1.75, allowedLength: Int = 2, window: Int = -1) {
        self.multiplier = multiplier
        self.base = base
        self.allowedLength = allowedLength
        self.window = window
    }

    var isOn: Bool { multiplier > 0 && window != 0 }

    /// What is taken from the logit of a token that would go on with a repetition of `length` tokens; finite always.
    func penalty(ofLength length: Int) -> Float {
        let power = pow(Double(base), Double(length - allowedLength))
        return Float(min(Double(multiplier) * power, Double(Float.greatestFiniteMagnitude)))
    }
}
