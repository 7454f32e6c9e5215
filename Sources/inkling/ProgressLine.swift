// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One line on standard error that is written over as work goes on; nothing where that is no terminal.
struct ProgressLine {
    private let isShown: Bool
    private var width = 0
    private var shownAt: ContinuousClock.Instant?

    init(isShown: Bool = isatty(STDERR_FILENO) != 0) {
        self.isShown = isShown
    }

    mutating func show(_ text: String) {
        let now = ContinuousClock.now
        // Ten times a second is as much as anybody reads.
        if let shownAt, now - shownAt < .milliseconds(100) { return }
        guard isShown else { return }
        shownAt = now
        let padding = String(repeating: " ", count: max(0, width - text.count))
        Output.write("\r\(text)\(padding)", to: STDERR_FILENO)
        width = text.count
    }

    /// Takes the line away.
    mutating func clear() {
        guard isShown, width > 0 else { return }
        Output.write("\r\(String(repeating: " ", count: width))\r", to: STDERR_FILENO)
        (width, shownAt) = (0, nil)
    }
}
