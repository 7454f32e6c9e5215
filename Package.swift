// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// What every Swift target is built with.
let swift: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
]

/// Kernels are compiled for speed even in debug builds: tests run whole models.
let kernels: [CSetting] = [.unsafeFlags(["-O3"], .when(configuration: .debug))]

let package = Package(
    name: "Inkling",
    platforms: [.macOS(.v15)],
    products: [
        .library(
            name: "Inkling",
            targets: ["InklingEngine", "InklingDecoding", "InklingArchitectures", "InklingModel", "InklingTensor"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    ],
    targets: [
        .target(name: "CKernels", cSettings: kernels),
        .target(name: "InklingTensor", dependencies: ["CKernels"], swiftSettings: swift),
        .target(name: "InklingTokenizer", swiftSettings: swift),
        .target(name: "InklingTemplates", swiftSettings: swift),
        .target(name: "InklingGGUF", dependencies: ["InklingTensor"], swiftSettings: swift),
        .target(name: "InklingModel", dependencies: ["InklingTensor", "InklingTokenizer"], swiftSettings: swift),
        .target(
            name: "InklingArchitectures", dependencies: ["InklingModel", "InklingGGUF", "InklingTensor", "InklingTokenizer"],
            swiftSettings: swift),
        .target(
            name: "InklingDecoding", dependencies: ["InklingModel", "InklingTokenizer"], swiftSettings: swift),
        .target(
            name: "InklingEngine",
            dependencies: [
                "InklingArchitectures", "InklingDecoding", "InklingGGUF", "InklingModel", "InklingTemplates",
                "InklingTensor", "InklingTokenizer",
            ],
            swiftSettings: swift),
        .executableTarget(
            name: "inkling",
            dependencies: [
                "InklingDecoding", "InklingEngine", "InklingTensor", "InklingTokenizer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swift),
    ]
)
