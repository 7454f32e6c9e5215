# SPDX-License-Identifier: Apache-2.0
"""The loss curves of a run as an SVG file."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams["svg.hashsalt"] = "inkling"
import matplotlib.pyplot as plt  # noqa: E402


def lines(path: Path) -> list[dict]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def joined(logs: list[list[dict]]) -> list[dict]:
    """Logs one after the other as one, the tokens counted on."""
    out = []
    for log in logs:
        before = out[-1]["tokens"] if out else 0
        out += [{**line, "tokens": line["tokens"] + before} for line in log]
    return out


def draw(work: Path, out: Path):
    target, draft = (
        joined([lines(work / f"{name}{part}.log.jsonl") for part in ("", ".refined", ".settled")])
        for name in ("target", "draft"))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for key, label, style in (("chat", "chat", "-"), ("text", "text", "-")):
        points = [(x["tokens"] / 1e6, x[key]) for x in target if key in x]
        line, = left.plot(*zip(*points), style, linewidth=0.8, label=f"{label}, training")
        points = [(x["tokens"] / 1e6, x[f"val_{key}"]) for x in target if f"val_{key}" in x]
        if points:
            left.plot(*zip(*points), "o--", color=line.get_color(), markersize=3, label=f"{label}, validation")
    left.set(xlabel="million tokens", ylabel="loss a token (nats)", title="target", ylim=(0, 6.5))
    left.legend(fontsize=8)
    left.grid(alpha=0.3)
    if draft:
        right.plot([x["tokens"] / 1e6 for x in draft], [x["acceptance"] for x in draft], linewidth=1)
    right.set(xlabel="million tokens", ylabel="sum of min(p, q) at 0.7", title="draft, distilled: acceptance")
    right.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None})
