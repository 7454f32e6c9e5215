// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingMarkdown
internal import InklingStore

extension App {
    static func chatAction(_ state: inout AppState, _ action: Action) -> [Effect] {
        if case .tokens(let cursor) = state.chat.focus { return tokensAction(&state, action, cursor) }
        switch action {
        case .send: return send(&state)
        case .newline: state.chat.composer.insert("\n")
        case .editor: return [.edit(state.chat.composer.text)]
        case .attach:
            open(
                &state,
                .field(FieldState(.attach, title: "Attach a text file", hint: "its text goes before the message")))
        case .leaveIfEmpty: return leave(&state)
        case .focusNext:
            if state.chat.focus == .composer {
                guard let last = state.chat.path.last else { return [] }
                state.chat.focus = .transcript
                if state.chat.selected.flatMap({ state.chat.tree[$0] }) == nil { state.chat.selected = last.id }
            } else {
                state.chat.focus = .composer
            }
        case .cancel: return cancelInChat(&state)
        case .up: select(&state, by: -1)
        case .down: select(&state, by: 1)
        case .nextMessage: selectMessage(&state, by: 1)
        case .previousMessage: selectMessage(&state, by: -1)
        case .pageUp: scrollTranscript(&state, by: -max(1, ChatLayout(state).transcript.height - 2))
        case .pageDown: scrollTranscript(&state, by: max(1, ChatLayout(state).transcript.height - 2))
        case .halfUp: scrollTranscript(&state, by: -max(1, ChatLayout(state).transcript.height / 2))
        case .halfDown: scrollTranscript(&state, by: max(1, ChatLayout(state).transcript.height / 2))
        case .top:
            state.chat.selected = state.chat.path.first?.id
            showSelected(&state)
        case .bottom:
            state.chat.selected = state.chat.path.last?.id
            state.chat.scroll.follow()
        case .regenerate: return regenerate(&state)
        case .continueAnswer: return continueAnswer(&state)
        case .editMessage: return editMessage(&state)
        case .copyMessage:
            guard let message = selectedMessage(state) else { return [] }
            return [.copy(message.content)]
        case .copyCode: return copyCode(&state)
        case .copyChat:
            return [.copy(transcriptText(state))]
        case .branchPrevious: return branch(&state, by: -1)
        case .branchNext: return branch(&state, by: 1)
        case .walkTokens: walkTokens(&state)
        case .foldReasoning:
            guard let message = selectedMessage(state) else { return [] }
            state.chat.unfolded.formSymmetricDifference([message.id])
        case .rawText:
            guard let message = selectedMessage(state) else { return [] }
            state.chat.raw.formSymmetricDifference([message.id])
        case .deleteMessage:
            guard !state.isGenerating, let message = selectedMessage(state) else { return [] }
            open(
                &state,
                .choice(
                    ChoiceState(
                        title: "Delete this message and all that follows it?",
                        options: [.init("y", "delete", .deleteFrom(message.id)), .init("n", "keep", .cancel)])))
        case .exportChat:
            guard let chat = state.chat.chat else { return [] }
            open(&state, .field(exportField(chat.id, title: chat.title)))
        case .search:
            open(&state, .field(FieldState(.search, title: "Search", text: state.chat.search?.text ?? "")))
        case .searchNext: moveSearch(&state, by: 1)
        case .searchPrevious: moveSearch(&state, by: -1)
        default: break
        }
        return []
    }

    // MARK: Sending

    /// The message as the model will read it: attached files before what was typed.
    static func messageText(_ state: AppState) -> String {
        let files = state.chat.attachments.map { file -> String in
            // A fence longer than any in the file.
            var fence = "```"
            while file.text.contains(fence) { fence += "`" }
            return "\(file.name):\n\(fence)\n\(file.text)\(file.text.hasSuffix("\n") ? "" : "\n")\(fence)\n\n"
        }
        return files.joined() + state.chat.composer.text
    }

