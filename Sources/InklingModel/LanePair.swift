// SPDX-License-Identifier: Apache-2.0

internal import InklingTensor
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Runs two models at once: one on the caller's thread, the other on a thread of its own, which in between spins for a
/// moment and then sleeps.
///
/// The one place where a runner leaves its owner's thread. Each closure is handed its own runner and, being `@Sendable`,
/// can reach no other. One owner calls ``join(_:_:_:_:)``, one call at a time.
public final class LanePair: Sendable {
    private let thread = LaneThread()

    public init() {
        thread.start()
    }

    deinit { thread.stop() }

    /// Calls `here` with the first runner on this thread and `there` with the second on the other, and returns when both
    /// are done.
    ///
    /// Where no thread can be had, `there` runs after `here`.
    /// - Precondition: two different runners.
    public func join<A: Sendable, B: Sendable>(
        _ first: any ModelRunner, _ second: any ModelRunner,
        _ here: @Sendable (any ModelRunner) -> A, _ there: @escaping @Sendable (any ModelRunner) -> B
    ) -> (A, B) {
        precondition(first !== second, "a runner cannot be in two lanes")
        let slot = Slot<B>()
        // Safe: the caller, who owns the runner, waits here until the other thread has let go of it.
        nonisolated(unsafe) let second = second
        thread.begin { slot.value.withLock { value in unsafe value = there(second) } }
        let one = here(first)
        thread.finish()
        guard let two = slot.value.withLock({ $0 }) else { preconditionFailure("a lane ended without a result") }
        return (one, two)
    }
}

/// Where a result changes threads.
private final class Slot<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}

/// A thread that runs one job at a time.
///
/// `@unchecked Sendable`: `job` is written by the owner while no job is in progress and published by `begun`; the thread
/// takes it and publishes that it is done by `ended`. Everything else is atomic, or guarded by the mutex.
@safe private final class LaneThread: @unchecked Sendable {
    private typealias Job = @Sendable () -> Void

    private var job: Job?
    private var isStarted = false
    /// Jobs so far.
    private let begun = Atomic<Int>(0)
    private let ended = Atomic<Int>(0)
    private let isStopping = Atomic<Bool>(false)
    /// How many of the two threads sleep.
    private let sleepers = Atomic<Int>(0)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(change, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(change)
        unsafe pthread_mutex_destroy(mutex)
        unsafe change.deallocate()
        unsafe mutex.deallocate()
    }

    func start() {
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = unsafe pthread_create(
                &thread, nil,
                { context in
                    unsafe Unmanaged<LaneThread>.fromOpaque(context).takeRetainedValue().work()
                    return nil
                }, context)
            if status == 0, let thread = unsafe thread { unsafe pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let status = unsafe pthread_create(
                &thread, nil,
                { context in
                    // Never nil: it is the retained object below.
                    if let context = unsafe context {
                        unsafe Unmanaged<LaneThread>.fromOpaque(context).takeRetainedValue().work()
                    }
                    return nil
                }, context)
            if status == 0 { pthread_detach(thread) }
        #endif
        isStarted = status == 0
        if status != 0 { unsafe Unmanaged<LaneThread>.fromOpaque(context).release() }
    }

    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        wakeSleepers()
    }

    func begin(_ job: @escaping @Sendable () -> Void) {
        precondition(!isBusy, "a pair of lanes joins once at a time")
        self.job = job
        begun.add(1, ordering: .sequentiallyConsistent)
        wakeSleepers()
    }

    /// Returns when the job is done.
    func finish() {
        guard isStarted else {
            job?()
            job = nil
            ended.add(1, ordering: .sequentiallyConsistent)
            return
        }
        wait { !isBusy }
    }

    private var isBusy: Bool {
        ended.load(ordering: .sequentiallyConsistent) != begun.load(ordering: .sequentiallyConsistent)
    }

    private func work() {
        while true {
            wait { isBusy || isStopping.load(ordering: .sequentiallyConsistent) }
            guard isBusy else { return }
            job?()
            job = nil
            ended.add(1, ordering: .sequentiallyConsistent)
            wakeSleepers()
        }
    }

    /// Awake for a moment, then asleep.
    private func wait(until condition: () -> Bool) {
        if SpinWait.until(condition) { return }
        unsafe pthread_mutex_lock(mutex)
        // Counted before the condition is looked at again: who changes it then either is seen or sees the sleeper.
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while !condition() { unsafe pthread_cond_wait(change, mutex) }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        unsafe pthread_mutex_unlock(mutex)
    }

    private func wakeSleepers() {
        guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_broadcast(change)
        unsafe pthread_mutex_unlock(mutex)
    }
}
