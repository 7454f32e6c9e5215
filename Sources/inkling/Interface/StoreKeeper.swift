// SPDX-License-Identifier: Apache-2.0

import InklingStore
import InklingTUI
import Synchronization

/// The store and its troubles: used from one queue, opened when it is first needed.
final class StoreKeeper: Sendable {
    private let path: String?
    private let mailbox: Mailbox
    private let held = Mutex<ChatStore?>(nil)
    /// Something of a chat could not be stored. What builds on it would fail as well, for a reason that only confuses;
    /// all of the chat follows.
    private let isBehind = Mutex(false)

    init(path: String?, mailbox: Mailbox) {
        self.path = path
        self.mailbox = mailbox
    }

    private func store() throws(StoreError) -> ChatStore {
        if let store = held.withLock({ $0 }) { return store }
        let store = try ChatStore.open(path: path)
        held.withLock { $0 = store }
        if let notice = store.openOutcome.notice {
            mailbox.post(.store(store.isSaved ? .notice(notice) : .trouble(notice)))
        }
        return store
    }

    /// What could not be opened may be there by now: space was made, a disk came back.
    private func tryAgain() {
        guard let path, let store = held.withLock({ $0 }), !store.isSaved, let opened = try? ChatStore(path: path)
        else { return }
        held.withLock { $0 = opened }
        try? store.close()
    }

    func perform(_ command: StoreCommand) {
        // All of a conversation comes, so that nothing is missed of what was only in memory.
        if case .save = command { tryAgain() }
        switch command {
        case .append, .saveDraft, .finish, .select, .update, .reopen:
            if isBehind.withLock({ $0 }) { return }
        default: break
        }
        do throws(StoreError) {
            try perform(command, store())
            if case .save = command { isBehind.withLock { $0 = false } }
        } catch {
            switch command {
            case .append, .saveDraft, .finish, .select, .deleteSubtree, .update, .reopen, .save:
                isBehind.withLock { $0 = true }
                mailbox.post(.store(.trouble(error.description)))
            case .recall, .list, .open, .rename, .delete, .undelete, .export:
                mailbox.post(.store(.failed(error.description)))
            // Conveniences, which nobody waits for.
            case .rememberPrompt, .rememberPair: break
            }
        }
    }

    private func perform(_ command: StoreCommand, _ store: ChatStore) throws(StoreError) {
        switch command {
        case .append(let message, let chat): try store.append(message, to: chat)
        case .saveDraft(let id, let content): try store.saveDraft(id, content: content)
        case .finish(let id, let content, let ending, let stats):
            try store.finish(id, content: content, ending: ending, stats: stats)
        case .select(let leaf, let chat): try store.select(leaf, in: chat)
        case .deleteSubtree(let id, let chat, let leaf): try store.deleteSubtree(of: id, in: chat, leaf: leaf)
        case .update(let chat): try store.update(chat)
        case .reopen(let id): try store.reopen(id)
        case .save(let conversation):
            try store.save(conversation)
            if store.isSaved { mailbox.post(.store(.saved(conversation.chat.id))) }
        case .recall:
            mailbox.post(.store(.prompts(try store.prompts().reversed())))
            let pairs = try store.recentPairs().map { pair in
                RecentPair(
                    target: pair.target.path, draft: pair.draft?.path, targetName: pair.target.name,
                    draftName: pair.draft?.name)
            }
            mailbox.post(.store(.pairs(pairs)))
        case .list(let query): mailbox.post(.store(.listed(query: query, try rows(query, store))))
        case .open(let id):
            if let conversation = try store.load(id) {
                mailbox.post(.store(.opened(conversation)))
            } else {
                throw .noSuchChat(id)
            }
        case .rename(let id, let title): _ = try store.rename(id, to: title)
        case .delete(let id): try store.delete(id)
        case .undelete(let id): try store.undelete(id)
        case .export(let id, let path, let asJSON):
            guard let conversation = try store.load(id) else { throw .noSuchChat(id) }
            let text =
                asJSON
                ? String(decoding: try conversation.json(.allBranches), as: UTF8.self)
                : conversation.markdown(.currentBranch)
            if let failure = TextFile.write(text, to: path) {
                mailbox.post(.fileWritten(path: path, failure))
            } else {
                mailbox.post(.store(.exported(path: path)))
            }
        case .rememberPrompt(let text): try store.rememberPrompt(text)
        case .rememberPair(let target, let draft):
            try store.rememberPair(InklingStore.ModelPair(target: target, draft: draft))
        }
    }

    /// Chats for a list: all of them, or those in which something was found, with where.
    private func rows(_ query: String, _ store: ChatStore) throws(StoreError) -> [ChatListRow] {
        let summaries = try store.list(limit: 1000)
        guard query.contains(where: { !$0.isWhitespace }) else { return summaries.map { ChatListRow(summary: $0) } }
        var snippets: [ChatID: String] = [:]
        var order: [ChatID] = []
        for hit in try store.search(query, limit: 200) where snippets[hit.chat] == nil {
            snippets[hit.chat] = hit.message == nil ? "" : hit.snippet.text
            order.append(hit.chat)
        }
        return order.compactMap { id in
            summaries.first { $0.id == id }.map {
                ChatListRow(summary: $0, snippet: snippets[id].flatMap { $0.isEmpty ? nil : $0 })
            }
        }
    }

    func close() {
        guard let store = held.withLock({ $0 }) else { return }
        try? store.close()
    }
}
