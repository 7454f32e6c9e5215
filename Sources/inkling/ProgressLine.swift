// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingEngine

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

/// How far the loading of models has come, for a person who would otherwise wonder: nothing while it is quick.
struct LoadingLine {
    private var line: ProgressLine
    private let start: ContinuousClock.Instant

    /// Below this nobody has had time to wonder.
    static let patience = Duration.milliseconds(500)

    init() {
        line = ProgressLine()
        start = .now
    }

    mutating func show(_ stage: LoadStage) {
        guard let text = Self.text(stage, after: start.duration(to: .now)) else { return }
        line.show(text)
    }

    mutating func clear() { line.clear() }

    /// - Returns: nil if there is nothing to say yet.
    static func text(_ stage: LoadStage, after elapsed: Duration) -> String? {
        guard elapsed >= patience else { return nil }
        switch stage {
        case .opening: return "opening"
        case .packing(let name, let progress):
            let share = progress.total > 0 ? Double(progress.done) / Double(progress.total) : 1
            return "loading \(name): \(Quantity.decimal(share * 100, digits: 0)) % of \(Quantity.bytes(progress.total))"
        case .preparing: return "preparing"
        }
    }
}