    static func send(_ state: inout AppState) -> [Effect] {
        let typed = state.chat.composer.text
        if state.chat.attachments.isEmpty, let command = SlashCommand.parse(typed) {
            state.chat.composer.replaceAll(with: "")
            state.chat.history.remember(typed)
            return run(&state, command)
        }
        let text = messageText(state)
        guard text.contains(where: { !$0.isWhitespace }) else { return [] }
        guard !state.isGenerating else {
            state.note("an answer is being made" + state.hint(.cancel, "stops it"))
            return []
        }
        guard state.session != nil else {
            state.noteNoModel()
            return []
        }
        guard !isRacing(&state) else { return [] }
        var effects: [Effect] = []
        let id = state.makeMessageID()
        let question: StoredMessage
        if let editing = state.chat.editing, let old = state.chat.tree[editing] {
            question = StoredMessage(id: id, parent: old.parent, role: .user, content: text, created: state.now.wall)
        } else {
            question = StoredMessage(
                id: id, parent: state.chat.tree.leaf, role: .user, content: text, created: state.now.wall)
        }
        // What was typed says more of a chat than the file that went with it.
        guard add(&state, question, title: typed, &effects) else { return [] }
        state.chat.editing = nil
        state.chat.attachments = []
        state.chat.composer = state.chat.writtenBeforeEditing
        state.chat.writtenBeforeEditing = TextEditor()
        state.chat.history.remember(typed)
        if !typed.isEmpty { effects.append(.store(.rememberPrompt(typed))) }
        return effects + beginAnswer(&state, after: id)
    }

    /// Puts a message into the tree, the chat into being where there is none, and both into the store.
    private static func add(
        _ state: inout AppState, _ message: StoredMessage, title: String = "", _ effects: inout [Effect]
    ) -> Bool {
        do throws(StoreError) { try state.chat.tree.add(message) } catch {
            state.note(error.description, .failure)
            return false
        }
        var chat = state.chat.chat ?? Chat(id: state.makeChatID(), created: state.now.wall)
        if chat.title.isEmpty, message.role == .user {
            let typed = ChatTitle.make(from: title)
            chat.title = typed.isEmpty ? ChatTitle.make(from: message.content) : typed
        }
        chat.updated = state.now.wall
        let before = chat
        describeMaking(state, &chat)
        state.chat.chat = chat
        effects.append(.store(.append(message, chat)))
        // What is there already keeps its settings when a message comes.
        if chat != before, state.chat.tree.count > 1 { effects.append(.store(.update(chat))) }
        return true
    }

    /// How answers of the chat are made now.
    private static func describeMaking(_ state: AppState, _ chat: inout Chat) {
        if let session = state.session {
            chat.target = InklingStore.ModelReference(name: session.target.name, path: session.target.path)
            chat.draft = session.draft.map { InklingStore.ModelReference(name: $0.name, path: $0.path) }
        }
        describeSettings(state, &chat)
    }

    /// An answer of its own to a message.
    static func beginAnswer(_ state: inout AppState, after parent: MessageID?) -> [Effect] {
        let answer = StoredMessage(
            id: state.makeMessageID(), parent: parent, role: .assistant, content: "", created: state.now.wall,
            ending: nil, model: state.session?.target.name, strategy: state.preferences.strategy)
        var effects: [Effect] = []
        guard add(&state, answer, &effects) else { return [] }
        state.chat.selected = answer.id
        return effects + generate(&state, into: answer.id, prefix: nil, tokens: [])
    }

    /// Asks the engine, for a message that is in the tree and the last of its branch.
    ///
    /// - Parameter tokens: what is there of the answer, where its tokens are known.
    static func generate(
        _ state: inout AppState, into id: MessageID, prefix: AnswerPrefix?, tokens: [CommittedToken]
    ) -> [Effect] {
        var strategy = state.preferences.strategy
        if case .needs(let reason) = state.session?.availability(of: strategy) ?? .ready {
            state.note("\(strategy) \(reason); decoding plainly", .warning)
            strategy = StrategyDescriptor.autoregressive.id
        }
        var messages: [ChatMessage] = []
        if !state.preferences.systemPrompt.isEmpty {
            messages.append(ChatMessage(.system, state.preferences.systemPrompt))
        }
        for message in state.chat.tree.path(to: id).dropLast() {
            switch message.role {
            case .user: messages.append(ChatMessage(.user, message.content))
            case .assistant: messages.append(ChatMessage(.assistant, message.content))
            case .system: messages.append(ChatMessage(.system, message.content))
            }
        }
        var sampler = state.preferences.sampler
        sampler.seed = state.preferences.seed ?? state.random.next()
        let drops = state.preferences.contextChoice == .dropOldest || state.chat.droppedTurnCount > 0
        state.chat.answer = AnswerInProgress(
            message: id, began: state.now.elapsed, prefixTokenCount: tokens.count)
        state.chat.tokens.begin(id, with: tokens)
        state.chat.scroll.follow()
        return [
            .generate(
                ChatRequest(
                    messages: messages, answerPrefix: prefix, strategy: strategy,
                    parameters: strategy == state.preferences.strategy ? state.preferences.strategyParameters : [:],
                    sampler: sampler, maxTokens: state.preferences.maxTokens, alternativeCount: 8,
                    contextPolicy: drops ? .dropOldestTurns(keepsSystem: true) : .refuse,
                    droppedTurnCount: state.chat.droppedTurnCount))
        ]
    }

