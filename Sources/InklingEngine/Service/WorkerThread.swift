// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Values that wait for the thread that takes them, in order.
final class Mailbox<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let count = DispatchSemaphore(value: 0)

    /// Returns at once. May be called from any thread.
    func post(_ value: Value) {
        values.withLock { $0.append(value) }
        count.signal()
    }

    /// The oldest value; waits until there is one. For one thread only.
    func next() -> Value {
        while true {
            count.wait()
            if let value = values.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return value }
        }
    }

    /// Takes out the values that `isUnwanted` says of, wherever they wait.
    func discard(where isUnwanted: (Value) -> Bool) {
        values.withLock { $0.removeAll(where: isUnwanted) }
    }
}

/// A thread of our own that runs `body` and ends with it. What `body` makes belongs to that thread alone.
public enum WorkerThread {
    private final class Start {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Deep enough for the nesting that templates are allowed.
    private static let stackByteCount = 8 << 20

    public static func run(_ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setstacksize(&attributes, stackByteCount)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { unsafe pthread_attr_destroy(&attributes) }
        let start = unsafe Unmanaged.passRetained(Start(body))
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = unsafe pthread_create(
                &thread, &attributes,
                { context in
                    unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
                    return nil
                }, start.toOpaque())
        #else
            var thread = pthread_t()
            let status = unsafe pthread_create(
                &thread, &attributes,
                { context in
                    // Never nil: it is the retained object above.
                    if let context = unsafe context {
                        unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
                    }
                    return nil
                }, start.toOpaque())
        #endif
        guard status != 0 else { return }
        unsafe start.release()
        // A borrowed thread is better than none.
        DispatchQueue.global().async(execute: body)
    }
}
