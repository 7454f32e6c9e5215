// SPDX-License-Identifier: Apache-2.0

import Glibc

enum StandardInput {
    static let isTerminal = isatty(STDIN_FILENO) != 0

    /// All of standard input. A prompt of more than this is a mistake.
    static let byteLimit = 256 << 20

    static func readAll() throws -> [UInt8] {
        try readAll(from: STDIN_FILENO, named: "standard input")
    }

    static func readAll(from descriptor: Int32, named name: String) throws -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count > 0 {
                result += chunk[..<count]
                guard result.count <= byteLimit else { throw Failure("\(name) is longer than \(byteLimit >> 20) MiB") }
            } else if count == 0 {
                return result
            } else if errno != EINTR {
                throw Failure("cannot read \(name): \(unsafe String(cString: strerror(errno)))")
            }
        }
    }

    /// A whole file.
    static func readFile(_ path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else {
            throw Failure("cannot read \"\(path)\": \(unsafe String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        return try readAll(from: descriptor, named: "\"\(path)\"")
    }
}
