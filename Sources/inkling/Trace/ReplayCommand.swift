// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingEngine
internal import InklingTUI

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Plays a recorded trace, without a model.",
        discussion: """
            "--record FILE.jsonl" on chat and generate writes traces. They are played in the interface, \
            beginning with the X-ray; F2 shows the chat and its panels. Space pauses, "." and "," go a round on or back, \
            "<" and ">" change the speed, "?" lists all keys.

            Without --speed a trace is played as it was recorded, or as much slower as it takes to see each round.

            Examples:
              inkling chat --record chat.jsonl
              inkling replay chat.jsonl
              inkling replay chat.jsonl --speed 1/64
            """)

    @Argument(help: ArgumentHelp("The trace.", valueName: "FILE.jsonl"))
    var file: String

    @Option(
        help: ArgumentHelp("How fast: 2 is twice as fast as it was, 1/64 a sixty-fourth of it.", valueName: "X"),
        transform: ReplayCommand.speed)
    var speed: Double?

    func run() throws {
        // What is wrong with the file is told wherever one is.
        let trace = try Self.read(file)
        guard Interface.isPossible else {
            throw Failure("a replay needs a terminal", hint: "the file is text: one JSON object a line")
        }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        try Interface(
            places: .current(), options: EngineOptions(),
            source: .trace(ReplayState(name: name, trace: trace, speed: speed))
        ).run()
    }

    static func read(_ path: String) throws -> Trace {
        let bytes = try StandardInput.readFile(path)
        do throws(TraceError) {
            return try Trace(parsing: bytes, file: path)
        } catch { throw Failure("cannot replay \(error.description)", hint: error.hint) }
    }

    /// Reads `2`, `0.5`, `4x`, `1/64`.
    @Sendable static func speed(_ text: String) throws -> Double {
        let number = text.hasSuffix("x") ? text.dropLast() : Substring(text)
        let parts = number.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map { Double($0) }
        let value: Double? =
            switch parts.count {
            case 1: parts[0]
            default: parts[0].flatMap { above in parts[1].map { above / $0 } }
            }
        guard let value, ReplayState.speedRange.contains(value) else {
            throw ValidationError("--speed is \"\(text)\"; it must be a number from 1/16384 to 4096")
        }
        return value
    }
}
