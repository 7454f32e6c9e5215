// SPDX-License-Identifier: Apache-2.0

/// Gives each model of a library a name of its own, short where possible.
struct ModelNamer {
    private var taken: Set<String> = []

    /// Every name for a file, the shortest first.
    ///
    /// - Parameter id: what a catalogue calls it.
    static func names(of file: ModelWalk.Found, source: ModelSource, id: String?) -> [String] {
        if source == .ollama {
            let latest = ":latest"
            let name = file.relativePath
            // As in Ollama, "latest" is what a name without a tag means.
            return name.hasSuffix(latest) ? [String(name.dropLast(latest.count)), name] : [name]
        }
        let path = SplitName(path: file.relativePath)?.stem ?? String(file.relativePath.dropLast(5))
        let name = path.split(separator: "/").last.map(String.init) ?? path
        var names = id.map { [$0] } ?? []
        for candidate in [name, path] where !names.contains(candidate) { names.append(candidate) }
        return names
    }

    /// The first of `names` that no model has; where all are taken, one that says where the model is from.
    mutating func unique(_ names: [String], source: ModelSource) -> String {
        let last = names.last ?? "model"
        for name in names + ["\(source.rawValue)/\(last)"] where taken.insert(name.lowercased()).inserted {
            return name
        }
        var number = 2
        while !taken.insert("\(source.rawValue)/\(last)#\(number)".lowercased()).inserted { number += 1 }
        return "\(source.rawValue)/\(last)#\(number)"
    }

    static func contains(_ text: String, _ part: String) -> Bool {
        let text = Array(text.utf8)
        let part = Array(part.utf8)
        guard !part.isEmpty, text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }
}

/// The name of one file of a model in several: `model-00002-of-00005.gguf`.
struct SplitName: Equatable {
    /// Folder and name up to the number.
    var stem: String
    var part: Int
    var count: Int

    /// Nil if `path` is not so named.
    init?(path: String) {
        let bytes = Array(path.utf8)
        let pattern = Array("-00000-of-00000.gguf".utf8)
        guard bytes.count > pattern.count else { return nil }
        let tail = Array(bytes.suffix(pattern.count))
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        for (byte, expected) in zip(tail, pattern) {
            guard expected == UInt8(ascii: "0") ? digits.contains(byte) : byte == expected else { return nil }
        }
        func number(_ range: Range<Int>) -> Int {
            tail[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        part = number(1..<6)
        count = number(10..<15)
        stem = String(decoding: bytes.dropLast(pattern.count), as: UTF8.self)
        guard (1...max(1, count)).contains(part) else { return nil }
    }

    func path(part: Int) -> String {
        func digits(_ number: Int) -> String {
            String(repeating: "0", count: max(0, 5 - "\(number)".utf8.count)) + "\(number)"
        }
        return "\(stem)-\(digits(part))-of-\(digits(count)).gguf"
    }

    /// Of each model in several files, its first; where that is missing, the first that there is, with the problem said.
    static func wholes(of files: [ModelWalk.Found]) -> [ModelWalk.Found] {
        var shown: Set<String> = []
        let paths = Set(files.map(\.path))
        return files.compactMap { file in
            guard let name = SplitName(path: file.path) else { return file }
            if name.part == 1 { return file }
            guard !paths.contains(name.path(part: 1)) else { return nil }
            guard shown.insert("\(name.stem)/\(name.count)").inserted else { return nil }
            var file = file
            file.problem = file.problem ?? "part 1 of \(name.count) is missing; all parts must be in one folder"
            return file
        }
    }
}
