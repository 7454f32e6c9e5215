// SPDX-License-Identifier: Apache-2.0

public import InklingCells

/// What somebody does at the keyboard, as one line: text is typed, and names in angle brackets are keys.
///
///     How do I list files?<enter><wait><tab><t><right>
///
/// `<wait>` lets everything come to rest, `<rounds 12>` waits for so many rounds of an answer, and `<lt>` is a `<` to
/// be typed. In a recording that is played these are its end and one of its rounds.
public struct KeyScript: Sendable, Equatable {
    public enum Step: Sendable, Equatable {
        case key(KeyPress)
        /// Until nothing changes by itself any more.
        case wait
        /// Until an answer has had this many rounds, or has ended.
        case rounds(Int)
    }

    /// Why a line is no script.
    public struct Mistake: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
    }

    public let steps: [Step]

    public init(_ text: String) throws(Mistake) {
        var steps: [Step] = []
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard character == "<" else {
                steps.append(.key(KeyPress(character == "\n" ? .enter : .character(character))))
                continue
            }
            guard let end = rest.firstIndex(of: ">") else {
                throw Mistake(
                    description: "\"<\(rest.prefix(12))\" has no \">\"; write <lt> for a \"<\" that is to be typed")
            }
            steps.append(try Self.step(String(rest[..<end])))
            rest = rest[rest.index(after: end)...]
        }
        self.steps = steps
    }

    private static func step(_ name: String) throws(Mistake) -> Step {
        if name == "wait" { return .wait }
        if name == "lt" { return .key(KeyPress(.character("<"))) }
        if name.hasPrefix("rounds ") {
            guard let count = Int(name.dropFirst(7)), (1...1_000_000).contains(count) else {
                throw Mistake(description: "<\(name)> needs a number of rounds, as <rounds 12>")
            }
            return .rounds(count)
        }
        guard let key = KeyPress(name: name) else {
            let near = KeyName.suggestion(for: name) ?? Suggestion.nearest(to: name, in: ["wait", "lt", "rounds 12"])
            throw Mistake(
                description: "no key is called <\(name)>" + (near.map { "; did you mean <\($0)>?" } ?? ""))
        }
        return .key(key)
    }
}
