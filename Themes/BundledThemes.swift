// SPDX-License-Identifier: Apache-2.0

/// The themes of this folder, as part of the program: it needs no file beside it.
public enum BundledThemes {
    /// Names and texts, in the order in which they are offered. The first one is the default.
    public static let all: [(name: String, text: String)] = [
        ("dark", PackageResources.dark_toml), ("light", PackageResources.light_toml),
        ("high-contrast", PackageResources.high_contrast_toml),
        ("high-contrast-light", PackageResources.high_contrast_light_toml),
        ("colour-blind", PackageResources.colour_blind_toml),
        ("catppuccin-mocha", PackageResources.catppuccin_mocha_toml),
        ("dracula", PackageResources.dracula_toml), ("gruvbox", PackageResources.gruvbox_toml),
        ("nord", PackageResources.nord_toml), ("terminal", PackageResources.terminal_toml),
        ("monochrome", PackageResources.monochrome_toml),
    ].map { ($0.0, String(decoding: $0.1, as: UTF8.self)) }
}
