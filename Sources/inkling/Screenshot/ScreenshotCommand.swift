// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import InklingCells
import InklingDecoding
import InklingEngine
import InklingTUI

struct ScreenshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screenshot", abstract: "Draws a screen of the interface as a picture (SVG).",
        discussion: """
            Models really run, and what --keys says is typed: names in angle brackets are keys, <wait> lets everything \
            come to rest, <rounds 12> waits for so many rounds of an answer. With --trace a recording is shown, at its \
            end or where --keys goes. A file that ends in .txt gets the screen as text.

            Examples:
              inkling screenshot chat -o chat.svg
              inkling screenshot playground --theme nord --keys "To list files in<wait><down>" -o drafts.svg
              inkling screenshot xray --trace chat.jsonl --keys "<rounds 12>" -o rounds.svg
              inkling screenshot chat --size 160x48 --keys "What is tar?<enter><wait><tab><t><right>" -o tokens.svg
            """)

    @Argument(help: ArgumentHelp("The screen: \(PictureScreen.names).", valueName: "SCREEN"))
    var screen: PictureScreen

    @Option(name: .short, help: ArgumentHelp("Where the picture goes (default: standard output).", valueName: "FILE"))
    var output: String?

    @Option(help: ArgumentHelp("Columns and rows.", valueName: "WxH"))
    var size = PictureSize(size: Size(width: 120, height: 40))

    @Option(help: ArgumentHelp("A theme, bundled or your own (default: the configured one).", valueName: "NAME"))
    var theme: String?

    @Option(help: ArgumentHelp("The colours of the terminal: rgb, 256, 16 or none.", valueName: "DEPTH"))
    var depth: PictureDepth = .rgb

    @Option(help: ArgumentHelp("What is typed (default: a sample for the screen).", valueName: "KEYS"))
    var keys: String?

    @Option(help: ArgumentHelp("A recording that is shown in the place of models.", valueName: "FILE.jsonl"))
    var trace: String?

    @Flag(help: "Show the recording as it looked when it was made, without the transport.")
    var live = false

    @Flag(inversion: .prefixedNo, help: "A window around the screen.")
    var window = true

    @Option(
        name: .short, help: ArgumentHelp("At most this many tokens an answer (default: until its end).", valueName: "N")
    )
    var n: Int?

    @OptionGroup(title: "Model") var models: ModelOptions
    @OptionGroup(title: "Sampling") var sampling: SamplingOptions
    @OptionGroup(title: "Decoding") var decoding: StrategyOptions

    func validate() throws {
        if live, trace == nil { throw ValidationError("--live is about a recording; name one with --trace") }
        if let n, n < 1 { throw ValidationError("-n is \(n); it must be at least 1") }
    }

    func run() throws {
        let steps: [KeyScript.Step]
        do throws(KeyScript.Mistake) {
            steps = try KeyScript(keys ?? "").steps
        } catch { throw ValidationError("--keys: \(error)") }
        let places = SearchPlaces.current(folders: models.modelsDir.map { [$0] } ?? [])
        let files = UserFiles(places: places)
        let (themes, _) = files.themes()
        var preferences = try self.preferences(files, themes)
        if let theme {
            guard themes.contains(where: { $0.name == theme }) else {
                let names = themes.map(\.name)
                let near = Suggestion.nearest(to: theme, in: names).map { "; did you mean \"\($0)\"?" }
                throw ValidationError(
                    "no theme is called \"\(theme)\"" + (near ?? "; there are \(names.joined(separator: ", "))"))
            }
            preferences.theme = theme
        }
        var interface = HeadlessInterface(
            places: places, options: EngineOptions(session: models.session, chatFormat: models.chatFormat),
            size: size.size, depth: depth.depth, preferences: preferences, themes: themes)
        defer { interface.finish() }
        if let trace {
            interface.start(
                replaying: ReplayState(
                    name: trace.split(separator: "/").last.map(String.init) ?? trace,
                    trace: try ReplayCommand.read(trace)))
            try interface.play(screen.opening + steps)
        } else {
            try interface.start(target: models.model, draft: models.draft)
            let sample = keys == nil ? screen.sample : (before: [], after: [])
            try interface.play(sample.before + screen.opening + steps + sample.after)
        }
        try write(interface.frame(isLive: live), theme: interface.state.theme)
    }

    private func preferences(_ files: UserFiles, _ themes: [Theme]) throws -> Preferences {
        var (preferences, _, _) = files.configuration(themes: themes.map(\.name))
        preferences.sampling = preferences.sampling.overridden(by: try sampling.overrides())
        preferences.seed = sampling.seed ?? 1
        if let strategy = decoding.given {
            preferences.strategy = strategy
            preferences.parameters[strategy] = try decoding.values()
        }
        preferences.maxTokens = n ?? preferences.maxTokens
        return preferences
    }

    private func write(_ frame: Frame, theme: Theme) throws {
        let isText = output?.lowercased().hasSuffix(".txt") ?? false
        let text =
            isText
            ? frame.buffer.rows.map { $0.trimmingSuffixBlanks() }.joined(separator: "\n") + "\n"
            : frame.svg(theme: theme, depth: depth.depth, hasWindow: window)
        guard let output, output != "-" else { return Output.write(text) }
        do { try Data(text.utf8).write(to: URL(filePath: output), options: .atomic) } catch {
            throw Failure("cannot write \"\(output)\"", hint: "is the folder there, and may you write in it?")
        }
    }
}

