# SPDX-License-Identifier: Apache-2.0
"""Measures the exported files, as stored: answers, manner, perplexity, agreement of the pair, loops."""

import hashlib
import json
import math
import re
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import corpus as corpora
from . import packing, vocabulary
from .export import read, sampling
from .generate import Dry, answers
from .packing import NO_TARGET, Pieces
from .train import Batch, device
from .vocabulary import END_OF_TEXT, TURN_END, TURN_START

STOPS = {TURN_END, END_OF_TEXT}
DRAWS = 4  # continuations of each start of a text


class Talk:
    """A model and its vocabulary, answering conversations."""

    def __init__(self, model, tokenizer):
        self.model, self.tokenizer = model, tokenizer

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def prompt(self, turns) -> list[int]:
        return packing.encode_turns(self.encode, turns)[0] + [TURN_START] + self.encode("assistant\n")

    def replies(self, prompts: list[list[int]], limit: int = 160, **sampling) -> list[str]:
        found = answers(self.model, prompts, STOPS, limit, low_precision=False, **sampling)
        return [self.tokenizer.decode([t for t in a if t not in STOPS]) for a in found]


def questions(dialogues) -> list[dict]:
    """Every point of a dialogue where the assistant answers with a command: what came before, and the commands."""
    out = []
    for dialogue in dialogues:
        if dialogue.source in corpora.LEFT_OUT:
            continue
        for index, (role, text) in enumerate(dialogue.turns):
            if role == "assistant" and (blocks := corpora.commands(text)):
                out.append({"turns": dialogue.turns[:index], "blocks": blocks, "answer": text,
                            "source": dialogue.source, "later": index > 1})
    return out


def normal(command: str) -> str:
    return re.sub(r"\s+", " ", command).strip()


def chat_scores(talk: Talk, dialogues) -> dict:
    """Right tool: a fenced block of the reply starts with the program that the reference's starts with. Exact: the
    first blocks are the same, spaces apart. A question that does not say the tool's name is counted on its own."""
    asked = questions(dialogues)
    replies = talk.replies([talk.prompt(q["turns"]) for q in asked])
    counts: dict[str, list[int]] = {}
    lines = []
    for question, reply in zip(asked, replies):
        tools = {corpora.tool_of(b) for b in question["blocks"]} - {None}
        if not tools:
            continue
        blocks = corpora.commands(reply)
        named = bool(tools & {corpora.tool_of(b) for b in blocks})
        exact = bool(blocks) and normal(blocks[0]) == normal(question["blocks"][0])
        words = question["turns"][-1][1].lower()
        told = any(re.search(rf"(?<![\w-]){re.escape(t.lower())}(?![\w-])", words) for t in tools)
        groups = ["all", "tool in the question" if told else "tool not in the question"]
        groups.append("well-known tool" if tools & corpora.WELL_KNOWN else "other tool")
        groups.append("handmade" if question["source"] == "handmade" else "not handmade")
        if question["later"]:
            groups.append("later turns")
        for group in groups:
            row = counts.setdefault(group, [0, 0, 0])
            row[0] += 1
            row[1] += named
            row[2] += exact
        lines.append({"question": question["turns"][-1][1], "reply": reply, "reference": question["answer"],
                      "tool": named, "exact": exact})
    scores = {k: {"questions": n, "right_tool": t / n, "exact_command": e / n} for k, (n, t, e) in counts.items()}
    return {"scores": scores, "answers": lines}


def manner_scores(talk: Talk) -> dict:
    """Fixed prompts that are in no training file, with a pattern that the answer has and one that it has not."""
    out, lines = {}, []
    for name, case in json.loads((Path(__file__).parent / "manner.json").read_text(encoding="utf-8")).items():
        replies = talk.replies([talk.prompt([("user", p)]) for p in case["prompts"]])
        right = [
            bool(re.search(case["right"], r, re.IGNORECASE)) and not re.search(case["wrong"], r) for r in replies]
        out[name] = {"prompts": len(right), "right": sum(right) / len(right)}
        lines += [{"kind": name, "prompt": p, "reply": r, "right": ok}
                  for p, r, ok in zip(case["prompts"], replies, right)]
    return {"scores": out, "answers": lines}


@torch.no_grad()
def text_scores(model, tokenizer, documents: list[str], bytes_total: int) -> dict:
    """Loss over the validation text in windows of the full context, the document's end included."""
    pieces = packing.encode_text(tokenizer, documents, 0.0, 0)
    nothing = Pieces.of([[0, 0]], [[0, 0]], [0.0])
    rows = packing.pack_long(pieces, nothing, model.shape.context, 2, (0,))
    total = count = 0
    for start in range(0, len(rows), 4):
        part = packing.Rows(*(x[start : start + 4] for x in (rows.tokens, rows.pieces, rows.targets)))
        batch = Batch(part, 1.0, False)
        states = model.hidden(batch.tokens).flatten(0, 1)
        total += F.cross_entropy(model.logits(states), batch.targets, ignore_index=NO_TARGET, reduction="sum").item()
        count += batch.count
    mean = total / count
    return {"tokens": count, "loss": mean, "perplexity": math.exp(mean),
            "bits_per_byte": mean / math.log(2) * int(pieces.lengths.sum()) / bytes_total}


