// SPDX-License-Identifier: Apache-2.0

internal import CKernels

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension KernelSet {
    /// The value of `INKLING_KERNELS`.
    public static var environmentChoice: String? {
        guard let value = unsafe getenv("INKLING_KERNELS") else { return nil }
        return unsafe String(cString: value)
    }
}

/// How many CPUs this process may use.
public func usableCPUCount() -> Int { Int(ik_usable_cpus()) }

/// Physical cores among the CPUs this process may use: two threads on one core only get in each other's way here.
public func physicalCoreCount() -> Int {
    let usable = usableCPUCount()
    #if os(Linux)
        var cores: Set<String> = []
        for cpu in 0..<1024 {
            guard let siblings = firstLine(of: "/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list") else {
                break
            }
            cores.insert(siblings)
        }
        if !cores.isEmpty { return min(usable, cores.count) }
    #endif
    return usable
}

private func firstLine(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count].prefix { $0 != 10 }, as: UTF8.self)
}

/// Hands memory that was freed back to the system, where the allocator keeps it: worth a call after something large was read
/// and turned into something else.
public func giveBackFreedMemory() { ik_give_back_freed_memory() }
