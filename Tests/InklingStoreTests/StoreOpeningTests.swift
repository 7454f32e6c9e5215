// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import Testing

@testable import InklingStore

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct StoreOpeningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func mode(_ path: String) throws -> Int {
        var status = stat()
        try #require(unsafe stat(path, &status) == 0)
        return Int(status.st_mode & 0o777)
    }

    func write(_ bytes: [UInt8], _ path: String) throws {
        #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
    }

    @Test func `Folders and file are made for their owner only`() throws {
        let path = folder.path + "/a/b/chats.sqlite"
        let store = try ChatStore.open(path: path)
        #expect(store.openOutcome == .created)
        #expect(store.isSaved)
        #expect(store.openOutcome.notice == nil)
        try store.append(message(1), to: chat(1))
        #expect(try mode(folder.path + "/a") == 0o700)
        for suffix in ["", "-wal", "-shm"] { #expect(try mode(path + suffix) == 0o600) }
        #expect(try ChatStore.open(path: path).openOutcome == .opened)
    }

    @Test func `A file open to others is closed to them`() throws {
        try ChatStore(path: folder.database).close()
        #expect(unsafe chmod(folder.database, 0o644) == 0)
        _ = try ChatStore(path: folder.database)
        #expect(try mode(folder.database) == 0o600)
    }

    @Test func `An empty file is a new one`() throws {
        try write([], folder.database)
        #expect(try ChatStore.open(path: folder.database).openOutcome == .created)
    }

    @Test(arguments: ["garbage", "header", "middle", "cut", "text"])
    func `A damaged file is kept aside and a new one begun`(damage: String) throws {
        do {
            let store = try ChatStore(path: folder.database)
            for id in Int64(1)...60 {
                try store.append(message(id, .user, String(repeating: "word\(id) ", count: 200)), to: chat(id))
            }
            try store.close()
        }
        var bytes = [UInt8](try #require(FileManager.default.contents(atPath: folder.database)))
        switch damage {
        case "garbage": bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        case "header": for index in 16..<60 { bytes[index] = 0xFF }
        case "middle": for index in 4096..<(bytes.count - 4096) { bytes[index] = 0xA5 }
        case "cut": bytes.removeLast(bytes.count / 2)
        default: bytes = Array("These are my notes, not a database.\n".utf8)
        }
        try write(bytes, folder.database)
        try write([1, 2, 3], folder.database + "-wal")

        let store = try ChatStore.open(path: folder.database, now: Timestamp(rawValue: 1_772_366_400_000))
        let kept = folder.database + ".corrupt-20260301-120000"
        #expect(store.openOutcome == .replaced(keptAt: kept))
        #expect(
            store.openOutcome.notice
                == "the file of saved chats was damaged; it is kept as \"\(kept)\", and a new one was begun")
        #expect(FileManager.default.contents(atPath: kept).map { [UInt8]($0) } == bytes)
        #expect(store.isSaved)
        try store.append(message(1), to: chat(1))
        #expect(try ChatStore.open(path: folder.database).list().count == 1)
    }

    @Test func `Two damaged files of one second are both kept`() throws {
        let time = Timestamp(rawValue: 1_772_366_400_000)
        for _ in 0..<2 {
            try write(Array("no database, but long enough to be looked at".utf8), folder.database)
            _ = try ChatStore.open(path: folder.database, now: time)
        }
        #expect(
            folder.files.filter { $0.contains("corrupt") } == [
                "chats.sqlite.corrupt-20260301-120000", "chats.sqlite.corrupt-20260301-120000-2",
            ])
    }

    @Test func `Damage that comes to light later is an error`() throws {
        let store = try ChatStore(path: folder.database)
        for id in Int64(1)...60 {
            try store.append(message(id, .user, String(repeating: "word\(id) ", count: 200)), to: chat(id))
        }
        try store.close()
        var bytes = [UInt8](try #require(FileManager.default.contents(atPath: folder.database)))
        let second = try ChatStore(path: folder.database)
        for index in 8192..<bytes.count { bytes[index] = 0xA5 }
        let file = unsafe open(folder.database, O_WRONLY)
        #expect(unsafe Glibc.write(file, bytes, bytes.count) == bytes.count)
        close(file)
        // What it has in memory already is whole.
        try second.access { try $0.inDatabase { try $0.execute(sql: "PRAGMA shrink_memory") } }
        #expect {
            for id in Int64(1)...60 { _ = try second.load(ChatID(rawValue: id)) }
            _ = try second.search("word1")
        } throws: { error in
            if case .corrupt(folder.database, _) = error as? StoreError { true } else { false }
        }
    }

    @Test func `A newer version's file is refused and stays`() throws {
        do {
            let store = try ChatStore(path: folder.database)
            try store.append(message(1), to: chat(1))
            try store.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
            try store.close()
        }
        let path = folder.database
        #expect(throws: StoreError.newerVersion(path: path)) { try ChatStore(path: path) }
        let store = try ChatStore.open(path: path)
        #expect(!store.isSaved)
        #expect(
            store.openOutcome.notice == """
                chats of this run are not saved: the chats in "\(path)" were written by a newer version of inkling; \
                update inkling to use them
                """)
        try store.append(message(1), to: chat(1))
        #expect(try store.list().count == 1)
        #expect(folder.files.filter { $0.contains("corrupt") }.isEmpty)
    }

    @Test func `Another program's database is left alone`() throws {
        let path = folder.database
        let other = try DatabaseQueue(path: path)
        try other.write { try $0.execute(sql: "CREATE TABLE notes (text TEXT)") }
        try other.close()
        #expect(throws: StoreError.notOurs(path: path)) { try ChatStore(path: path) }
        #expect(try ChatStore.open(path: path).openOutcome == .inMemory(.notOurs(path: path)))
        let again = try DatabaseQueue(path: path)
        #expect(try again.read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_master") } == ["notes"])
    }

    @Test func `A tampered database gives errors or nothing, never a trap`() throws {
        let store = try ChatStore(path: folder.database)
        for id in Int64(1)...3 { try store.append(message(id), to: chat(id)) }
        try store.write { database in
            try database.execute(
                sql: """
                    UPDATE messages SET role = 'wizard', ending = 'magic', created_at = 9223372036854775807 WHERE id = 1;
                    UPDATE chats SET updated_at = -9223372036854775808, leaf_id = 99 WHERE id = 1;
                    UPDATE messages SET content = CAST(x'FFFE00C0' AS TEXT) WHERE id = 2;
                    """)
            try database.execute(sql: "PRAGMA defer_foreign_keys = ON; UPDATE messages SET parent_id = 3 WHERE id = 3")
        }
        #expect(try store.load(1)?.tree.path.count == 1)
        #expect(try store.load(2) != nil)
        #expect(try store.load(3)?.tree.path.count == 1)
        try store.select(3, in: 3)
        try store.deleteSubtree(of: 3, in: 3, leaf: nil)
        #expect(try store.list().count == 2)
        try store.write { try $0.execute(sql: "ALTER TABLE chats RENAME TO cats") }
        #expect(throws: StoreError.self) { try store.list() }
    }

    @Test(arguments: ["/dev/null/x/chats.sqlite", "/dev/full", "/proc/no-such-folder/chats.sqlite"])
    func `Where no file can be, chats are in memory, and it is told`(path: String) throws {
        let store = try ChatStore.open(path: path)
        #expect(store.path == nil)
        guard case .inMemory(.cannotOpen(path, _)) = store.openOutcome else {
            Issue.record("\(store.openOutcome)")
            return
        }
        #expect(store.openOutcome.notice?.hasPrefix("chats of this run are not saved: cannot open the chats") == true)
        try store.append(message(1), to: chat(1))
        try store.rememberPrompt("prompt")
        #expect(try store.search("text").count == 2)
    }

    @Test func `Without a folder for data all is in memory`() throws {
        let store = try ChatStore.open(path: nil)
        #expect(store.openOutcome == .inMemoryByChoice)
        #expect(store.openOutcome.notice == nil)
    }

    @Test func `A full disk is an error, and what was there stays`() throws {
        let store = try ChatStore(path: folder.database, pageLimit: 100)
        let chat = chat(1)
        var stored = 0
        #expect(throws: StoreError.diskFull(path: folder.database)) {
            for id in Int64(1)...1000 {
                try store.append(
                    message(id, after: id > 1 ? id - 1 : nil, .user, String(repeating: "w\(id) ", count: 500)), to: chat
                )
                stored += 1
            }
        }
        #expect(stored > 3)
        #expect(try store.load(1)?.tree.count == stored)
        // With room again, the conversation as it was kept in memory is saved.
        let roomy = try ChatStore(path: folder.database)
        var tree = try #require(try roomy.load(1)).tree
        try tree.add(message(5000, after: tree.leaf?.rawValue))
        try tree.add(message(5001, after: 5000))
        try roomy.save(Conversation(chat: chat, tree: tree))
        #expect(try roomy.load(1)?.tree == tree)
    }

    @Test func `Errors say what happened, where, and what to do`() {
        #expect(
            "\(StoreError.diskFull(path: "/p"))"
                == "cannot save chats in \"/p\": the disk is full; free some space and go on")
        #expect("\(StoreError.readOnly(path: "/p"))" == "cannot save chats in \"/p\": no permission to write there")
        #expect(
            "\(StoreError.noSuchChat(31))"
                == "there is no chat 00000000000z; it may have been deleted in another window")
    }
}
