# SPDX-License-Identifier: Apache-2.0
"""Puts the figures of an evaluation into the tables of the model cards."""

import json
import re
from pathlib import Path


def percent(x: float) -> str:
    return f"{100 * x:.0f} %"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def files(e: dict) -> str:
    rows = []
    for name in ("target", "draft"):
        if name in e:
            m = e[name]
            s = m["shape"]
            rows.append([
                f"`{m['file']}`", f"{m['parameters'] / 1e6:.2f} M",
                f"{s['layers']} layers, {s['width']} wide, {s['heads']} heads, {s['feed_forward']} feed-forward",
                f"{m['bytes'] / 1e6:.1f} MB", f"`{m['sha256']}`"])
    return table(["file", "parameters", "shape", "size (Q8_0)", "sha256"], rows)


def answers(e: dict) -> str:
    names = [n for n in ("target", "draft") if n in e]
    rows = []
    for group, scores in e["target"]["chat"].items():
        rows.append([group, str(scores["questions"])] + [
            f"{percent(e[n]['chat'][group]['right_tool'])} / {percent(e[n]['chat'][group]['exact_command'])}"
            for n in names])
    return table(["questions", "count"] + [f"{n}: right tool / exact command" for n in names], rows)


def manner(e: dict) -> str:
    names = [n for n in ("target", "draft") if n in e]
    rows = []
    for kind, scores in e["target"]["manner"].items():
        rows.append([kind, str(scores["prompts"])] + [percent(e[n]["manner"][kind]["right"]) for n in names])
    return table(["kind", "prompts"] + [f"{n}: as it should" for n in names], rows)


def other(e: dict) -> str:
    rows = []
    for name in ("target", "draft"):
        if name in e:
            m = e[name]
            rows.append([f"{name}: chat validation, loss a token", f"{m['chat_loss']:.3f}"])
            rows.append([f"{name}: text validation, perplexity a token", f"{m['text']['perplexity']:.1f}"])
            rows.append([f"{name}: text validation, bits a byte", f"{m['text']['bits_per_byte']:.2f}"])
    if "pair" in e:
        p = e["pair"]
        rows += [
            ["size of the target over that of the draft", f"{p['size_ratio']:.2f}"],
            ["greedy agreement along the target's own answers", f"{p['greedy_agreement']['value']:.3f}"],
            ["acceptance at temperature 0.7 along them", f"{p['acceptance_0.7']['value']:.3f}"],
            ["acceptance at temperature 1 along its own plain text", f"{p['text_acceptance_1.0']['value']:.3f}"],
        ]
    for name in ("target", "draft"):
        if name in e:
            for key, words in (("as_asked", "with a repetition loop"), ("without_dry", "the same without DRY")):
                found = e[name]["loops"][key]
                rows.append([f"{name}: sampled continuations of up to 150 tokens, {words}",
                             f"{found['with_loop']} of {found['continuations']}"])
    return table(["measure", "value"], rows)


def fill(evaluation: Path, card: Path):
    """Replaces what stands between `<!-- table NAME -->` and `<!-- end -->`."""
    e = json.loads(evaluation.read_text(encoding="utf-8"))
    text = card.read_text(encoding="utf-8")
    for name, make in (("files", files), ("answers", answers), ("manner", manner), ("other", other)):
        text = re.sub(
            rf"(<!-- table {name} -->\n).*?(<!-- end -->)", lambda m: f"{m[1]}{make(e)}\n{m[2]}", text, flags=re.DOTALL)
    card.write_text(text, encoding="utf-8")
