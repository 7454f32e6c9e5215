// SPDX-License-Identifier: Apache-2.0

/// A terminal that exists in memory: it plays events and keeps what it was shown.
public final class RecordingTerminal: Terminal {
    public private(set) var size: Size
    /// Events to come; nil is a wake-up without one.
    public var events: [TerminalEvent?]
    public private(set) var frames: [Frame] = []
    public private(set) var clipboard: [String] = []
    public private(set) var suspensions = 0
    public private(set) var redraws = 0
    public private(set) var isClosed = false

    public init(size: Size, events: [TerminalEvent?] = []) {
        self.size = size
        self.events = events
    }

    public func present(_ frame: Frame) {
        if !isClosed, frames.last != frame { frames.append(frame) }
    }

    /// The next of ``events``, at once; ``TerminalEvent/endOfInput`` when there are no more.
    public func nextEvent(before deadline: ContinuousClock.Instant?) -> TerminalEvent? {
        guard !isClosed, !events.isEmpty else { return .endOfInput }
        let event = events.removeFirst()
        if case .resize(let size) = event { self.size = size }
        return event
    }

    @discardableResult
    public func copyToClipboard(_ text: String) -> Bool {
        clipboard.append(text)
        return true
    }

    public func suspend() {
        suspensions += 1
        events.insert(.resize(size), at: 0)
    }

    public func leave<Result>(while body: () throws -> Result) rethrows -> Result {
        try body()
    }

    public func redraw() {
        redraws += 1
    }

    public func close() {
        isClosed = true
    }
}
