// SPDX-License-Identifier: Apache-2.0

/// Texts such as models write, and such as try what is hard to cut.
enum Corpus {
    static let all: [String] = [
        answer, lists, tables, code, references, reasoning, quotes, markup, unicode, tight, traps,
    ]

    static let answer = """
        # Setting up a *small* server

        You need **three** things, and `systemd` to keep them ~~alive~~ running:
        a port, a name and some patience. See <https://example.org/docs> or
        [the manual](https://example.org/manual "title"), or https://example.org/plain.

        Setext heading
        ==============

        Another one
        ---

        ***

        Done. \\*Not emphasis\\*, 5 * 3 * 2, snake_case_name, &amp; an entity &#27;[31m.
        Line two of the paragraph.  
        A hard break before this.

        ### Third level
        #### Fourth

        ![a picture](pic.png) and [empty]() and [https://same.example](https://same.example).

        """

    static let lists = """
        1. First, install it:

           ```sh
           sudo apt install thing   # comment
           ```

        2. Then configure:
           - nested bullet with a text that is long enough to be wrapped at most widths there are
             - deeper

               with a second paragraph
           * another marker
        10. Number goes on

        Text between.

        - [x] done
        - [ ] open **task**
        - not a task

        3) parenthesis
        4) list

        * a

        * loose

          > quote in an item
        +
        + after an empty item

        """

    static let tables = """
        | Model | Size | Speed (tokens/s) |
        |:------|:----:|-----------------:|
        | tiny `q4` | 15M | 1234.5 |
        | a **bold** name that is quite long and must be wrapped | 135M | 12 |
        | short | | |

        Paragraph before
        | a | b |
        |---|---|
        | 1<br>2 | x \\| y |
        after the table

        | only | header |
        | --- | --- |

        """

    static let code = """
        Here is some Swift:

        ```swift
        /* a /* nested */ comment */
        func f(_ x: Int) -> String {
        \tlet s = "text \\(x)" // end
            return s + #"raw \\"# + \"\"\"
              multi
              \"\"\"
        }
        ```

        ~~~python title="x.py"
        def f(x: int) -> str:  # comment
            '''doc
            string'''
            return f"{x:0.2f}" if x >= 1.5e-3 else None
        ~~~

            indented code

            with a blank line

        ````
        ```
        fence in a fence
        ```
        ````
          ```json
          {"key": [1, -2.5, true, null], "text": "a \\" b"}
          ```
        ```c
        #include <stdio.h>
        int main(void) { return 0x1F; /* never
        closed */ }
        ```
        ```sh
        for f in *.txt; do echo "$f"; done # 'quoted'
        ```
        ```

        ```
        ``` not closed
        by this ``` line

        """

    static let references = """
        A [link], a [text][Link], a [missing] one and ![image][i].

        [link]: https://example.org/a\\_b "Title"
        [i]:
          <pic with blanks.png>
          'title'

        > [quoted]: /elsewhere

        - [item]: /inside

        Now [quoted] and [item] and [later].

        [later]: https://example.org/?a=1&amp;b=2
        [link]: https://example.org/second

        """

    static let reasoning = """
        <think>
        The user wants *something*. Let me think about
        ```
        an unclosed fence
        </think>

        The answer is **42**.

        ```html
        <think>
        </think>
        ```

        <think>
        Wait, 一二三.
        </think>
        Yes, 42. <think> is not a section here.

        <thinker> neither.

        """

    static let quotes = """
        > A quote
        continued lazily
        > > nested
        > # heading
        > - item
        >
        > ```py
        > x = 1

        Out of it.
        > Again
        ***
        > - a
        lazy

        """

    static let markup = """
        <div class="x">
        *not emphasis*

        *emphasis* <span>inline</span> and a<br/>break <!-- comment
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

        """

    static let unicode = """
        # 日本語の見出し

        これは長い文章です。端末の幅で折り返されますが、句読点は行の頭に来ません。👩‍👩‍👧‍👦 と 🇩🇪 も。

        | 名前 | 値 |
        |---|---|
        | 鉛筆 | e\u{0301}te\u{0301} |

        Ünïcödé ＡＢＣ नमस्ते 한국어 \u{202E}rtl\u{202C} zero\u{200B}width\u{FEFF} end\u{0}nul \u{1B}[31mred\u{7}

        """

    static let tight = """
        # One
        text
        ## Two
        - a
        - b
        ```
        code
        ```
        more text
        1. x
        2. y
        # Three
        | a |
        |---|
        | b |
        ---
        end
        """

    static let traps = """
        - a
          ```

        text

        ```
        code

        more
        ```

        -   b

                code in item

            para

        1. a

          - b

             c

        \tcode

        foo
            bar
        ***bold italic** italic* _a_b_ `code `` code` ``a ` b`` *open **open
        [a](b [c](<d e> 'f') [x]: y
        |||
        |-|
        \\
        """ + "\n    \n\t\n  \n"
}

/// Repeatable random numbers.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
