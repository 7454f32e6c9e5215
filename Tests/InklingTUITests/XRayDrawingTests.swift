// SPDX-License-Identifier: Apache-2.0

@testable import InklingCells
@testable import InklingDecoding
@testable import InklingEngine
@testable import InklingTUI
import InklingTokenizer
import Testing

@Suite struct XRayCellTests {
    private func fates(_ round: DecodingRound) -> String {
        XRayCell.cells(of: round).map { $0.marked(.ascii, limit: 20) }.joined(separator: " ")
    }

    @Test func `Signs tell what became of each token`() {
        #expect(
            fates(.toy(draft: [" the", " file", " list", " of"], accepted: 2, next: " show"))
                == "the file x:list (of) +show")
        #expect(fates(.toy(draft: [" the", " file"], accepted: 2, next: " name")) == "the file *name")
        #expect(fates(.toy(draft: [" a"], accepted: 1, pending: [" b", " c"])) == "a b? c?")
        #expect(fates(.plain(" the")) == "the")
        #expect(fates(.tree()) == "the file name x:is +has")
    }

    @Test func `Blanks, line ends and ends are seen`() {
        func visible(_ text: String, isEnd: Bool = false) -> String {
            XRayCell(fate: .plain, text: text, isEnd: isEnd).visible(.unicode)
        }
        #expect(visible(" word") == "word")
        #expect(visible(" ") == "␣")
        #expect(visible("  x") == "␣␣x")
        #expect(visible("\n\n") == "↵↵")
        #expect(visible("\t") == "⇥")
        #expect(visible("") == "·")
        #expect(visible("", isEnd: true) == "‹end›")
        #expect(visible("\u{1B}[2J") == "␛[2J")
    }

    @Test func `Where not all tokens fit, what decided the round is among those that are shown`() {
        let words = (0..<20).map { " word\($0)" }
        for accepted in [0, 3, 12, 19] {
            let round = DecodingRound.toy(draft: words, accepted: accepted, next: " show")
            for width in stride(from: 10, through: 200, by: 7) {
                let line = App.chips(of: round, width: width, .ascii)
                #expect(line.width <= max(width, 30), "\(line.text)")
                #expect(line.text.contains("x:word\(accepted)"), "\(width): \(line.text)")
                if width >= 24 { #expect(line.text.contains("+show"), "\(width): \(line.text)") }
            }
        }
    }

    @Test func `A copied token has no sureness to show`() {
        var round = DecodingRound.toy(draft: [" a", " b"], accepted: 2, next: " c")
        round.spans.removeAll { $0.lane == .draft }
        #expect(XRayCell.cells(of: round).filter { $0.fate == .accepted }.allSatisfy { $0.probability == nil })
    }

    @Test func `A tree is drawn with a line for each way it may go on`() {
        let lines = XRayTree.lines(of: DecodingRound.tree().draft ?? DraftTree())
        #expect(lines.map(\.branch) == ["├─ ", "│  ├─ ", "│  ├─ ", "│  └─ ", "└─ "])
        #expect(lines.map(\.nodes) == [[0], [2, 5, 7], [3, 6], [4], [1, 8]])
    }

    @Test func `A tree of any depth and width is drawn in bounded time and space`() {
        var deep = DraftTree()
        var wide = DraftTree()
        for node in 0..<20_000 {
            deep.append(TokenID(1), parent: node - 1, probability: 0.5)
            wide.append(TokenID(1), parent: -1, probability: 0.5)
        }
        #expect(XRayTree.lines(of: deep).count == 1)
        #expect(XRayTree.lines(of: wide).count == XRayTree.lineLimit)
    }
}

