// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingDecoding
import Synchronization

/// What signals ask of a chat at a terminal, handed from the thread that waits for them to the one that chats.
///
/// While an answer runs, Ctrl-C stops it and Ctrl-Z is dealt with at once. At the prompt the line reader does what
/// there is to do: it polls ``wakeDescriptor`` and then asks ``take()``.
final class PlainChatSignals: Sendable {
    struct Requests: OptionSet, Sendable {
        let rawValue: UInt8

        static let interrupt = Requests(rawValue: 1)
        static let leave = Requests(rawValue: 2)
        static let suspend = Requests(rawValue: 4)
        static let resume = Requests(rawValue: 8)
        static let resize = Requests(rawValue: 16)
    }

    private struct State {
        var requests: Requests = []
        var answer: CancellationFlag?
        var isLeaving = false
    }

    private let state = Mutex(State())
    let terminal = PlainChatTerminal()
    /// Readable when ``take()`` has something new.
    let wakeDescriptor: Int32
    private let wakeEnd: Int32

    init() throws(Failure) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else {
            throw Failure("cannot make a pipe: \(unsafe String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (wakeDescriptor, wakeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(wakeDescriptor)
        close(wakeEnd)
    }

    /// Whether the program was asked to end.
    var isLeaving: Bool { state.withLock { $0.isLeaving } }

    /// What was asked for since the last call.
    func take() -> Requests {
        var scratch: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
        while unsafe read(wakeDescriptor, &scratch, scratch.count) > 0 {}
        return state.withLock { state in
            defer { state.requests = [] }
            return state.requests
        }
    }

    /// Runs an answer. What is typed meanwhile is not shown, and is there for the next prompt.
    func answering<Result>(_ flag: CancellationFlag, _ body: () throws -> Result) rethrows -> Result {
        state.withLock {
            $0.answer = flag
            if $0.isLeaving { flag.cancel() }
            terminal.hideTyping()
        }
        defer {
            state.withLock {
                $0.answer = nil
                terminal.showTyping()
            }
        }
        return try body()
    }

    /// Called on the thread that waits for signals.
    func receive(_ signal: Int32) {
        switch signal {
        case SIGINT:
            ask(.interrupt) { state in
                guard let answer = state.answer else { return true }
                answer.cancel()
                return false
            }
        case SIGTERM, SIGHUP:
            ask(.leave) { state in
                // The second time someone means it, whatever the chat is busy with.
                if state.isLeaving { Process.exit(Failure.interruptedStatus) }
                state.isLeaving = true
                state.answer?.cancel()
                return true
            }
        case SIGQUIT:
            terminal.giveBack()
            Signals.performDefault(SIGQUIT)
        case SIGTSTP:
            if ask(.suspend, if: { $0.answer == nil }) { return }
            terminal.giveBack()
            Signals.performDefault(SIGTSTP)
        case SIGCONT:
            ask(.resume) { state in
                guard state.answer != nil else { return true }
                // The shell has set the terminal as it likes it.
                terminal.hideTyping()
                return false
            }
        case SIGWINCH:
            ask(.resize) { $0.answer == nil }
        default: break
        }
    }

    /// Leaves a request for the chat's thread and wakes it, if `isDue` says so.
    @discardableResult
    private func ask(_ request: Requests, if isDue: (inout State) -> Bool) -> Bool {
        let isAsked = state.withLock { state in
            guard isDue(&state) else { return false }
            state.requests.insert(request)
            return true
        }
        if isAsked { _ = unsafe write(wakeEnd, [1], 1) }
        return isAsked
    }
}
