// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingStore

extension App {
    /// What there is to race with when one comes here for the first time.
    static func prepareRace(_ state: inout AppState) {
        if state.race.racers.isEmpty {
            let wanted = ["ar", "specdec++", "pearl", "prompt-lookup", "auto"]
            let ready = wanted.filter { id in state.session.map { $0.availability(of: id) == .ready } ?? false }
            guard ready.count > 1 else { return }
            state.race.racers = ready.prefix(3).map { Racer($0, parameters: state.preferences.parameters[$0] ?? [:]) }
        }
        if state.race.prompt.isEmpty { takeQuestion(&state) }
    }

    static func raceAction(_ state: inout AppState, _ action: Action) -> [Effect] {
        switch action {
        case .choose: return startRace(&state)
        case .cancel:
            if state.race.isRunning { return [.cancelRace] }
            state.screen = .chat
        case .left: select(&state, by: -1)
        case .right: select(&state, by: 1)
        case .up: changeStrategy(&state, by: -1)
        case .down: changeStrategy(&state, by: 1)
        case .raceAdd, .raceRemove, .raceModels, .raceParameters, .racePrompt, .raceQuestion, .increase, .decrease,
            .raceRounds, .raceTemperature:
            guard !state.race.isRunning else {
                state.note("the race is on; Esc stops it")
                return []
            }
            edit(&state, action)
        case .raceAgain:
            guard !state.race.isRunning, state.race.lanes.contains(where: { !$0.runs.isEmpty }) else {
                state.note("there is no race to show yet; Enter starts one")
                return []
            }
            state.race.playback = state.race.playbackTime(at: state.now.elapsed) == nil ? state.now.elapsed : nil
        case .raceSave:
            guard state.race.results != nil, let request = state.race.request else {
                state.note("there are no results to save yet")
                return []
            }
            open(
                &state,
                .field(
                    FieldState(
                        .raceSave, title: "Save the results",
                        hint: "written as NAME.md and NAME.json", text: Self.fileName(request))))
        case .copyMessage:
            guard let results = state.race.results else {
                state.note("there are no results to copy yet")
                return []
            }
            return [.copy(results.markdown)]
        case .quit: return confirmQuit(&state)
        default: break
        }
        return []
    }

