// SPDX-License-Identifier: Apache-2.0

public import InklingCells
internal import InklingThemes

extension Theme {
    /// Every theme that comes with the program, the default first.
    public static let allBuiltIn: [Theme] = BundledThemes.all.reduce(into: []) { themes, file in
        let (theme, _) = ThemeFile.read(file.text, file: file.name + ".toml", bases: themes)
        if let theme { themes.append(theme) }
    }

    /// The default.
    public static let builtIn = bundled("dark")
    public static let light = bundled("light")
    /// The terminal's own sixteen colours on its own ground.
    public static let terminal = bundled("terminal")
    /// No colours: what must be told apart differs in attributes.
    public static let monochrome = bundled("monochrome")

    private static func bundled(_ name: String) -> Theme {
        allBuiltIn.first { $0.name == name } ?? Theme(name: name, roles: [:])
    }

    /// The theme to draw with where there are no more colours than these. With sixteen, a theme that could not be read
    /// in them gives way to the one made of them. With none, only attributes can tell things apart.
    public func adapted(to depth: ColorDepth) -> Theme {
        switch depth {
        case .none: .monochrome
        case .ansi: isLegible(in: .ansi) ? self : .terminal
        case .indexed, .rgb: self
        }
    }
}
