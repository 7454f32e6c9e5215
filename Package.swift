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

let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

/// A target of level 0 to 6; dependencies go down only, as CONTRIBUTING.md shows.
func level(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swift)
}

/// The files of `Themes`; `BundledThemes` lists them as well.
let themes = [
    "catppuccin-mocha", "colour-blind", "dark", "dracula", "gruvbox", "high-contrast", "high-contrast-light", "light",
    "monochrome", "nord", "terminal",
]

let package = Package(
    name: "Inkling",
    platforms: [.macOS(.v15)],
    products: [
        .library(
            name: "Inkling",
            targets: [
                "InklingEngine", "InklingDecoding", "InklingArchitectures", "InklingModel", "InklingGGUF",
                "InklingTensor", "InklingTokenizer",
            ])
    ],
    traits: [
        .trait(
            name: "Readline",
            description: "Line editing by GNU readline in the line-mode chat; the binary is then under the GPL."),
        .default(enabledTraits: ["Readline"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .target(name: "CKernels", cSettings: kernels),
        .systemLibrary(
            name: "CCMark", providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),
        .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
        .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),

        level("InklingTensor", ["CKernels"]),
        level("InklingTokenizer"),
        level("InklingTemplates"),
        level("InklingCells"),
        .target(
            name: "InklingThemes", path: "Themes", exclude: ["README.md"],
            resources: themes.map { .embedInCode("\($0).toml") }, swiftSettings: swift),
        level("InklingMarkdown", ["InklingCells", "CCMark"]),
        level("InklingGGUF", ["InklingTensor"]),
        level("InklingStore", ["InklingCells", grdb]),
        level("InklingModel", ["InklingTensor", "InklingTokenizer"]),
        level("InklingArchitectures", ["InklingModel", "InklingGGUF", "InklingTensor", "InklingTokenizer"]),
        level("InklingDecoding", ["InklingModel", "InklingTensor", "InklingTokenizer"]),
        level("InklingNGrams", ["InklingModel", "InklingTensor", "InklingTokenizer"]),
        level(
            "InklingEngine",
            [
                "InklingArchitectures", "InklingDecoding", "InklingGGUF", "InklingModel", "InklingNGrams",
                "InklingTemplates", "InklingTensor", "InklingTokenizer",
            ]),
        level("InklingCurses", ["InklingCells", "CNcurses"]),
        level(
            "InklingTUI",
            [
                "InklingCells", "InklingDecoding", "InklingEngine", "InklingMarkdown", "InklingModel", "InklingStore",
                "InklingTensor", "InklingThemes", "InklingTokenizer", toml,
            ]),
        level("InklingTuning", ["InklingDecoding", "InklingModel", "InklingTokenizer"]),
        level("InklingModelMaker", ["InklingGGUF", "InklingTensor"]),
        .executableTarget(
            name: "inkling",
            dependencies: [
                "InklingArchitectures", "InklingCells", "InklingCurses", "InklingDecoding", "InklingEngine",
                "InklingGGUF", "InklingModel", "InklingNGrams", "InklingStore", "InklingTUI", "InklingTemplates",
                "InklingTensor", "InklingTokenizer", "InklingTuning", arguments,
                .target(name: "CReadline", condition: .when(traits: ["Readline"])),
            ],
            // Part of the program, so that it needs no file beside it.
            resources: [.embedInCode("Bench/prompts.jsonl")], swiftSettings: swift),
        .executableTarget(
            name: "inkling-make-model",
            dependencies: ["InklingGGUF", "InklingModelMaker", "InklingTensor", arguments], swiftSettings: swift),
        .executableTarget(
            name: "inkling-fuzz", dependencies: ["InklingGGUF", "InklingTensor"], swiftSettings: swift),

        .target(
            name: "InklingTestSupport",
            dependencies: [
                "InklingArchitectures", "InklingGGUF", "InklingModel", "InklingModelMaker", "InklingTensor",
                "InklingTokenizer",
            ],
            path: "Tests/InklingTestSupport",
            // The slow reference model is meant to be plain, not to be waited for.
            swiftSettings: swift + [.unsafeFlags(["-O"], .when(configuration: .debug))]),
        tests("InklingTensorTests", ["InklingTensor", "CKernels", "COpenBLAS", "InklingTestSupport"]),
        tests("InklingGGUFTests", ["InklingGGUF", "InklingTensor", "inkling-fuzz"]),
        tests("InklingTokenizerTests", ["InklingTokenizer"]),
        tests("InklingTemplatesTests", ["InklingTemplates"]),
        tests("InklingCellsTests", ["InklingCells"]),
        tests("InklingMarkdownTests", ["InklingMarkdown", "InklingCells"]),
        tests("InklingCursesTests", ["InklingCurses", "InklingCells"]),
        tests("InklingStoreTests", ["InklingStore", "InklingCells", grdb]),
        tests(
            "InklingTUITests",
            [
                "InklingTUI", "InklingCells", "InklingDecoding", "InklingEngine", "InklingModel", "InklingStore",
                "InklingTensor", "InklingThemes", "InklingTokenizer",
            ], exclude: ["Recordings", "Snapshots"]),
        tests("InklingModelTests", ["InklingModel", "InklingTensor", "InklingTokenizer", "InklingTestSupport"]),
        tests(
            "InklingArchitecturesTests",
            [
                "InklingArchitectures", "InklingGGUF", "InklingModel", "InklingModelMaker", "InklingTensor",
                "InklingTokenizer", "InklingTestSupport",
            ]),
        tests(
            "InklingDecodingTests", ["InklingDecoding", "InklingModel", "InklingTokenizer", "InklingTestSupport"]),
        tests(
            "InklingNGramsTests",
            ["InklingNGrams", "InklingDecoding", "InklingModel", "InklingTensor", "InklingTokenizer"]),
        tests(
            "InklingTuningTests",
            ["InklingTuning", "InklingDecoding", "InklingModel", "InklingTokenizer", "InklingTestSupport"]),
        tests(
            "InklingEngineTests",
            [
                "InklingEngine", "InklingArchitectures", "InklingDecoding", "InklingGGUF", "InklingModel",
                "InklingModelMaker", "InklingNGrams", "InklingTemplates", "InklingTensor", "InklingTokenizer",
                "InklingTestSupport",
            ]),
        tests(
            "InklingCLITests",
            [
                "inkling", "InklingArchitectures", "InklingCells", "InklingEngine", "InklingDecoding", "InklingGGUF",
                "InklingModel", "InklingModelMaker", "InklingTUI", "InklingTemplates", "InklingTensor",
                "InklingTokenizer", "InklingTestSupport", arguments,
            ], exclude: ["Goldens"]),
    ]
)