@Suite struct XRayHostileTests {
    /// What a file may say that no generator does.
    @Test func `Figures that are no numbers break nothing`() {
        for value in [Double.nan, .infinity, -.infinity, -1, 1e300] {
            var stage = Stage(120, 40)
            stage.load()
            stage.press("f4")
            stage.send(.engine(.begin()))
            for name in ["stop-probability", "post-verify", "match-length"] {
                var round = DecodingRound.toy(
                    draft: [" a", " b", " c"], accepted: 1, next: " d", stop: .likelyRejection,
                    measures: [
                        RoundMeasure(name, value), RoundMeasure("threshold", value), RoundMeasure("block", value),
                        RoundMeasure("match-length", value),
                    ], risks: [Float(value), .nan, 0.5])
                if name == "match-length" { round.spans.removeAll { $0.lane == .draft } }
                stage.send(.engine(.round(round)))
            }
            stage.send(.engine(.round(DecodingRound.plain("a"))))
            for _ in 0..<4 {
                #expect(stage.frame().buffer.size == Size(width: 120, height: 40))
                stage.press("up")
            }
        }
    }

    @Test func `Times that cannot be break nothing`() {
        var stage = Stage(120, 40)
        stage.load()
        stage.press("f4")
        stage.send(.engine(.begin()))
        for (start, duration) in [
            (Duration.zero, Duration.seconds(1_000_000_000)), (.seconds(-5), .seconds(-5)), (.zero, .zero),
        ] {
            var round = DecodingRound.toy(draft: [" a", " b", " c"], accepted: 1, next: " d")
            (round.start, round.duration) = (start, duration)
            round.spans = [
                PassSpan(lane: .draft, start: start, duration: duration, rowCount: 1),
                PassSpan(lane: .target, start: duration, duration: start, rowCount: 0),
            ]
            stage.send(.engine(.round(round)))
            #expect(stage.frame().buffer.size.height == 40)
        }
    }
}

@Suite struct XRayExplanationTests {
    private func text(_ round: DecodingRound) -> String { XRayExplanation(round, glyphs: .ascii).text }

    @Test func `A refusal is explained with both models' opinions`() {
        let round = DecodingRound.toy(
            draft: [" ls", " -l", " lists", " the", " list"], confidences: [0.9, 0.9, 0.8, 0.7, 0.63], accepted: 4,
            next: " show",
            stop: .likelyRejection,
            measures: [
                RoundMeasure("stop-probability", 0.74), RoundMeasure("threshold", 0.7), RoundMeasure("head", 1),
            ],
            risks: [0.1, 0.2, 0.4, 0.6, 0.74])
        #expect(
            text(round)
                == "The draft wrote 5 tokens and stopped at 'list' since a refusal had become 74 % likely (limit 70 %); "
                + "the target took 4, refused 'list' (12 % against the draft's 63 %) and put 'show' (70 %) instead.")
    }

    @Test func `A draft that ended because more would not pay says so`() {
        let round = DecodingRound.toy(
            draft: [" a"], accepted: 1, next: " b", stop: .likelyRejection,
            measures: [RoundMeasure("stop-probability", 0.01), RoundMeasure("threshold", 0.002)], risks: [0.01])
        #expect(
            text(round)
                == "The draft wrote 1 token and stopped at 'a' since with a refusal 1 % likely another would not pay "
                + "(limit under 1 %); the target took it and added 'b' in the same pass.")
    }

    @Test func `A draft that was taken as a whole brings a bonus`() {
        #expect(
            text(.toy(draft: [" a", " b"], accepted: 2, next: " c"))
                == "The draft wrote its 2 tokens; the target took all 2 and added 'c' in the same pass.")
    }

    @Test func `Plain rounds and choices are explained`() {
        #expect(text(.plain(" the")) == "One pass of the target gave one token, 'the' (82 %).")
        #expect(
            text(.plain(" the", stop: .noMatch)).hasPrefix(
                "There was nothing to copy: the text never ended like this before."))
        #expect(
            text(.plain(" the", choice: MethodChoice(method: "ar", reason: .remeasured)))
                .hasPrefix("Chosen: no draft (measured again). "))
    }

    @Test func `Every round of every recorded run has a sentence`() {
        for name in ["ar", "sd", "specdec++", "pearl", "prompt-lookup", "auto", "superposed"] {
            let recording = Recording.load(name)
            #expect(!recording.rounds.isEmpty)
            for (index, round) in recording.rounds.enumerated() {
                let text = text(round.round(index: index, position: index))
                #expect(
                    text.hasSuffix(".") && !text.contains("  ") && !text.contains("?'"), "\(name) \(index): \(text)")
            }
        }
    }
}

