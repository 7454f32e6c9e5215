// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FoundationEssentials
import InklingEngine
import InklingStore
import InklingTUI
import Synchronization

/// Carries out what the interface asks for, away from its thread, and tells the outcome through the mailbox.
final class EffectRunner: Sendable {
    private let mailbox: Mailbox
    private let engine: Engine
    private let library: ModelLibrary
    /// In order, one at a time: the store and small files may be slow.
    private let disk = DispatchQueue(label: "inkling.disk")
    /// Heads of models are read beside that: nothing waits for them.
    private let heads = DispatchQueue(label: "inkling.heads")
    private let options: SessionOptions
    /// A search for models may be slower still, and nothing waits for it.
    private let search = DispatchQueue(label: "inkling.search")
    private let store: StoreKeeper
    private let completions = Mutex(Completions())
    private let running = Mutex(Running())
    private let recorder: TraceRecorder?
    private let races: RaceRunner
    /// Signalled when the engine has said its last word.
    private let hasStopped = DispatchSemaphore(value: 0)

    private struct Running {
        var load: LoadID?
        var generation: GenerationID?
        /// Answers that were asked for, and those of them that nobody wants any more.
        var askedCount = 0
        var cancelledCount = 0
    }

    init(
        library: ModelLibrary, options: EngineOptions, storePath: String?, mailbox: Mailbox, recorder: TraceRecorder?
    ) {
        self.recorder = recorder
        races = RaceRunner(options: options, costCache: CostCache(places: library.places))
        self.mailbox = mailbox
        self.library = library
        self.options = options.session
        store = StoreKeeper(path: storePath, mailbox: mailbox)
        let box = EngineBox()
        engine = Engine(library: library, options: options) { [hasStopped] event in
            if case .load(_, .ended(.loaded)) = event {
                // Before the news itself: whoever hears of the model knows its tokens.
                let vocabulary = box.engine.withLock { $0.engine?.vocabulary }
                recorder?.use(vocabulary)
                mailbox.post(.vocabulary(vocabulary))
            }
            recorder?.record(event)
            if event == .stopped { hasStopped.signal() }
            mailbox.post(.engine(event))
        }
        box.engine.withLock { $0 = WeakEngine(engine: engine) }
    }

    func perform(_ effect: Effect) {
        switch effect {
        case .loadChoice(let target, let draft):
            let id = engine.load(target: target, draft: draft)
            running.withLock { $0.load = id }
        case .load(let target, let draft):
            let id = engine.load(target: target, draft: draft)
            running.withLock { $0.load = id }
        case .cancelLoad:
            if let id = running.withLock(\.load) { engine.cancelLoad(id) }
        case .generate(let request):
            let number = running.withLock { running in
                running.askedCount += 1
                return running.askedCount
            }
            // A message is on disk before the next one begins.
            disk.async { [self] in
                let id = engine.generate(request)
                let isCancelled = running.withLock { running in
                    running.generation = id
                    return running.cancelledCount >= number
                }
                if isCancelled { engine.cancel(id) }
            }
        case .cancelGeneration:
            let id = running.withLock { running in
                running.cancelledCount = running.askedCount
                return running.generation
            }
            if let id { engine.cancel(id) }
        case .countTokens(let text): engine.countTokens(text, id: 0)
        case .complete(let request, let number): completions.withLock { $0.ask(request, number, engine, mailbox) }
        case .cancelCompletion: completions.withLock { $0.cancel() }
        case .race(let request, let number):
            let mailbox = mailbox
            guard let models = engine.models else {
                return mailbox.post(.race(number: number, .failed("no model is loaded")))
            }
            races.start(request, models: models) { mailbox.post(.race(number: number, $0)) }
        case .cancelRace: races.cancel()
        case .findModels:
            let (library, mailbox) = (library, mailbox)
            search.async {
                mailbox.post(.models(ModelListing(groups: library.groups(), freeBytes: FreeMemory.now())))
            }
        case .estimateMemory(let path):
            let (mailbox, options) = (mailbox, options)
            heads.async {
                mailbox.post(.memory(path: path, MemoryOutlook.read(path: path, options: options)))
            }
        case .store(let command):
            let store = store
            disk.async { store.perform(command) }
        case .readFile(let path):
            let (mailbox, path) = (mailbox, library.places.expandingHome(path))
            disk.async { mailbox.post(.fileRead(path: path, TextFile.read(path))) }
        case .writeFile(let path, let text):
            let (mailbox, path) = (mailbox, library.places.expandingHome(path))
            disk.async { mailbox.post(.fileWritten(path: path, TextFile.write(text, to: path))) }
        case .keep(let setting):
            let (mailbox, files) = (mailbox, UserFiles(places: library.places))
            disk.async {
                switch files.keep(setting) {
                case .success(let path): mailbox.post(.fileWritten(path: path, nil))
                case .failure(let failure): mailbox.post(.fileWritten(path: "", failure))
                }
            }
        case .copy, .edit, .suspend, .redraw, .quit: break
        }
    }

