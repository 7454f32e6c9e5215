// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import InklingDecoding
import InklingEngine
import InklingNGrams
import InklingTensor
import InklingTokenizer

struct NGramsBuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Counts the n-grams of texts.",
        discussion: """
            Files are read as they come, whatever their size, and what memory does not hold goes to a folder beside the \
            store, FILE.partial. If the command is interrupted, the same command goes on behind the last file that was \
            counted. No n-gram reaches over the end of a file, or over a line that is only the separator; "-" is \
            standard input. The store belongs to the model's vocabulary: any model with the same one can use it, and \
            finds it if it is called NAME.ngrams and lies beside NAME.gguf.

            Examples:
              inkling ngrams build -m MODEL -o notes.ngrams notes.txt letters.txt
              xz -dc corpus.xz | inkling ngrams build -m MODEL -o corpus.ngrams --min-count 1,2,3 -
            """)

    @OptionGroup(title: "Model") var model: ModelArguments

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where to write the store.", valueName: "FILE"))
    var output: String

    @Option(help: ArgumentHelp("Tokens of the longest n-grams, 2 to 6.", valueName: "N"))
    var order: Int = NGramSettings.longestOrder

    @Option(
        help: ArgumentHelp(
            "How often n-grams must occur to be kept: for 2 tokens, 3 tokens and so on; the last goes for the rest.",
            valueName: "N,N,…"))
    var minCount: String = "1,1,2"

    @Option(help: ArgumentHelp("MiB of n-grams to hold in memory.", valueName: "MIB"))
    var memory: Int = 256

    @Option(
        help: ArgumentHelp("A line that is only this ends a text; empty for none.", valueName: "TEXT"))
    var separator: String = "<|endoftext|>"

    @Flag(help: "Count everything anew, whatever an interrupted command left.")
    var restart = false

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(help: ArgumentHelp("Texts.", valueName: "FILES"))
    var files: [String]

    private func minimumCounts() throws -> [Int] {
        let counts = minCount.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        var result: [Int] = []
        for count in counts {
            guard let count, (1...1_000_000_000).contains(count) else {
                throw ValidationError(
                    "--min-count is \"\(minCount)\"; it must be whole numbers from 1, with commas between")
            }
            guard count >= result.last ?? 1 else {
                throw ValidationError("--min-count is \"\(minCount)\"; no number may be less than the one before it")
            }
            result.append(count)
        }
        guard result.count <= order - 1 else {
            throw ValidationError(
                "--min-count has \(result.count) numbers; with --order \(order) it has \(order - 1) at most")
        }
        return result
    }

    func validate() throws {
        guard NGramSettings.orderRange.contains(order) else {
            throw ValidationError("--order is \(order); it must be from 2 to \(NGramSettings.longestOrder)")
        }
        guard (1...65_536).contains(memory) else {
            throw ValidationError("--memory is \(memory); it must be from 1 to 65536")
        }
        guard files.count(where: { $0 == "-" }) < 2 else {
            throw ValidationError("standard input can be read only once")
        }
        guard !separator.utf8.contains(10) else { throw ValidationError("--separator must be one line") }
        _ = try minimumCounts()
    }

    func run() throws {
        let settings = NGramSettings(order: order, minimumCounts: try minimumCounts(), memoryLimit: memory << 20)
        let tokenizer = try model.tokenizer()
        Signals.catchInterrupts()
        let start = ContinuousClock.now
        let flag = CancellationFlag()
        try Signals.cancelling(flag) {
            var line = ProgressLine()
            defer { line.clear() }
            let store: NGramStore
            do throws(NGramFileError) {
                var builder = try NGramBuilder(
                    path: output, vocabulary: tokenizer.vocabulary, settings: settings,
                    resumes: try isResumable(tokenizer))
                let counted = builder.countedFiles
                if !counted.isEmpty {
                    Output.error(
                        "inkling: going on behind \(counted.count) of \(files.count) files, \(builder.tokenCount) tokens; "
                            + "--restart counts them anew")
                }
                var feed = NGramTextFeed(tokenizer, separator: separator)
                do throws(NGramFileError) {
                    for (index, path) in files.enumerated() {
                        let file = path == "-" ? nil : NGramFileIdentity(path: path)
                        if let file, counted.contains(file) { continue }
                        let name = files.count > 1 ? "text \(index + 1) of \(files.count)" : "text"
                        try read(path, into: &feed, &builder, flag) { done, total, tokens in
                            let share = total > 0 ? " of \(Quantity.bytes(total))" : ""
                            line.show("\(name): \(Quantity.bytes(done))\(share), \(tokens) tokens")
                        }
                        if let file { try builder.endFile(file) }
                    }
                } catch {
                    // What is whole is kept for the next attempt, if there is one.
                    try? builder.suspend()
                    throw error
                }
                store = try builder.finish { merged, total in
                    line.show("sorting: \(merged * 100 / max(1, total)) %")
                    return !flag.isCancelled
                }
            } catch .cancelled { throw Failure.interrupted } catch { throw Failure(error.description) }
            line.clear()
            let report = NGramStoreReport(store, seconds: start.duration(to: .now).seconds)
            if json { try JSONOutput.print(report) } else { Output.line(report.text) }
        }
    }
}

extension NGramsBuildCommand {
    /// Whether what an interrupted command left is part of what is asked for now.
    private func isResumable(_ tokenizer: any Tokenizer) throws(NGramFileError) -> Bool {
        // What came through standard input is gone.
        guard !restart, !files.contains("-") else { return false }
        let left = try NGramBuilder(
            path: output, vocabulary: tokenizer.vocabulary,
            settings: NGramSettings(order: order, memoryLimit: 0), resumes: true
        ).countedFiles
        let wanted = files.compactMap { NGramFileIdentity(path: $0) }
        return left.allSatisfy { wanted.contains($0) }
    }

    /// Reads a text to its end and gives it to the feed.
    private func read(
        _ path: String, into feed: inout NGramTextFeed, _ builder: inout NGramBuilder, _ flag: CancellationFlag,
        progress: (_ done: Int, _ total: Int, _ tokens: Int) -> Void
    ) throws(NGramFileError) {
        let isStandardInput = path == "-"
        let descriptor = isStandardInput ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(.system(path: path, operation: "opening", code: errno)) }
        defer { if !isStandardInput { close(descriptor) } }
        var status = stat()
        let total =
            unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        var done = 0
        while true {
            if flag.isCancelled { throw .cancelled }
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count > 0 {
                done += count
                try feed.add(chunk[..<count], to: &builder)
                progress(done, total, builder.tokenCount)
            } else if count == 0 {
                try feed.end(&builder)
                return
            } else if errno != EINTR {
                let name = isStandardInput ? "standard input" : path
                throw .file(.system(path: name, operation: "reading", code: errno))
            }
        }
    }
}
