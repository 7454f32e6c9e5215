// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The form of the database. Once released, a migration is never changed: another is added after it.
enum Schema {
    /// "Inkl": says whose database it is, to us and to `file`.
    static let applicationID = 0x496E_6B6C

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: first) }
        return migrator
    }

    private static let first = """
        PRAGMA application_id = \(applicationID);

        CREATE TABLE chats (
            id INTEGER PRIMARY KEY,
            title TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            target_name TEXT, target_path TEXT,
            draft_name TEXT, draft_path TEXT,
            strategy TEXT, parameters TEXT, sampler TEXT, system_prompt TEXT,
            leaf_id INTEGER,
            -- The process that deleted it and can still take that back.
            deleted_by TEXT
        ) STRICT;
        CREATE INDEX chats_by_update ON chats (updated_at, id);

        CREATE TABLE messages (
            id INTEGER PRIMARY KEY,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
            parent_id INTEGER REFERENCES messages (id),
            sequence INTEGER NOT NULL,
            role TEXT NOT NULL,
            content TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            -- NULL while it is being written by this process.
            ending TEXT, writer TEXT,
            model TEXT, strategy TEXT, stats TEXT,
            last_child_id INTEGER,
            UNIQUE (chat_id, sequence)
        ) STRICT;
        CREATE INDEX messages_by_parent ON messages (parent_id);
        CREATE INDEX messages_in_flight ON messages (writer) WHERE ending IS NULL;

        CREATE VIRTUAL TABLE message_text USING fts5(
            content, content='messages', content_rowid='id', prefix='2 3',
            tokenize='unicode61 remove_diacritics 2'
        );
        -- An answer in flight is not indexed: it would be so anew at each save.
        CREATE TRIGGER messages_added AFTER INSERT ON messages WHEN new.ending IS NOT NULL BEGIN
            INSERT INTO message_text (rowid, content) VALUES (new.id, new.content);
        END;
        CREATE TRIGGER messages_removed AFTER DELETE ON messages WHEN old.ending IS NOT NULL BEGIN
            INSERT INTO message_text (message_text, rowid, content) VALUES ('delete', old.id, old.content);
        END;
        CREATE TRIGGER messages_changed AFTER UPDATE OF content, ending ON messages
        WHEN old.content IS NOT new.content OR (old.ending IS NULL) <> (new.ending IS NULL) BEGIN
            INSERT INTO message_text (message_text, rowid, content)
                SELECT 'delete', old.id, old.content WHERE old.ending IS NOT NULL;
            INSERT INTO message_text (rowid, content) SELECT new.id, new.content WHERE new.ending IS NOT NULL;
        END;

        CREATE VIRTUAL TABLE chat_titles USING fts5(
            title, content='chats', content_rowid='id', prefix='2 3', tokenize='unicode61 remove_diacritics 2'
        );
        CREATE TRIGGER chats_added AFTER INSERT ON chats BEGIN
            INSERT INTO chat_titles (rowid, title) VALUES (new.id, new.title);
        END;
        CREATE TRIGGER chats_removed AFTER DELETE ON chats BEGIN
            INSERT INTO chat_titles (chat_titles, rowid, title) VALUES ('delete', old.id, old.title);
        END;
        CREATE TRIGGER chats_renamed AFTER UPDATE OF title ON chats BEGIN
            INSERT INTO chat_titles (chat_titles, rowid, title) VALUES ('delete', old.id, old.title);
            INSERT INTO chat_titles (rowid, title) VALUES (new.id, new.title);
        END;

        CREATE TABLE prompts (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE) STRICT;

        CREATE TABLE model_pairs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            target_name TEXT NOT NULL, target_path TEXT NOT NULL,
            -- Empty where no model drafts.
            draft_name TEXT NOT NULL, draft_path TEXT NOT NULL,
            UNIQUE (target_path, draft_path)
        ) STRICT;
        """
}
