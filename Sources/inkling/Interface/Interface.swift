// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingCells
import InklingCurses
import InklingEngine
import InklingStore
import InklingTUI
import Synchronization

/// The full-screen interface, put together: terminal, mailbox, engine, store, and the loop that joins them.
struct Interface {
    /// What there is to watch.
    enum Source {
        /// nil for the last used, or the bundled, models.
        case models(target: String?, draft: String?)
        case trace(ReplayState)
    }

    var places: SearchPlaces
    var options: EngineOptions
    var source: Source
    var recorder: TraceRecorder?
    /// What the command line sets, over what the configuration says.
    var adjust: @Sendable (inout Preferences) -> Void = { _ in }

    /// Whether there is a terminal that can show it.
    static var isPossible: Bool {
        guard isatty(STDIN_FILENO) != 0, isatty(STDOUT_FILENO) != 0 else { return false }
        let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
        return name != "dumb" && !name.isEmpty
    }

    func run() throws {
        let files = UserFiles(places: places)
        let mailbox = Mailbox()
        // Before they are read, so that no change is missed.
        let watch = UserFileWatch(files, adjust: adjust) { mailbox.post($0) }
        let (themes, themeIssues) = files.themes()
        watch.remember(themes)
        var (preferences, keys, issues) = files.configuration(themes: themes.map(\.name))
        issues = themeIssues + issues
        adjust(&preferences)

        // Before any other thread is there, which would take the signals otherwise.
        Signals.catchInterrupts(with: [SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])
        let terminal: CursesTerminal
        do { terminal = try CursesTerminal(wake: mailbox.wake) } catch { throw Failure("\(error)") }
        defer { terminal.close() }
        let ending = EndingSignal()
        Signals.deliver { signal in
            ending.take(signal)
            CursesTerminal.signalArrived(signal)
        }
        defer { Signals.deliver(to: nil) }

        let effects = EffectRunner(
            library: ModelLibrary(places: places), options: options,
            storePath: places.dataFolder.map { $0 + "/" + ChatStore.fileName }, mailbox: mailbox, recorder: recorder)
        var state = AppState(
            size: terminal.size, now: Moment(wall: .now()), preferences: preferences,
            themes: themes, keyMap: keys,
            seed: UInt64.random(in: .min ... .max))
        state.colorDepth = terminal.colorDepth
        // Only who wants to know it waits for it, and no longer than nobody sees.
        let isAutomatic = preferences.theme == Preferences.automaticTheme
        state.ground = terminal.askGround(within: isAutomatic ? .milliseconds(100) : .zero)
        state.recording = recorder?.path
        if !terminal.isUnicode { state.preferences.ascii = true }
        if let notice = terminal.notice { _ = App.update(&state, .store(.notice(notice))) }
        if !issues.isEmpty { _ = App.update(&state, .configured(nil, themes: [], nil, issues: issues)) }
        watch.start()
        withExtendedLifetime(watch) {
            AppLoop(terminal: terminal, mailbox: mailbox, effects: effects).run(state) {
                switch source {
                case .models(let target, let draft): return App.start(&$0, target: target, draft: draft)
                case .trace(let replay):
                    // Whoever plays a recording wants to see how it came about.
                    $0.screen = .xray
                    return App.start(&$0, replaying: replay)
                }
            }
        }
        guard let signal = ending.signal else { return }
        // The answer so far is stored and the terminal restored; now the program ends as the sender meant.
        terminal.close()
        Signals.deliver(to: nil)
        Signals.performDefault(signal)
    }
}

/// The signal that asked the program to end, if one did.
private final class EndingSignal: Sendable {
    private let received = Mutex<Int32?>(nil)

    var signal: Int32? { received.withLock { $0 } }

    func take(_ signal: Int32) {
        guard [SIGTERM, SIGHUP, SIGQUIT].contains(signal) else { return }
        received.withLock { $0 = signal }
    }
}
