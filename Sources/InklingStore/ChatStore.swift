// SPDX-License-Identifier: Apache-2.0

import GRDB
internal import Synchronization

/// Chats on disk: a database of rows, with full-text search, that any number of running programs may share.
///
/// Whatever a method has returned from is on disk, and survives a crash of the program or the machine. Methods block
/// for as long as the disk takes, and up to ``busySeconds`` if another program writes: not for the thread of an
/// interface. A failed method has changed nothing.
///
/// If an ``append(_:to:)`` fails, keep the conversation in memory and hand it to ``save(_:)`` when the trouble is over.
public final class ChatStore: Sendable {
    /// Seconds to wait for another program's write.
    public static let busySeconds = 5.0

    /// Name of the file, in the program's data folder.
    public static let fileName = "chats.sqlite"

    /// How opening went.
    public enum OpenOutcome: Sendable, Equatable {
        /// There were none yet.
        case created
        case opened
        /// The file was damaged; it is kept under another name, and a new one is begun.
        case replaced(keptAt: String)
        /// Nothing is saved, because of this. Chats of before can be read if the file can.
        case inMemory(StoreError)
        /// Nothing is saved, as was wished.
        case inMemoryByChoice

        /// A sentence for the user if there is something to tell; to be sanitised before it is printed.
        public var notice: String? {
            switch self {
            case .created, .opened, .inMemoryByChoice: nil
            case .replaced(let path):
                "the file of saved chats was damaged; it is kept as \"\(path)\", and a new one was begun"
            case .inMemory(let error): "chats of this run are not saved: \(error)"
            }
        }
    }

    /// nil: in memory.
    public let path: String?
    public let openOutcome: OpenOutcome

    /// nil once it is closed; the connection then goes with its last user.
    private let database: Mutex<DatabaseQueue?>

    init(_ database: DatabaseQueue, path: String?, outcome: OpenOutcome) {
        self.database = Mutex(database)
        self.path = path
        openOutcome = outcome
    }

    /// Whether what is written survives the program.
    public var isSaved: Bool { path != nil }

    /// Changes of other programs so far.
    public struct ChangeMark: Sendable, Equatable {
        let version: Int64
    }

    /// A mark that differs from the one before if another program, or another store of this one, has written since.
    /// Costs microseconds: meant to be asked each second or so, to know when a list is to be read again.
    public func changeMark() throws(StoreError) -> ChangeMark {
        try access { queue in
            try queue.inDatabase {
                ChangeMark(version: try Int64.fetchOne($0, sql: "PRAGMA data_version") ?? 0)
            }
        }
    }

    /// Removes for good what this process has deleted, and closes the file. Nothing can be done with the store after
    /// that. Without it the next start removes what was deleted.
    public func close() throws(StoreError) {
        defer { database.withLock { $0 = nil } }
        try purge()
    }

    // MARK: Access

    func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try access { try $0.read(body) }
    }

    func write<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        try access { try $0.write(body) }
    }

    func access<Result>(_ body: (DatabaseQueue) throws -> Result) throws(StoreError) -> Result {
        guard let queue = database.withLock({ $0 }) else {
            throw .failed(path: path ?? "memory", detail: "they are closed")
        }
        do {
            return try body(queue)
        } catch {
            throw StoreError(error, path: path ?? "memory")
        }
    }
}

extension StoreError {
    /// What the database reports, as far as one can do something about it.
    init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            self = error as? StoreError ?? .failed(path: path, detail: "\(error)")
            return
        }
        let detail = error.message ?? "\(error.extendedResultCode)"
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .diskFull(path: path)
            case .SQLITE_READONLY: .readOnly(path: path)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(path: path, detail: detail)
            case .SQLITE_CANTOPEN: .cannotOpen(path: path, reason: detail)
            default: .failed(path: path, detail: detail)
            }
    }
}
