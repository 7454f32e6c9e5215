// SPDX-License-Identifier: Apache-2.0

/// What can go wrong with stored chats.
public enum StoreError: Error, Sendable, Equatable {
    case cannotOpen(path: String, reason: String)
    /// A later version of the program has changed the file's form.
    case newerVersion(path: String)
    /// A database of another program.
    case notOurs(path: String)
    case readOnly(path: String)
    case diskFull(path: String)
    /// Another program holds the database for longer than one waits.
    case busy(path: String)
    case corrupt(path: String, detail: String)
    case failed(path: String, detail: String)

    case noSuchChat(ChatID)
    case noSuchMessage(MessageID)
    /// The message to follow is not in the chat.
    case unknownParent(MessageID)
    case alreadyStored(MessageID)

    /// A file to import that holds no chat.
    case notAChat(reason: String)
}

extension StoreError: CustomStringConvertible {
    /// What happened, where, and what to do; safe to print only after sanitising, since it holds paths.
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason):
            "cannot open the chats in \"\(path)\": \(reason)"
        case .newerVersion(let path):
            "the chats in \"\(path)\" were written by a newer version of inkling; update inkling to use them"
        case .notOurs(let path):
            "\"\(path)\" is a database of another program; move it away, or set XDG_DATA_HOME to another folder"
        case .readOnly(let path):
            "cannot save chats in \"\(path)\": no permission to write there"
        case .diskFull(let path):
            "cannot save chats in \"\(path)\": the disk is full; free some space and go on"
        case .busy(let path):
            "cannot save chats in \"\(path)\": another program is using the file; try again"
        case .corrupt(let path, let detail):
            "the chats in \"\(path)\" are damaged (\(detail)); restart inkling, which keeps the file aside and begins a new one"
        case .failed(let path, let detail):
            "cannot read or save chats in \"\(path)\": \(detail)"
        case .noSuchChat(let id):
            "there is no chat \(id); it may have been deleted in another window"
        case .noSuchMessage(let id):
            "there is no message \(id); it may have been deleted in another window"
        case .unknownParent(let id):
            "the message before this one (\(id)) is not in the chat; it may have been deleted in another window"
        case .alreadyStored(let id):
            "there is a message \(id) already"
        case .notAChat(let reason):
            "this is not a saved chat: \(reason)"
        }
    }
}
