// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
public import InklingStore

/// A folder of a test's own, gone when the test is.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/inkling-store-\(MessageID.random())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/chats.sqlite" }

    var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

func message(
    _ id: Int64, after parent: Int64? = nil, _ role: MessageRole = .user, _ content: String = "text",
    ending: MessageEnding? = .written
) -> StoredMessage {
    StoredMessage(
        id: MessageID(rawValue: id), parent: parent.map { MessageID(rawValue: $0) }, role: role, content: content,
        created: Timestamp(rawValue: 1_772_000_000_000 + id), ending: ending)
}

func chat(_ id: Int64, title: String = "") -> Chat {
    Chat(id: ChatID(rawValue: id), created: Timestamp(rawValue: 1_772_000_000_000 + id), title: title)
}

extension MessageID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(rawValue: value) }
}

extension ChatID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(rawValue: value) }
}

/// Numbers that are the same in every run.
struct FixedGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
