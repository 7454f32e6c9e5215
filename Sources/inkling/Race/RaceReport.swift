// SPDX-License-Identifier: Apache-2.0

import InklingEngine
import InklingTUI

/// The results of a race, for a file: what was asked, the rows of `bench decode`, and what each racer wrote.
struct RaceReport: Encodable {
    struct Racer: Encodable {
        var figures: DecodeRow
        var text: String

        private enum CodingKeys: String, CodingKey { case text }

        /// One flat object: the row's keys, and the text beside them.
        func encode(to encoder: any Encoder) throws {
            try figures.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(text, forKey: .text)
        }
    }

    var system: String?
    var prompt: String
    /// As they were chosen; the fastest stands under `winner`.
    var racers: [Racer]
    var winner: String

    init(_ request: RaceRequest, rows: [DecodeRow], texts: [String]) {
        system = request.messages.first { $0.role == .system }?.content
        prompt = request.messages.last { $0.role == .user }?.content ?? ""
        racers = zip(rows, texts).map { Racer(figures: $0, text: $1) }
        winner = rows.max { $0.tps < $1.tps }?.test ?? ""
    }

    var markdown: String {
        guard let first = racers.first?.figures else { return "" }
        var parts = ["# Race: \(racers.map(\.figures.test).joined(separator: ", "))"]
        parts.append(Self.quoted(prompt))
        if let system { parts.append("System prompt:\n\n" + Self.quoted(system)) }
        parts.append(DecodeRow.table(racers.map(\.figures)).text(.markdown))
        let names = Set(racers.map(\.figures.model)).sorted().joined(separator: ", ")
        let drafts = Set(racers.compactMap(\.figures.draft.value)).sorted().joined(separator: ", ")
        let models = drafts.isEmpty ? names : "\(names); draft \(drafts)"
        let temperature = first.temperature == 0 ? "greedy" : "temperature \(Decimals.short(first.temperature))"
        parts.append(
            "\(models). At most \(first.n) tokens, \(temperature), seed \(first.seed); counts are sums over \(first.runs) "
                + "\(first.runs == 1 ? "round" : "rounds") in turn, after a warm-up.")
        if first.temperature > 0 {
            parts.append(
                "Above temperature 0 a lossless method gives the distribution of plain decoding, not its text.")
        }
        for racer in racers {
            guard let place = racer.figures.first_difference.value else { continue }
            parts.append("\(racer.figures.test) differs from ar: \(place).")
        }
        parts.append("inkling \(first.build); kernels \(first.kernels); CPU \(first.cpu.value ?? "unknown")")
        // Answers that are the same stand once.
        var shown: [String] = []
        for racer in racers where !shown.contains(racer.text) {
            shown.append(racer.text)
            let same = racers.filter { $0.text == racer.text }.map(\.figures.test).joined(separator: ", ")
            parts.append("## \(same)\n\n\(Self.fenced(racer.text))")
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "> \($0)" }.joined(separator: "\n")
    }

    private static func fenced(_ text: String) -> String {
        var fence = "```"
        while text.contains(fence) { fence += "`" }
        return "\(fence)text\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(fence)"
    }
}