extension String {
    fileprivate func trimmingSuffixBlanks() -> String {
        var text = Substring(self)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

/// A screen, or something that lies on top of one.
struct PictureScreen: ExpressibleByArgument {
    let name: String
    let opening: [KeyScript.Step]

    private static let overlays = [
        "help": "<f1>", "palette": "<ctrl-p>", "themes": "<f7><ctrl-p>choose a theme<enter>",
    ]

    static var names: String {
        (Screen.allCases.map(\.rawValue) + overlays.keys.sorted()).joined(separator: ", ")
    }

    init?(argument: String) {
        name = argument
        if let screen = Screen(rawValue: argument) {
            opening = KeyMap.standard.key(to: screen).map { [.key($0), .wait] } ?? []
        } else if let keys = Self.overlays[argument], let steps = try? KeyScript(keys).steps {
            opening = steps
        } else {
            return nil
        }
    }

    /// What is typed when nothing is said: in the chat before, and on the screen.
    var sample: (before: [KeyScript.Step], after: [KeyScript.Step]) {
        let question = Self.steps("How do I list files by size?<enter><wait>")
        return switch name {
        case "chat": ([], question)
        case "playground": ([], Self.steps("To undo the last commit<wait>"))
        case "xray": (question, [])
        case "race": ([], Self.steps("<enter><wait>"))
        default: ([], [])
        }
    }

    private static func steps(_ text: String) -> [KeyScript.Step] { (try? KeyScript(text).steps) ?? [] }
}

/// Columns and rows, as `120x40`.
struct PictureSize: ExpressibleByArgument, CustomStringConvertible {
    var size: Size

    init(size: Size) {
        self.size = size
    }

    init?(argument: String) {
        let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let width = parts[0], let height = parts[1], (1...400).contains(width),
            (1...200).contains(height)
        else { return nil }
        size = Size(width: width, height: height)
    }

    var description: String { "\(size.width)x\(size.height)" }
    var defaultValueDescription: String { description }
}

/// How many colours the terminal would have.
enum PictureDepth: String, CaseIterable, ExpressibleByArgument {
    case rgb
    case indexed = "256"
    case ansi = "16"
    case none

    var depth: ColorDepth {
        switch self {
        case .rgb: .rgb
        case .indexed: .indexed
        case .ansi: .ansi
        case .none: .none
        }
    }
}
