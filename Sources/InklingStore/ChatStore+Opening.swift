// SPDX-License-Identifier: Apache-2.0

import GRDB

extension ChatStore {
    /// Opens the chats, whatever has happened to them: a damaged file is put aside and a new one begun; where nothing
    /// can be saved, the store is in memory, with the chats of before if they can be read. ``openOutcome`` says which.
    ///
    /// - Parameter path: nil: in memory, since there is no folder for data.
    /// - Throws: only if a database cannot be had even in memory.
    public static func open(path: String?, now: Timestamp = .now()) throws(StoreError) -> ChatStore {
        guard let path else { return try inMemory() }
        let identity = StoreFile.identity(of: path)
        do {
            return try ChatStore(path: path)
        } catch .corrupt(_, let detail) {
            switch StoreFile.putAside(path, identity, now: now) {
            case .keptAt(let aside):
                return (try? ChatStore(path: path, outcome: .replaced(keptAt: aside)))
                    ?? (try inMemory(because: .cannotOpen(path: path, reason: "the damaged file is now \"\(aside)\"")))
            case .doneByOther:
                return (try? ChatStore(path: path)) ?? (try inMemory(because: .corrupt(path: path, detail: detail)))
            case .impossible:
                return try inMemory(because: .corrupt(path: path, detail: "\(detail); it cannot be moved away"))
            }
        } catch {
            return try inMemory(because: error)
        }
    }

    /// Opens the chats in this file, which is made if it is not there, and its folders too; both are for their owner
    /// only.
    ///
    /// - Throws: `.corrupt`, `.newerVersion`, `.notOurs`, `.readOnly`, … ; the file stays as it is.
    public convenience init(path: String) throws(StoreError) {
        try self.init(path: path, pageLimit: nil, outcome: nil)
    }

    /// - Parameter pageLimit: how large the file may become, in pages of 4 KiB.
    convenience init(path: String, pageLimit: Int? = nil, outcome: OpenOutcome? = nil) throws(StoreError) {
        do {
            let isNew = try StoreFile.makePrivate(path)
            let database = try DatabaseQueue(
                // A name like "file:x" would be taken for a URI.
                path: path.hasPrefix("/") ? path : "./" + path, configuration: Self.configuration(pageLimit))
            try Self.prepare(database, path: path)
            self.init(database, path: path, outcome: outcome ?? (isNew ? .created : .opened))
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// A store that keeps nothing.
    public static func inMemory() throws(StoreError) -> ChatStore {
        try inMemory(because: nil)
    }

    private static func inMemory(because reason: StoreError?) throws(StoreError) -> ChatStore {
        do {
            switch reason {
            // A disk that is read-only has no place for what comes with a file that is written to, and so is not opened.
            case .readOnly(let path), .cannotOpen(let path, _):
                if let copy = try? memoryCopy(of: path) {
                    return ChatStore(copy, path: nil, outcome: .inMemory(.readOnly(path: path)))
                }
            default: break
            }
            let database = try DatabaseQueue(configuration: configuration(nil))
            try Schema.migrator.migrate(database)
            return ChatStore(database, path: nil, outcome: reason.map { .inMemory($0) } ?? .inMemoryByChoice)
        } catch {
            throw StoreError(error, path: "memory")
        }
    }

    // MARK: -

    /// A larger file is not copied into memory.
    private static let copyByteLimit = 256 << 20

    /// A larger file is not checked as a whole when it is opened.
    private static let checkByteLimit = 32 << 20

    private static func configuration(_ pageLimit: Int?) -> Configuration {
        var configuration = Configuration()
        configuration.label = "chats"
        configuration.busyMode = .timeout(busySeconds)
        configuration.prepareDatabase { database in
            // While two programs open a new file at once one of them may be refused; the mode is the file's, and so
            // both have what either gets. Elsewhere than on a local disk there may be none of it, and all works still.
            try? database.execute(sql: "PRAGMA journal_mode = WAL")
            // Not NORMAL: an answer that was shown is not lost to a power cut.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            if let pageLimit { try database.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
        }
        return configuration
    }

    private static func prepare(_ database: DatabaseQueue, path: String) throws {
        let migrator = Schema.migrator
        let isComplete = try database.read { database in
            // Another program that opens the same new file may have begun with the list of migrations.
            let tables =
                try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'") ?? 0
            let owner = try Int.fetchOne(database, sql: "PRAGMA application_id")
            guard tables == 0 || owner == Schema.applicationID else { throw StoreError.notOurs(path: path) }
            guard try !migrator.hasBeenSuperseded(database) else { throw StoreError.newerVersion(path: path) }
            return try migrator.hasCompletedMigrations(database)
        }
        if isComplete {
            try check(database, path: path)
        } else {
            try migrate(database, migrator)
        }
        try database.inDatabase { database in
            // Says at once, not at the first message, that nothing can be written.
            try database.inTransaction(.immediate) {
                try settleInterrupted(database)
                try removeDeleted(database)
                return .commit
            }
        }
    }

    /// Another program may be doing the same, in which case ours fails for what is there already.
    private static func migrate(_ database: DatabaseQueue, _ migrator: DatabaseMigrator) throws {
        for attempt in 0...migrator.migrations.count {
            do {
                try migrator.migrate(database)
                return
            } catch {
                let isDone = (try? database.read { try migrator.hasCompletedMigrations($0) }) ?? false
                if isDone { return }
                if attempt == migrator.migrations.count { throw error }
            }
        }
    }

    private static func check(_ database: DatabaseQueue, path: String) throws {
        let finding = try database.read { database -> String? in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            let pageBytes = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
            guard pages <= checkByteLimit / max(1, pageBytes) else { return nil }
            return try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
        }
        if let finding, finding != "ok" { throw StoreError.corrupt(path: path, detail: finding) }
    }

    private static func memoryCopy(of path: String) throws -> DatabaseQueue {
        var readOnly = Configuration()
        readOnly.readonly = true
        readOnly.busyMode = .timeout(busySeconds)
        guard StoreFile.byteCount(path) <= copyByteLimit else { throw StoreError.readOnly(path: path) }
        let copy = try DatabaseQueue(configuration: configuration(nil))
        do {
            try DatabaseQueue(path: path, configuration: readOnly).backup(to: copy)
        } catch {
            // Where not even a journal can be made, SQLite reads a file only if it is told that nobody writes to it.
            try DatabaseQueue(path: StoreFile.immutableURI(path), configuration: readOnly).backup(to: copy)
        }
        guard try copy.read({ try Schema.migrator.hasCompletedMigrations($0) }) else {
            throw StoreError.readOnly(path: path)
        }
        return copy
    }
}
