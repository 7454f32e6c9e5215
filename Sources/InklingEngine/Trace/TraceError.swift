// SPDX-License-Identifier: Apache-2.0

/// Why a file cannot be played.
public enum TraceError: Error, Sendable, Equatable {
    case empty(file: String)
    /// The first line is not the header of a trace.
    case notATrace(file: String, reason: String)
    /// Of a later version of the format.
    case tooNew(file: String, version: Int)
    /// A line, counted from 1, says what cannot be.
    case damaged(file: String, line: Int, reason: String)
    case tooLong(file: String, line: Int, limit: Int)
}

extension TraceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty(let file): "\"\(file)\" is empty"
        case .notATrace(let file, let reason): "\"\(file)\" is not a trace: line 1: \(reason)"
        case .tooNew(let file, let version):
            "\"\(file)\", line 1: the trace has version \(version) of the format, this program reads version "
                + "\(TraceHeader.version)"
        case .damaged(let file, let line, let reason): "\"\(file)\", line \(line): \(reason)"
        case .tooLong(let file, let line, let limit):
            "\"\(file)\", line \(line): the trace has more than \(limit) events, which is more than can be played"
        }
    }

    /// What to do about it, where that helps.
    public var hint: String? {
        switch self {
        case .empty, .notATrace: "\"--record FILE.jsonl\" on chat and generate writes traces"
        case .tooNew: "use the version of the program that recorded it, or a later one"
        case .damaged, .tooLong: nil
        }
    }
}