    // MARK: Answers

    static func stopAnswer(_ state: inout AppState) -> [Effect] {
        guard state.chat.answer != nil, state.chat.answer?.isStopping == false else { return [] }
        state.chat.answer?.isStopping = true
        return [.cancelGeneration]
    }

    private static func cancelInChat(_ state: inout AppState) -> [Effect] {
        if state.isGenerating { return stopAnswer(&state) }
        if state.loading != nil { return [.cancelLoad] }
        if state.chat.search != nil {
            state.chat.search = nil
        } else if state.chat.editing != nil {
            stopEditing(&state)
            return countTokens(&state)
        } else if state.chat.focus != .composer {
            state.chat.focus = .composer
        } else if !state.chat.scroll.isFollowing {
            state.chat.scroll.follow()
        }
        return []
    }

    /// Whether a race is on, which whatever else computes would spoil; says so if it is.
    static func isRacing(_ state: inout AppState) -> Bool {
        guard state.race.isRunning else { return false }
        state.note("a race is on, and would not be fair any more; Esc on its screen stops it")
        return true
    }

    private static func canAnswer(_ state: inout AppState) -> Bool {
        guard !isRacing(&state) else { return false }
        if state.isGenerating {
            state.note("an answer is being made" + state.hint(.cancel, "stops it"))
            return false
        }
        guard state.session != nil else {
            state.noteNoModel()
            return false
        }
        return true
    }

    /// Another answer beside the selected one, or beside the last.
    static func regenerate(_ state: inout AppState) -> [Effect] {
        guard canAnswer(&state) else { return [] }
        let selected = state.chat.focus == .transcript ? selectedMessage(state) : nil
        guard let message = selected ?? state.chat.path.last else {
            state.note("there is nothing to answer yet")
            return []
        }
        let parent = message.role == .assistant ? message.parent : message.id
        return beginAnswer(&state, after: parent)
    }

    private static func continueAnswer(_ state: inout AppState) -> [Effect] {
        guard canAnswer(&state) else { return [] }
        guard let last = state.chat.path.last, last.role == .assistant else {
            state.note("there is no answer to go on with")
            return []
        }
        let tokens = state.chat.tokens[last.id]
        state.chat.tree.reopen(last.id)
        let reopening = [Effect.store(.reopen(last.id))]
        // Tokens are exact where they are all known; else the text is read anew.
        let isWhole = !tokens.isEmpty && tokens.map(\.text).joined() == last.content
        return reopening
            + generate(
                &state, into: last.id, prefix: isWhole ? .tokens(tokens.map(\.id)) : .text(last.content),
                tokens: isWhole ? tokens : [])
    }

    private static func editMessage(_ state: inout AppState) -> [Effect] {
        guard !state.isGenerating, let selected = selectedMessage(state) else { return [] }
        // An answer is not edited but asked for again; its question is.
        let message = selected.role == .user ? selected : selected.parent.flatMap { state.chat.tree[$0] }
        guard let message, message.role == .user else { return [] }
        if state.chat.editing == nil { state.chat.writtenBeforeEditing = state.chat.composer }
        state.chat.editing = message.id
        state.chat.composer = TextEditor(message.content)
        state.chat.focus = .composer
        return countTokens(&state)
    }

    /// Takes up again what was being written.
    static func stopEditing(_ state: inout AppState) {
        state.chat.editing = nil
        state.chat.composer = state.chat.writtenBeforeEditing
        state.chat.writtenBeforeEditing = TextEditor()
    }

