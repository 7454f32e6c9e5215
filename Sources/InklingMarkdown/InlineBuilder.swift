// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// Collects the text of a paragraph with roles and attributes.
struct InlineBuilder {
    /// Characters of an address that are shown.
    static let addressLimit = 400

    private struct Link {
        /// Its text, to be compared with its address; as much of it as matters for that.
        var text = ""
    }

    private var lines: [TextLine] = [TextLine()]
    private var bold = 0
    private var italic = 0
    private var struck = 0
    private var links: [Link] = []

    private var attributes: Attributes {
        var result: Attributes = []
        if bold > 0 { result.insert(.bold) }
        if italic > 0 { result.insert(.italic) }
        if struck > 0 { result.insert(.strikethrough) }
        if !links.isEmpty { result.insert(.underline) }
        return result
    }

    mutating func append(_ text: String) {
        let clean = sanitizedForTerminal(text[...].replacing(tab: " "))
        guard links.isEmpty else { return add(clean, role: .link) }
        for part in BareLinks.parts(of: clean) {
            add(String(part.text), role: part.isLink ? .link : .text, isLink: part.isLink)
        }
    }

    mutating func append(code: String) {
        add(sanitizedForTerminal(code[...].replacing(tab: " ")), role: .code)
    }

    /// HTML: a line break if it is one, else the text it is.
    mutating func append(markup: String) {
        if markup.count <= 16, ["<br>", "<br/>"].contains(markup.lowercased().filter { $0 != " " }) {
            breakLine()
        } else {
            for (index, line) in TreeReader.literalLines(markup, role: .dim).enumerated() {
                if index > 0 { breakLine() }
                add(line.text, role: .dim)
            }
        }
    }

    mutating func breakLine() {
        lines.append(TextLine())
    }

    mutating func change(_ attribute: Attributes, isEntering: Bool) {
        let step = isEntering ? 1 : -1
        if attribute == .bold { bold += step }
        if attribute == .italic { italic += step }
        if attribute == .strikethrough { struck += step }
    }

    mutating func beginLink(isImage: Bool) {
        if isImage { add("image: ", role: .dim) }
        links.append(Link())
    }

    /// Shows the address, where it differs from what was shown already.
    mutating func endLink(to address: String) {
        guard let link = links.popLast() else { return }
        var clean = sanitizedForTerminal(String(address.prefix(Self.addressLimit)))
        if clean.isEmpty || clean == link.text || clean == "mailto:" + link.text { return }
        if address.count > Self.addressLimit { clean += "…" }
        let attributes = self.attributes.subtracting([.underline, .bold, .italic])
        lines[lines.count - 1].append(" (\(clean))", role: .dim, attributes: attributes)
    }

    mutating func finish() -> [TextLine] {
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private mutating func add(_ text: String, role: Role, isLink: Bool = false) {
        if let last = links.indices.last, links[last].text.utf8.count <= 4 * Self.addressLimit {
            links[last].text += text
        }
        lines[lines.count - 1].append(text, role: role, attributes: isLink ? attributes.union(.underline) : attributes)
    }
}
