// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Threads of our own that run the slices of one operation at a time.
///
/// The caller is one of them, so a pool of width 1 has no thread. Between operations workers spin for a moment, since
/// passes follow each other in microseconds, and then sleep. Slices are handed out one by one, in order; results never
/// depend on who ran which.
///
/// One owner calls ``run(_:_:)``; two calls at once are a mistake and trap.
public final class ComputePool: Sendable {
    public let width: Int
    private let shared: Shared
    private let isRunning = Atomic<Bool>(false)

    public init(width: Int) {
        self.width = max(1, min(width, 256))
        shared = Shared()
        for _ in 1..<max(1, self.width) { shared.startWorker() }
    }

    deinit { shared.stop() }

    /// Calls `body(index, worker)` for every index in `0..<count`, on all threads of the pool, and returns when all are
    /// done. `worker`, in `0..<width`, tells which thread it is, for scratch memory.
    public func run(_ count: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
        guard count > 1, width > 1 else {
            for index in 0..<count { body(index, 0) }
            return
        }
        alone { shared.run(count, body) }
    }

    /// The same for the innermost operations of a pass, of which there are many: `slice(job, index, worker)`.
    ///
    /// A closure is counted by each thread that calls it, and threads that count at once wait for each other, longer than a
    /// small slice takes. Here nothing is counted.
    func run<Job: BitwiseCopyable>(
        _ count: Int, _ job: Job, _ slice: @convention(c) (_ job: UnsafeRawPointer, _ index: Int, _ worker: Int) -> Void
    ) {
        unsafe withUnsafePointer(to: job) { pointer in
            let job = unsafe UnsafeRawPointer(pointer)
            guard count > 1, width > 1 else {
                for index in 0..<count { unsafe slice(job, index, 0) }
                return
            }
            alone { unsafe shared.run(count, job, slice) }
        }
    }

    private func alone(_ operation: () -> Void) {
        let wasRunning = isRunning.exchange(true, ordering: .acquiring)
        precondition(!wasRunning, "a compute pool runs one operation at a time")
        operation()
        isRunning.store(false, ordering: .releasing)
    }
}

/// What caller and workers share. Workers hold it, not the pool, so that a pool nobody needs ends its threads.
///
/// A worker takes part in an operation only if it comes before the slices are gone: the caller waits for those that came,
/// never for one that sleeps or has lost its core to another program.
///
/// `@unchecked Sendable`: `work` and `count` are written by the caller while the gate is closed and no worker is inside,
/// published by opening the gate, and read by workers inside; everything else is atomic or guarded by the mutex.
@safe private final class Shared: @unchecked Sendable {
    private let generation = Atomic<Int>(0)
    private let next = Atomic<Int>(0)
    /// How many workers are inside the operation, plus ``closed`` while none may enter. A worker that finds it closed has
    /// counted itself for a moment; it touches nothing else then.
    private let gate = Atomic<Int>(closed)
    private let sleepers = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    private var count = 0
    private var workerCount = 0
    private var work: Work?
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private static let closed = 1 << 32

    /// What a slice does: a closure, or a function and what it works on.
    @safe private enum Work {
        case closure(UnsafePointer<(Int, Int) -> Void>)
        case function(@convention(c) (UnsafeRawPointer, Int, Int) -> Void, UnsafeRawPointer)
    }

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(wake, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(wake)
        unsafe pthread_mutex_destroy(mutex)
        unsafe wake.deallocate()
        unsafe mutex.deallocate()
    }

    func startWorker() {
        workerCount += 1
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(WorkerStart(shared: self, worker: workerCount)).toOpaque()
        let status = unsafe pthread_create(
            &thread, nil,
            { context in
                let start = unsafe Unmanaged<WorkerStart>.fromOpaque(context!).takeRetainedValue()
                start.shared.work(as: start.worker)
                return nil
            }, context)
        if status == 0 {
            pthread_detach(thread)
        } else {
            // The caller does all the work itself then.
            workerCount -= 1
            unsafe Unmanaged<WorkerStart>.fromOpaque(context).release()
        }
    }

    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        announce()
    }

    func run(_ count: Int, _ body: (Int, Int) -> Void) {
        withoutActuallyEscaping(body) { escapable in
            unsafe withUnsafePointer(to: escapable) { pointer in
                unsafe run(count, .closure(pointer))
            }
        }
    }

    func run(
        _ count: Int, _ job: UnsafeRawPointer, _ slice: @convention(c) (UnsafeRawPointer, Int, Int) -> Void
    ) {
        unsafe run(count, .function(slice, job))
    }

    private func run(_ count: Int, _ work: Work) {
        self.work = work
        self.count = count
        next.store(0, ordering: .relaxed)
        gate.subtract(Self.closed, ordering: .acquiringAndReleasing)
        announce()
        takeSlices(work, worker: 0)
        gate.add(Self.closed, ordering: .acquiringAndReleasing)
        while !SpinWait.until({ gate.load(ordering: .acquiring) == Self.closed }) { sched_yield() }
        self.work = nil
    }

    private func announce() {
        _ = generation.add(1, ordering: .sequentiallyConsistent)
        guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_broadcast(wake)
        unsafe pthread_mutex_unlock(mutex)
    }

    private func takeSlices(_ work: Work, worker: Int) {
        let count = count
        switch work {
        case .closure(let pointer):
            // Read once: every read retains what the closure holds, and threads would fight over that count at each slice.
            let body = unsafe pointer.pointee
            while let index = nextSlice(of: count) { body(index, worker) }
        case .function(let slice, let job):
            while let index = nextSlice(of: count) { unsafe slice(job, index, worker) }
        }
    }

    private func nextSlice(of count: Int) -> Int? {
        let index = next.add(1, ordering: .relaxed).oldValue
        return index < count ? index : nil
    }

    func work(as worker: Int) {
        var seen = 0
        while true {
            seen = waitForWork(after: seen)
            if stopping.load(ordering: .acquiring) { return }
            let isOpen = gate.add(1, ordering: .acquiringAndReleasing).oldValue < Self.closed
            if isOpen, let work { takeSlices(work, worker: worker) }
            gate.subtract(1, ordering: .acquiringAndReleasing)
        }
    }

    /// Where idle workers are: profiles can leave this name out.
    @inline(never)
    private func waitForWork(after seen: Int) -> Int {
        if SpinWait.until({ generation.load(ordering: .acquiring) != seen }) {
            return generation.load(ordering: .acquiring)
        }
        unsafe pthread_mutex_lock(mutex)
        _ = sleepers.add(1, ordering: .sequentiallyConsistent)
        while generation.load(ordering: .sequentiallyConsistent) == seen { unsafe pthread_cond_wait(wake, mutex) }
        _ = sleepers.subtract(1, ordering: .sequentiallyConsistent)
        unsafe pthread_mutex_unlock(mutex)
        return generation.load(ordering: .acquiring)
    }
}

private final class WorkerStart {
    let shared: Shared
    let worker: Int

    init(shared: Shared, worker: Int) {
        self.shared = shared
        self.worker = worker
    }
}
