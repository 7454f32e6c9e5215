// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// From float32 to the storage of a file, by rounding to the nearest value the type can hold.
public enum Quantizer {
    /// The bytes of `values`, a whole number of blocks, stored as `type`.
    ///
    /// Values that are not finite become the nearest finite ones in block types.
    ///
    /// - Precondition: `type.isSupported`, and `values.count` is a multiple of `type.blockLength`.
    public static func quantize(_ values: [Float], as type: ElementType) -> [UInt8] {
        guard type.isSupported, let byteCount = type.byteCount(elements: values.count) else {
            preconditionFailure("\(values.count) values cannot be stored as \(type)")
        }
        guard byteCount > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
            unsafe values.withUnsafeBufferPointer { source in
                unsafe ik_quantize_row(
                    Int32(type.rawValue), source.baseAddress!, size_t(values.count), buffer.baseAddress!, nil)
            }
            initialized = byteCount
        }
    }

    /// The values that `bytes` stand for, the other way round.
    ///
    /// - Precondition: `type.isSupported`, and `bytes` is a whole number of blocks.
    public static func dequantize(_ bytes: [UInt8], as type: ElementType) -> [Float] {
        precondition(type.isSupported && bytes.count % type.blockByteCount == 0, "not whole blocks of \(type)")
        let count = bytes.count / type.blockByteCount * type.blockLength
        guard count > 0 else { return [] }
        return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe bytes.withUnsafeBytes { source in
                unsafe ik_dequantize_row(
                    Int32(type.rawValue), source.baseAddress!, size_t(count), buffer.baseAddress!)
            }
            initialized = count
        }
    }
}
