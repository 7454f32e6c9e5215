// SPDX-License-Identifier: Apache-2.0

import InklingGGUF

/// How positions are rotated, as the metadata say it: `yarn ×4, base 1000000, orig 32K`.
public struct RopeDescription: Sendable, Equatable, Encodable {
    /// `none`, `linear`, `yarn`, `longrope`, or another that a file names.
    public var scaling: String
    public var factor: Double?
    /// Of the frequencies; nil where the file leaves it to the architecture.
    public var base: Double?
    /// Of the layers with a sliding window, where it differs.
    public var localBase: Double?
    /// Positions before stretching.
    public var originalContext: Int?
    /// Values of a head that rotate; nil for all.
    public var dimensions: Int?
    /// Whether a tensor gives each pair a divisor of its own: `llama3`, `long`, `short`.
    public var divisors: [String]

    /// Nil if the file does not say what it is.
    init?(metadata: GGUFMetadata, architecture: String?, tensorNames: Set<String>) {
        guard let architecture else { return nil }
        let key = { (name: String) in "\(architecture).rope.\(name)" }
        func number(_ name: String) -> Double? { metadata.float(key(name)).flatMap { $0.isFinite ? $0 : nil } }
        divisors = [
            ("rope_freqs.weight", "llama3"), ("rope_factors_long.weight", "long"),
            ("rope_factors_short.weight", "short"),
        ].filter { tensorNames.contains($0.0) }.map(\.1)
        factor = number("scaling.factor") ?? number("scale_linear")
        let isStretched = factor.map { $0 != 1 } ?? false
        scaling = metadata.string(key("scaling.type")) ?? (isStretched ? "linear" : "none")
        base = number("freq_base")
        localBase = number("freq_base_swa")
        originalContext = metadata.int(key("scaling.original_context_length"))
        dimensions = metadata.int(key("dimension_count"))
    }

    public var text: String {
        var parts = [scaling == "none" ? "plain" : scaling]
        if let factor, scaling != "none" { parts[0] += " x\(Quantity.decimal(factor, digits: 3))" }
        if let base { parts.append("base \(Self.short(base))") }
        if let localBase { parts.append("base \(Self.short(localBase)) in window layers") }
        if let originalContext { parts.append("orig \(Quantity.tokens(originalContext))") }
        if let dimensions { parts.append("\(dimensions) dimensions") }
        if !divisors.isEmpty { parts.append("divisors \(divisors.joined(separator: ", "))") }
        return parts.joined(separator: ", ")
    }

    /// `10000`, `1e6`, `5e5`.
    private static func short(_ number: Double) -> String {
        guard number >= 100_000, number < 1e15 else { return Quantity.decimal(number, digits: 2) }
        var mantissa = number
        var exponent = 0
        while mantissa >= 10 {
            mantissa /= 10
            exponent += 1
        }
        let text = Quantity.decimal(mantissa, digits: 3)
        // Only where nothing is lost.
        guard let short = Double("\(text)e\(exponent)"), short == number else {
            return Quantity.decimal(number, digits: 2)
        }
        return "\(text)e\(exponent)"
    }
}
