// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// One table of kernels: the inner loops for one instruction set.
///
/// Every table is batch-invariant in itself: what a token's numbers come out as does not depend on what else is in the
/// pass. Tables agree with each other within named bounds, not to the bit.
@safe public struct KernelSet: Sendable, Equatable {
    // The table is a constant of the program; it is never written.
    nonisolated(unsafe) let table: UnsafePointer<ik_kernels>

    /// `scalar`, `avx2`, `avxvnni`, `avx512vnni` or `neon`.
    public var name: String { unsafe String(cString: table.pointee.name) }

    /// The tables that this CPU can run, best first; the last is always `scalar`.
    public static let available: [KernelSet] = {
        var found: [KernelSet] = []
        while let table = unsafe ik_kernels_at(found.count) { unsafe found.append(KernelSet(table: table)) }
        return found
    }()

    /// What the CPU offers, in words, for reports.
    public static var cpuFeatures: String { unsafe String(cString: ik_cpu_features()) }

    /// The best table for this CPU, or the one that `INKLING_KERNELS` names.
    /// - Throws: ``KernelError/unknown(name:available:)`` when the name is none that can run here.
    public static func chosen(by name: String? = environmentChoice) throws(KernelError) -> KernelSet {
        guard let name, !name.isEmpty else { return available[0] }
        guard let match = available.first(where: { $0.name == name }) else {
            throw .unknown(name: name, available: available.map(\.name))
        }
        return match
    }

    public static func == (left: KernelSet, right: KernelSet) -> Bool { unsafe left.table == right.table }
}

/// A kernel table was asked for that cannot run here.
public enum KernelError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknown(name: String, available: [String])

    public var description: String {
        switch self {
        case .unknown(let name, let available):
            "INKLING_KERNELS names \"\(name)\", which cannot run on this CPU; "
                + "it can run: \(available.joined(separator: ", "))"
        }
    }
}
