// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Cross-entropy with a soft label y, in which the side of rejection counts more: −[ω(1 − y) ln(1 − a) + y ln a].
///
/// Its minimum is not a = y but where the odds of a are ω times too low, which calibration takes back.
///
/// Source: Huang et al., "SpecDec++", 2024: ω = 6.
struct AcceptanceLoss {
    var rejectionWeight: Float

    /// What the loss of an example is divided by to make a mean.
    func mass(label: Float) -> Float { rejectionWeight * (1 - label) + label }

    func value(logit: Float, label: Float) -> Float {
        rejectionWeight * (1 - label) * Self.softplus(logit) + label * Self.softplus(-logit)
    }

    /// By the logit.
    func slope(logit: Float, label: Float) -> Float {
        let a = 1 / (1 + exp(-logit))
        return rejectionWeight * (1 - label) * a - label * (1 - a)
    }

    /// ln(1 + eˣ)
    private static func softplus(_ x: Float) -> Float { max(x, 0) + log1p(exp(-abs(x))) }
}