    /// Ends the engine, and returns when everything that was to be stored is.
    func finish() {
        races.cancel()
        engine.shutdown()
        // How the last answer ended belongs to the recording.
        if recorder != nil { _ = hasStopped.wait(timeout: .now() + .seconds(2)) }
        let store = store
        disk.sync { store.close() }
    }
}

/// Drafts for the playground, by the model in use.
private struct Completions {
    private var session: AutocompleteSession?
    private var model: String?
    private let latest = Latest()

    /// Which request the interface waits for.
    private final class Latest: Sendable {
        let request = Mutex<(id: CompletionID, number: Int)?>(nil)
    }

    mutating func ask(_ request: CompletionRequest, _ number: Int, _ engine: Engine, _ mailbox: Mailbox) {
        let path = engine.snapshot?.target.path
        if session == nil || model != path {
            let latest = latest
            session = engine.autocompletion { event in
                let number = latest.request.withLock { $0?.id == event.id ? $0?.number : nil }
                if let number { mailbox.post(.autocomplete(number: number, event)) }
            }
            model = path
        }
        guard let session else { return }
        // Held until the request has its number, so that no event comes before it.
        latest.request.withLock { $0 = (session.update(request), number) }
    }

    func cancel() { session?.cancel() }
}

extension AutocompleteEvent {
    fileprivate var id: CompletionID {
        switch self {
        case .step(let id, _), .finished(let id, _, _), .failed(let id, _): id
        }
    }
}

/// Lets events ask the engine that they come from without keeping it alive.
private final class EngineBox: Sendable {
    let engine = Mutex(WeakEngine(engine: nil))
}

private struct WeakEngine: Sendable {
    weak let engine: Engine?
}

/// Text files of the user's.
enum TextFile {
    static let byteLimit = 4 << 20

    static func read(_ path: String) -> Result<String, EffectFailure> {
        let url = URL(filePath: path)
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let attributes else { return .failure(EffectFailure("cannot read \"\(path)\": there is no such file")) }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            return .failure(EffectFailure("cannot read \"\(path)\": it is not a regular file"))
        }
        if let size = attributes[.size] as? Int, size > byteLimit {
            return .failure(
                EffectFailure(
                    "\"\(path)\" has \(Quantity.bytes(size)); at most \(Quantity.bytes(byteLimit)) can be attached"))
        }
        guard let data = try? Data(contentsOf: url) else {
            return .failure(EffectFailure("cannot read \"\(path)\": no permission"))
        }
        guard !data.contains(0), let text = String(data: data, encoding: .utf8) else {
            return .failure(EffectFailure("\"\(path)\" is not a text in UTF-8"))
        }
        return .success(text)
    }

    static func write(_ text: String, to path: String) -> EffectFailure? {
        guard !FileManager.default.fileExists(atPath: path) else {
            return EffectFailure("\"\(path)\" is there already; choose another name")
        }
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
            return nil
        } catch {
            return EffectFailure("cannot write \"\(path)\"")
        }
    }
}
