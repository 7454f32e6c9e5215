// SPDX-License-Identifier: Apache-2.0

import InklingCells
import InklingStore
import InklingTUI

/// The loop of the interface, on the main thread: messages in, effects out, and a frame where something changed.
struct AppLoop {
    let terminal: any Terminal
    let mailbox: Mailbox
    let effects: EffectRunner
    private let clock = ContinuousClock()
    private let began: ContinuousClock.Instant

    /// What happens by itself is drawn at most this often; what a key does is drawn at once.
    private static let frameTime = Duration.milliseconds(33)

    init(terminal: any Terminal, mailbox: Mailbox, effects: EffectRunner) {
        self.terminal = terminal
        self.mailbox = mailbox
        self.effects = effects
        began = clock.now
    }

    private var now: Moment { Moment(elapsed: clock.now - began, wall: .now()) }

    /// Runs until the user leaves.
    func run(_ initial: AppState, start: (inout AppState) -> [Effect]) {
        var state = initial
        state.now = now
        var goesOn = perform(start(&state), &state)
        var isDirty = true
        var lastFrame = clock.now - Self.frameTime
        while goesOn {
            let deadline: ContinuousClock.Instant? =
                isDirty ? lastFrame + Self.frameTime : state.tickInterval.map { clock.now + $0 }
            let event = terminal.nextEvent(before: deadline)
            var messages = [AppMessage.time(now)]
            if let event { messages.append(.terminal(event)) }
            messages += mailbox.take()
            if messages.count > 1 || state.wantsTicks { isDirty = true }
            for message in messages where goesOn {
                goesOn = perform(App.update(&state, message), &state)
            }
            // What was typed ahead is taken first, up to a frame's worth: a paste that comes as keys, a held key.
            let isFull = clock.now + Self.frameTime
            while goesOn, event != nil, clock.now < isFull, let next = terminal.nextEvent(before: clock.now) {
                goesOn = perform(App.update(&state, .terminal(next)), &state)
            }
            guard goesOn, isDirty, event != nil || clock.now >= lastFrame + Self.frameTime else { continue }
            terminal.present(App.render(&state))
            lastFrame = clock.now
            isDirty = false
        }
    }

    /// - Returns: whether to go on.
    private func perform(_ list: [Effect], _ state: inout AppState) -> Bool {
        var waiting = list[...]
        while let effect = waiting.popFirst() {
            switch effect {
            case .quit:
                effects.finish()
                return false
            case .suspend: terminal.suspend()
            case .redraw: terminal.redraw()
            case .copy(let text):
                let wasSent = terminal.copyToClipboard(text)
                waiting += App.update(&state, .copied(bytes: text.utf8.count, wasSent: wasSent))
            case .edit(let text):
                let result = terminal.leave { ExternalEditor.edit(text) }
                terminal.redraw()
                waiting += App.update(&state, .edited(result))
            default: effects.perform(effect)
            }
        }
        return true
    }
}
