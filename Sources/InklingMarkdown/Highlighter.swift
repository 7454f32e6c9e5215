// SPDX-License-Identifier: Apache-2.0

/// The languages whose code is coloured, one row each. Other code is shown in one colour.
///
/// This is light: keywords, constants, numbers, strings and comments, as they can be told line by line. Colour is only an
/// ornament of code, so what is told wrong does no harm.
enum Highlighter {
    static let all: [LanguageSyntax] = [
        LanguageSyntax(
            names: ["sh", "bash", "zsh", "shell", "shellscript", "console", "shell-session", "fish", "ksh"],
            keywords: """
                if then else elif fi for while until do done case esac in function select time return break continue exit
                export local readonly declare typeset unset shift source alias set eval exec trap cd echo printf read test
                sudo
                """,
            constants: "true false",
            strings: [
                .init("'", multiline: true, escape: false), .init("\"", multiline: true),
            ],
            lineComments: ["#"], commentsNeedBlank: true),
        LanguageSyntax(
            names: ["swift"],
            keywords: """
                actor any as associatedtype async await borrowing break case catch class consuming continue convenience
                default defer deinit do dynamic else enum extension fallthrough fileprivate final for func get guard if
                import in indirect init inout internal is isolated lazy let macro mutating nonisolated nonmutating open
                operator optional override package precedencegroup private protocol public repeat required rethrows return
                sending set some static struct subscript super switch throw throws try typealias unowned unsafe var weak
                where while willSet didSet
                """,
            constants: "true false nil self Self",
            strings: [
                .init("#\"", closedBy: "\"#", escape: false), .init("\"\"\"", multiline: true), .init("\""),
            ],
            lineComments: ["//"], blockComment: .init(open: "/*", close: "*/", nests: true), sigils: "@#"),
        LanguageSyntax(
            names: ["python", "py", "python3", "pycon", "ipython"],
            keywords: """
                and as assert async await break case class continue def del elif else except finally for from global if
                import in is lambda match nonlocal not or pass raise return try while with yield
                """,
            constants: "True False None self cls",
            strings: [
                .init("\"\"\"", multiline: true), .init("'''", multiline: true), .init("\""), .init("'"),
            ],
            lineComments: ["#"], sigils: "@"),
        LanguageSyntax(
            names: ["c", "h", "cpp", "c++", "cc", "cxx", "hpp", "objc"],
            keywords: """
                alignas alignof asm auto bool break case catch char class const consteval constexpr constinit const_cast
                continue co_await co_return co_yield decltype default delete do double dynamic_cast else enum explicit
                export extern final float for friend goto if inline int long mutable namespace new noexcept operator
                override private protected public register reinterpret_cast requires restrict return short signed sizeof
                static static_assert static_cast struct switch template this throw try typedef typename union unsigned
                using virtual void volatile wchar_t while _Atomic _Bool _Generic _Noreturn _Static_assert size_t ssize_t
                int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t
                """,
            constants: "true false NULL nullptr",
            strings: [.init("\""), .init("'")],
            lineComments: ["//"], blockComment: .init(open: "/*", close: "*/", nests: false), sigils: "#"),
        LanguageSyntax(
            names: ["json", "jsonc", "json5", "jsonl"], keywords: "", constants: "true false null",
            strings: [.init("\"")],
            lineComments: ["//"], blockComment: .init(open: "/*", close: "*/", nests: false), namesKeys: true),
    ]

    /// The syntax of a language by one of its names, in any case.
    static func syntax(of language: String) -> LanguageSyntax? {
        byName[language.lowercased()].map { all[$0] }
    }

    private static let byName = Dictionary(
        uniqueKeysWithValues: all.enumerated().flatMap { index, syntax in syntax.names.map { ($0, index) } })
}
