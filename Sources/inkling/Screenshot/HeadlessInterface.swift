// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingCells
import InklingDecoding
import InklingEngine
import InklingStore
import InklingTUI

/// The interface without a terminal: keys come from a script, models really run, and the screen is a value. No chat of it
/// is stored.
struct HeadlessInterface {
    private(set) var state: AppState
    private let effects: EffectRunner
    private let mailbox = Mailbox()
    /// Taken from the mailbox and not yet looked at.
    private var waiting: [AppMessage] = []
    private let clock = ContinuousClock()
    private let began: ContinuousClock.Instant
    private var roundCount = 0

    /// Longer than any model that one would wait for takes.
    private static let patience = Duration.seconds(600)

    init(
        places: SearchPlaces, options: EngineOptions, size: Size, depth: ColorDepth, preferences: Preferences,
        themes: [Theme]
    ) {
        began = clock.now
        effects = EffectRunner(
            library: ModelLibrary(places: places), options: options, storePath: nil, mailbox: mailbox, recorder: nil)
        // The same names each time: nothing of this is kept.
        state = AppState(size: size, now: Moment(wall: .now()), preferences: preferences, themes: themes, seed: 1)
        state.colorDepth = depth
    }

    /// Plays a recording, up to its end, in the place of models.
    mutating func start(replaying replay: ReplayState) {
        perform(App.start(&state, replaying: replay))
        App.show(&state, rounds: nil)
    }

    /// Loads models and waits for them.
    mutating func start(target: String?, draft: String?) throws {
        perform(App.start(&state, target: target, draft: draft))
        try settle()
        guard state.session != nil else {
            throw Failure(state.toasts.last { $0.kind == .failure }?.text ?? "no model could be loaded")
        }
    }

    mutating func play(_ steps: [KeyScript.Step]) throws {
        for step in steps {
            switch step {
            case .key(let press): send(.terminal(.key(press)))
            case .wait where state.replay != nil: App.show(&state, rounds: nil)
            case .rounds(let count) where state.replay != nil: App.show(&state, rounds: count)
            case .wait: try settle()
            case .rounds(let count):
                roundCount = 0
                try wait { !$0.isGenerating || $1 >= count }
            }
        }
    }

    mutating func send(_ message: AppMessage) {
        pass(clock.now - began)
        perform(App.update(&state, message))
    }

    /// The screen, after the notes on it have gone.
    ///
    /// - Parameter isLive: a recording looks as if it had just been made.
    mutating func frame(isLive: Bool = false) -> Frame {
        if isLive { state.showAsLive() }
        pass(clock.now - began + .seconds(60))
        return App.render(&state)
    }

    func finish() {
        effects.finish()
    }

    private mutating func settle() throws {
        try wait { state, _ in !state.isBusy }
    }

    /// Lets things happen until the state is so.
    private mutating func wait(until isDone: (AppState, Int) -> Bool) throws {
        let deadline = clock.now + Self.patience
        while !isDone(state, roundCount) {
            if waiting.isEmpty { waiting = mailbox.take() }
            guard !waiting.isEmpty else {
                guard clock.now < deadline else { throw Failure("the screen still changes after ten minutes") }
                var descriptor = pollfd(fd: mailbox.wake, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&descriptor, 1, 100)
                continue
            }
            let message = waiting.removeFirst()
            if case .engine(.generation(_, .decode(.round))) = message { roundCount += 1 }
            // Chats are not kept here, and nobody needs to be told.
            if case .store(.trouble) = message { continue }
            send(message)
        }
    }

    private mutating func pass(_ elapsed: Duration) {
        perform(App.update(&state, .time(Moment(elapsed: elapsed, wall: .now()))))
    }

    private mutating func perform(_ list: [Effect]) {
        for effect in list {
            switch effect {
            // What needs a terminal, leaves, or writes files of the user's.
            case .quit, .suspend, .redraw, .copy, .edit, .keep, .writeFile: break
            default: effects.perform(effect)
            }
        }
    }
}
