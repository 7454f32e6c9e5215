// SPDX-License-Identifier: Apache-2.0

/// What a theme says of a role; what it leaves out, the role takes from its ``Role/parent``.
public struct RoleStyle: Hashable, Sendable {
    public var foreground: Color?
    public var background: Color?
    public var attributes: Attributes?

    public init(foreground: Color? = nil, background: Color? = nil, attributes: Attributes? = nil) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }
}

/// Maps every role to a style.
public struct Theme: Sendable, Equatable {
    public let name: String
    /// What was said of each role, without what is inherited.
    public let roles: [Role: RoleStyle]
    private let styles: [Style]

    /// - Parameters:
    ///   - roles: what this theme says; a theme of a few roles is complete, since the others inherit.
    ///   - base: a theme that says the rest. What it says of a role counts more than what a role inherits.
    public init(name: String, roles: [Role: RoleStyle], base: Theme? = nil) {
        self.name = name
        let own = roles
        let merged = (base?.roles ?? [:]).merging(own) { below, above in
            RoleStyle(
                foreground: above.foreground ?? below.foreground, background: above.background ?? below.background,
                attributes: above.attributes ?? below.attributes)
        }
        self.roles = merged
        styles = Role.allCases.map { Self.resolve($0, merged) }
    }

    public subscript(role: Role) -> Style {
        styles[Self.position[role] ?? 0]
    }

    private static let position = Dictionary(uniqueKeysWithValues: zip(Role.allCases, 0...))

    private static func resolve(_ role: Role, _ roles: [Role: RoleStyle]) -> Style {
        var (foreground, background, attributes): (Color?, Color?, Attributes?) = (nil, nil, nil)
        var next: Role? = role
        while let role = next {
            if let said = roles[role] {
                foreground = foreground ?? said.foreground
                background = background ?? said.background
                attributes = attributes ?? said.attributes
            }
            next = role.parent
        }
        return Style(
            foreground: foreground ?? .standard, background: background ?? .standard, attributes: attributes ?? [])
    }
}
