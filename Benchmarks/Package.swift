// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// A package of its own, so that what benchmarks need never touches the main one.

import PackageDescription

let package = Package(
    name: "InklingBenchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "Inkling", path: "..")
    ],
    targets: [
        .executableTarget(
            name: "kernel-bench",
            dependencies: [.product(name: "Inkling", package: "Inkling")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
                .strictMemorySafety(),
            ])
    ]
)
