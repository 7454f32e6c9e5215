// SPDX-License-Identifier: Apache-2.0

extension Role {
    /// Whether it is for lines and empty places alone: nothing that is read stands in it.
    public var isDecoration: Bool {
        switch self {
        case .border, .gaugeEmpty, .kvFree, .scrollbar, .tableRule: true
        default: false
        }
    }
}

extension Theme {
    /// The contrast that text needs by WCAG 2.
    public static let leastContrast = 4.5

    /// The contrast of one role's text on another role's ground where no more colours than these can be shown; nil if the
    /// terminal decides on one of them.
    public func contrast(of role: Role, on ground: Role, in depth: ColorDepth = .rgb) -> Double? {
        var style = self[role]
        style.background = self[ground].background
        let shown = style.reduced(to: depth)
        return shown.foreground.contrast(with: shown.background)
    }

    /// Whether every role can be read on its own ground where no more colours than these can be shown.
    public func isLegible(in depth: ColorDepth) -> Bool {
        Role.allCases.allSatisfy { role in
            role.isDecoration || (contrast(of: role, on: role, in: depth) ?? .infinity) >= Self.leastContrast
        }
    }
}