    private static func branch(_ state: inout AppState, by offset: Int) -> [Effect] {
        guard !state.isGenerating, let message = selectedMessage(state), let chat = state.chat.chat else { return [] }
        let siblings = state.chat.tree.siblings(of: message.id)
        guard siblings.count > 1, let leaf = state.chat.tree.selectSibling(of: message.id, by: offset) else {
            return []
        }
        if let index = siblings.firstIndex(of: message.id) { state.chat.selected = siblings[index + offset] }
        return [.store(.select(leaf: leaf, chat.id))]
    }

    static func newChat(_ state: inout AppState) -> [Effect] {
        guard !state.isGenerating else {
            state.note("an answer is being made" + state.hint(.cancel, "stops it"))
            return []
        }
        state.turn(to: nil)
        state.screen = .chat
        state.overlays = []
        return []
    }

    // MARK: Moving and copying

    static func selectedMessage(_ state: AppState) -> StoredMessage? {
        state.chat.selected.flatMap { state.chat.tree[$0] } ?? state.chat.path.last
    }

    private static func select(_ state: inout AppState, by step: Int) {
        let path = state.chat.path
        guard let current = path.firstIndex(where: { $0.id == state.chat.selected }) else {
            state.chat.selected = path.last?.id
            return
        }
        // Within a message that is higher than the screen the lines move first.
        let layout = transcriptLayout(&state)
        let height = ChatLayout(state).transcript.height
        if let entry = layout.entry(of: path[current].id) {
            let visible = state.chat.scroll.visible(height: height, count: layout.lineCount)
            if step > 0, entry.end - 1 > visible.upperBound, entry.start < visible.upperBound {
                return scrollTranscript(&state, by: 2)
            }
            if step < 0, entry.start < visible.lowerBound, entry.end > visible.lowerBound {
                return scrollTranscript(&state, by: -2)
            }
        }
        let next = max(0, min(path.count - 1, current + step))
        state.chat.selected = path[next].id
        // Upwards a long message is come upon at its end.
        if step < 0, next < current, let entry = layout.entry(of: path[next].id), entry.end - entry.start > height {
            state.chat.scroll.scroll(to: entry.end - height, height: height, count: layout.lineCount)
        } else {
            showSelected(&state)
        }
    }

    /// From the beginning of one message to that of another, however long they are.
    private static func selectMessage(_ state: inout AppState, by step: Int) {
        let path = state.chat.path
        guard let current = path.firstIndex(where: { $0.id == state.chat.selected }) ?? path.indices.last else {
            return
        }
        state.chat.selected = path[max(0, min(path.count - 1, current + step))].id
        showSelected(&state)
    }

    static func showSelected(_ state: inout AppState) {
        let layout = transcriptLayout(&state)
        guard let selected = state.chat.selected, let entry = layout.entry(of: selected) else { return }
        state.chat.scroll.show(
            entry.start..<entry.end, height: ChatLayout(state).transcript.height, count: layout.lineCount)
    }

    static func scrollTranscript(_ state: inout AppState, by lines: Int) {
        let count = transcriptLayout(&state).lineCount
        state.chat.scroll.scroll(by: lines, height: ChatLayout(state).transcript.height, count: count)
    }

    private static func copyCode(_ state: inout AppState) -> [Effect] {
        guard let message = selectedMessage(state) else { return [] }
        let blocks = state.chat.documents.codeBlocks(of: message)
        switch blocks.count {
        case 0:
            state.note("there is no code in this message")
            return []
        case 1: return [.copy(blocks[0].text)]
        default:
            let options = blocks.prefix(9).enumerated().map { index, block in
                let first = block.text.split(separator: "\n").first.map(String.init) ?? ""
                return ChoiceState.Option(Character(String(index + 1)), first, .copyCode(index))
            }
            open(&state, .choice(ChoiceState(title: "Copy which block?", options: options)))
            return []
        }
    }

    private static func transcriptText(_ state: AppState) -> String {
        state.chat.path.map {
            ($0.role == .user
                ? "> " + $0.content.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n> ")
                : $0.content)
        }
        .joined(separator: "\n\n") + "\n"
    }

    static func exportField(_ id: ChatID, title: String) -> FieldState {
        let words = title.lowercased().split { !$0.isLetter && !$0.isNumber }.prefix(6).joined(separator: "-")
        return FieldState(
            .export(id), title: "Export the chat", hint: ".md for Markdown, .json for all branches",
            text: (words.isEmpty ? "chat" : words) + ".md")
    }