@torch.no_grad()
def chat_loss(model, work_chat: Pieces) -> float:
    rows = packing.pack_short(work_chat, 256, (0,))
    total = count = 0
    for start in range(0, len(rows), 16):
        part = packing.Rows(*(x[start : start + 16] for x in (rows.tokens, rows.pieces, rows.targets)))
        batch = Batch(part, 1.0, True)
        mask = batch.mask.float()
        states = model.hidden(batch.tokens, mask).flatten(0, 1).index_select(0, batch.places)
        total += F.cross_entropy(model.logits(states), batch.targets, ignore_index=NO_TARGET, reduction="sum").item()
        count += batch.count
    return total / count


@torch.no_grad()
def agreement(target, draft, sequences: list[tuple[list[int], list[int]]], temperature: float) -> dict:
    """Along the target's own answers: how often the likeliest tokens are the same (temperature 0), or the mean of the
    sum of min(p, q) at `temperature`."""
    total = count = 0.0
    for prompt, answer in sequences:
        tokens = torch.tensor([prompt + answer[:-1]], device=device())
        p, q = (m.logits(m.hidden(tokens)[0, len(prompt) - 1 :]) for m in (target, draft))
        if temperature == 0:
            total += (p.argmax(-1) == q.argmax(-1)).sum().item()
        else:
            total += torch.minimum((p / temperature).softmax(-1), (q / temperature).softmax(-1)).sum().item()
        count += len(answer)
    return {"tokens": int(count), "value": total / count}


def loops(tokens: list[int]) -> bool:
    """Whether a unit of up to 40 tokens comes at least four times in a row, over 24 tokens or more."""
    return bool(packing.repeats(np.asarray(tokens)).any())


def continuations(model, starts: list[list[int]], asked: dict, dry: bool) -> list[list[int]]:
    """What follows each start, with the sampling that the file asks for, DRY included or not."""
    found = Dry(asked["dry_multiplier"], asked["dry_base"], asked["dry_allowed_length"], asked["dry_penalty_last_n"])
    return answers(
        model, starts * DRAWS, STOPS, 150, asked["temp"], 11, top_k=asked["top_k"], top_p=asked["top_p"],
        min_p=asked["min_p"], dry=found if dry else None, low_precision=False)


def alone(path: Path, tokenizer, dialogues, documents, cache: Path) -> dict:
    """What is measured of one model; read from `cache` if that is of the same file."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if cache.exists():
        known = json.loads(cache.read_text(encoding="utf-8"))
        if known["scores"]["sha256"] == digest:
            return known
    model = read(path)
    talk = Talk(model, tokenizer)
    chat = packing.encode_chat(tokenizer, dialogues)
    chat.weights[:] = 1
    answered, manner = chat_scores(talk, dialogues), manner_scores(talk)
    starts = [talk.encode(d[:400])[:32] for d in documents]
    starts = [s for s in starts if len(s) == 32][:50]
    asked = sampling(path)
    continued = {
        name: continuations(model, starts, asked, dry) for name, dry in (("as_asked", True), ("without_dry", False))}
    value = {
        "scores": {
            "file": path.name, "bytes": len(data), "sha256": digest,
            "parameters": model.parameter_count(), "shape": model.shape.as_dict(),
            "chat": answered["scores"], "manner": manner["scores"], "chat_loss": chat_loss(model, chat),
            "text": text_scores(model, tokenizer, documents, sum(len(d.encode()) for d in documents)),
            "sampling": asked,
            "loops": {name: {"continuations": len(c), "with_loop": sum(map(loops, c)), "tokens": sum(map(len, c))}
                      for name, c in continued.items()},
        },
        "answers": answered["answers"], "manner": manner["answers"],
        "continuations": [
            {"start": tokenizer.decode(s), "continued": tokenizer.decode(c)}
            for s, c in zip(starts, continued["as_asked"])],
    }
    cache.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(value["scores"], indent=1), flush=True)
    return value


def together(target, draft, tokenizer, dialogues, documents) -> dict:
    """How well the draft foresees the target."""
    talk = Talk(target, tokenizer)
    prompts = [talk.prompt(d.turns[:1]) for d in dialogues if d.source not in corpora.LEFT_OUT]
    starts = [talk.encode(d[:400])[:32] for d in documents]
    greedy = answers(target, prompts, STOPS, 160, low_precision=False)
    warm = answers(target, prompts, STOPS, 160, 0.7, seed=12, low_precision=False)
    plain = answers(target, starts, STOPS, 150, 1.0, seed=13, low_precision=False)
    return {
        "size_ratio": target.parameter_count() / draft.parameter_count(),
        "greedy_agreement": agreement(target, draft, list(zip(prompts, greedy)), 0),
        "acceptance_0.7": agreement(target, draft, list(zip(prompts, warm)), 0.7),
        "text_acceptance_1.0": agreement(target, draft, list(zip(starts, plain)), 1.0),
    }


def evaluate(target_path: Path, draft_path: Path, corpus: Path, work: Path, limit: int | None = None) -> dict:
    """Writes `evaluation.json`, and `answers.target.json` and `answers.draft.json` with the answers themselves."""
    tokenizer = vocabulary.load(work / "tokenizer.json")
    dialogues = corpora.read_dialogues(corpus, "val")[:limit]
    documents = corpora.read_documents(corpus, "val")
    out = {}
    for name, path in (("target", target_path), ("draft", draft_path)):
        if path.exists():
            out[name] = alone(path, tokenizer, dialogues, documents, work / f"answers.{name}.json")["scores"]
    if "draft" in out:
        out["pair"] = together(read(target_path), read(draft_path), tokenizer, dialogues, documents)
        print(json.dumps(out["pair"], indent=1), flush=True)
    (work / "evaluation.json").write_text(json.dumps(out, indent=2) + "\n", encoding="utf-8")
    return out
