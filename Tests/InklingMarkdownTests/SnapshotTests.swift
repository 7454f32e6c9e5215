// SPDX-License-Identifier: Apache-2.0

import InklingMarkdown
import Testing

/// The texts of ``Corpus`` as they look. See ``sheet(of:)``.
struct SnapshotTests {
    @Test
    func `Headings, emphasis, links and breaks`() {
        #expect(
            MarkdownDocument(Corpus.answer).drawing(width: 60, foldsReasoning: false) == #"""
                Setting up a small server

                You need three things, and systemd to keep them alive
                running:
                a port, a name and some patience. See
                https://example.org/docs or
                the manual (https://example.org/manual), or
                https://example.org/plain.

                Setext heading

                Another one

                ────────────────────────────────────────────────────────────

                Done. *Not emphasis*, 5 * 3 * 2, snake_case_name, & an
                entity ␛[31m.
                Line two of the paragraph.
                A hard break before this.

                Third level

                Fourth

                image: a picture (pic.png) and empty and
                https://same.example.
                ---
                HHHHHHH.HH.H.HHHHH.HHHHHH /_

                ttt.tttt.TTTTT.ttttttt.ttt.ccccccc.tt.tttt.tttt.ttttt -
                tttttttt
                t.ttttt.t.tttt.ttt.tttt.ttttttttt.ttt
                llllllllllllllllllllllll.tt _
                lll.llllll.ddddddddddddddddddddddddddddt.tt _
                lllllllllllllllllllllllllt _

                HHHHHH.HHHHHHH _

                HHHHHHH.HHH

                bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb

                ttttt.tttt.tttttttttt.t.t.t.t.tt.tttttttttttttttt.t.tt
                tttttt.tttttt
                tttt.ttt.tt.ttt.tttttttttt
                t.tttt.ttttt.tttttt.ttttt

                HHHHH.HHHHH /

                HHHHHH /

                dddddd.l.lllllll.ddddddddd.ttt.lllll.ttt _
                llllllllllllllllllllt _
                """#)
    }

    @Test
    func `Lists hang, number and nest`() {
        #expect(
            MarkdownDocument(Corpus.lists).drawing(width: 40, foldsReasoning: false) == #"""
                1. First, install it:

                   ╭─ sh
                   │ sudo apt install thing   # comment

                2. Then configure:

                   ◦ nested bullet with a text that is
                     long enough to be wrapped at most
                     widths there are
                     ▪ deeper

                       with a second paragraph

                   ◦ another marker

                3. Number goes on

                Text between.

                ☑ done
                ☐ open task
                • not a task

                3. parenthesis
                4. list

                • a

                • loose

                  ▌ quote in an item

                •
                • after an empty item
                ---
                dd.tttttt.ttttttt.ttt

                ...bb.dd #0!
                ...b.kkkk.ccc.ccccccc.ccccc...m.mmmmmmm #0

                dd.tttt.tttttttttt

                ...d.tttttt.tttttt.tttt.t.tttt.tttt.tt
                .....tttt.tttttt.tt.tt.ttttttt.tt.tttt
                .....tttttt.ttttt.ttt
                .....d.tttttt

                .......tttt.t.tttttt.ttttttttt

                ...d.ttttttt.tttttt

                dd.tttttt.tttt.tt

                tttt.tttttttt

                g.tttt
                d.tttt.TTTT
                d.ttt.t.tttt

                dd.ttttttttttt
                dd.tttt

                d.t

                d.ttttt

                ..q.qqqqq.qq.qq.qqqq

                d
                d.ttttt.tt.ttttt.tttt
                """#)
    }

    @Test
    func `Tables fit the width, wrap and align`() {
        #expect(
            MarkdownDocument(Corpus.tables).drawing(width: 60, foldsReasoning: false) == #"""
                Model                              │ Size │ Speed (tokens/s)
                ───────────────────────────────────┼──────┼─────────────────
                tiny q4                            │ 15M  │           1234.5
                ───────────────────────────────────┼──────┼─────────────────
                a bold name that is quite long and │ 135M │               12
                must be wrapped                    │      │
                ───────────────────────────────────┼──────┼─────────────────
                short                              │      │

                Paragraph before

                a               │ b
                ────────────────┼──────
                1               │ x | y
                2               │
                ────────────────┼──────
                after the table │

                only │ header
                ─────┼───────
                ---
                HHHHH..............................b.HHHH.b.HHHHH.HHHHHHHHHH
                bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
                tttt.cc............................b.ttt..b...........tttttt
                bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
                t.TTTT.tttt.tttt.tt.ttttt.tttt.ttt.b.tttt.b...............tt
                tttt.tt.ttttttt....................b......b
                bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
                ttttt..............................b......b

                ttttttttt.tttttt

                H...............b.H
                bbbbbbbbbbbbbbbbbbbbbbb
                t...............b.t.t.t
                t...............b
                bbbbbbbbbbbbbbbbbbbbbbb
                ttttt.ttt.ttttt.b

                HHHH.b.HHHHHH
                bbbbbbbbbbbbb
                """#)
    }

    @Test
    func `Tables too narrow for their columns stand one row below the other`() {
        #expect(
            MarkdownDocument(Corpus.tables).drawing(width: 14, foldsReasoning: false) == #"""
                Model: tiny q4
                Size: 15M
                Speed
                (tokens/s):
                1234.5
                ──────────────
                Model: a bold
                name that is
                quite long and
                must be
                wrapped
                Size: 135M
                Speed
                (tokens/s): 12
                ──────────────
                Model: short

                Paragraph
                before

                a      │ b
                ───────┼──────
                1      │ x | y
                2      │
                ───────┼──────
                after  │
                the    │
                table  │

                only │ header
                ─────┼───────
                ---
                HHHHHd.tttt.cc
                HHHHd.ttt
                HHHHH
                HHHHHHHHHHd
                tttttt
                bbbbbbbbbbbbbb
                HHHHHd.t.TTTT
                tttt.tttt.tt
                ttttt.tttt.ttt
                tttt.tt
                ttttttt
                HHHHd.tttt
                HHHHH
                HHHHHHHHHHd.tt
                bbbbbbbbbbbbbb
                HHHHHd.ttttt

                ttttttttt
                tttttt

                H......b.H
                bbbbbbbbbbbbbb
                t......b.t.t.t
                t......b
                bbbbbbbbbbbbbb
                ttttt..b
                ttt....b
                ttttt..b

                HHHH.b.HHHHHH
                bbbbbbbbbbbbb
                """#)
    }

    @Test
    func `Code has its language, its colours and its number`() {
        #expect(
            MarkdownDocument(Corpus.code).drawing(width: 52, foldsReasoning: false) == #"""
                Here is some Swift:

                ╭─ swift
                │ /* a /* nested */ comment */
                │ func f(_ x: Int) -> String {
                │     let s = "text \(x)" // end
                │     return s + #"raw \"# + """
                │       multi
                │       """
                │ }

                ╭─ python
                │ def f(x: int) -> str:  # comment
                │     '''doc
                │     string'''
                │     return f"{x:0.2f}" if x >= 1.5e-3 else None

                ╭─
                │ indented code
                │
                │ with a blank line

                ╭─
                │ ```
                │ fence in a fence
                │ ```

                ╭─ json
                │ {"key": [1, -2.5, true, null], "text": "a \" b"}

                ╭─ c
                │ #include <stdio.h>
                │ int main(void) { return 0x1F; /* never
                │ closed */ }

                ╭─ sh
                │ for f in *.txt; do echo "$f"; done # 'quoted'

                ╭─

                ╭─ not
                │ by this ``` line
                ---
                tttt.tt.tttt.tttttt

                bb.ddddd #0!
                b.mm.m.mm.mmmmmm.mm.mmmmmmm.mm #0
                b.kkkk.ccc.cc.cccc.cc.cccccc.c #0
                b.....kkk.c.c.sssss.sssss.mm.mmm #0
                b.....kkkkkk.c.c.sssss.sss.c.sss #0
                b.......sssss #0
                b.......sss #0
                b.c #0

                bb.dddddd #1!
                b.kkk.cccc.cccc.cc.cccc..m.mmmmmmm #1
                b.....ssssss #1
                b.....sssssssss #1
                b.....kkkkkk.cssssssssss.kk.c.cc.nnnnnn.kkkk.nnnn #1

                bb #2!
                b.cccccccc.cccc #2
                b #2
                b.cccc.c.ccccc.cccc #2

                bb #3!
                b.ccc #3
                b.ccccc.cc.c.ccccc #3
                b.ccc #3

                bb.dddd #4!
                b.ckkkkkc.cnc.cnnnc.nnnnc.nnnncc.kkkkkkc.ss.ss.ssc #4

                bb.d #5!
                b.kkkkkkkk.ccccccccc #5
                b.kkk.ccccckkkkc.c.kkkkkk.nnnnc.mm.mmmmm #5
                b.mmmmmm.mm.c #5

                bb.dd #6!
                b.kkk.c.kk.cccccc.kk.kkkk.ssssc.kkkk.m.mmmmmmmm #6

                bb #7!

                bb.ddd #8!
                b.cc.cccc.ccc.cccc #8
                """#)
    }

    @Test
    func `References show where they go`() {
        #expect(
            MarkdownDocument(Corpus.references).drawing(width: 60, foldsReasoning: false) == #"""
                A link (https://example.org/a_b), a text
                (https://example.org/a_b), a [missing] one and image: image
                (pic with blanks.png).

                •

                Now quoted (/elsewhere) and item (/inside) and later
                (https://example.org/?a=1&b=2).
                ---
                t.llll.dddddddddddddddddddddddddt.t.llll _
                dddddddddddddddddddddddddt.t.ttttttttt.ttt.ttt.dddddd.lllll _
                dddd.dddd.dddddddddddt

                d

                ttt.llllll.dddddddddddd.ttt.llll.ddddddddd.ttt.lllll _
                ddddddddddddddddddddddddddddddt
                """#)
    }

    @Test
    func `Reasoning stands behind a bar`() {
        #expect(
            MarkdownDocument(Corpus.reasoning).drawing(width: 44, foldsReasoning: false) == #"""
                ▾ Thought 12 words
                ┊ The user wants something. Let me think
                ┊ about
                ┊
                ┊ ╭─
                ┊ │ an unclosed fence

                The answer is 42.

                ╭─ html
                │ <think>
                │ </think>

                ▾ Thought 4 words
                ┊ Wait, 一二三.

                Yes, 42. <think> is not a section here.

                <thinker> neither.
                ---
                r.RRRRRRR.rr.rrrrr
                r.rrr.rrrr.rrrrr.rrrrrrrrrr.rrr.rr.rrrrr /
                r.rrrrr
                r
                r.bb
                r.b.cc.cccccccc.ccccc

                ttt.tttttt.tt.TTt

                bb.dddd #0!
                b.ccccccc #0
                b.cccccccc #0

                r.RRRRRRR.r.rrrrr
                r.rrrrr.rrrrrrr

                tttt.ttt.ddddddd.tt.ttt.t.ttttttt.ttttt

                ddddddddd.tttttttt
                """#)
    }

    @Test
    func `Reasoning folds to a line`() {
        #expect(
            MarkdownDocument(Corpus.reasoning).drawing(width: 44) == #"""
                ▸ Thought 12 words

                The answer is 42.

                ╭─ html
                │ <think>
                │ </think>

                ▸ Thought 4 words

                Yes, 42. <think> is not a section here.

                <thinker> neither.
                ---
                r.RRRRRRR.rr.rrrrr

                ttt.tttttt.tt.TTt

                bb.dddd #0!
                b.ccccccc #0
                b.cccccccc #0

                r.RRRRRRR.r.rrrrr

                tttt.ttt.ddddddd.tt.ttt.t.ttttttt.ttttt

                ddddddddd.tttttttt
                """#)
    }

    @Test
    func `Quotes have a bar for each depth`() {
        #expect(
            MarkdownDocument(Corpus.quotes).drawing(width: 40, foldsReasoning: false) == #"""
                ▌ A quote
                ▌ continued lazily
                ▌
                ▌ ▌ nested
                ▌
                ▌ heading
                ▌
                ▌ • item
                ▌
                ▌ ╭─ py
                ▌ │ x = 1

                Out of it.

                ▌ Again

                ────────────────────────────────────────

                ▌ • a
                ▌   lazy
                ---
                q.q.qqqqq
                q.qqqqqqqqq.qqqqqq
                q
                q.q.qqqqqq
                q
                q.HHHHHHH _
                q
                q.d.qqqq
                q
                q.bb.dd #0!
                q.b.c.c.n #0

                ttt.tt.ttt

                q.qqqqq

                bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb

                q.d.q
                q...qqqq
                """#)
    }

    @Test
    func `HTML is text`() {
        #expect(
            MarkdownDocument(Corpus.markup).drawing(width: 40, foldsReasoning: false) == #"""
                <div class="x">
                *not emphasis*

                emphasis <span>inline</span> and a
                break <!-- comment
                goes on --> end

                <!-- block

                with a blank line -->

                text

                <script>
                let x = "

                ";
                </script>

                after

                <pre>

                </pre>
                ---
                dddd.dddddddddd
                dddd.ddddddddd

                tttttttt.ddddddttttttddddddd.ttt.t /
                ttttt.dddd.ddddddd
                dddd.dd.ddd.ttt

                dddd.ddddd

                dddd.d.ddddd.dddd.ddd

                tttt

                dddddddd
                ddd.d.d.d

                dd
                ddddddddd

                ttttt

                ddddd

                dddddd
                """#)
    }

    @Test
    func `Wide characters and hostile ones`() {
        #expect(
            MarkdownDocument(Corpus.unicode).drawing(width: 36, foldsReasoning: false) == #"""
                日本語の見出し

                これは長い文章です。端末の幅で折り返
                されますが、句読点は行の頭に来ませ
                ん。👩‍👩‍👧‍👦 と 🇩🇪 も。

                名前 │ 値
                ─────┼────
                鉛筆 │ été

                Ünïcödé ＡＢＣ नमस्ते 한국어
                \u{202E}rtl\u{202C} zero​
                width\u{FEFF} end�nul ␛[31mred␇
                ---
                HHHHHHHHHHHHHH _

                tttttttttttttttttttttttttttttttttttt
                tttttttttttttttttttttttttttttttttt
                tttttt.tt.tt.tttt

                HHHH.b.HH
                bbbbbbbbbb
                tttt.b.ttt

                ttttttt.tttttt.tttt.tttttt
                ttttttttttttttttttt.tttt
                ttttttttttttt.ttttttt.ttttttttt
                """#)
    }
}
