// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Runs two models at once: one on the caller's thread, the other on a thread of its own, which sleeps in between.
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
/// `@unchecked Sendable`: everything mutable is read and written with the mutex held.
@safe private final class LaneThread: @unchecked Sendable {
    private typealias Job = @Sendable () -> Void

    private var job: Job?
    private var isBusy = false
    private var isStopping = false
    private var isStarted = false
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
        locked { isStopping = true }
    }

    func begin(_ job: @escaping @Sendable () -> Void) {
        locked {
            precondition(!isBusy, "a pair of lanes joins once at a time")
            isBusy = true
            self.job = job
        }
    }

    /// Returns when the job is done.
    func finish() {
        guard isStarted else {
            job?()
            job = nil
            isBusy = false
            return
        }
        unsafe pthread_mutex_lock(mutex)
        while isBusy { unsafe pthread_cond_wait(change, mutex) }
        unsafe pthread_mutex_unlock(mutex)
    }

    private func work() {
        while let job = next() {
            job()
            locked { isBusy = false }
        }
    }

    /// Waits for a job; nil when there will be none.
    private func next() -> Job? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while job == nil, !isStopping { unsafe pthread_cond_wait(change, mutex) }
        defer { job = nil }
        return job
    }

    /// Changes the state and wakes who waits for it.
    private func locked(_ body: () -> Void) {
        unsafe pthread_mutex_lock(mutex)
        body()
        unsafe pthread_cond_broadcast(change)
        unsafe pthread_mutex_unlock(mutex)
    }
}