    private static func fileName(_ request: RaceRequest) -> String {
        let names = request.racers.map { racer in
            String(racer.strategy.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "p" })
        }
        return "race-" + names.joined(separator: "-")
    }

    // MARK: Choosing

    private static func edit(_ state: inout AppState, _ action: Action) {
        switch action {
        case .raceAdd:
            guard state.race.racers.count < RaceState.racerRange.upperBound else {
                state.note("four can race at a time")
                return
            }
            let used = Set(state.race.racers.map(\.strategy))
            let fresh = StrategyRegistry.all.map(\.id).first { id in
                !used.contains(id) && (state.session.map { $0.availability(of: id) == .ready } ?? true)
            }
            state.race.racers.append(Racer(fresh ?? StrategyDescriptor.autoregressive.id))
            state.race.selected = state.race.racers.count - 1
        case .raceRemove:
            guard state.race.racers.count > RaceState.racerRange.lowerBound else {
                state.note("a race needs two")
                return
            }
            state.race.racers.remove(at: state.race.selected)
            state.race.selected = min(state.race.selected, state.race.racers.count - 1)
        case .raceModels: changeModels(&state)
        case .raceParameters: editParameters(&state)
        case .racePrompt:
            open(
                &state,
                .field(
                    FieldState(
                        .racePrompt, title: "The prompt that all answer",
                        hint: "Enter keeps it; Alt-Enter is a new line",
                        text: state.race.prompt, isSingleLine: false)))
        case .raceQuestion:
            let before = state.race.prompt
            takeQuestion(&state)
            if state.race.prompt == before { state.note("the chat has no other question") }
        case .increase, .decrease:
            let steps = RaceState.tokenSteps
            let index = steps.firstIndex { $0 >= state.race.maxTokens } ?? steps.count - 1
            state.race.maxTokens = steps[max(0, min(steps.count - 1, index + (action == .increase ? 1 : -1)))]
        case .raceRounds:
            let steps = RaceState.roundSteps
            state.race.rounds = steps[((steps.firstIndex(of: state.race.rounds) ?? 0) + 1) % steps.count]
        case .raceTemperature: state.race.isGreedy.toggle()
        default: break
        }
    }

    private static func select(_ state: inout AppState, by step: Int) {
        let count = state.race.racers.count
        guard count > 0 else { return }
        state.race.selected = max(0, min(count - 1, state.race.selected + step))
    }

    private static func changeStrategy(_ state: inout AppState, by step: Int) {
        guard !state.race.isRunning, state.race.racers.indices.contains(state.race.selected) else { return }
        let racer = state.race.racers[state.race.selected]
        let ids = StrategyRegistry.all.map(\.id).filter { racerProblem(Racer($0, models: racer.models), state) == nil }
        guard !ids.isEmpty else { return }
        let index = ids.firstIndex(of: racer.strategy) ?? 0
        let id = ids[(index + step + ids.count) % ids.count]
        state.race.racers[state.race.selected] = Racer(
            id, parameters: state.preferences.parameters[id] ?? [:], models: racer.models)
    }

    /// Pairs that a racer can run on beside the models in use: those used lately, then everything found.
    private static func modelChoices(_ state: AppState) -> [RecentPair] {
        var choices = state.recentPairs.filter {
            $0.target != state.session?.target.path || $0.draft != state.session?.draft?.path
        }
        for entry in state.models.listing?.groups.flatMap(\.entries) ?? [] {
            guard entry.problem == nil, let summary = entry.summary, summary.limitation == nil else { continue }
            guard !choices.contains(where: { $0.target == entry.model.path && $0.draft == nil }) else { continue }
            choices.append(
                RecentPair(target: entry.model.path, draft: nil, targetName: entry.model.name, draftName: nil))
        }
        return choices
    }

    private static func changeModels(_ state: inout AppState) {
        guard state.race.racers.indices.contains(state.race.selected) else { return }
        let choices: [RecentPair?] = [nil] + modelChoices(state)
        guard choices.count > 1 else {
            state.note("no other models are known yet; F6 looks for them")
            return
        }
        let index = choices.firstIndex(of: state.race.racers[state.race.selected].models) ?? 0
        state.race.racers[state.race.selected].models = choices[(index + 1) % choices.count]
    }

    private static func editParameters(_ state: inout AppState) {
        guard state.race.racers.indices.contains(state.race.selected) else { return }
        let racer = state.race.racers[state.race.selected]
        guard let descriptor = try? StrategyRegistry.descriptor(racer.strategy), !descriptor.parameters.isEmpty else {
            state.note("\(racer.strategy) has no parameters")
            return
        }
        let hint = descriptor.parameters.map { "\($0.name) (\($0.defaultValue))" }.joined(separator: ", ")
        let text = racer.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        open(
            &state,
            .field(
                FieldState(
                    .raceParameters(state.race.selected), title: "Parameters of \(racer.strategy)", hint: hint,
                    text: text)))
    }

    /// `gamma=4 stop=0.6`; empty for the defaults.
    static func setRaceParameters(_ state: inout AppState, _ index: Int, _ text: String) {
        guard state.race.racers.indices.contains(index) else { return }
        do throws(GenerationError) {
            let descriptor = try StrategyRegistry.descriptor(state.race.racers[index].strategy)
            var parameters: [String: ParameterValue] = [:]
            for word in text.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "," }) {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                parameters[parts[0]] = try descriptor.value(named: parts[0], text: parts.count > 1 ? parts[1] : "")
            }
            state.race.racers[index].parameters = parameters
        } catch { state.note(error.description, .warning) }
    }

    private static func takeQuestion(_ state: inout AppState) {
        if let question = state.chat.path.last(where: { $0.role == .user }) {
            state.race.prompt = question.content
        } else if state.race.prompt.isEmpty {
            state.race.prompt = "How do I find files larger than 100 MB?"
        }
    }

    /// Files for the results of the last race.
    static func saveRace(_ state: AppState, to name: String) -> [Effect] {
        guard let results = state.race.results, !name.isEmpty else { return [] }
        let lower = name.lowercased()
        let base =
            lower.hasSuffix(".md")
            ? String(name.dropLast(3)) : lower.hasSuffix(".json") ? String(name.dropLast(5)) : name
        return [
            .writeFile(path: base + ".md", text: results.markdown),
            .writeFile(path: base + ".json", text: results.json),
        ]
    }

    // MARK: Running

    /// Why a racer cannot run, in words that go after its method; nil if it can, as far as is known.
    static func racerProblem(_ racer: Racer, _ state: AppState) -> String? {
        guard let models = racer.models else {
            guard case .needs(let reason) = state.session?.availability(of: racer.strategy) ?? .ready else {
                return nil
            }
            return reason
        }
        guard let descriptor = try? StrategyRegistry.descriptor(racer.strategy) else { return "is not known" }
        let missing = descriptor.needs.sorted().first { need in
            switch need {
            case .draftModel, .hiddenStates: models.draft == nil
            case .acceptanceHead, .ngramStore: true
            }
        }
        return missing.map { "needs \($0.title)" }
    }

    private static func startRace(_ state: inout AppState) -> [Effect] {
        guard !state.race.isRunning else {
            state.note("the race is on; Esc stops it")
            return []
        }
        guard state.session != nil else {
            state.note(state.loading == nil ? "no model is loaded; F6 lists them" : "the model is still being loaded")
            return []
        }
        guard !state.isGenerating else {
            state.note("an answer is being made, which would slow the racers; Esc stops it")
            return []
        }
        if state.race.racers.isEmpty { prepareRace(&state) }
        guard RaceState.racerRange.contains(state.race.racers.count) else {
            state.note("a race needs two methods that can run here; with a draft model there are more", .warning)
            return []
        }
        for racer in state.race.racers {
            guard let problem = racerProblem(racer, state) else { continue }
            state.note("\(racer.strategy) \(problem)", .warning)
            return []
        }
        guard state.race.prompt.contains(where: { !$0.isWhitespace }) else {
            state.note("there is no prompt; e writes one")
            return []
        }
        var sampler = state.race.isGreedy ? SamplerSettings.greedy : state.preferences.sampler
        sampler.seed = state.preferences.seed ?? 1
        var messages: [ChatMessage] = []
        if !state.preferences.systemPrompt.isEmpty {
            messages.append(ChatMessage(.system, state.preferences.systemPrompt))
        }
        messages.append(ChatMessage(.user, state.race.prompt))
        let request = RaceRequest(
            racers: state.race.racers, messages: messages, maxTokens: state.race.maxTokens, rounds: state.race.rounds,
            sampler: sampler)
        state.race.request = request
        state.race.lanes = request.racers.map { _ in RaceState.Lane() }
        state.race.results = nil
        state.race.playback = nil
        state.race.phase = .running("getting ready")
        state.race.number += 1
        return [.race(request, number: state.race.number)]
    }

    /// What the race with this number says.
    static func race(_ state: inout AppState, _ number: Int, _ event: RaceEvent) -> [Effect] {
        guard number == state.race.number, let request = state.race.request else { return [] }
        func name(_ lane: Int?) -> String {
            lane.flatMap { request.racers.indices.contains($0) ? request.racers[$0].label : nil }
                ?? "ar, to compare with"
        }
        func settle(_ lane: Int?) {
            for index in state.race.lanes.indices {
                state.race.lanes[index].isRunning = index == lane
                state.race.lanes[index].live = nil
            }
        }
        switch event {
        case .loading(let name): state.race.phase = .running("loading \(name)")
        case .warmingUp(let lane):
            settle(lane)
            state.race.phase = .running("warming up \(name(lane))")
        case .began(let lane, let round):
            settle(lane)
            state.race.phase = .running("round \(round + 1) of \(request.rounds): \(name(lane))")
        case .progress(let lane, let run):
            if state.race.lanes.indices.contains(lane) { state.race.lanes[lane].live = run }
        case .ended(let lane, let lanes, let run):
            settle(nil)
            if let lane, state.race.lanes.indices.contains(lane) { state.race.lanes[lane].runs.append(run) }
            for other in lanes where state.race.lanes.indices.contains(other) {
                state.race.lanes[other].references.append(run)
            }
        case .compared(let lane, let difference):
            guard state.race.lanes.indices.contains(lane) else { return [] }
            // One round that differs is enough.
            if case .differs = state.race.lanes[lane].comparison { return [] }
            state.race.lanes[lane].comparison = difference.map { .differs($0) } ?? .identical
        case .finished(let markdown, let json):
            settle(nil)
            state.race.phase = .done
            state.race.results = (markdown, json)
            state.race.playback = state.now.elapsed
        case .failed(let reason):
            settle(nil)
            state.race.phase = .ended(reason)
            state.note(reason, .failure)
        case .cancelled:
            settle(nil)
            state.race.phase = .ended("stopped")
        }
        return []
    }
}