@Suite struct XRayTextFlowTests {
    private func run(_ pieces: [String]) -> XRayRun {
        var history = XRayHistory()
        history.take(.begin())
        for (index, piece) in pieces.enumerated() { history.take(.round(.plain(index: index, piece))) }
        return history.runs[0]
    }

    private func lines(_ run: XRayRun, width: Int) -> [String] {
        var flow = XRayTextFlow()
        flow.update(run, width: width)
        return flow.starts.indices.map { flow.line($0, of: run, before: .max, cursor: nil).text }
    }

    @Test func `Words stay whole where they fit`() {
        #expect(lines(run(["The qu", "ick", " brown", " fox"]), width: 10) == ["The quick ", "brown fox"])
        #expect(lines(run(["a\nb", "\n", "\nc"]), width: 10) == ["a", "b", "", "c"])
        #expect(lines(run(["abcdefghijkl"]), width: 5) == ["abcde", "fghij", "kl"])
        #expect(lines(run(["12345 ", "67890"]), width: 5) == ["12345", "67890"])
    }

    @Test func `The lines hold the whole text at any width, however it comes`() {
        let text =
            "Use `ls -lS` to list files, largest first.\nÄn émöji 👩‍👩‍👧 and 漢字, a-very-long-word-that-does-not-fit-anywhere.\n\n  end "
        for width in 1...40 {
            let whole = lines(run([text]), width: width)
            let single = lines(run(text.map { String($0) }), width: width)
            #expect(whole == single)
            let joined = whole.joined().filter { !$0.isWhitespace }
            #expect(joined == text.filter { !$0.isWhitespace })
            for line in whole { #expect(TextLine(line).width <= max(width, 2)) }
        }
    }

    @Test func `Growing gives what starting anew gives`() {
        let pieces = (0..<200).map { $0 % 7 == 0 ? "\n" : " word\($0)" }
        var flow = XRayTextFlow()
        for count in 1...pieces.count { flow.update(run(Array(pieces.prefix(count))), width: 23) }
        let whole = run(pieces)
        var fresh = XRayTextFlow()
        fresh.update(whole, width: 23)
        #expect(flow.starts == fresh.starts)
        #expect((0..<200).map { flow.line(of: $0) } == (0..<200).map { fresh.line(of: $0) })
    }

    @Test func `What is held back is not drawn`() {
        let run = run([" one", " two", " three"])
        var flow = XRayTextFlow()
        flow.update(run, width: 80)
        #expect(flow.line(0, of: run, before: 2, cursor: nil).text == " one two")
    }
}

@Suite struct XRayAxisTests {
    @Test func `The axis shows the end while it follows and the round under the cursor otherwise`() {
        var history = XRayHistory()
        history.take(.begin())
        for index in 0..<50 { history.take(.round(.toy(index: index, draft: [" a", " b"], accepted: 2, next: " c"))) }
        let run = history.runs[0]
        let end = XRayAxis(run, shown: 0..<50, cursor: 49, isFollowing: true, columns: 60)
        #expect(end.column(.milliseconds(500)) == 60)
        #expect(end.step == .milliseconds(1))
        let middle = XRayAxis(run, shown: 0..<50, cursor: 20, isFollowing: false, columns: 60)
        #expect(
            (0..<60).contains(middle.column(.milliseconds(200))) && (0..<60).contains(middle.column(.milliseconds(210)))
        )
        let start = XRayAxis(run, shown: 0..<50, cursor: 0, isFollowing: false, columns: 60)
        #expect(start.start == .zero)
    }
}
