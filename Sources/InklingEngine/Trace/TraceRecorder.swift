// SPDX-License-Identifier: Apache-2.0

import Dispatch
import InklingDecoding
public import InklingTokenizer
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes what an engine says to a trace, while it says it.
///
/// ``record(_:)`` takes a lock and copies the event, no more: lines are made and written on a thread of the recorder's,
/// a few times a second. A program that is killed loses what came since the last time; ``finish()`` loses nothing.
public final class TraceRecorder: Sendable {
    private enum Item: Sendable {
        case event(EngineEvent, Duration)
        case vocabulary(Vocabulary?)
    }

    private struct State {
        var items: [Item] = []
        var isEnding = false
        var problem: String?
    }

    public let path: String
    private let header: TraceHeader
    private let descriptor: Int32
    private let state = Mutex(State())
    private let began = ContinuousClock.now
    private let wake = DispatchSemaphore(value: 0)
    private let ending = DispatchSemaphore(value: 0)
    private let isDone = DispatchSemaphore(value: 0)

    /// How long events are gathered.
    private static let pause = DispatchTimeInterval.milliseconds(50)
    /// Events that wait at most: a disk that is that far behind will not catch up.
    private static let itemLimit = 1 << 18
    /// Until a model is loaded the header waits for its name, and events wait for the header.
    private static let headerPatience = 1 << 12

    /// Begins a recording. An earlier trace of this name is replaced; any other file is not.
    /// - Throws: ``TraceRecordingError``, before there is anything to lose.
    public init(path: String, header: TraceHeader) throws(TraceRecordingError) {
        self.path = path
        self.header = header
        try Self.checkReplaceable(path)
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw TraceRecordingError(path: path, reason: Self.systemReason()) }
        // Signals are for the threads that know what to do with them.
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        WorkerThread.run { self.work() }
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    deinit { close(descriptor) }

    /// Adds an event that has just happened. After ``finish()`` it does nothing.
    public func record(_ event: EngineEvent) {
        add(.event(event, ContinuousClock.now - began))
    }

    /// The vocabulary of the target in use from now on: what tokens stand for that events only number.
    public func use(_ vocabulary: Vocabulary?) {
        add(.vocabulary(vocabulary))
    }

    /// Why the recording ended before its time, as a sentence; nil while it goes well.
    public var problem: String? { state.withLock(\.problem) }

    /// Writes what is left and ends the recording. Returns when all is written, or the disk does not answer.
    public func finish() {
        let isFirst = state.withLock { state in
            defer { state.isEnding = true }
            return !state.isEnding
        }
        if isFirst {
            wake.signal()
            ending.signal()
        }
        // Whoever comes second waits as well.
        if isDone.wait(timeout: .now() + .seconds(5)) == .success { isDone.signal() }
    }

    private func add(_ item: Item) {
        let isFirst = state.withLock { state in
            guard !state.isEnding, state.problem == nil else { return false }
            guard state.items.count < Self.itemLimit else {
                state.problem = "the recording was ended: \"\(path)\" cannot be written fast enough"
                return false
            }
            state.items.append(item)
            return state.items.count == 1
        }
        if isFirst { wake.signal() }
    }

    // MARK: The thread

    private func work() {
        var encoder = TraceEncoder()
        var vocabulary: Vocabulary?
        var hasHeader = false
        var held: [Item] = []
        while true {
            wake.wait()
            // What comes now comes in bursts; the end does not wait.
            if ending.wait(timeout: .now() + Self.pause) == .success { ending.signal() }
            let (items, isEnding) = state.withLock { state in
                defer { state.items = [] }
                return (state.items, state.isEnding)
            }
            held += items
            if !hasHeader, isEnding || held.count > Self.headerPatience || held.contains(where: Self.endsWaiting) {
                var header = header
                header.models = held.compactMap(Self.models).first ?? []
                write(encoder.header(header))
                hasHeader = true
            }
            if hasHeader {
                var bytes: [UInt8] = []
                for item in held {
                    switch item {
                    case .vocabulary(let other): vocabulary = other
                    case .event(let event, let time):
                        bytes += encoder.lines(event, at: time) { Self.text(of: $0, vocabulary) }
                    }
                    if bytes.count > 1 << 20 {
                        write(bytes)
                        bytes = []
                    }
                }
                held = []
                write(bytes)
            }
            if isEnding { return _ = isDone.signal() }
        }
    }

    private static func endsWaiting(_ item: Item) -> Bool {
        guard case .event(let event, _) = item else { return false }
        if case .generation = event { return true }
        return models(of: event) != nil
    }

    private static func models(_ item: Item) -> [TraceHeader.Model]? {
        guard case .event(let event, _) = item else { return nil }
        return models(of: event)
    }

    private static func models(of event: EngineEvent) -> [TraceHeader.Model]? {
        guard case .load(_, .ended(.loaded(let session))) = event else { return nil }
        func model(_ model: SessionSnapshot.Model, _ role: Lane) -> TraceHeader.Model {
            TraceHeader.Model(
                role: role, name: model.name, architecture: model.architecture, parameters: model.parameters,
                quantization: model.quantization, bytes: model.fileBytes)
        }
        return [model(session.target, .target)] + (session.draft.map { [model($0, .draft)] } ?? [])
    }

    /// A token that is no text is told by its spelling.
    private static func text(of token: TokenID, _ vocabulary: Vocabulary?) -> String {
        guard let vocabulary else { return "" }
        let bytes = vocabulary.bytes(of: token)
        return bytes.isEmpty ? vocabulary.spelling(of: token) : String(decoding: bytes, as: UTF8.self)
    }

    // MARK: The file

    private func write(_ bytes: [UInt8]) {
        guard state.withLock({ $0.problem == nil }) else { return }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe systemWrite(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                let reason = Self.systemReason()
                state.withLock {
                    $0.problem = "the recording was ended: \"\(path)\" cannot be written: \(reason)"
                    $0.items = []
                }
                return
            }
        }
    }

    private static func systemReason() -> String {
        guard let text = unsafe strerror(errno) else { return "system error \(errno)" }
        return unsafe String(cString: text)
    }

    /// Refuses files that are something else: a name may be mistyped.
    private static func checkReplaceable(_ path: String) throws(TraceRecordingError) {
        guard !path.utf8.contains(0), !path.isEmpty else {
            throw TraceRecordingError(path: path, reason: "no file can have this name")
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return }
        let beginning = Array(#"{"format":"\#(TraceHeader.formatName)""#.utf8)
        var found = [UInt8](repeating: 0, count: beginning.count)
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw TraceRecordingError(path: path, reason: systemReason()) }
        defer { close(file) }
        guard unsafe read(file, &found, found.count) == found.count, found == beginning else {
            throw TraceRecordingError(
                path: path, reason: "the file is there already and is not a trace; choose another name")
        }
    }
}

/// Why a recording cannot begin.
public struct TraceRecordingError: Error, Sendable, Equatable, CustomStringConvertible {
    public var path: String
    public var reason: String

    public var description: String { "cannot record to \"\(path)\": \(reason)" }
}

/// `write(2)`, under a name that the method does not hide.
@unsafe
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}
