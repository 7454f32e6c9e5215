// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingCells
import Synchronization

/// The other side of a terminal: what it was sent, and keys.
final class PseudoTerminal: Sendable {
    let program: Int32
    private let host: Int32
    private let received = Mutex<[UInt8]>([])

    init?(size: Size = Size(width: 40, height: 6)) {
        var (host, program): (Int32, Int32) = (-1, -1)
        guard unsafe openpty(&host, &program, nil, nil, nil) == 0 else { return nil }
        (self.host, self.program) = (host, program)
        resize(size)
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        _ = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<PseudoTerminal>.fromOpaque(context).takeRetainedValue().receive()
                return nil
            }, context)
        pthread_detach(thread)
    }

    private func receive() {
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(host, &chunk, chunk.count)
            guard count > 0 else { break }
            received.withLock { $0 += chunk[..<count] }
        }
        close(host)
    }

    /// No more keys, and no more of anything.
    func hangUp() { close(program) }

    func resize(_ size: Size) {
        var window = winsize()
        window.ws_col = UInt16(size.width)
        window.ws_row = UInt16(size.height)
        _ = unsafe ioctl(host, UInt(TIOCSWINSZ), &window)
    }

    func type(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(host, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// What was sent since the last call, as soon as `text` is in it; nil if it never is.
    func sent(until text: String) -> String? {
        for _ in 0..<2000 {
            let bytes = received.withLock { $0 }
            let sent = String(decoding: bytes, as: UTF8.self)
            if sent.contains(text) {
                received.withLock { $0.removeFirst(bytes.count) }
                return sent
            }
            usleep(5000)
        }
        return nil
    }

    /// The modes, as numbers that can be compared.
    var modes: [UInt32] {
        var modes = termios()
        guard unsafe tcgetattr(program, &modes) == 0 else { return [] }
        let characters = unsafe withUnsafeBytes(of: &modes.c_cc) { unsafe $0.map { UInt32($0) } }
        return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag] + characters
    }
}

/// A thread, for what must happen while the test waits.
func onAnotherThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
    _ = unsafe pthread_create(
        &thread, nil,
        { context in
            guard let context = unsafe context else { return nil }
            unsafe Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
            return nil
        }, context)
    pthread_detach(thread)
}
