// SPDX-License-Identifier: Apache-2.0

import InklingTemplates

extension Trace {
    /// Events that are held at most: hours of any model that anybody would watch.
    public static let entryLimit = 1 << 22

    /// Takes the lines of a trace apart and checks every number in them.
    ///
    /// A file whose last line is cut off, as of a program that was killed while it recorded, is played up to there, and
    /// ``warning`` says so. Anything else that is wrong is an error with its line.
    ///
    /// - Parameter file: the name, for errors.
    public init(parsing bytes: [UInt8], file: String) throws(TraceError) {
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        // After the last line break nothing stands, or a line that was not finished.
        let isCut = lines.last?.isEmpty == false
        if !isCut { _ = lines.popLast() }
        guard let first = lines.first, !bytes.isEmpty else { throw .empty(file: file) }
        header = try Self.header(first, file: file)
        entries = []
        entries.reserveCapacity(min(lines.count, Self.entryLimit))
        var decoder = TraceDecoder()
        for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 })
        {
            guard entries.count < Self.entryLimit else {
                throw .tooLong(file: file, line: index + 1, limit: Self.entryLimit)
            }
            do throws(TraceProblem) {
                let entry = try decoder.entry(try Self.value(line))
                if let last = entries.last, entry.time < last.time { throw TraceProblem("\"t\" goes back in time") }
                entries.append(entry)
            } catch {
                if isCut, index == lines.count - 1 {
                    warning = "the recording breaks off in line \(index + 1), in the middle of an event"
                    return
                }
                throw .damaged(file: file, line: index + 1, reason: error.reason)
            }
        }
    }

    private static func value(_ line: ArraySlice<UInt8>) throws(TraceProblem) -> TemplateValue {
        do throws(TemplateJSON.Problem) {
            return try TemplateJSON.parse(Array(line))
        } catch { throw TraceProblem("column \(error.column): \(error.message)") }
    }

    private static func header(_ line: ArraySlice<UInt8>, file: String) throws(TraceError) -> TraceHeader {
        let fields: TraceFields
        let version: Int
        do throws(TraceProblem) {
            fields = try TraceFields(try value(line.prefix(headerByteLimit)), "the header")
            guard try fields.string("format") == TraceHeader.formatName else {
                throw TraceProblem("\"format\" is not \"\(TraceHeader.formatName)\"")
            }
            version = try fields.int("version", 1...Int(Int32.max))
        } catch { throw .notATrace(file: file, reason: error.reason) }
        guard version <= TraceHeader.version else { throw .tooNew(file: file, version: version) }
        do throws(TraceProblem) {
            return try TraceDecoder.header(fields)
        } catch { throw .damaged(file: file, line: 1, reason: error.reason) }
    }

    /// A first line that is longer is not a header, whatever it is.
    private static let headerByteLimit = 1 << 20
}
