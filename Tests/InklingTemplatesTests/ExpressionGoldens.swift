// SPDX-License-Identifier: Apache-2.0

extension Goldens {
    /// One expression each: literals, operators, methods, filters, tests.
    static let expressions = #"""
        {"t": "{{ 1 + 2 * 3 - 4 }}", "ok": "3"}
        {"t": "{{ 7 / 2 }}", "ok": "3.5"}
        {"t": "{{ 6 / 3 }}", "ok": "2.0"}
        {"t": "{{ 7 // 2 }}", "ok": "3"}
        {"t": "{{ -7 // 2 }}", "ok": "-4"}
        {"t": "{{ 7 // -2 }}", "ok": "-4"}
        {"t": "{{ -7 % 3 }}", "ok": "2"}
        {"t": "{{ 7 % -3 }}", "ok": "-2"}
        {"t": "{{ 7.5 // 2 }}", "ok": "3.0"}
        {"t": "{{ -7.5 % 2 }}", "ok": "0.5"}
        {"t": "{{ 2 ** 10 }}", "ok": "1024"}
        {"t": "{{ 2 ** -1 }}", "ok": "0.5"}
        {"t": "{{ 2 ** 3 ** 2 }}", "ok": "64"}
        {"t": "{{ -2 ** 2 }}", "ok": "4"}
        {"t": "{{ 2 ** 0.5 }}", "ok": "1.4142135623730951"}
        {"t": "{{ 1 / 0 }}", "error": true}
        {"t": "{{ 1 % 0 }}", "error": true}
        {"t": "{{ 1.0 // 0 }}", "error": true}
        {"t": "{{ \"a\" + \"b\" ~ 1 ~ none ~ 2.0 }}", "ok": "ab1None2.0"}
        {"t": "{{ \"a\" ~ [1,\"x\"] ~ {\"k\": true} }}", "ok": "a[1, 'x']{'k': True}"}
        {"t": "{{ 1 ~ 2 + 3 }}", "error": true}
        {"t": "{{ \"ab\" * 3 }}", "ok": "ababab"}
        {"t": "{{ 3 * \"ab\" }}", "ok": "ababab"}
        {"t": "{{ [1] * 2 + [3] }}", "ok": "[1, 1, 3]"}
        {"t": "{{ (1,2) + (3,) }}", "ok": "(1, 2, 3)"}
        {"t": "{{ (1,) }}", "ok": "(1,)"}
        {"t": "{{ () }}", "ok": "()"}
        {"t": "{{ [] }}", "ok": "[]"}
        {"t": "{{ {} }}", "ok": "{}"}
        {"t": "{{ {\"a\": 1, \"b\": [1, 2.0, none, true, \"q'\"]} }}", "ok": "{'a': 1, 'b': [1, 2.0, None, True, \"q'\"]}"}
        {"t": "{{ \"it's\" }}", "ok": "it's"}
        {"t": "{{ [\"it's\", 'say \"hi\"', 'both \\' and \"', \"tab\\t nl\\n bs\\\\ \\x01 é 🦙 \\u200b \\xad\"] }}", "ok": "[\"it's\", 'say \"hi\"', 'both \\' and \"', 'tab\\t nl\\n bs\\\\ \\x01 é 🦙 \\u200b \\xad']"}
        {"t": "{{ 1.0 }}", "ok": "1.0"}
        {"t": "{{ 1e16 }}", "ok": "1e+16"}
        {"t": "{{ 1e15 }}", "ok": "1000000000000000.0"}
        {"t": "{{ 123456789.123 }}", "ok": "123456789.123"}
        {"t": "{{ 0.0001 }}", "ok": "0.0001"}
        {"t": "{{ 0.00001 }}", "ok": "1e-05"}
        {"t": "{{ 1e-7 }}", "ok": "1e-07"}
        {"t": "{{ 1.5e300 }}", "ok": "1.5e+300"}
        {"t": "{{ -0.0 }}", "ok": "-0.0"}
        {"t": "{{ 0.1 + 0.2 }}", "ok": "0.30000000000000004"}
        {"t": "{{ 1e22 }}", "ok": "1e+22"}
        {"t": "{{ 5e-324 }}", "ok": "5e-324"}
        {"t": "{{ 100000000000000000.0 }}", "ok": "1e+17"}
        {"t": "{{ 1_000 }}", "ok": "1000"}
        {"t": "{{ 0x1F }}", "ok": "31"}
        {"t": "{{ 0b101 }}", "ok": "5"}
        {"t": "{{ 0o17 }}", "ok": "15"}
        {"t": "{{ 1.5e3 }}", "ok": "1500.0"}
        {"t": "{{ true }}", "ok": "True"}
        {"t": "{{ True }}", "ok": "True"}
        {"t": "{{ false }}", "ok": "False"}
        {"t": "{{ none }}", "ok": "None"}
        {"t": "{{ None }}", "ok": "None"}
        {"t": "{{ not true }}", "ok": "False"}
        {"t": "{{ not 0 }}", "ok": "True"}
        {"t": "{{ not not \"x\" }}", "ok": "True"}
        {"t": "{{ 1 == 1.0 }}", "ok": "True"}
        {"t": "{{ true == 1 }}", "ok": "True"}
        {"t": "{{ \"a\" == \"a\" }}", "ok": "True"}
        {"t": "{{ combining == composed }}", "ok": "False"}
        {"t": "{{ combining|length }}", "ok": "5"}
        {"t": "{{ combining[1] == \"\\u0301\" }}", "ok": "True"}
        {"t": "{{ combining[2:]|tojson }}", "ok": "\"\\r\\nx\""}
        {"t": "{{ 1 < 2 < 3 }}", "ok": "True"}
        {"t": "{{ 1 < 3 < 2 }}", "ok": "False"}
        {"t": "{{ 3 > 2 >= 2 }}", "ok": "True"}
        {"t": "{{ \"a\" < \"b\" }}", "ok": "True"}
        {"t": "{{ \"Z\" < \"a\" }}", "ok": "True"}
        {"t": "{{ [1,2] < [1,3] }}", "ok": "True"}
        {"t": "{{ (1,2) < (1,2,3) }}", "ok": "True"}
        {"t": "{{ 1 != 2 }}", "ok": "True"}
        {"t": "{{ 1 in l }}", "ok": "True"}
        {"t": "{{ 9 in l }}", "ok": "False"}
        {"t": "{{ 9 not in l }}", "ok": "True"}
        {"t": "{{ \"ell\" in s }}", "ok": "True"}
        {"t": "{{ \"b\" in d }}", "ok": "True"}
        {"t": "{{ \"z\" not in d }}", "ok": "True"}
        {"t": "{{ \"a\" in \"abc\" and \"x\" or \"y\" }}", "ok": "x"}
        {"t": "{{ \"\" or \"default\" }}", "ok": "default"}
        {"t": "{{ 0 or none }}", "ok": "None"}
        {"t": "{{ none and 1 }}", "ok": "None"}
        {"t": "{{ 1 and 2 }}", "ok": "2"}
        {"t": "{{ [] or {} or 0 }}", "ok": "0"}
        {"t": "{{ \"x\" if true else \"y\" }}", "ok": "x"}
        {"t": "{{ \"x\" if false else \"y\" }}", "ok": "y"}
        {"t": "{{ \"x\" if false }}", "ok": ""}
        {"t": "{{ (\"x\" if false) is defined }}", "ok": "False"}
        {"t": "{{ 1 if false else 2 if false else 3 }}", "ok": "3"}
        {"t": "{{ 1 if true else 2 if false else 3 }}", "ok": "1"}
        {"t": "{{ s if s is string else \"no\" }}", "ok": "Hello World"}
        {"t": "{{ n is odd and f is float }}", "ok": "True"}
        {"t": "{{ l[0] }}", "ok": "3"}
        {"t": "{{ l[-1] }}", "ok": "2"}
        {"t": "{{ l[10] }}", "ok": ""}
        {"t": "{{ l[10] is defined }}", "ok": "False"}
        {"t": "{{ l[1:] }}", "ok": "[1, 2]"}
        {"t": "{{ l[:-1] }}", "ok": "[3, 1]"}
        {"t": "{{ l[::-1] }}", "ok": "[2, 1, 3]"}
        {"t": "{{ l[::2] }}", "ok": "[3, 2]"}
        {"t": "{{ l[-2:] }}", "ok": "[1, 2]"}
        {"t": "{{ l[5:] }}", "ok": "[]"}
        {"t": "{{ l[2:0:-1] }}", "ok": "[2, 1]"}
        {"t": "{{ l[-100:100] }}", "ok": "[3, 1, 2]"}
        {"t": "{{ s[0] }}", "ok": "H"}
        {"t": "{{ s[-1] }}", "ok": "d"}
        {"t": "{{ s[1:4] }}", "ok": "ell"}
        {"t": "{{ s[::-1] }}", "ok": "dlroW olleH"}
        {"t": "{{ s[::3] }}", "ok": "HlWl"}
        {"t": "{{ s[-3:] }}", "ok": "rld"}
        {"t": "{{ u[3] }}", "ok": "d"}
        {"t": "{{ u[::-1] }}", "ok": "ǆ ß ΣΑΣ údnañ"}
        {"t": "{{ (1,2,3)[1:] }}", "ok": "(2, 3)"}
        {"t": "{{ range(5) }}", "ok": "range(0, 5)"}
        {"t": "{{ range(5)|list }}", "ok": "[0, 1, 2, 3, 4]"}
        {"t": "{{ range(2,10,3)|list }}", "ok": "[2, 5, 8]"}
        {"t": "{{ range(5,0,-2)|list }}", "ok": "[5, 3, 1]"}
        {"t": "{{ range(5)[1:3] }}", "ok": "range(1, 3)"}
        {"t": "{{ range(5)[-1] }}", "ok": "4"}
        {"t": "{{ range(10**12) }}", "error": true}
        {"t": "{{ range(0)|list }}", "ok": "[]"}
        {"t": "{{ 3 in range(5) }}", "ok": "True"}
        {"t": "{{ d.b }}", "ok": "1"}
        {"t": "{{ d[\"b\"] }}", "ok": "1"}
        {"t": "{{ d.zz }}", "ok": ""}
        {"t": "{{ d.zz is defined }}", "ok": "False"}
        {"t": "{{ d.zz.y }}", "error": true}
        {"t": "{{ d[\"zz\"][\"y\"] }}", "error": true}
        {"t": "{{ no.x }}", "ok": ""}
        {"t": "{{ no.x.y }}", "error": true}
        {"t": "{{ zz }}", "ok": ""}
        {"t": "{{ zz.y }}", "error": true}
        {"t": "{{ zz is defined }}", "ok": "False"}
        {"t": "{{ zz is undefined }}", "ok": "True"}
        {"t": "{{ zz == zzz }}", "ok": "True"}
        {"t": "{{ zz == none }}", "ok": "False"}
        {"t": "{{ zz|default(\"dd\") }}", "ok": "dd"}
        {"t": "{{ e|default(\"dd\") }}", "ok": ""}
        {"t": "{{ e|default(\"dd\", true) }}", "ok": "dd"}
        {"t": "{{ no|default(\"dd\") }}", "ok": "None"}
        {"t": "{{ no|d(\"dd\", boolean=true) }}", "ok": "dd"}
        {"t": "{{ d.zz|d }}", "ok": ""}
        {"t": "{{ zz + 1 }}", "error": true}
        {"t": "{{ 1 + zz }}", "error": true}
        {"t": "{{ \"a\" + zz }}", "error": true}
        {"t": "{{ \"a\" ~ zz }}", "ok": "a"}
        {"t": "{{ zz ~ \"a\" }}", "ok": "a"}
        {"t": "{{ zz|length }}", "ok": "0"}
        {"t": "{{ zz|list }}", "ok": "[]"}
        {"t": "{{ zz|upper }}", "ok": ""}
        {"t": "{{ zz|trim }}", "ok": ""}
        {"t": "{{ zz|int }}", "error": true}
        {"t": "{{ zz|join(\",\") }}", "ok": ""}
        {"t": "{{ zz|first is defined }}", "ok": "False"}
        {"t": "{{ zz or \"q\" }}", "ok": "q"}
        {"t": "{{ zz in l }}", "ok": "False"}
        {"t": "{{ \"a\" in zz }}", "ok": "False"}
        {"t": "{{ zz < 1 }}", "error": true}
        {"t": "{{ zz() }}", "error": true}
        {"t": "{{ zz[0] }}", "error": true}
        {"t": "{{ d.items() }}", "ok": "dict_items([('b', 1), ('a', 2), ('C', 3)])"}
        {"t": "{{ d.keys() }}", "ok": "dict_keys(['b', 'a', 'C'])"}
        {"t": "{{ d.values() }}", "ok": "dict_values([1, 2, 3])"}
        {"t": "{{ d.items()|list }}", "ok": "[('b', 1), ('a', 2), ('C', 3)]"}
        {"t": "{{ d.keys()|list }}", "ok": "['b', 'a', 'C']"}
        {"t": "{{ d.items()|length }}", "ok": "3"}
        {"t": "{{ \"b\" in d.keys() }}", "ok": "True"}
        {"t": "{{ 2 in d.values() }}", "ok": "True"}
        {"t": "{{ dk[\"items\"] }}", "ok": "5"}
        {"t": "{{ dk.foo }}", "ok": "bar"}
        {"t": "{{ dk.get(\"foo\") }}", "ok": "bar"}
        {"t": "{{ dk.get(\"nope\") }}", "ok": "None"}
        {"t": "{{ dk.get(\"nope\", \"dflt\") }}", "ok": "dflt"}
        {"t": "{{ d.get(\"b\") + 1 }}", "ok": "2"}
        {"t": "{{ d.copy() }}", "ok": "{'b': 1, 'a': 2, 'C': 3}"}
        {"t": "{{ d.pop(\"b\") }}", "error": true}
        {"t": "{{ d.update({\"x\":1}) }}", "error": true}
        {"t": "{{ d.clear }}", "ok": ""}
        {"t": "{{ l.append(4) }}", "error": true}
        {"t": "{{ l.pop() }}", "error": true}
        {"t": "{{ l.index(1) }}", "ok": "1"}
        {"t": "{{ l.index(99) }}", "error": true}
        {"t": "{{ l.count(3) }}", "ok": "1"}
        {"t": "{{ l.sort() }}", "error": true}
        {"t": "{{ l.foo }}", "ok": ""}
        {"t": "{{ s.upper() }}", "ok": "HELLO WORLD"}
        {"t": "{{ s.lower() }}", "ok": "hello world"}
        {"t": "{{ u.upper() }}", "ok": "ÑANDÚ ΣΑΣ SS Ǆ"}
        {"t": "{{ u.lower() }}", "ok": "ñandú σας ß ǆ"}
        {"t": "{{ u.title() }}", "ok": "Ñandú Σας Ss ǅ"}
        {"t": "{{ u.capitalize() }}", "ok": "Ñandú σας ß ǆ"}
        {"t": "{{ u.swapcase() }}", "ok": "ÑANDÚ σας SS Ǆ"}
        {"t": "{{ \"hello wORLD it's\".title() }}", "ok": "Hello World It'S"}
        {"t": "{{ \"hello wORLD\".capitalize() }}", "ok": "Hello world"}
        {"t": "{{ \"hello-world foo_bar (baz) [x] it's\"|title }}", "ok": "Hello-World Foo_bar (Baz) [X] It's"}
        {"t": "{{ \"hELLO wORLD\"|capitalize }}", "ok": "Hello world"}
        {"t": "{{ s|upper }}", "ok": "HELLO WORLD"}
        {"t": "{{ u|lower }}", "ok": "ñandú σας ß ǆ"}
        {"t": "{{ \"  x \".strip() ~ \"|\" }}", "ok": "x|"}
        {"t": "{{ \"  x \".lstrip() ~ \"|\" }}", "ok": "x |"}
        {"t": "{{ \"  x \".rstrip() ~ \"|\" }}", "ok": "  x|"}
        {"t": "{{ \"xxhixx\".strip(\"x\") }}", "ok": "hi"}
        {"t": "{{ \"xyhiyx\".strip(\"xy\") }}", "ok": "hi"}
        {"t": "{{ \"xxhi\".lstrip(\"x\") }}", "ok": "hi"}
        {"t": "{{ \"\\n\\nhi\\n\".strip(\"\\n\") }}", "ok": "hi"}
        {"t": "{{ \"\\u00a0hi\\u2003\".strip()|tojson }}", "ok": "\"hi\""}
        {"t": "{{ \"\\u200bhi\".strip()|length }}", "ok": "3"}
        {"t": "{{ \"hixx\"|trim(\"x\") }}", "ok": "hi"}
        {"t": "{{ \"  hi \"|trim|length }}", "ok": "2"}
        {"t": "{{ \"a,b,c\".split(\",\") }}", "ok": "['a', 'b', 'c']"}
        {"t": "{{ \"a,b,c\".split(\",\", 1) }}", "ok": "['a', 'b,c']"}
        {"t": "{{ \"a,b,c\".rsplit(\",\", 1) }}", "ok": "['a,b', 'c']"}
        {"t": "{{ \"a,b,c\".split(\",\", maxsplit=1) }}", "ok": "['a', 'b,c']"}
        {"t": "{{ \" a  b c \".split() }}", "ok": "['a', 'b', 'c']"}
        {"t": "{{ \" a  b c \".split(none, 1) }}", "ok": "['a', 'b c ']"}
        {"t": "{{ \" a  b c \".rsplit(none, 1) }}", "ok": "[' a  b', 'c']"}
        {"t": "{{ \" a  b c \".rsplit(maxsplit=1) }}", "ok": "[' a  b', 'c']"}
        {"t": "{{ \"\".split() }}", "ok": "[]"}
        {"t": "{{ \"\".split(\",\") }}", "ok": "['']"}
        {"t": "{{ \"abc\".split(\"\") }}", "error": true}
        {"t": "{{ \"aXXbXXc\".split(\"XX\")[-1] }}", "ok": "c"}
        {"t": "{{ \"aaaa\".split(\"aa\") }}", "ok": "['', '', '']"}
        {"t": "{{ \"aaa\".rsplit(\"aa\") }}", "ok": "['a', '']"}
        {"t": "{{ \"a</think>b\".split(\"</think>\")[-1].lstrip(\"\\n\") }}", "ok": "b"}
        {"t": "{{ s.startswith(\"He\") }}", "ok": "True"}
        {"t": "{{ s.startswith((\"x\", \"He\")) }}", "ok": "True"}
        {"t": "{{ s.startswith(\"el\", 1) }}", "ok": "True"}
        {"t": "{{ s.startswith(\"el\", 1, 2) }}", "ok": "False"}
        {"t": "{{ s.startswith([1]) }}", "error": true}
        {"t": "{{ s.endswith(\"ld\") }}", "ok": "True"}
        {"t": "{{ s.endswith((\"x\",\"ld\")) }}", "ok": "True"}
        {"t": "{{ s.replace(\"l\", \"L\") }}", "ok": "HeLLo WorLd"}
        {"t": "{{ s.replace(\"l\", \"L\", 1) }}", "ok": "HeLlo World"}
        {"t": "{{ s.replace(\"\", \"-\") }}", "ok": "-H-e-l-l-o- -W-o-r-l-d-"}
        {"t": "{{ s.replace(\"\", \"-\", 2) }}", "ok": "-H-ello World"}
        {"t": "{{ \"\".replace(\"\", \"x\") }}", "ok": "x"}
        {"t": "{{ \"ñü\".replace(\"\", \"-\") }}", "ok": "-ñ-ü-"}
        {"t": "{{ s|replace(\"o\", \"0\") }}", "ok": "Hell0 W0rld"}
        {"t": "{{ s|replace(\"o\", \"0\", 1) }}", "ok": "Hell0 World"}
        {"t": "{{ 12|replace(1, 3) }}", "ok": "32"}
        {"t": "{{ s.find(\"o\") }}", "ok": "4"}
        {"t": "{{ s.find(\"o\", 5) }}", "ok": "7"}
        {"t": "{{ s.find(\"zz\") }}", "ok": "-1"}
        {"t": "{{ s.rfind(\"o\") }}", "ok": "7"}
        {"t": "{{ s.index(\"o\") }}", "ok": "4"}
        {"t": "{{ s.index(\"zz\") }}", "error": true}
        {"t": "{{ u.find(\"ú\") }}", "ok": "4"}
        {"t": "{{ u.rfind(\"Σ\") }}", "ok": "8"}
        {"t": "{{ s.count(\"l\") }}", "ok": "3"}
        {"t": "{{ \"aaa\".count(\"aa\") }}", "ok": "1"}
        {"t": "{{ \"abc\".count(\"\") }}", "ok": "4"}
        {"t": "{{ ml.splitlines() }}", "ok": "['a', 'b', '', '  c', 'd']"}
        {"t": "{{ ml.splitlines(true) }}", "ok": "['a\\n', 'b\\n', '\\n', '  c\\r\\n', 'd']"}
        {"t": "{{ \"a\\x0bb\\x1cc\\x85d\\u2028e\".splitlines() }}", "ok": "['a', 'b', 'c', 'd', 'e']"}
        {"t": "{{ \"a-b-c\".partition(\"-\") }}", "ok": "('a', '-', 'b-c')"}
        {"t": "{{ \"a-b-c\".rpartition(\"-\") }}", "ok": "('a-b', '-', 'c')"}
        {"t": "{{ \"abc\".partition(\"-\") }}", "ok": "('abc', '', '')"}
        {"t": "{{ \"abc\".rpartition(\"-\") }}", "ok": "('', '', 'abc')"}
        {"t": "{{ \",\".join([\"a\",\"b\"]) }}", "ok": "a,b"}
        {"t": "{{ \",\".join([1]) }}", "error": true}
        {"t": "{{ \", \".join(d) }}", "ok": "b, a, C"}
        {"t": "{{ \"abc\".join(\"123\") }}", "ok": "1abc2abc3"}
        {"t": "{{ \"TestHook\".removeprefix(\"Test\") }}", "ok": "Hook"}
        {"t": "{{ \"TestHook\".removesuffix(\"Hook\") }}", "ok": "Test"}
        {"t": "{{ \"TestHook\".removeprefix(\"x\") }}", "ok": "TestHook"}
        {"t": "{{ \"ab\".center(7) ~ \"|\" }}", "ok": "   ab  |"}
        {"t": "{{ \"ab\".center(7, \"*\") }}", "ok": "***ab**"}
        {"t": "{{ \"abc\".center(8, \"*\") }}", "ok": "**abc***"}
        {"t": "{{ \"ab\".ljust(5) ~ \"|\" }}", "ok": "ab   |"}
        {"t": "{{ \"ab\".rjust(5, \".\") }}", "ok": "...ab"}
        {"t": "{{ \"-42\".zfill(6) }}", "ok": "-00042"}
        {"t": "{{ \"42\".zfill(1) }}", "ok": "42"}
        {"t": "{{ \"a\\tb\".expandtabs(4) }}", "ok": "a   b"}
        {"t": "{{ \"ab\"|center(9) ~ \"|\" }}", "ok": "    ab   |"}
        {"t": "{{ \"abc\".isalpha() }}", "ok": "True"}
        {"t": "{{ \"ab1\".isalnum() }}", "ok": "True"}
        {"t": "{{ \"123\".isdigit() }}", "ok": "True"}
        {"t": "{{ \"12.3\".isdigit() }}", "ok": "False"}
        {"t": "{{ \"²\".isdigit() ~ \"²\".isdecimal() ~ \"½\".isnumeric() }}", "ok": "TrueFalseTrue"}
        {"t": "{{ \" \\t\".isspace() }}", "ok": "True"}
        {"t": "{{ \"\".isspace() }}", "ok": "False"}
        {"t": "{{ \"ABC\".isupper() }}", "ok": "True"}
        {"t": "{{ \"abC\".islower() }}", "ok": "False"}
        {"t": "{{ \"Abc Def\".istitle() }}", "ok": "True"}
        {"t": "{{ \"é\".isascii() }}", "ok": "False"}
        {"t": "{{ \"{} and {}\".format(1, \"x\") }}", "ok": "1 and x"}
        {"t": "{{ \"{0} {1} {0}\".format(\"a\", \"b\") }}", "ok": "a b a"}
        {"t": "{{ \"{name} is {age:>5}|\".format(name=\"x\", age=3) }}", "ok": "x is     3|"}
        {"t": "{{ \"{:05.2f} {:,} {:x} {:>8} {:<8}| {:^8}| {:+d} {:%}\".format(3.14159, 1234567, 255, \"r\", \"l\", \"c\", 5, 0.256) }}", "ok": "03.14 1,234,567 ff        r l       |    c    | +5 25.600000%"}
        {"t": "{{ \"{0.name} {1[k]} {1[n][0]}\".format(users[0], {\"k\": 1, \"n\": [5]}) }}", "ok": "bob 1 5"}
        {"t": "{{ \"{} {}\".format(1) }}", "error": true}
        {"t": "{{ \"%s is %d years\" % (\"Bob\", 30) }}", "ok": "Bob is 30 years"}
        {"t": "{{ \"%s\" % \"x\" }}", "ok": "x"}
        {"t": "{{ \"%s\" % 5 }}", "ok": "5"}
        {"t": "{{ \"%5.2f|%-6s|%06d|%x|%X|%o|%e|%g|%%|%r|%c\" % (3.14159, \"ab\", 42, 255, 255, 8, 12345.678, 0.0001, \"q\", \"z\") }}", "ok": " 3.14|ab    |000042|ff|FF|10|1.234568e+04|0.0001|%|'q'|z"}
        {"t": "{{ \"%(a)s-%(b)d\" % {\"a\": \"x\", \"b\": 3} }}", "ok": "x-3"}
        {"t": "{{ \"%s %s\" % (\"a\",) }}", "error": true}
        {"t": "{{ \"%s\" % (\"a\", \"b\") }}", "error": true}
        {"t": "{{ \"%d\" % \"x\" }}", "error": true}
        {"t": "{{ \"%s %s\"|format(\"a\", 1) }}", "ok": "a 1"}
        {"t": "{{ \"%(x)s\"|format(x=5) }}", "ok": "5"}
        {"t": "{{ \"%+d % d %.3d\" % (5, 5, 5) }}", "ok": "+5  5 005"}
        {"t": "{{ \"%.2f\" % 2.675 }}", "ok": "2.67"}
        {"t": "{{ \"%.0f %.0f\" % (0.5, 1.5) }}", "ok": "0 2"}
        {"t": "{{ \"%g %g %g\" % (1e10, 123456.0, 1234567.0) }}", "ok": "1e+10 123456 1.23457e+06"}
        {"t": "{{ \"%s\" % none }}", "ok": "None"}
        {"t": "{{ \"%s\" % [1,2] }}", "ok": "[1, 2]"}
        {"t": "{{ \"%s %s\" % [1,2] }}", "error": true}
        {"t": "{{ s|length }}", "ok": "11"}
        {"t": "{{ l|length }}", "ok": "3"}
        {"t": "{{ d|count }}", "ok": "3"}
        {"t": "{{ 5|length }}", "error": true}
        {"t": "{{ none|length }}", "error": true}
        {"t": "{{ l|first }}", "ok": "3"}
        {"t": "{{ l|last }}", "ok": "2"}
        {"t": "{{ em|first }}", "ok": ""}
        {"t": "{{ em|first is defined }}", "ok": "False"}
        {"t": "{{ s|first }}", "ok": "H"}
        {"t": "{{ s|last }}", "ok": "d"}
        {"t": "{{ d|first }}", "ok": "b"}
        {"t": "{{ d|last }}", "ok": "C"}
        {"t": "{{ l|sort }}", "ok": "[1, 2, 3]"}
        {"t": "{{ ls|sort }}", "ok": "['A', 'b', 'c']"}
        {"t": "{{ ls|sort(case_sensitive=true) }}", "ok": "['A', 'b', 'c']"}
        {"t": "{{ ls|sort(reverse=true) }}", "ok": "['c', 'b', 'A']"}
        {"t": "{{ l|sort(reverse=true) }}", "ok": "[3, 2, 1]"}
        {"t": "{{ [1,\"a\"]|sort }}", "error": true}
        {"t": "{{ users|sort(attribute=\"age\")|map(attribute=\"name\")|list }}", "ok": "['Al', 'bob', 'cy']"}
        {"t": "{{ users|sort(attribute=\"age,name\")|map(attribute=\"name\")|list }}", "ok": "['Al', 'bob', 'cy']"}
        {"t": "{{ users|sort(attribute=\"age\", reverse=true)|map(attribute=\"name\")|join(\",\") }}", "ok": "bob,cy,Al"}
        {"t": "{{ users|map(attribute=\"name\")|list }}", "ok": "['bob', 'Al', 'cy']"}
        {"t": "{{ users|map(attribute=\"a.c\", default=\"-\")|list }}", "ok": "['X', 'Y', '-']"}
        {"t": "{{ users|map(attribute=\"age\")|sum }}", "ok": "85"}
        {"t": "{{ users|sum(attribute=\"age\") }}", "ok": "85"}
        {"t": "{{ users|sum(\"age\", 100) }}", "ok": "185"}
        {"t": "{{ [0.1]*3|sum }}", "error": true}
        {"t": "{{ [[1],[2]]|sum(start=[]) }}", "ok": "[1, 2]"}
        {"t": "{{ ls|map(\"upper\")|list }}", "ok": "['B', 'A', 'C']"}
        {"t": "{{ ls|map(\"replace\", \"b\", \"x\")|join(\"-\") }}", "ok": "x-A-c"}
        {"t": "{{ l|map(\"string\")|join(\"+\") }}", "ok": "3+1+2"}
        {"t": "{{ [[1,2],[3]]|map(\"length\")|list }}", "ok": "[2, 1]"}
        {"t": "{{ [\" a \",\"b \"]|map(\"trim\")|list }}", "ok": "['a', 'b']"}
        {"t": "{{ users|selectattr(\"age\", \"equalto\", 30)|map(attribute=\"name\")|list }}", "ok": "['bob', 'cy']"}
        {"t": "{{ users|selectattr(\"age\", \"gt\", 26)|list|length }}", "ok": "2"}
        {"t": "{{ users|selectattr(\"a\")|map(attribute=\"name\")|list }}", "ok": "['bob', 'Al']"}
        {"t": "{{ users|rejectattr(\"a\")|map(attribute=\"name\")|list }}", "ok": "['cy']"}
        {"t": "{{ users|rejectattr(\"age\", \"eq\", 30)|map(attribute=\"name\")|list }}", "ok": "['Al']"}
        {"t": "{{ users|selectattr(\"a\", \"defined\")|list|length }}", "ok": "2"}
        {"t": "{{ users|selectattr(\"a.c\", \"equalto\", \"X\")|list|length }}", "error": true}
        {"t": "{{ users|selectattr(\"name\", \"in\", [\"bob\", \"cy\"])|map(attribute=\"name\")|list }}", "ok": "['bob', 'cy']"}
        {"t": "{{ l|select(\"odd\")|list }}", "ok": "[3, 1]"}
        {"t": "{{ l|select(\"greaterthan\", 1)|list }}", "ok": "[3, 2]"}
        {"t": "{{ l|reject(\"odd\")|list }}", "ok": "[2]"}
        {"t": "{{ [0,1,\"\",none,\"x\"]|select|list }}", "ok": "[1, 'x']"}
        {"t": "{{ [0,1,\"\",none,\"x\"]|reject|list }}", "ok": "[0, '', None]"}
        {"t": "{{ l|select(\"divisibleby\", 3)|list }}", "ok": "[3]"}
        {"t": "{{ messages|selectattr(\"role\", \"equalto\", \"user\")|list|length }}", "ok": "2"}
        {"t": "{{ (messages|selectattr(\"role\", \"equalto\", \"nope\")) is iterable }}", "ok": "True"}
        {"t": "{{ \"yes\" if messages|selectattr(\"role\", \"equalto\", \"nope\") else \"no\" }}", "ok": "yes"}
        {"t": "{{ \"yes\" if messages|selectattr(\"role\", \"equalto\", \"nope\")|list else \"no\" }}", "ok": "no"}
        {"t": "{{ (messages|selectattr(\"role\", \"equalto\", \"user\"))|first }}", "ok": "{'role': 'user', 'content': 'Hi <b>there</b>\\n & \"you\" \\'x\\''}"}
        {"t": "{{ (l|map(\"string\"))[0] is defined }}", "ok": "False"}
        {"t": "{{ l|map(\"string\")|length }}", "error": true}
        {"t": "{{ l|reverse|list }}", "ok": "[2, 1, 3]"}
        {"t": "{{ s|reverse }}", "ok": "dlroW olleH"}
        {"t": "{{ d|reverse|list }}", "ok": "['C', 'a', 'b']"}
        {"t": "{{ l|join }}", "ok": "312"}
        {"t": "{{ l|join(\", \") }}", "ok": "3, 1, 2"}
        {"t": "{{ [\"a\",\"b\"]|join(\"<\") }}", "ok": "a<b"}
        {"t": "{{ users|join(\", \", attribute=\"name\") }}", "ok": "bob, Al, cy"}
        {"t": "{{ users|join(attribute=\"name\", d=\"; \") }}", "ok": "bob; Al; cy"}
        {"t": "{{ [1,2,1,\"a\",\"A\"]|unique|list }}", "ok": "[1, 2, 'a']"}
        {"t": "{{ [\"b\",\"B\"]|unique(case_sensitive=true)|list }}", "ok": "['b', 'B']"}
        {"t": "{{ l|min }}", "ok": "1"}
        {"t": "{{ l|max }}", "ok": "3"}
        {"t": "{{ ls|min }}", "ok": "A"}
        {"t": "{{ ls|max }}", "ok": "c"}
        {"t": "{{ em|max is defined }}", "ok": "False"}
        {"t": "{{ users|max(attribute=\"age\") }}", "ok": "{'name': 'bob', 'age': 30, 'a': {'c': 'X'}}"}
        {"t": "{{ \"abc\"|list }}", "ok": "['a', 'b', 'c']"}
        {"t": "{{ d|list }}", "ok": "['b', 'a', 'C']"}
        {"t": "{{ d|dictsort }}", "ok": "[('a', 2), ('b', 1), ('C', 3)]"}
        {"t": "{{ d|dictsort(true) }}", "ok": "[('C', 3), ('a', 2), ('b', 1)]"}
        {"t": "{{ d|dictsort(by=\"value\") }}", "ok": "[('b', 1), ('a', 2), ('C', 3)]"}
        {"t": "{{ d|dictsort(reverse=true) }}", "ok": "[('C', 3), ('b', 1), ('a', 2)]"}
        {"t": "{{ d|items|list }}", "ok": "[('b', 1), ('a', 2), ('C', 3)]"}
        {"t": "{{ zz|items|list }}", "ok": "[]"}
        {"t": "{{ \"3\"|int }}", "ok": "3"}
        {"t": "{{ \"3.7\"|int }}", "ok": "3"}
        {"t": "{{ \"x\"|int }}", "ok": "0"}
        {"t": "{{ \"x\"|int(9) }}", "ok": "9"}
        {"t": "{{ \"0x1f\"|int(0, 16) }}", "ok": "31"}
        {"t": "{{ \"ff\"|int(base=16) }}", "ok": "255"}
        {"t": "{{ \" 42 \"|int }}", "ok": "42"}
        {"t": "{{ 3.9|int }}", "ok": "3"}
        {"t": "{{ -3.9|int }}", "ok": "-3"}
        {"t": "{{ none|int }}", "ok": "0"}
        {"t": "{{ true|int }}", "ok": "1"}
        {"t": "{{ \"1_000\"|int }}", "ok": "1000"}
        {"t": "{{ \"3.5\"|float }}", "ok": "3.5"}
        {"t": "{{ \"x\"|float }}", "ok": "0.0"}
        {"t": "{{ \"x\"|float(1.5) }}", "ok": "1.5"}
        {"t": "{{ \"1e3\"|float }}", "ok": "1000.0"}
        {"t": "{{ 5|float }}", "ok": "5.0"}
        {"t": "{{ \".5\"|float }}", "ok": "0.5"}
        {"t": "{{ \"5.\"|float }}", "ok": "5.0"}
        {"t": "{{ \"inf\"|float }}", "ok": "inf"}
        {"t": "{{ 5|string ~ 1 }}", "ok": "51"}
        {"t": "{{ 1.5|string }}", "ok": "1.5"}
        {"t": "{{ none|string }}", "ok": "None"}
        {"t": "{{ -5|abs }}", "ok": "5"}
        {"t": "{{ -5.5|abs }}", "ok": "5.5"}
        {"t": "{{ 2.5|round }}", "ok": "2.0"}
        {"t": "{{ 3.5|round }}", "ok": "4.0"}
        {"t": "{{ 2.675|round(2) }}", "ok": "2.67"}
        {"t": "{{ 42.55|round(1, \"floor\") }}", "ok": "42.5"}
        {"t": "{{ 42.55|round(1, \"ceil\") }}", "ok": "42.6"}
        {"t": "{{ 42|round }}", "ok": "42"}
        {"t": "{{ 1234.5|round(-2) }}", "ok": "1200.0"}
        {"t": "{{ 1250|round(-2) }}", "ok": "1200"}
        {"t": "{{ 1350|round(-2) }}", "ok": "1400"}
        {"t": "{{ 42.55|round|int }}", "ok": "43"}
        {"t": "{{ 1e300|round(2) }}", "ok": "1e+300"}
        {"t": "{{ \"<a href='x'>&\\\"</a>\"|e }}", "ok": "&lt;a href=&#39;x&#39;&gt;&amp;&#34;&lt;/a&gt;"}
        {"t": "{{ \"<b>\"|escape|length }}", "ok": "9"}
        {"t": "{{ \"<b>\"|safe }}", "ok": "<b>"}
        {"t": "{{ \"hello world foo\"|wordcount }}", "ok": "3"}
        {"t": "{{ \"ñandú it's x-y\"|wordcount }}", "ok": "5"}
        {"t": "{{ ml|indent }}", "ok": "a\n    b\n\n      c\n    d"}
        {"t": "{{ ml|indent(2) }}", "ok": "a\n  b\n\n    c\n  d"}
        {"t": "{{ ml|indent(2, true) }}", "ok": "  a\n  b\n\n    c\n  d"}
        {"t": "{{ ml|indent(2, blank=true) }}", "ok": "a\n  b\n  \n    c\n  d"}
        {"t": "{{ ml|indent(\"> \", first=true) }}", "ok": "> a\n> b\n\n>   c\n> d"}
        {"t": "{{ ml|indent(width=2, first=false)|tojson }}", "ok": "\"a\\n  b\\n\\n    c\\n  d\""}
        {"t": "{{ \"foo bar baz qux\"|truncate(9) }}", "ok": "foo..."}
        {"t": "{{ \"foo bar baz qux\"|truncate(9, true) }}", "ok": "foo ba..."}
        {"t": "{{ \"foo bar baz qux\"|truncate(11) }}", "ok": "foo bar baz qux"}
        {"t": "{{ \"foo bar baz qux\"|truncate(9, false, \"\u2026\", 0) }}", "ok": "foo bar\u2026"}
        {"t": "{{ l|batch(2)|list }}", "ok": "[[3, 1], [2]]"}
        {"t": "{{ l|batch(2, \"x\")|list }}", "ok": "[[3, 1], [2, 'x']]"}
        {"t": "{{ l|slice(2)|list }}", "ok": "[[3, 1], [2]]"}
        {"t": "{{ l|slice(2, \"x\")|list }}", "ok": "[[3, 1], [2, 'x']]"}
        {"t": "{{ range(10)|batch(3)|map(\"join\", \"-\")|list }}", "ok": "['0-1-2', '3-4-5', '6-7-8', '9']"}
        {"t": "{{ users|groupby(\"age\")|map(\"first\")|list }}", "ok": "[25, 30]"}
        {"t": "{{ users|groupby(\"age\")|length }}", "ok": "2"}
        {"t": "{{ \"a b&c/d?é\"|urlencode }}", "ok": "a%20b%26c/d%3F%C3%A9"}
        {"t": "{{ users[0]|attr(\"name\") }}", "ok": ""}
        {"t": "{{ l|tojson }}", "ok": "[3, 1, 2]"}
        {"t": "{{ d|tojson }}", "ok": "{\"b\": 1, \"a\": 2, \"C\": 3}"}
        {"t": "{{ nested|tojson }}", "ok": "{\"x\": [{\"y\": 1}, {\"y\": 2}], \"k\": {\"z\": \"q\"}}"}
        {"t": "{{ nested|tojson(indent=2) }}", "ok": "{\n  \"x\": [\n    {\n      \"y\": 1\n    },\n    {\n      \"y\": 2\n    }\n  ],\n  \"k\": {\n    \"z\": \"q\"\n  }\n}"}
        {"t": "{{ nested|tojson(2) }}", "ok": "{\"x\": [{\"y\": 1}, {\"y\": 2}], \"k\": {\"z\": \"q\"}}"}
        {"t": "{{ nested|tojson(indent=4) }}", "ok": "{\n    \"x\": [\n        {\n            \"y\": 1\n        },\n        {\n            \"y\": 2\n        }\n    ],\n    \"k\": {\n        \"z\": \"q\"\n    }\n}"}
        {"t": "{{ nested|tojson(indent=0) }}", "ok": "{\n\"x\": [\n{\n\"y\": 1\n},\n{\n\"y\": 2\n}\n],\n\"k\": {\n\"z\": \"q\"\n}\n}"}
        {"t": "{{ nested|tojson(indent=\"--\") }}", "ok": "{\n--\"x\": [\n----{\n------\"y\": 1\n----},\n----{\n------\"y\": 2\n----}\n--],\n--\"k\": {\n----\"z\": \"q\"\n--}\n}"}
        {"t": "{{ em|tojson(indent=2) }}", "ok": "[]"}
        {"t": "{{ emd|tojson(indent=2) }}", "ok": "{}"}
        {"t": "{{ d|tojson(sort_keys=true) }}", "ok": "{\"C\": 3, \"a\": 2, \"b\": 1}"}
        {"t": "{{ nested|tojson(separators=(\",\", \":\")) }}", "ok": "{\"x\":[{\"y\":1},{\"y\":2}],\"k\":{\"z\":\"q\"}}"}
        {"t": "{{ nested|tojson(separators=(\",\", \":\"), indent=1) }}", "ok": "{\n \"x\":[\n  {\n   \"y\":1\n  },\n  {\n   \"y\":2\n  }\n ],\n \"k\":{\n  \"z\":\"q\"\n }\n}"}
        {"t": "{{ u|tojson }}", "ok": "\"ñandú ΣΑΣ ß ǆ\""}
        {"t": "{{ u|tojson(ensure_ascii=true) }}", "ok": "\"\\u00f1and\\u00fa \\u03a3\\u0391\\u03a3 \\u00df \\u01c6\""}
        {"t": "{{ \"🦙\\x7f\"|tojson(ensure_ascii=true) }}", "ok": "\"\\ud83e\\udd99\\u007f\""}
        {"t": "{{ \"\\\"\\\\/\\n\\r\\t\\x08\\x0c\\x01<>&'\\u2028\"|tojson }}", "ok": "\"\\\"\\\\/\\n\\r\\t\\b\\f\\u0001<>&'\u2028\""}
        {"t": "{{ {1: \"a\", none: 2, true: 3, 1.5: 4}|tojson }}", "ok": "{\"1\": 3, \"null\": 2, \"1.5\": 4}"}
        {"t": "{{ (1, 2)|tojson }}", "ok": "[1, 2]"}
        {"t": "{{ 1.0|tojson }}", "ok": "1.0"}
        {"t": "{{ 1e100|tojson }}", "ok": "1e+100"}
        {"t": "{{ none|tojson }}", "ok": "null"}
        {"t": "{{ true|tojson }}", "ok": "true"}
        {"t": "{{ zz|tojson }}", "error": true}
        {"t": "{{ range(3)|tojson }}", "error": true}
        {"t": "{{ d.keys()|tojson }}", "error": true}
        {"t": "{{ tools|tojson }}", "ok": "[{\"type\": \"function\", \"function\": {\"name\": \"get_w\", \"description\": \"Gets w.\\nTwo lines\", \"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"description\": \"A city\"}, \"n\": {\"type\": \"integer\", \"enum\": [1, 2]}, \"tags\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}}, \"required\": [\"city\"]}}}]"}
        {"t": "{{ tools[0]|tojson(indent=4) }}", "ok": "{\n    \"type\": \"function\",\n    \"function\": {\n        \"name\": \"get_w\",\n        \"description\": \"Gets w.\\nTwo lines\",\n        \"parameters\": {\n            \"type\": \"object\",\n            \"properties\": {\n                \"city\": {\n                    \"type\": \"string\",\n                    \"description\": \"A city\"\n                },\n                \"n\": {\n                    \"type\": \"integer\",\n                    \"enum\": [\n                        1,\n                        2\n                    ]\n                },\n                \"tags\": {\n                    \"type\": \"array\",\n                    \"items\": {\n                        \"type\": \"string\"\n                    }\n                }\n            },\n            \"required\": [\n                \"city\"\n            ]\n        }\n    }\n}"}
        {"t": "{{ messages[2].tool_calls[0].function.arguments|tojson }}", "ok": "{\"city\": \"Zürich\", \"n\": 3, \"ok\": true, \"z\": null, \"f\": 1.5}"}
        {"t": "{{ messages|length }}", "ok": "5"}
        {"t": "{{ messages[-1].content }}", "ok": "Ünï 🦙 done"}
        {"t": "{{ messages[0][\"content\"]|trim }}", "ok": "Be terse."}
        {"t": "{{ messages[1:]|length }}", "ok": "4"}
        {"t": "{{ messages[::-1][0].role }}", "ok": "user"}
        {"t": "{{ messages[0].role == \"system\" and not messages[0].nope }}", "ok": "True"}
        {"t": "{{ messages.0.role }}", "ok": "system"}
        {"t": "{{ messages[0].content.strip().split()[0] }}", "ok": "Be"}
        {"t": "{{ 1 is number }}", "ok": "True"}
        {"t": "{{ 1.0 is number }}", "ok": "True"}
        {"t": "{{ true is number }}", "ok": "True"}
        {"t": "{{ true is integer }}", "ok": "False"}
        {"t": "{{ true is boolean }}", "ok": "True"}
        {"t": "{{ 1 is integer }}", "ok": "True"}
        {"t": "{{ 1.0 is float }}", "ok": "True"}
        {"t": "{{ \"x\" is string }}", "ok": "True"}
        {"t": "{{ none is none }}", "ok": "True"}
        {"t": "{{ none is not none }}", "ok": "False"}
        {"t": "{{ zz is none }}", "ok": "False"}
        {"t": "{{ l is sequence }}", "ok": "True"}
        {"t": "{{ d is sequence }}", "ok": "True"}
        {"t": "{{ s is sequence }}", "ok": "True"}
        {"t": "{{ 5 is sequence }}", "ok": "False"}
        {"t": "{{ zz is sequence }}", "ok": "True"}
        {"t": "{{ zz is iterable }}", "ok": "True"}
        {"t": "{{ d is mapping }}", "ok": "True"}
        {"t": "{{ l is mapping }}", "ok": "False"}
        {"t": "{{ l is iterable }}", "ok": "True"}
        {"t": "{{ 5 is iterable }}", "ok": "False"}
        {"t": "{{ none is iterable }}", "ok": "False"}
        {"t": "{{ range is callable }}", "ok": "True"}
        {"t": "{{ 5 is callable }}", "ok": "False"}
        {"t": "{{ 4 is even }}", "ok": "True"}
        {"t": "{{ 3 is odd }}", "ok": "True"}
        {"t": "{{ 9 is divisibleby 3 }}", "ok": "True"}
        {"t": "{{ 9 is divisibleby(4) }}", "ok": "False"}
        {"t": "{{ 3 is eq 3 }}", "ok": "True"}
        {"t": "{{ 3 is equalto 4 }}", "ok": "False"}
        {"t": "{{ 3 is ne 4 }}", "ok": "True"}
        {"t": "{{ 3 is gt 2 }}", "ok": "True"}
        {"t": "{{ 3 is lessthan 2 }}", "ok": "False"}
        {"t": "{{ 3 is in [1,3] }}", "ok": "True"}
        {"t": "{{ 3 is not in [1,3] }}", "ok": "False"}
        {"t": "{{ \"a\" is in \"abc\" }}", "ok": "True"}
        {"t": "{{ \"abc\" is lower }}", "ok": "True"}
        {"t": "{{ \"ABC\" is upper }}", "ok": "True"}
        {"t": "{{ \"x\" is sameas \"x\" }}", "ok": "True"}
        {"t": "{{ none is sameas none }}", "ok": "True"}
        {"t": "{{ 1 is sameas true }}", "ok": "False"}
        {"t": "{{ true is true }}", "ok": "True"}
        {"t": "{{ 1 is true }}", "ok": "False"}
        {"t": "{{ false is false }}", "ok": "True"}
        {"t": "{{ true is not false }}", "ok": "True"}
        {"t": "{{ \"trim\" is filter }}", "ok": "True"}
        {"t": "{{ \"nofilter\" is filter }}", "ok": "False"}
        {"t": "{{ \"odd\" is test }}", "ok": "True"}
        {"t": "{{ zz is not defined }}", "ok": "True"}
        {"t": "{{ s is defined and s is string }}", "ok": "True"}
        {"t": "{{ not s is string }}", "ok": "False"}
        {"t": "{{ not zz is defined }}", "ok": "True"}
        {"t": "{{ (s is string) == true }}", "ok": "True"}
        {"t": "{{ -1|abs }}", "ok": "1"}
        {"t": "{{ -5 + 3|abs }}", "ok": "-2"}
        {"t": "{{ \"a\" \"b\" 'c' }}", "ok": "abc"}
        {"t": "{{ \"a\\ }}", "error": true}
        {"t": "{{ b\" }}", "error": true}
        {"t": "{{ \"\\x41\\u00e9\\U0001F999\\101\\q\\/\" }}", "ok": "Aé🦙A\\q\\/"}
        {"t": "{{ '\\'' }}", "ok": "'"}
        {"t": "{{ \"\\\\n\" }}", "ok": "\\n"}
        {"t": "{{ dict(a=1, b=\"x\") }}", "ok": "{'a': 1, 'b': 'x'}"}
        {"t": "{{ dict([(\"a\", 1)]) }}", "ok": "{'a': 1}"}
        {"t": "{{ dict(d, z=9) }}", "ok": "{'b': 1, 'a': 2, 'C': 3, 'z': 9}"}
        {"t": "{{ dict() }}", "ok": "{}"}
        {"t": "{{ namespace(a=1).a }}", "ok": "1"}
        {"t": "{{ namespace({\"q\": 2}).q }}", "ok": "2"}
        {"t": "{{ namespace(a=1).b is defined }}", "ok": "False"}
        {"t": "{{ [1,2,] }}", "ok": "[1, 2]"}
        {"t": "{{ {\"a\":1,} }}", "ok": "{'a': 1}"}
        {"t": "{{ (1,2,) }}", "ok": "(1, 2)"}
        {"t": "{{ 1,2 }}", "ok": "(1, 2)"}
        {"t": "{{ l[1],l[2] }}", "ok": "(1, 2)"}
        {"t": "{{ {\"a\": {\"b\": {\"c\": 1}}}[\"a\"][\"b\"].c }}", "ok": "1"}
        {"t": "{{ {\"a\":1}.a }}", "ok": "1"}
        {"t": "{{ [1,2,3][1] }}", "ok": "2"}
        {"t": "{{ \"abc\"[1] }}", "ok": "b"}
        {"t": "{{ \"abc\".upper()[0] }}", "ok": "A"}
        {"t": "{{ [[1,2],[3,4]][1][0] }}", "ok": "3"}
        {"t": "{{ {1: 2}[1] }}", "ok": "2"}
        {"t": "{{ {1: 2}[true] }}", "ok": "2"}
        {"t": "{{ {(1,2): 3}[(1,2)] }}", "ok": "3"}
        {"t": "{{ {[1]: 2} }}", "error": true}
        {"t": "{{ strftime_now(\"%d %b %Y\") }}", "ok": "20 Nov 2026"}
        {"t": "{{ strftime_now(\"%Y-%m-%d %H:%M:%S %A %B %j %p %I %y %a %-d %e %U %W %u %w %%\") }}", "ok": "2026-11-20 09:05:07 Friday November 324 AM 09 26 Fri 20 20 46 46 5 5 %"}
        {"t": "{{ raise_exception(\"boom\") }}", "error": true}
        {"t": "{{ 9223372036854775807 }}", "ok": "9223372036854775807"}
        {"t": "{{ \"a\" > 1 }}", "error": true}
        {"t": "{{ 1 in \"abc\" }}", "error": true}
        {"t": "{{ 1 in 5 }}", "error": true}
        {"t": "{{ none + 1 }}", "error": true}
        {"t": "{{ \"a\" + 1 }}", "error": true}
        {"t": "{{ \"a\" - \"b\" }}", "error": true}
        {"t": "{{ -\"a\" }}", "error": true}
        {"t": "{{ l + \"x\" }}", "error": true}
        {"t": "{{ [] + () }}", "error": true}
        {"t": "{{ foo bar }}", "error": true}
        {"t": "{{ 1 + }}", "error": true}
        {"t": "{{ \"abc\"|nofilter }}", "error": true}
        {"t": "{{ 1 is nofilter }}", "error": true}
        {"t": "{{ s.nomethod() }}", "error": true}
        {"t": "{{ 5.foo is defined }}", "ok": "False"}
        {"t": "{{ \"abc\"|upper|lower|title }}", "ok": "Abc"}
        {"t": "{{ \"abc\"|replace(\"a\",\"b\")|replace(\"b\",\"c\") }}", "ok": "ccc"}
        {"t": "{{ [3,1,2]|sort|first }}", "ok": "1"}
        {"t": "{{ [3,1,2]|sort|reverse|list|join }}", "ok": "321"}
        {"t": "{{ (1 + 2) * 3 }}", "ok": "9"}
        {"t": "{{ 1 + 2 == 3 and \"a\" ~ \"b\" == \"ab\" }}", "ok": "True"}
        {"t": "{{ \"a\" if 1 > 2 else \"b\" ~ \"c\" }}", "ok": "bc"}
        {"t": "{{ x.y if x is defined else \"nox\" }}", "ok": "nox"}
        {"t": "{{ [x for x in l] }}", "error": true}
        {"t": "{{ lambda: 1 }}", "error": true}
        {"t": "{{ a = 1 }}", "error": true}
        {"t": "{{ l | join(', ') | upper }}", "ok": "3, 1, 2"}
        {"t": "{{ loop }}", "ok": ""}
        {"t": "{{ loop is defined }}", "ok": "False"}
        {"t": "{{ \"x\".__class__ }}", "ok": ""}
        {"t": "{{ \"x\".__class__.__mro__ }}", "error": true}
        {"t": "{{ {}.__class__ }}", "ok": ""}
        {"t": "{{ d[\"__class__\"] }}", "ok": ""}
        {"t": "{{ [1,2,3]|last + 1 }}", "ok": "4"}
        {"t": "{{ \"a\"|default(\"b\") ~ \"c\" }}", "ok": "ac"}
        {"t": "{{ [\"a\", \"b\"]|join(\",\")|length }}", "ok": "3"}
        {"t": "{{ {\"role\": \"x\", \"content\": [{\"type\":\"text\",\"text\":\"hi\"}]}.content[0][\"type\"] }}", "ok": "text"}
        {"t": "{{ [{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"image\"}]|selectattr(\"type\",\"equalto\",\"text\")|map(attribute=\"text\")|join(\"\\n\") }}", "ok": "hi"}
        {"t": "{{ [1,2,3,4]|select(\"even\")|map(\"string\")|join(\",\") }}", "ok": "2,4"}
        {"t": "{{ cycler(\"a\",\"b\").current }}", "ok": "a"}
        {"t": "{{ joiner(\",\")() }}", "ok": ""}
        {"t": "{{ \"A\".lower() == \"a\" and \"B\" is upper }}", "ok": "True"}
        {"t": "{{ 2.0 * 3 }}", "ok": "6.0"}
        {"t": "{{ 7 - 2.5 }}", "ok": "4.5"}
        {"t": "{{ 10 // 3.0 }}", "ok": "3.0"}
        {"t": "{{ 1e3|int }}", "ok": "1000"}
        {"t": "{{ 3.0|int|string }}", "ok": "3"}
        {"t": "{{ \"5\" * 2 }}", "ok": "55"}
        {"t": "{{ \"%s\" % true }}", "ok": "True"}
        {"t": "{{ \"%d\" % 3.99 }}", "ok": "3"}
        {"t": "{{ \"%d\" % true }}", "ok": "1"}
        {"t": "{{ \"%i items\" % 3 }}", "ok": "3 items"}
        {"t": "{{ true + true }}", "ok": "2"}
        {"t": "{{ -true }}", "ok": "-1"}
        {"t": "{{ 1 == \"1\" }}", "ok": "False"}
        {"t": "{{ [1] == [1.0] }}", "ok": "True"}
        {"t": "{{ {\"a\":1} == {\"a\":1.0} }}", "ok": "True"}
        {"t": "{{ (1,2) == [1,2] }}", "ok": "False"}
        {"t": "{{ none == false }}", "ok": "False"}
        {"t": "{{ 0 == false }}", "ok": "True"}
        {"t": "{{ \"\" == false }}", "ok": "False"}
        {"t": "{{ [] == [] }}", "ok": "True"}
        {"t": "{{ d == {\"a\":2,\"b\":1,\"C\":3} }}", "ok": "True"}
        {"t": "{{ (1 }}", "error": true}
        {"t": "{{ 1) }}", "error": true}
        {"t": "{{ [1 }}", "error": true}
        {"t": "{{ {'a':1 }}", "error": true}
        {"t": "{{ 'abc }}", "error": true}
        {"t": "{{ a b }}", "error": true}
        {"t": "{{ 1 2 }}", "error": true}
        {"t": "{{ | x }}", "error": true}
        {"t": "{{ a| }}", "error": true}
        {"t": "{{ a. }}", "error": true}
        {"t": "{{ a.1b }}", "error": true}
        {"t": "{{ a[ }}", "error": true}
        {"t": "{{ a[] }}", "error": true}
        {"t": "{{ @ }}", "error": true}
        {"t": "{{ a ? b }}", "error": true}
        {"t": "{{ 'a' 'b }}", "error": true}
        {"t": "{{ f(a=1, 2) }}", "error": true}
        {"t": "{{ range(1,2,3,4) }}", "error": true}
        {"t": "{{ range(1,2,0) }}", "error": true}
        {"t": "{{ range('a') }}", "error": true}
        {"t": "{{ l|map(attribute='x')|list }}", "ok": "[Undefined, Undefined, Undefined]"}
        {"t": "{{ l|map('nofilter')|list }}", "error": true}
        {"t": "{{ l|select('notest')|list }}", "error": true}
        {"t": "{{ {'a': ('x' if false)} }}", "ok": "{'a': Undefined}"}
        {"t": "{{ [zz] }}", "ok": "[Undefined]"}
        {"t": "{{ [none, zz]|join(',') }}", "ok": "None,"}
        {"t": "{{ d.b if d.b is defined and d.b is not none else '' }}", "ok": "1"}
        {"t": "{{ (messages|last).content }}", "ok": "Ünï 🦙 done"}
        {"t": "{{ (messages|first)['role'] }}", "ok": "system"}
        {"t": "{{ messages|map(attribute='role')|unique|list }}", "ok": "['system', 'user', 'assistant', 'tool']"}
        {"t": "{{ messages|map(attribute='content')|map('length')|list }}", "ok": "[12, 28, 26, 2, 10]"}
        {"t": "{{ messages|map('attr','x')|list }}", "ok": "[Undefined, Undefined, Undefined, Undefined, Undefined]"}
        {"t": "{{ s.split(' ')|map('lower')|list }}", "ok": "['hello', 'world']"}
        {"t": "{{ 'a=b;c=d'.split(';')|map('split','=')|list }}", "error": true}
        {"t": "{{ s|lower|replace(' ', '_') }}", "ok": "hello_world"}
        {"t": "{{ s | list | unique | join }}", "ok": "Helo Wrd"}
        {"t": "{{ '\\n'.join(ls) }}", "ok": "b\nA\nc"}
        {"t": "{{ l.append(1) or '' }}", "error": true}
        {"t": "{{ d.setdefault('a', 1) }}", "error": true}
        {"t": "{{ 'x'.join(l|map('string')) }}", "ok": "3x1x2"}
        {"t": "{{ l|map('float')|list }}", "ok": "[3.0, 1.0, 2.0]"}
        {"t": "{{ '1,2,3'.split(',')|map('int')|sum }}", "ok": "6"}
        {"t": "{{ not n is even and n is odd }}", "ok": "True"}
        {"t": "{{ n is not even }}", "ok": "True"}
        {"t": "{{ n is defined is true }}", "error": true}
        {"t": "{{ l is not mapping and l is not string }}", "ok": "True"}
        {"t": "{{ 'abc' is string and 'abc'|length > 2 }}", "ok": "True"}
        {"t": "{{ 'user' == messages[1].role }}", "ok": "True"}
        {"t": "{{ messages[1].role in ['user', 'tool'] }}", "ok": "True"}
        {"t": "{{ messages[1]['role'] not in ('user',) }}", "ok": "False"}
        {"t": "{{ namespace(x=1, y=namespace(z=2)).y.z }}", "ok": "2"}
        {"t": "{{ caller is defined }}", "ok": "False"}
        {"t": "{{ varargs is defined }}", "ok": "False"}
        {"t": "{{ range(3)|list == [0,1,2] }}", "ok": "True"}
        {"t": "{{ range(3)|reverse|list }}", "ok": "[2, 1, 0]"}
        {"t": "{{ 10|string|length }}", "ok": "2"}
        {"t": "{{ 10 ** 15 }}", "ok": "1000000000000000"}
        {"t": "{{ 10.0 ** 2 }}", "ok": "100.0"}
        {"t": "{{ 7 // 2 * 2 }}", "ok": "6"}
        {"t": "{{ 5 - 3 - 1 }}", "ok": "1"}
        {"t": "{{ 2 * 3 % 4 }}", "ok": "2"}
        {"t": "{{ [1, [2, [3, (4,)]], {'a': {'b': (1,)}}] }}", "ok": "[1, [2, [3, (4,)]], {'a': {'b': (1,)}}]"}
        {"t": "{{ ['\\u2028', '\\ufeff', '\\u00a0', '\\U0001F999', '\\x7f', '\\x9f', '\\ue000'] }}", "ok": "['\\u2028', '\\ufeff', '\\xa0', '🦙', '\\x7f', '\\x9f', '\\ue000']"}
        {"t": "{{ [1e16, 1e-4, 123e-7, 1.0, -2.5e-10] }}", "ok": "[1e+16, 0.0001, 1.23e-05, 1.0, -2.5e-10]"}
        {"t": "{{ [0.1, 1e21, 1.5]|tojson }}", "ok": "[0.1, 1e+21, 1.5]"}
        {"t": "{{ \"\\é \\🦙\" }}", "ok": "\\xe9 \\U0001f999"}
        {"t": "{{ 4 is even(2) }}", "error": true}
        """#
}
