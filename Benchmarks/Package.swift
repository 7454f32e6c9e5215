// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// A package of its own, so that what benchmarks need never touches the main one.

import PackageDescription

/// What every target is built with.
let swift: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
]

let inkling: Target.Dependency = .product(name: "Inkling", package: "Inkling")

let package = Package(
    name: "InklingBenchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "Inkling", path: "..")
    ],
    targets: [
        .executableTarget(name: "kernel-bench", dependencies: [inkling], swiftSettings: swift),
        .executableTarget(name: "speculation-bench", dependencies: [inkling], swiftSettings: swift),
    ]
)
