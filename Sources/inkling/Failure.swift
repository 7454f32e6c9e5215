// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingEngine

/// Why a command ends without its result: the line for standard error, a hint, and the exit status of the contract.
struct Failure: Error, Equatable {
    var message: String
    var hint: String?
    var status: Int32

    static let runtimeStatus: Int32 = 1
    static let usageStatus: Int32 = 64
    static let interruptedStatus: Int32 = 130

    init(_ message: String, hint: String? = nil, status: Int32 = Failure.runtimeStatus) {
        self.message = message
        self.hint = hint
        self.status = status
    }

    init(_ error: EngineError) {
        self.init(error.description, hint: error.hint)
    }

    /// The user interrupted; nothing to say.
    static let interrupted = Failure("", status: interruptedStatus)

    func report() {
        guard !message.isEmpty else { return }
        Output.error("inkling: \(message)")
        if let hint { Output.error("hint: \(hint)") }
    }
}

enum Process {
    static func exit(_ status: Int32) -> Never {
        Recording.finish()
        Glibc.exit(status)
    }
}
