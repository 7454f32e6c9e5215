// SPDX-License-Identifier: Apache-2.0

extension Goldens {
    /// Whole templates: statements, whitespace control, macros, and the constructs of chat templates.
    static let statements = #"""
        {"t": "{{ \"{!r} {{}}\".format(\"q\") }}", "ok": "'q' {}"}
        {"t": "{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}|{% endfor %}", "ok": "1032TrueFalse310|2121FalseFalse310|3210FalseTrue310|"}
        {"t": "{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}", "ok": "<3>1 3<1>2 1<2> "}
        {"t": "{% for x in l %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }} {% endfor %}", "ok": "FalseTrue TrueTrue TrueFalse "}
        {"t": "{% for x in l %}{{ loop.cycle('a','b') }}{% endfor %}", "ok": "aba"}
        {"t": "{% for x in [1,1,2,2,1] %}{{ loop.changed(x) }} {% endfor %}", "ok": "True False True False True "}
        {"t": "{% for x in l if x > 1 %}{{ loop.index }}:{{ x }}/{{ loop.length }} {% endfor %}", "ok": "1:3/2 2:2/2 "}
        {"t": "{% for x in em %}x{% else %}empty{% endfor %}", "ok": "empty"}
        {"t": "{% for x in l if x > 9 %}x{% else %}none{% endfor %}", "ok": "none"}
        {"t": "{% for x in zz %}x{% else %}undef{% endfor %}", "ok": "undef"}
        {"t": "{% for x in no %}x{% endfor %}", "error": true}
        {"t": "{% for x in 5 %}x{% endfor %}", "error": true}
        {"t": "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "ok": "b=1;a=2;C=3;"}
        {"t": "{% for k, v in d|items %}{{ k }}={{ v }};{% endfor %}", "ok": "b=1;a=2;C=3;"}
        {"t": "{% for k, v in d|dictsort %}{{ k }}={{ v }};{% endfor %}", "ok": "a=2;b=1;C=3;"}
        {"t": "{% for k in d %}{{ k }}{% endfor %}", "ok": "baC"}
        {"t": "{% for (a, b), c in [((1,2),3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "ok": "123"}
        {"t": "{% for a, b in [(1,2,3)] %}{{ a }}{% endfor %}", "error": true}
        {"t": "{% for c in 'hé🦙' %}[{{ c }}]{% endfor %}", "ok": "[h][é][🦙]"}
        {"t": "{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}", "ok": "3"}
        {"t": "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "ok": "32"}
        {"t": "{% for x in l %}{% for y in ls %}{% if y == 'A' %}{% break %}{% endif %}{{ x }}{{ y }}{{ loop.depth }}{% endfor %}{% endfor %}", "ok": "3b11b12b1"}
        {"t": "{% break %}", "error": true}
        {"t": "{% continue %}", "error": true}
        {"t": "{% for x in l %}{% set outer = loop %}{% for y in ls %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}", "ok": "11 12 13 21 22 23 31 32 33 "}
        {"t": "{% set x = 1 %}{% for i in l %}{{ x }}{% set x = i %}{{ x }}{% endfor %}{{ x }}", "ok": "1311121"}
        {"t": "{% for i in l %}{{ q }}{% set q = i %}{% endfor %}{{ q }}", "ok": ""}
        {"t": "{% set ns = namespace(c=0) %}{% for i in l %}{% set ns.c = ns.c + i %}{% endfor %}{{ ns.c }}", "ok": "6"}
        {"t": "{% set ns = namespace() %}{% set ns.x = 'y' %}{{ ns.x }}{{ ns.q }}{{ ns['x'] }}", "ok": "yy"}
        {"t": "{% set ns = namespace(a=[]) %}{% set ns.a = ns.a + [1] %}{% set ns.a = ns.a + [2] %}{{ ns.a }}", "ok": "[1, 2]"}
        {"t": "{% set ns = namespace(a=1) %}{{ ns }}", "ok": "<Namespace {'a': 1}>"}
        {"t": "{% set d.x = 1 %}", "error": true}
        {"t": "{% set q.x = 1 %}", "error": true}
        {"t": "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "ok": "12"}
        {"t": "{% set a = 1, 2 %}{{ a }}", "ok": "(1, 2)"}
        {"t": "{% set (a, b) = [3,4] %}{{ a }}{{ b }}", "ok": "34"}
        {"t": "{% set a, b = [1] %}", "error": true}
        {"t": "{% set x %}block {{ n }}{% endset %}[{{ x }}]", "ok": "[block 7]"}
        {"t": "{% set x | upper %}block {{ n }}{% endset %}[{{ x }}]", "ok": "[BLOCK 7]"}
        {"t": "{% set x | trim | replace('b','c') %} block {% endset %}[{{ x }}]", "ok": "[clock]"}
        {"t": "{% set ns = namespace() %}{% set ns.y %}hi{% endset %}{{ ns.y }}", "ok": "hi"}
        {"t": "{% set x %}a{% set y = 1 %}{% endset %}{{ y is defined }}", "ok": "False"}
        {"t": "{% if n > 5 %}a{% elif n > 3 %}b{% else %}c{% endif %}", "ok": "a"}
        {"t": "{% if zz %}a{% elif e %}b{% else %}c{% endif %}", "ok": "c"}
        {"t": "{% if n %}{% set z = 5 %}{% endif %}{{ z }}", "ok": "5"}
        {"t": "{% if em %}a{% endif %}{% if emd %}b{% endif %}{% if no %}c{% endif %}{% if 0.0 %}d{% endif %}{% if ' ' %}e{% endif %}", "ok": "e"}
        {"t": "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, c=5) }} {{ m(b=1, a=0) }} {{ m() }}", "ok": "121 125 010 2"}
        {"t": "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "error": true}
        {"t": "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(q=2) }}", "error": true}
        {"t": "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}", "error": true}
        {"t": "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}", "ok": "(1, 2){'x': 3}"}
        {"t": "{% macro m(a) %}{{ a is defined }}{{ a }}{% endmacro %}{{ m() }}", "ok": "False"}
        {"t": "{% macro m() %}{{ n }}{{ loop is defined }}{% endmacro %}{% for n in [1] %}{{ m() }}{% endfor %}", "ok": "7False"}
        {"t": "{% macro m() %}{{ q }}{% endmacro %}{% set q = 5 %}{{ m() }}", "ok": "5"}
        {"t": "{% macro f(n) %}{% if n > 0 %}{{ n }},{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}", "ok": "5,4,3,2,1,"}
        {"t": "{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}body {{ n }}{% endcall %}", "ok": "[body 7]"}
        {"t": "{% macro m() %}{% for i in l %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(x) m() %}<{{ x }}>{% endcall %}", "ok": "<3><1><2>"}
        {"t": "{% macro m() %}x{% endmacro %}{% call m() %}{% endcall %}", "error": true}
        {"t": "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}", "error": true}
        {"t": "{% macro m() %}{% if caller %}c{% else %}n{% endif %}{% endmacro %}{{ m() }}", "ok": "n"}
        {"t": "{% macro m(x) %}{{ x }}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m }}", "ok": "m('x',)<Macro 'm'>"}
        {"t": "{% macro m(x) %}  {{ x }}  {% endmacro %}[{{ m(1)|trim }}]{{ m(2) ~ 'z' }}{{ m(3)|length }}", "ok": "[1]  2  z5"}
        {"t": "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(**{'x': 4}) }}{{ m(*[5]) }}", "ok": "45"}
        {"t": "{% filter upper %}abc {{ s }}{% endfilter %}", "ok": "ABC HELLO WORLD"}
        {"t": "{% filter trim|upper %} abc {% endfilter %}", "ok": "ABC"}
        {"t": "{% filter replace('a', 'b') %}aaa{% endfilter %}", "ok": "bbb"}
        {"t": "{% with a=1, b=n %}{{ a }}{{ b }}{% endwith %}{{ a }}", "ok": "17"}
        {"t": "{% with %}{% set q=1 %}{{ q }}{% endwith %}{{ q }}", "ok": "1"}
        {"t": "{% with a=1 %}{% with a=2, b=a %}{{ a }}{{ b }}{% endwith %}{% endwith %}", "ok": "21"}
        {"t": "{% raw %}{{ x }} {% if %} {# c #}{% endraw %}", "ok": "{{ x }} {% if %} {# c #}"}
        {"t": "{%- raw -%}  a {{ b }}  {%- endraw -%}  c", "ok": "a {{ b }}c"}
        {"t": "a\n  {% raw %}\n  x\n  {% endraw %}\nb", "ok": "a\n\n  x\nb"}
        {"t": "{% raw %}x", "error": true}
        {"t": "a {% raw %} {{ {% endraw %} b", "ok": "a  {{  b"}
        {"t": "a {# comment #} b", "ok": "a  b"}
        {"t": "a\n{# comment #}\nb", "ok": "a\nb"}
        {"t": "a\n  {# c #}  \nb", "ok": "a\n  \nb"}
        {"t": "a {#- c -#} b", "ok": "ab"}
        {"t": "a{# c", "error": true}
        {"t": "a\n  {#+ c +#}\nb", "ok": "a\n  \nb"}
        {"t": "{#-#}x", "ok": "x"}
        {"t": "{##}x", "ok": "x"}
        {"t": "{# a #}{# b #}\n\nx", "ok": "\nx"}
        {"t": "  {% if true %}\n  x\n  {% endif %}\ny", "ok": "  x\ny"}
        {"t": "  {%+ if true %}\n  x\n  {%+ endif +%}\ny", "ok": "    x\n  \ny"}
        {"t": "a  {%- if true -%}  \n x \n {%- endif -%} \n b", "ok": "axb"}
        {"t": "x {% if true %} y {% endif %} z", "ok": "x  y  z"}
        {"t": "x\n\t {% if true %}\t\n\ty\n{% endif %}\n\nz", "ok": "x\n\t\n\ty\n\nz"}
        {"t": "{{ 1 }}\n{{ 2 }}\n", "ok": "1\n2"}
        {"t": "a\n", "ok": "a"}
        {"t": "a\n\n", "ok": "a\n"}
        {"t": "\n", "ok": ""}
        {"t": "", "ok": ""}
        {"t": "   ", "ok": "   "}
        {"t": "a\r\nb\r\n{% if true %}\r\nc{% endif %}\r\n", "ok": "a\nb\nc"}
        {"t": "a\rb", "ok": "a\nb"}
        {"t": "  {{- 1 -}}  x", "ok": "1x"}
        {"t": "  {{ 1 }}  x", "ok": "  1  x"}
        {"t": "{{-1}}", "ok": "1"}
        {"t": "{{- -1 }}", "ok": "-1"}
        {"t": "{{+1}}", "ok": "1"}
        {"t": "a {{+1}}", "ok": "a 1"}
        {"t": "{{ 1 -}}\n\n x", "ok": "1x"}
        {"t": "{% if true %}\n\n  a{% endif %}", "ok": "\n  a"}
        {"t": "{% if true -%}\n\n  a{%- endif %}\n b", "ok": "a b"}
        {"t": "{% set x = 1 %}\n{% set y = 2 %}\n{{ x }}{{ y }}", "ok": "12"}
        {"t": "{% set x = 1 -%}\n  b", "ok": "b"}
        {"t": "text {% set x = 1 %} text\n{% set y = 1 %}\n text", "ok": "text  text\n text"}
        {"t": "<\n   {%- for x in l %}\n  {{ x }}\n   {%- endfor %}\n>", "ok": "<  3  1  2>"}
        {"t": "{% for x in l %}\n{{ x }}\n{% endfor %}", "ok": "3\n1\n2\n"}
        {"t": "{% for x in l -%}\n{{ x }}\n{%- endfor %}", "ok": "312"}
        {"t": "\u00a0{% if true %}x{% endif %}", "ok": "x"}
        {"t": "\u3000\n\u2003{% if true %}x{% endif %}", "ok": "\u3000\nx"}
        {"t": "{% generation %}a{{ n }}{% set q = 1 %}{% endgeneration %}{{ q is defined }}", "ok": "a7False"}
        {"t": "{% for x in l %}{% generation %}{{ x }}{{ loop.index }}{% endgeneration %}{% endfor %}", "ok": "311223"}
        {"t": "{%- generation -%} a {%- endgeneration %}", "ok": "a"}
        {"t": "{% for x in l %}{% generation %}{% break %}{% endgeneration %}{% endfor %}", "error": true}
        {"t": "{% block b %}x{{ n }}{% endblock %}", "ok": "x7"}
        {"t": "{% block b %}x{% endblock b %}", "ok": "x"}
        {"t": "{% print 1, 2 %}", "ok": "12"}
        {"t": "{% autoescape false %}{{ '<' }}{% endautoescape %}", "ok": "<"}
        {"t": "{% do l.append(1) %}", "error": true}
        {"t": "{% include 'x' %}", "error": true}
        {"t": "{% extends 'x' %}", "error": true}
        {"t": "{% import 'x' as y %}", "error": true}
        {"t": "{% foo %}", "error": true}
        {"t": "{% endif %}", "error": true}
        {"t": "{% if %}x{% endif %}", "error": true}
        {"t": "{% if true %}", "error": true}
        {"t": "{% for x in l %}", "error": true}
        {"t": "{% for x l %}{% endfor %}", "error": true}
        {"t": "{% for in l %}{% endfor %}", "error": true}
        {"t": "{% set %}", "error": true}
        {"t": "{% set x = %}", "error": true}
        {"t": "{{", "error": true}
        {"t": "{{ 1", "error": true}
        {"t": "{%", "error": true}
        {"t": "{% if", "error": true}
        {"t": "}}", "ok": "}}"}
        {"t": "%}", "ok": "%}"}
        {"t": "{{ }}", "error": true}
        {"t": "{{ 1 }", "error": true}
        {"t": "{% if a %}{% else %}{% else %}{% endif %}", "error": true}
        {"t": "{% endfor %}", "error": true}
        {"t": "{% macro %}{% endmacro %}", "error": true}
        {"t": "{% macro m( %}{% endmacro %}", "error": true}
        {"t": "{% macro m(a=1, b) %}{% endmacro %}", "error": true}
        {"t": "{% call x %}{% endcall %}", "error": true}
        {"t": "{% for x in l recursive %}{{ x }}{% endfor %}", "ok": "312"}
        {"t": "{% for x in [{'v':1,'c':[{'v':2,'c':[]},{'v':3,'c':[{'v':4}]}]}] recursive %}{{ x.v }}@{{ loop.depth }}{% if x.c %}({{ loop(x.c) }}){% endif %}{% endfor %}", "ok": "1@1(2@23@2(4@3))"}
        {"t": "{% for x in l %}{{ loop([1]) }}{% endfor %}", "error": true}
        {"t": "{% set c = cycler('a','b','c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}{{ c.reset() }}{{ c.next() }}", "ok": "abccaNonea"}
        {"t": "{% set j = joiner(', ') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}", "ok": "3, 1, 2"}
        {"t": "{% for m in messages %}{{ loop.index0 }}{{ m.role }}{% if not loop.last %}, {% endif %}{% endfor %}", "ok": "0system, 1user, 2assistant, 3tool, 4user"}
        {"t": "{% for m in messages %}{% if loop.previtem and loop.previtem.role == 'system' %}after{% endif %}{% if loop.nextitem is defined and loop.nextitem.role == 'tool' %}before{% endif %}{% endfor %}", "ok": "afterbefore"}
        {"t": "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}{% elif m['role'] == 'assistant' %}{{ ' ' + m['content'] + ' ' + eos_token }}{% endif %}{% endfor %}", "ok": "<s>[INST] Hi <b>there</b>\n & \"you\" 'x' [/INST] <think>\nhm\n</think>\n\nHello </s>[INST] Ünï 🦙 done [/INST]"}
        {"t": "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% endfor %}", "error": true}
        {"t": "{%- set loop_messages = messages[1:] if messages[0]['role'] == 'system' else messages %}\n{%- for m in loop_messages %}\n{{ m.role }}\n{%- endfor %}", "ok": "userassistanttooluser"}
        {"t": "{%- for tool in tools %}\n{%- set tool = tool.function %}\n{{- '{\"type\": \"function\", \"function\": {' }}\n{%- for key, val in tool.items() if key != 'return' %}\n{%- if val is string %}\n{{- '\"' + key + '\": \"' + val + '\"' }}\n{%- else %}\n{{- '\"' + key + '\": ' + val|tojson }}\n{%- endif %}\n{%- if not loop.last %}\n{{- ', ' }}\n{%- endif %}\n{%- endfor %}\n{{- '}}' }}\n{%- endfor %}", "ok": "{\"type\": \"function\", \"function\": {\"name\": \"get_w\", \"description\": \"Gets w.\nTwo lines\", \"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"description\": \"A city\"}, \"n\": {\"type\": \"integer\", \"enum\": [1, 2]}, \"tags\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}}, \"required\": [\"city\"]}}}"}
        {"t": "{% macro render_type(p) -%}\n{%- if p.type == 'array' -%}\n{{ render_type(p['items']) }}[]\n{%- elif p.type == 'object' -%}\n{\n{%- for k, v in p.properties.items() %}\n  {{ k }}{{ '?' if k not in (p.required or []) }}: {{ render_type(v) }},\n{%- endfor %}\n}\n{%- elif p.enum -%}\n{{ p.enum|map('string')|join(' | ') }}\n{%- else -%}\n{{ p.type }}\n{%- endif -%}\n{%- endmacro %}\n{% for t in tools %}type {{ t.function.name }} = (_: {{ render_type(t.function.parameters) }}) => any;\n{% endfor %}", "ok": "type get_w = (_: {  city: string,  n?: 1 | 2,  tags?: string[],}) => any;\n"}
        {"t": "{% for m in messages %}{% if m.tool_calls is defined and m.tool_calls %}{% for tc in m.tool_calls %}{{ tc.function.name }}({% for k, v in tc.function.arguments.items() %}{{ k }}={{ v|tojson }}{{ ', ' if not loop.last else '' }}{% endfor %}){% endfor %}{% endif %}{% endfor %}", "ok": "get_w(city=\"Zürich\", n=3, ok=true, z=null, f=1.5)"}
        {"t": "{% set content = messages[2].content %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1].lstrip('\\n') %}{% endif %}{{ content }}", "ok": "Hello"}
        {"t": "{% set ns = namespace(found=false, last=-1) %}{% for m in messages[::-1] %}{% if not ns.found and m.role == 'user' %}{% set ns.found = true %}{% set ns.last = messages|length - 1 - loop.index0 %}{% endif %}{% endfor %}{{ ns.last }}", "ok": "4"}
        {"t": "{% if messages[0].content is string %}s{% elif messages[0].content is iterable %}i{% endif %}", "ok": "s"}
        {"t": "{% if tools is iterable and tools | length > 0 %}{{ tools | length }}{% endif %}", "ok": "1"}
        {"t": "{% set tool_names = tools | map(attribute='function.name') | list | join(', ') %}{{ tool_names }}", "ok": "get_w"}
        {"t": "{% set has_sys = messages | selectattr('role', 'equalto', 'system') | list %}{% if has_sys %}{{ has_sys[0]['content'] | trim }}{% endif %}", "ok": "Be terse."}
        {"t": "{% set alphabet = 'ABCDEFGHI' %}{{ alphabet[messages|length] }}", "ok": "F"}
        {"t": "{{ '%02d' % n }}{{ 'abc' | replace('b', '') }}{{ '<|' ~ s ~ '|>' }}", "ok": "07ac<|Hello World|>"}
        {"t": "{%- if not date_string is defined %}{%- set date_string = strftime_now('%d %B %Y') %}{%- endif %}{{ date_string }}", "ok": "20 November 2026"}
        {"t": "{% set x = {'a': 1} %}{% set x = dict(x, b=2) %}{{ x }}", "ok": "{'a': 1, 'b': 2}"}
        {"t": "{% set messages = [{'role':'system','content':'S'}] + messages %}{{ messages|length }}{{ messages[0].content }}", "ok": "6S"}
        {"t": "{% if 'tool_calls' in messages[2] and messages[2]['tool_calls'] is not none %}{{ messages[2]['tool_calls'][0]['id'] }}{% endif %}", "ok": "c1"}
        {"t": "{% if messages[2].tool_calls[0].id|length != 9 %}{{ raise_exception('Tool call IDs should be alphanumeric strings with length 9!') }}{% endif %}", "error": true}
        {"t": "{{ messages[2].tool_calls[0].function|tojson }}{{ messages[2].tool_calls[0].function.arguments|items|map('first')|join(',') }}", "ok": "{\"name\": \"get_w\", \"arguments\": {\"city\": \"Zürich\", \"n\": 3, \"ok\": true, \"z\": null, \"f\": 1.5}}city,n,ok,z,f"}
        {"t": "{% for key in ['b','zz'] %}{% if key in d %}{{ d[key] }}{% else %}-{% endif %}{% endfor %}", "ok": "1-"}
        {"t": "{% for g, us in users|groupby('age') %}{{ g }}:{{ us|map(attribute='name')|join(',') }};{% endfor %}{% for g in users|groupby('age') %}{{ g.grouper }}{{ g.list|length }}{% endfor %}", "ok": "25:Al;30:bob,cy;251302"}
        {"t": "{% set gen = l|map('string') %}{{ gen|list }}{{ gen|list }}", "ok": "['3', '1', '2'][]"}
        {"t": "{% set gen = l|select %}{{ 3 in gen }}{{ gen|list }}", "ok": "True[1, 2]"}
        {"t": "{% set x = 5 %}{% if true %}{% set x = 6 %}{% endif %}{{ x }}", "ok": "6"}
        {"t": "{% set x = 5 %}{% with %}{% set x = 6 %}{% endwith %}{{ x }}", "ok": "5"}
        {"t": "{% set t = 1 %}{{ t }}{% set s = t %}{{ s }}", "ok": "11"}
        {"t": "{{ s }}{% set s = 3 %}{{ s }}", "ok": "Hello World3"}
        {"t": "{% for i in range(3) %}{% set x = i %}{% endfor %}{{ x is defined }}", "ok": "False"}
        {"t": "{% for i in l %}{% endfor %}{{ i is defined }}", "ok": "False"}
        {"t": "{% for x in range(3) %}{% if loop.first %}{% continue %}{% endif %}{{ x }}{% else %}never{% endfor %}", "ok": "12"}
        {"t": "{{ {'a': 1}|tojson(indent=2) ~ '\\n' }}{{ '{{' }}{{ '}}' }}{{ \"{% x %}\" }}", "ok": "{\n  \"a\": 1\n}\n{{}}{% x %}"}
        {"t": "{{ 'a' if true }}{{ ['x' if false] }}", "ok": "a[Undefined]"}
        {"t": "{{ ('a', 'b') is iterable }}{{ ('a','b')|tojson }}", "ok": "True[\"a\", \"b\"]"}
        {"t": "{{ (1,2,3)|sum }}{{ ()|list }}", "ok": "6[]"}
        {"t": "{% if a.b.c is defined %}x{% endif %}", "error": true}
        {"t": "{% if d.b.c is defined %}x{% else %}y{% endif %}", "ok": "y"}
        {"t": "{% if d.q.c is defined %}x{% else %}y{% endif %}", "error": true}
        {"t": "{{ '\\n' }}x", "ok": "\nx"}
        {"t": "{{ \"\\n\" }}\nx", "ok": "\n\nx"}
        {"t": "{% if n == 7 %}{{ 'a' -}}  {% endif %} b", "ok": "a b"}
        {"t": "{{ '  ' -}} x", "ok": "  x"}
        {"t": "x {{- '  ' }}", "ok": "x  "}
        {"t": "{%- macro x() -%}\n  hi\n{%- endmacro -%}\n\n{{ x() }}", "ok": "hi"}
        {"t": "{% macro x() %}\n  hi\n{% endmacro %}\n\n[{{ x() }}]", "ok": "\n[  hi\n]"}
        {"t": "{{'a'}}{{\"b\"}}{%if n%}c{%endif%}", "ok": "abc"}
        {"t": "{%for x in l%}{{x}}{%endfor%}", "ok": "312"}
        {"t": "{%-if n-%}c{%-endif-%}", "ok": "c"}
        {"t": "{% set a = 'x' %}{% set a = a ~ 'y' %}{% set a = a + 'z' %}{{ a }}", "ok": "xyz"}
        {"t": "{% set a = [] %}{% for i in l %}{% set a = a + [i] %}{% endfor %}{{ a }}", "ok": "[]"}
        {"t": "{% set _ = l.append(1) %}", "error": true}
        {"t": "{% set ns = namespace(l=[]) %}{% set _ = ns.l.append(1) %}", "error": true}
        {"t": "{% if loop is defined %}x{% else %}y{% endif %}", "ok": "y"}
        {"t": "{% set loop = 5 %}{{ loop }}{% for x in [1] %}{{ loop.index }}{% endfor %}{{ loop }}", "ok": "515"}
        {"t": "{% set ns = namespace(x=1) %}{% macro m() %}{% set ns.x = 5 %}{% endmacro %}{{ m() }}{{ ns.x }}", "ok": "5"}
        {"t": "{% set f = 'x' %}{% macro f() %}m{% endmacro %}{{ f() }}", "ok": "m"}
        {"t": "{{ range(1, 4)|sum }}{{ range(3)|join(',') }}{{ range(5)|last }}{{ range(5)|max }}{{ range(10)|length }}", "ok": "60,1,24410"}
        {"t": "{{ -7 // 2 }}{{ (-7) // 2 }}", "ok": "-4-4"}
        {"t": "{{ 'é' < 'z' }}{{ 'é' == 'e\\u0301' }}{{ '🦙' > '\\uffff' }}", "ok": "FalseFalseTrue"}
        {"t": "{{ 'Ǆ'.lower() }}{{ '\ufb01'.upper() }}{{ 'İ'.lower()|length }}{{ 'ß'.upper() }}{{ 'ŉ'.title() }}{{ 'ǆ'.title() }}{{ 'ΑΣ'.lower() }}{{ 'ΑΣ Σ ΑΣΑ'.lower() }}", "ok": "ǆFI2SSʼNǅαςας σ ασα"}
        {"t": "{{ 'naïve café'.title() }}{{ \"they're bill's\"|title }}{{ 'ÀB'|capitalize }}", "ok": "Naïve CaféThey're Bill'sÀb"}
        {"t": "{{ d|length }}{{ d|list|sort }}{{ d.values()|list|sort }}{{ d.values()|sum }}{{ d.items()|map('last')|list }}{{ d|map('upper')|list }}", "ok": "3['a', 'b', 'C'][1, 2, 3]6[1, 2, 3]['B', 'A', 'C']"}
        {"t": "{{ d.items()[0] is defined }}{{ d.keys()[0] is defined }}", "ok": "FalseFalse"}
        {"t": "{{ d.items()|first }}{{ d.keys()|first }}", "ok": "('b', 1)b"}
        {"t": "{{ {'k': 'it\\'s'} }}{{ {'é': 1.0, 2: none} }}", "ok": "{'k': \"it's\"}{'é': 1.0, 2: None}"}
        {"t": "{{ 1.0e5 }}{{ 1e5|int }}{{ 123456789012345678 }}{{ 1.1 * 3 }}{{ 1/3 }}{{ 2/3 }}{{ 100.0 }}{{ 1e-5 }}{{ 12345678901234567.0 }}", "ok": "100000.01000001234567890123456783.30000000000000030.33333333333333330.6666666666666666100.01e-051.2345678901234568e+16"}
        {"t": "{{ 'Infinity'|float }}{{ 'nan'|float }}{{ '-inf'|float }}{{ 1e308 * 10 }}", "ok": "infnan-infinf"}
        {"t": "{%- macro render_type(spec, required, nullable=false) -%}\n    {%- if spec.type == \"array\" -%}\n        {%- if spec['items'] -%}\n            {%- if spec['items']['type'] == \"string\" -%}\n                {{- \"string[]\" }}\n            {%- elif spec['items']['type'] == \"object\" -%}\n                {{- \"object[]\" }}\n            {%- else -%}\n                {%- set inner = render_type(spec['items'], required) -%}\n                {%- if inner == \"object\" or inner|length > 50 -%}\n                    {{- \"any[]\" }}\n                {%- else -%}\n                    {{- inner + \"[]\" }}\n                {%- endif -%}\n            {%- endif -%}\n            {%- if spec.nullable -%}\n                {{- \" | null\" }}\n            {%- endif -%}\n        {%- else -%}\n            {{- \"any[]\" }}\n        {%- endif -%}\n    {%- elif spec.type is defined and spec.type is iterable and spec.type is not string and spec.type is not mapping -%}\n        {{- spec.type | join(\" | \") }}\n    {%- elif spec.oneOf -%}\n        {%- for variant in spec.oneOf -%}\n            {{- render_type(variant, required) -}}\n            {%- if variant.description %}\n                {{- \"// \" + variant.description }}\n            {%- endif -%}\n            {%- if not loop.last %}{{ \" | \" }}{% endif -%}\n        {%- endfor -%}\n    {%- elif spec.type == \"string\" -%}\n        {%- if spec.enum -%}\n            {{- '\"' + spec.enum|join('\" | \"') + '\"' -}}\n        {%- else -%}\n            {{- \"string\" }}\n        {%- endif -%}\n    {%- elif spec.type in [\"number\", \"integer\"] -%}\n        {{- \"number\" }}\n    {%- elif spec.type == \"object\" and spec.properties -%}\n        {{- \"{\\n\" }}\n        {%- for name, prop in spec.properties.items() -%}\n            {{- name -}}\n            {%- if name not in (spec.required or []) -%}\n                {{- \"?\" }}\n            {%- endif -%}\n            {{- \": \" }}\n            {{- render_type(prop, spec.required or []) }}\n            {%- if not loop.last -%}{{-\", \" }}{%- endif -%}\n        {%- endfor -%}\n        {{- \"}\" }}\n    {%- else -%}\n        {{- \"any\" }}\n    {%- endif -%}\n{%- endmacro -%}\n{%- for tool in tools %}\n{{- \"type \" + tool.function.name + \" = (_: \" + render_type(tool.function.parameters, []) + \") => any;\\n\" }}\n{%- endfor %}\n{{- render_type({\"oneOf\": [{\"type\": \"string\", \"enum\": [\"a\", \"b\"]}, {\"type\": \"array\", \"items\": {\"type\": \"array\", \"items\": {\"type\": \"integer\"}}, \"nullable\": true}, {\"type\": [\"x\", \"null\"]}]}, []) }}", "ok": "type get_w = (_: {\ncity: string, n?: number, tags?: string[]}) => any;\n\"a\" | \"b\" | number[][] | null | x | null"}
        {"t": "{%- macro content_of(msg) -%}\n  {%- set c = msg.get('content') -%}\n  {%- if c is string -%}\n    {{ c }}\n  {%- elif c is not none -%}\n    {%- for item in c -%}\n      {%- if item['type'] == 'image' or 'image' in item -%}\n        <|image|>\n      {%- else -%}\n        {{ item['text'] }}\n      {%- endif -%}\n    {%- endfor -%}\n  {%- endif -%}\n{%- endmacro -%}\n{%- for m in messages + [{'role': 'user', 'content': [{'type': 'text', 'text': 'T '}, {'type': 'image'}]}, {'role': 'assistant', 'content': none}] -%}\n  {%- if m.get('name') -%}{{ m.get('name') ~ ':' }}{%- endif -%}\n  <|{{ m.role }}|>{{ content_of(m) }}<|end|>\n{%- endfor -%}", "ok": "<|system|>  Be terse. <|end|><|user|>Hi <b>there</b>\n & \"you\" 'x'<|end|><|assistant|><think>\nhm\n</think>\n\nHello<|end|>get_w:<|tool|>42<|end|><|user|>Ünï 🦙 done<|end|><|user|>T <|image|><|end|><|assistant|><|end|>"}
        {"t": "{% macro extra(json_dict, handled) %}\n    {%- if json_dict is mapping %}\n        {%- for key in json_dict if key not in handled %}\n            {%- if json_dict[key] is mapping or (json_dict[key] is sequence and json_dict[key] is not string) %}\n                {{- '\\n<' ~ key ~ '>' ~ (json_dict[key] | tojson | safe) ~ '</' ~ key ~ '>' }}\n            {%- else %}\n                {{-'\\n<' ~ key ~ '>' ~ (json_dict[key] | string) ~ '</' ~ key ~ '>' }}\n            {%- endif %}\n        {%- endfor %}\n    {%- endif %}\n{% endmacro %}\n{%- for tool in tools %}\n    {%- if tool.function is defined %}\n        {%- set tool = tool.function %}\n    {%- endif %}\n    {{- \"\\n<function>\\n<name>\" ~ tool.name ~ \"</name>\" }}\n    {%- if tool.description is defined %}\n        {{- '\\n<description>' ~ (tool.description | trim) ~ '</description>' }}\n    {%- endif %}\n    {%- for name, fields in tool.parameters.properties|items %}\n        {{- '\\n<parameter>' ~ name }}\n        {%- set handled_keys = ['name', 'type'] %}\n        {{- extra(fields, handled_keys) }}\n        {{- '\\n</parameter>' }}\n    {%- endfor %}\n    {{- extra(tool.parameters, ['type', 'properties']) }}\n{%- endfor %}\n{%- for args_name, args_value in messages[2].tool_calls[0].function.arguments|items %}\n    {{- '<parameter=' + args_name + '>\\n' }}\n    {%- set args_value = args_value | tojson | safe if args_value is mapping or (args_value is sequence and args_value is not string) else args_value | string %}\n    {{- args_value }}\n{%- endfor %}", "ok": "\n<function>\n<name>get_w</name>\n<description>Gets w.\nTwo lines</description>\n<parameter>city\n<description>A city</description>\n</parameter>\n<parameter>n\n<enum>[1, 2]</enum>\n</parameter>\n<parameter>tags\n<items>{\"type\": \"string\"}</items>\n</parameter>\n<required>[\"city\"]</required><parameter=city>\nZürich<parameter=n>\n3<parameter=ok>\nTrue<parameter=z>\nNone<parameter=f>\n1.5"}
        {"t": "{%- macro json_to_python_type(spec) %}\n{%- set basic = {\"string\": \"str\", \"number\": \"float\", \"integer\": \"int\", \"boolean\": \"bool\"} %}\n{%- if basic[spec.type] is defined %}\n    {{- basic[spec.type] }}\n{%- elif spec.type == \"array\" %}\n    {{- \"List[\" + json_to_python_type(spec['items']) + \"]\"}}\n{%- elif spec.type == \"object\" %}\n    {%- if spec.additionalProperties is defined %}\n        {{- \"Dict[str, \" + json_to_python_type(spec.additionalProperties) + ']'}}\n    {%- else %}\n        {{- \"Dict\" }}\n    {%- endif %}\n{%- elif spec.type is iterable %}\n    {{- \"Union[\" }}\n    {%- for t in spec.type %}\n        {{- json_to_python_type({\"type\": t}) }}\n        {%- if not loop.last %}\n            {{- \",\" }}\n        {%- endif %}\n    {%- endfor %}\n    {{- \"]\" }}\n{%- else %}\n    {{- \"Any\" }}\n{%- endif %}\n{%- endmacro %}\n{%- for tool in tools %}\n{{- '{\"description\": \"' + tool.function.name + '(' }}\n{%- for name, fields in tool.function.parameters.properties|items %}\n    {{- name + \": \" + json_to_python_type(fields) }}\n    {%- if not loop.last %}{{- \", \" }}{%- endif %}\n{%- endfor %}\n{{- \")\" }}\n{%- endfor %}\n{{- json_to_python_type({\"type\": [\"string\", \"integer\"]}) ~ json_to_python_type({\"type\": \"object\", \"additionalProperties\": {\"type\": \"array\", \"items\": {\"type\": \"boolean\"}}}) }}", "ok": "{\"description\": \"get_w(city: str, n: int, tags: List[str])Union[str,int]Dict[str, List[bool]]"}
        {"t": "{%- if messages[0][\"role\"] == \"system\" %}\n    {%- set system_message = messages[0][\"content\"] %}\n    {%- set loop_messages = messages[1:] %}\n{%- else %}\n    {%- set loop_messages = messages %}\n{%- endif %}\n{%- set user_messages = loop_messages | selectattr(\"role\", \"equalto\", \"user\") | list %}\n{%- set ns = namespace(index=0) %}\n{%- for message in loop_messages %}\n    {%- if not (message.role == \"tool\" or message.role == \"tool_results\" or (message.tool_calls is defined and message.tool_calls is not none)) %}\n        {%- if (message[\"role\"] == \"user\") != (ns.index % 2 == 0) %}\n            {{- \"!\" }}\n        {%- endif %}\n        {%- set ns.index = ns.index + 1 %}\n    {%- endif %}\n{%- endfor %}\n{{- bos_token }}\n{%- for message in loop_messages %}\n    {%- if message[\"role\"] == \"user\" %}\n        {%- if tools is not none and (message == user_messages[-1]) %}\n            {{- \"[AVAILABLE_TOOLS] [\" }}\n            {%- for tool in tools %}\n                {%- set tool = tool.function %}\n                {{- '{\"type\": \"function\", \"function\": {' }}\n                {%- for key, val in tool.items() if key != \"return\" %}\n                    {%- if val is string %}\n                        {{- '\"' + key + '\": \"' + val + '\"' }}\n                    {%- else %}\n                        {{- '\"' + key + '\": ' + val|tojson }}\n                    {%- endif %}\n                    {%- if not loop.last %}\n                        {{- \", \" }}\n                    {%- endif %}\n                {%- endfor %}\n                {{- \"}}\" }}\n                {%- if not loop.last %}{{- \", \" }}{%- else %}{{- \"]\" }}{%- endif %}\n            {%- endfor %}\n            {{- \"[/AVAILABLE_TOOLS]\" }}\n        {%- endif %}\n        {%- if loop.last and system_message is defined %}\n            {{- \"[INST] \" + system_message + \"\\n\\n\" + message[\"content\"] + \"[/INST]\" }}\n        {%- else %}\n            {{- \"[INST] \" + message[\"content\"] + \"[/INST]\" }}\n        {%- endif %}\n    {%- elif message.tool_calls is defined and message.tool_calls is not none %}\n        {{- \"[TOOL_CALLS] [\" }}\n        {%- for tool_call in message.tool_calls %}\n            {%- set out = tool_call.function|tojson %}\n            {{- out[:-1] }}\n            {{- ', \"id\": \"' + tool_call.id + '\"}' }}\n            {%- if not loop.last %}{{- \", \" }}{%- else %}{{- \"]\" + eos_token }}{%- endif %}\n        {%- endfor %}\n    {%- elif message[\"role\"] == \"assistant\" %}\n        {{- \" \" + message[\"content\"]|trim + eos_token}}\n    {%- elif message[\"role\"] == \"tool\" %}\n        {%- if message.content is defined and message.content.content is defined %}\n            {%- set content = message.content.content %}\n        {%- else %}\n            {%- set content = message.content %}\n        {%- endif %}\n        {{- '[TOOL_RESULTS] {\"content\": ' + content|string + \", \" }}\n        {{- '\"call_id\": \"' + (message.tool_call_id or \"\") + '\"}[/TOOL_RESULTS]' }}\n    {%- else %}\n        {{- raise_exception(\"Only user and assistant roles are supported\") }}\n    {%- endif %}\n{%- endfor %}", "ok": "!<s>[INST] Hi <b>there</b>\n & \"you\" 'x'[/INST][TOOL_CALLS] [{\"name\": \"get_w\", \"arguments\": {\"city\": \"Zürich\", \"n\": 3, \"ok\": true, \"z\": null, \"f\": 1.5}, \"id\": \"c1\"}]</s>[TOOL_RESULTS] {\"content\": 42, \"call_id\": \"\"}[/TOOL_RESULTS][AVAILABLE_TOOLS] [{\"type\": \"function\", \"function\": {\"name\": \"get_w\", \"description\": \"Gets w.\nTwo lines\", \"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"description\": \"A city\"}, \"n\": {\"type\": \"integer\", \"enum\": [1, 2]}, \"tags\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}}, \"required\": [\"city\"]}}}][/AVAILABLE_TOOLS][INST]   Be terse. \n\nÜnï 🦙 done[/INST]"}
        {"t": "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, is_output_first=true, system_prompt='', is_first_sp=true) %}{%- for message in messages %}{%- if message['role'] == 'system' %}{%- if ns.is_first_sp %}{% set ns.system_prompt = ns.system_prompt + message['content'] %}{% set ns.is_first_sp = false %}{%- else %}{% set ns.system_prompt = ns.system_prompt + '\\n\\n' + message['content'] %}{%- endif %}{%- endif %}{%- endfor %}{{ bos_token }}{{ ns.system_prompt }}{%- for message in messages %}{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}{{'<|User|>' + message['content']}}{%- endif %}{%- if message['role'] == 'assistant' and 'tool_calls' in message %}{%- for tool in message['tool_calls'] %}{%- if not ns.is_first %}{{'<|calls|>' + tool['type'] + '<|sep|>' + tool['function']['name'] + '\\n' + '```json' + '\\n' + (tool['function']['arguments']|tojson) + '\\n' + '```'}}{%- set ns.is_first = true -%}{%- else %}{{'\\n' + tool['type']}}{%- endif %}{%- endfor %}{{'<|end|>'}}{%- elif message['role'] == 'assistant' %}{%- set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{'<|Assistant|>' + content + eos_token}}{%- endif %}{%- if message['role'] == 'tool' %}{%- set ns.is_tool = true -%}{%- if ns.is_output_first %}{{'<|outs|>' + message['content']}}{%- set ns.is_output_first = false %}{%- else %}{{'\\n' + message['content']}}{%- endif %}{%- endif %}{%- endfor -%}{% if ns.is_tool %}{{'<|outend|>'}}{% endif %}{% if add_generation_prompt and not ns.is_tool %}{{'<|Assistant|>'}}{% endif %}", "ok": "<s>  Be terse. <|User|>Hi <b>there</b>\n & \"you\" 'x'<|calls|>function<|sep|>get_w\n```json\n{\"city\": \"Zürich\", \"n\": 3, \"ok\": true, \"z\": null, \"f\": 1.5}\n```<|end|><|outs|>42<|User|>Ünï 🦙 done<|Assistant|>"}
        {"t": "{{ bos_token }}\n{%- if messages[0]['role'] == 'system' -%}\n    {%- if messages[0]['content'] is string -%}\n        {%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}\n    {%- else -%}\n        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '\n\n' -%}\n    {%- endif -%}\n    {%- set loop_messages = messages[1:] -%}\n{%- else -%}\n    {%- set first_user_prefix = \"\" -%}\n    {%- set loop_messages = messages -%}\n{%- endif -%}\n{%- for message in loop_messages if message.role in ('user', 'assistant') -%}\n    {%- if (message['role'] == 'assistant') -%}\n        {%- set role = \"model\" -%}\n    {%- else -%}\n        {%- set role = message['role'] -%}\n    {%- endif -%}\n    {{ '<start_of_turn>' + role + '\n' + (first_user_prefix if loop.first else \"\") }}\n    {%- if message['content'] is string -%}\n        {{ message['content'] | trim }}\n    {%- elif message['content'] is iterable -%}\n        {%- for item in message['content'] -%}\n            {%- if item['type'] == 'image' -%}\n                {{ '<start_of_image>' }}\n            {%- elif item['type'] == 'text' -%}\n                {{ item['text'] | trim }}\n            {%- endif -%}\n        {%- endfor -%}\n    {%- else -%}\n        {{ raise_exception(\"Invalid content type\") }}\n    {%- endif -%}\n    {{ '<end_of_turn>\n' }}\n{%- endfor -%}\n{%- if add_generation_prompt -%}\n    {{'<start_of_turn>model\n'}}\n{%- endif -%}\n", "ok": "<s><start_of_turn>user\n  Be terse. \n\nHi <b>there</b>\n & \"you\" 'x'<end_of_turn>\n<start_of_turn>model\n<think>\nhm\n</think>\n\nHello<end_of_turn>\n<start_of_turn>user\nÜnï 🦙 done<end_of_turn>\n<start_of_turn>model\n"}
        {"t": "{%- if tools %}\n  {{- \"<|start_of_role|>available_tools<|end_of_role|>\" }}\n  {%- for tool in tools %}\n    {{- tool | tojson(indent=4) }}\n    {%- if not loop.last %}\n      {{- \"\\n\\n\" }}\n    {%- endif %}\n  {%- endfor %}\n{%- endif %}\n{%- if strftime_now is defined %}\nToday's Date: {{ strftime_now('%B %d, %Y') }}.\n{% endif %}\n{%- for message in messages %}\n  {%- if message['role'] == 'assistant' and loop.last %}\n  {%- elif loop.index0 is divisibleby 2 and not loop.first %}\n    {{- loop.cycle('even', 'odd') ~ loop.revindex }}\n  {%- else %}\n    {{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + message['content'] + '<|end_of_text|>\n' }}\n  {%- endif %}\n{%- endfor %}", "ok": "<|start_of_role|>available_tools<|end_of_role|>{\n    \"type\": \"function\",\n    \"function\": {\n        \"name\": \"get_w\",\n        \"description\": \"Gets w.\\nTwo lines\",\n        \"parameters\": {\n            \"type\": \"object\",\n            \"properties\": {\n                \"city\": {\n                    \"type\": \"string\",\n                    \"description\": \"A city\"\n                },\n                \"n\": {\n                    \"type\": \"integer\",\n                    \"enum\": [\n                        1,\n                        2\n                    ]\n                },\n                \"tags\": {\n                    \"type\": \"array\",\n                    \"items\": {\n                        \"type\": \"string\"\n                    }\n                }\n            },\n            \"required\": [\n                \"city\"\n            ]\n        }\n    }\n}Today's Date: November 20, 2026.\n<|start_of_role|>system<|end_of_role|>  Be terse. <|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Hi <b>there</b>\n & \"you\" 'x'<|end_of_text|>\neven3<|start_of_role|>tool<|end_of_role|>42<|end_of_text|>\neven1"}
        {"t": "<|im_start|>system\n{% for message in messages if message['role'] == 'system' %}{{ message['content'] }}{% else %}You are helpful.{% endfor %}\n<|im_end|>\n{%- for message in messages | rejectattr('role', 'equalto', 'system') %}\n\n<|im_start|>{{ message.role }}{{ \" (\" ~ message.name ~ \")\" if message.name is defined }}\n{% generation %}{{ message.content }}<|im_end|>{% endgeneration %}\n{%- endfor %}\n{{ \"\\n<|im_start|>assistant\\n\" if add_generation_prompt else \"\" -}}\n", "ok": "<|im_start|>system\n  Be terse. <|im_end|>\n<|im_start|>user\nHi <b>there</b>\n & \"you\" 'x'<|im_end|>\n<|im_start|>assistant\n<think>\nhm\n</think>\n\nHello<|im_end|>\n<|im_start|>tool (get_w)\n42<|im_end|>\n<|im_start|>user\nÜnï 🦙 done<|im_end|>\n<|im_start|>assistant\n"}
        {"t": "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ 'no' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}", "ok": "<|im_start|>system\n  Be terse. <|im_end|>\n<|im_start|>user\nHi <b>there</b>\n & \"you\" 'x'<|im_end|>\n<|im_start|>assistant\n<think>\nhm\n</think>\n\nHello<|im_end|>\n<|im_start|>tool\n42<|im_end|>\n<|im_start|>user\nÜnï 🦙 done<|im_end|>\n<|im_start|>assistant\n"}
        {"t": "{%- set today = strftime_now(\"%Y-%m-%d\") %}\n{%- set default = \"You are M.\\n\\nThe current date is \" + today + \".\" %}\n{%- if messages[0]['role'] == 'system' %}{%- set sys = messages[0]['content'] %}{%- else %}{%- set sys = default %}{%- endif %}\n{{- '[SYSTEM]' + (sys | replace(\"terse\", \"brief\") | trim) + '[/SYSTEM]' }}\n{%- for m in messages[1:] %}\n{%- if m['role'] == 'user' %}\n{%- if m['content'] is string %}\n{{- '[INST]' + m['content'] + '[/INST]' }}\n{%- endif %}\n{%- elif m['role'] == 'assistant' %}\n{%- if m['content'].startswith('<think>') and '</think>' in m['content'] %}\n{%- set parts = m['content'].split('</think>', 1) %}\n{{- parts[0].removeprefix('<think>').strip() ~ '/' ~ parts[1].lstrip('\\n') ~ eos_token }}\n{%- endif %}\n{%- endif %}\n{%- endfor %}", "ok": "[SYSTEM]Be brief.[/SYSTEM][INST]Hi <b>there</b>\n & \"you\" 'x'[/INST]hm/Hello</s>[INST]Ünï 🦙 done[/INST]"}
        {"t": "x{#", "ok": "x"}
        {"t": "{#-", "ok": ""}
        """#
}
