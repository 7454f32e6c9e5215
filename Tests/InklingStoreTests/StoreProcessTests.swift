// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

@testable import InklingStore

#if canImport(Glibc)
    import Glibc
#endif

/// What happens between processes, with real ones.
@Suite struct StoreProcessTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `After kill -9 in mid-answer the chat is there, and the answer as of its last save`() async throws {
        let path = folder.database
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try ChatStore.open(path: path)
            try store.append(message(1, .user, "The question"), to: chat(1))
            try store.append(message(2, after: 1, .assistant, "", ending: nil), to: chat(1))
            try store.saveDraft(2, content: "The begin")
            try store.saveDraft(2, content: "The beginning of")
            kill(getpid(), SIGKILL)
        }
        let store = try ChatStore.open(path: path)
        #expect(store.openOutcome == .opened)
        let found = try #require(try store.load(1))
        #expect(found.chat.title == "The question")
        #expect(found.tree.path.map(\.content) == ["The question", "The beginning of"])
        #expect(found.tree.path.map(\.ending) == [.written, .interrupted])
        #expect(try store.search("beginning").map(\.message) == [2])
        try store.reopen(2)
        try store.finish(2, content: "The beginning of the end", ending: .endOfText)
        #expect(try store.load(1)?.tree[2]?.ending == .endOfText)
    }

    @Test func `An answer of a process that died reads as interrupted before anybody settles it`() async throws {
        let path = folder.database
        let store = try ChatStore(path: path)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try ChatStore(path: path)
            try store.append(message(1), to: chat(1))
            try store.append(message(2, after: 1, .assistant, "part", ending: nil), to: chat(1))
            kill(getpid(), SIGKILL)
        }
        #expect(try store.load(1)?.tree[2]?.ending == .interrupted)
    }

    @Test func `An answer of a process that lives is in flight for others too`() throws {
        let store = try ChatStore(path: folder.database)
        try store.append(message(1), to: chat(1))
        try store.append(message(2, after: 1, .assistant, "part", ending: nil), to: chat(1))
        // Another start settles what others left, and this process is not gone.
        #expect(try ChatStore(path: folder.database).load(1)?.tree[2]?.isInFlight == true)
    }

    @Test func `What a process deleted is gone after its end`() async throws {
        let path = folder.database
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try ChatStore(path: path)
            try store.append(message(1), to: chat(1))
            try store.append(message(2), to: chat(2))
            try store.delete(1)
            kill(getpid(), SIGKILL)
        }
        let store = try ChatStore(path: path)
        #expect(throws: StoreError.noSuchChat(1)) { try store.undelete(1) }
        #expect(try store.list().map(\.id) == [2])
    }

    @Test func `Two processes at once lose nothing of each other`() async throws {
        let path = folder.database
        // Both make the file, and both write to their own chat and to a common one.
        async let first: ExitTest.Result? = #expect(processExitsWith: .success) { [path = path as String] in
            try writeMany(path, from: 1000)
        }
        async let second: ExitTest.Result? = #expect(processExitsWith: .success) { [path = path as String] in
            try writeMany(path, from: 2000)
        }
        _ = await (first, second)
        let store = try ChatStore(path: path)
        #expect(try store.load(1000)?.tree.path.count == 40)
        #expect(try store.load(2000)?.tree.path.count == 40)
        let common = try #require(try store.load(1)).tree
        #expect(common.count == 80)
        #expect(common.brokenInvariant() == nil)
        #expect(Set(common.roots) == [1100, 2100])
        #expect(try store.prompts().count == 80)
        #expect(try store.search("text", limit: 500).count == 160 + 3)
    }

    @Test func `Two processes that find the same damage keep it aside once`() async throws {
        let path = folder.database
        for round in 0..<6 {
            let damage = Data("round \(round): no database, but long enough to be looked at".utf8)
            #expect(FileManager.default.createFile(atPath: path, contents: damage))
            async let first: ExitTest.Result? = #expect(processExitsWith: .success) { [path = path as String] in
                try ChatStore.open(path: path).append(message(1), to: chat(1))
            }
            async let second: ExitTest.Result? = #expect(processExitsWith: .success) { [path = path as String] in
                try ChatStore.open(path: path).append(message(2), to: chat(2))
            }
            _ = await (first, second)
            #expect(try ChatStore(path: path).list().map(\.id) == [2, 1])
            let kept = folder.files.filter { $0.contains("corrupt") }
            #expect(kept.count == round + 1)
        }
    }

    @Test func `A file that cannot be written gives its chats, and nothing is saved`() async throws {
        // A name that means something in a URI.
        let path = folder.path + "/a%20b?c#d.sqlite"
        let store = try ChatStore(path: path)
        try store.append(message(1, .user, "needle"), to: chat(1))
        try store.close()
        #expect(unsafe chmod(path, 0o444) == 0)
        #expect(unsafe chmod(folder.path, 0o555) == 0)
        defer { unsafe chmod(folder.path, 0o755) }
        // Permissions mean nothing to the superuser.
        await #expect(processExitsWith: .success) { [path = path as String] in
            if getuid() == 0, setgid(65534) != 0 || setuid(65534) != 0 { exit(3) }
            let store = try ChatStore.open(path: path)
            guard store.openOutcome == .inMemory(.readOnly(path: path)), !store.isSaved else { exit(4) }
            try store.append(message(2, .user, "more"), to: chat(2))
            guard try store.list().map(\.id) == [2, 1], try store.search("needle").count == 2 else { exit(5) }
        }
        #expect(try ChatStore(path: path).list().map(\.id) == [1])
    }

    @Test func `A process is told from another of its number`() {
        let mark = ProcessMark.current
        #expect(ProcessMark.isAlive(mark))
        #expect(!ProcessMark.isAlive(mark + "1"))
        #expect(!ProcessMark.isAlive("boot/\(getpid())/1"))
        #if os(Linux)
            #expect(mark.split(separator: "/").count == 3)
            #expect(!mark.hasPrefix("-"))
        #endif
        for mark in ["", "/", "//", "a/b/c", "-/0/-", "-/-1/-", "-/99999999999999999999/-", "-/2147483647/-"] {
            #expect(!ProcessMark.isAlive(mark))
        }
        #expect(ProcessMark.isAlive("-/\(getpid())/-"))
    }
}

private func writeMany(_ path: String, from base: Int64) throws {
    let store = try ChatStore(path: path)
    for step in Int64(1)...40 {
        let own = message(base + step, after: step > 1 ? base + step - 1 : nil)
        try store.append(own, to: chat(base))
        let shared = message(base + 99 + step, after: step > 1 ? base + 98 + step : nil)
        try store.append(shared, to: chat(1))
        try store.rememberPrompt("prompt \(base + step)")
    }
}
