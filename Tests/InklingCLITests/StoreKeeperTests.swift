// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingStore
import InklingTUI
import Testing

@testable import inkling

/// Chats where there is trouble with the disk.
@Suite struct StoreKeeperTests {
    private func saved(_ mailbox: Mailbox) -> [ChatID] {
        mailbox.take().compactMap { if case .store(.saved(let id)) = $0 { id } else { nil } }
    }

    @Test func `Chats that could not be kept are, as soon as they can be`() throws {
        let folder = try ProgramFolder()
        // A file stands where the folder should be.
        let obstacle = try folder.file("data", [])
        let path = obstacle + "/chats.sqlite"
        let mailbox = Mailbox()
        let keeper = StoreKeeper(path: path, mailbox: mailbox)
        let message = StoredMessage(
            id: MessageID(rawValue: 1), parent: nil, role: .user, content: "one", created: Timestamp(rawValue: 1))
        let conversation = Conversation(
            chat: Chat(id: ChatID(rawValue: 5), created: Timestamp(rawValue: 1)), tree: MessageTree([message]))
        keeper.perform(.recall)
        keeper.perform(.save(conversation))
        #expect(saved(mailbox).isEmpty)
        try FileManager.default.removeItem(atPath: obstacle)
        keeper.perform(.save(conversation))
        #expect(saved(mailbox) == [ChatID(rawValue: 5)])
        keeper.close()
        let store = try ChatStore(path: path)
        #expect(try store.load(ChatID(rawValue: 5))?.tree.path.map(\.content) == ["one"])
        try store.close()
    }
}