    // MARK: Searching

    static func moveSearch(_ state: inout AppState, by step: Int) {
        guard let search = state.chat.search else { return }
        let layout = transcriptLayout(&state)
        let matches = layout.lines(holding: search.text)
        guard !matches.isEmpty else {
            state.note("\"\(search.text)\" is not in this conversation")
            return
        }
        let current = ((search.current + step) % matches.count + matches.count) % matches.count
        state.chat.search?.current = current
        let height = ChatLayout(state).transcript.height
        state.chat.scroll.scroll(to: matches[current] - height / 2, height: height, count: layout.lineCount)
        state.chat.selected = layout.entry(atLine: matches[current])?.id ?? state.chat.selected
    }

    // MARK: Tokens

    private static func walkTokens(_ state: inout AppState) {
        guard let message = selectedMessage(state), message.role == .assistant else {
            state.note("tokens are those of an answer")
            return
        }
        guard !state.chat.tokens[message.id].isEmpty else {
            state.note(
                "the tokens of this answer are not known any more"
                    + state.hint(.regenerate, "makes another one", in: .transcript))
            return
        }
        state.chat.selected = message.id
        state.chat.focus = .tokens(TokenCursor(message: message.id, index: 0, alternative: 0))
        showCursor(&state)
    }

    private static func tokensAction(_ state: inout AppState, _ action: Action, _ cursor: TokenCursor) -> [Effect] {
        let tokens = state.chat.tokens[cursor.message]
        var cursor = cursor
        switch action {
        case .left: cursor.index = max(0, cursor.index - 1)
        case .right: cursor.index = min(max(0, tokens.count - 1), cursor.index + 1)
        case .top: cursor.index = 0
        case .bottom: cursor.index = max(0, tokens.count - 1)
        case .up: cursor.alternative = max(0, cursor.alternative - 1)
        case .down:
            let count = tokens.indices.contains(cursor.index) ? tokens[cursor.index].alternatives.count : 0
            cursor.alternative = min(max(0, count - 1), cursor.alternative + 1)
        case .choose: return branchAtToken(&state, cursor)
        case .cancel:
            state.chat.focus = .transcript
            return []
        default: return []
        }
        switch action {
        case .left, .right, .top, .bottom: cursor.alternative = 0
        default: break
        }
        state.chat.focus = .tokens(cursor)
        showCursor(&state)
        return []
    }

    private static func showCursor(_ state: inout AppState) {
        guard case .tokens(let cursor) = state.chat.focus else { return }
        let layout = transcriptLayout(&state)
        let tokens = state.chat.tokens[cursor.message]
        guard let entry = layout.entry(of: cursor.message) else { return }
        let text = TokenText(tokens, width: layout.width - 2, cursor: cursor.index) { _ in .text }
        let line =
            entry.start + 1 + (text.lineOfToken.indices.contains(cursor.index) ? text.lineOfToken[cursor.index] : 0)
        state.chat.scroll.show(line..<line + 2, height: ChatLayout(state).transcript.height, count: layout.lineCount)
    }

    /// Another answer that is the same up to the cursor and has the chosen alternative there.
    private static func branchAtToken(_ state: inout AppState, _ cursor: TokenCursor) -> [Effect] {
        guard canAnswer(&state) else { return [] }
        let tokens = state.chat.tokens[cursor.message]
        guard tokens.indices.contains(cursor.index), let old = state.chat.tree[cursor.message] else { return [] }
        let token = tokens[cursor.index]
        guard token.alternatives.indices.contains(cursor.alternative) else { return [] }
        let chosen = token.alternatives[cursor.alternative]
        let kept = Array(tokens[..<cursor.index])
        var effects: [Effect] = []
        let answer = StoredMessage(
            id: state.makeMessageID(), parent: old.parent, role: .assistant, content: kept.map(\.text).joined(),
            created: state.now.wall, ending: nil, model: state.session?.target.name,
            strategy: state.preferences.strategy)
        guard add(&state, answer, &effects) else { return [] }
        state.chat.selected = answer.id
        state.chat.focus = .transcript
        return effects
            + generate(&state, into: answer.id, prefix: .tokens(kept.map(\.id) + [chosen.id]), tokens: kept)
    }
}
