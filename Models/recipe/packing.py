# SPDX-License-Identifier: Apache-2.0
"""Tokens on disk, and rows of tokens for training.

Short dialogues are packed whole into short rows, and attend to themselves alone. Text and long dialogues fill rows of
the full context, one after the other. A loss is taken at the tokens of answers and of text.
"""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import corpus as corpora
from . import vocabulary
from .dialogues import written
from .vocabulary import END_OF_TEXT, FIM_MIDDLE, FIM_PREFIX, FIM_SUFFIX, TURN_END, TURN_START

NO_TARGET = -100


@dataclass
class Pieces:
    """Token sequences end to end. `counted` marks the tokens with a loss; `weights` say how often a piece is seen,
    `late` how often while the learning rate falls."""

    tokens: np.ndarray
    counted: np.ndarray
    offsets: np.ndarray
    weights: np.ndarray
    late: np.ndarray

    def save(self, path: Path):
        partial = path.with_suffix(".partial.npz")
        np.savez(
            partial, tokens=self.tokens, counted=self.counted, offsets=self.offsets, weights=self.weights,
            late=self.late)
        partial.rename(path)

    @classmethod
    def load(cls, path: Path) -> "Pieces":
        with np.load(path) as file:
            return cls(file["tokens"], file["counted"], file["offsets"], file["weights"], file["late"])

    @classmethod
    def of(cls, sequences: list[list[int]], counted: list[list[int]], weights: list[float],
           late: list[float] | None = None) -> "Pieces":
        lengths = np.fromiter((len(s) for s in sequences), np.int64, len(sequences))
        return cls(
            np.concatenate([np.asarray(s, np.uint16) for s in sequences]),
            np.concatenate([np.asarray(c, np.uint8) for c in counted]),
            np.concatenate(([0], lengths.cumsum())),
            np.asarray(weights, np.float32),
            np.asarray(weights if late is None else late, np.float32),
        )

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)


def encode_turns(encode, turns) -> tuple[list[int], list[int]]:
    """ChatML tokens of a dialogue, and which of them are the assistant's."""
    tokens, counted = [], []
    for role, content in turns:
        head = [TURN_START] + encode(f"{role}\n")
        body = encode(content) + [TURN_END]
        tail = encode("\n")
        own = int(role == "assistant")
        tokens += head + body + tail
        counted += [0] * len(head) + [own] * len(body) + [0] * len(tail)
    return tokens, counted


def repeats(tokens: np.ndarray, longest: int = 40, least: int = 24) -> np.ndarray:
    """Which tokens go on with a unit of up to `longest` tokens that comes at least four times in a row, over `least`
    tokens or more. A model that learns to predict them learns to go round in circles."""
    out = np.zeros(len(tokens), bool)
    for period in range(1, longest + 1):
        same = np.concatenate(([False], tokens[period:] == tokens[:-period], [False]))
        edges = np.flatnonzero(same[1:] != same[:-1])
        for start, end in edges.reshape(-1, 2):
            if end - start + period >= max(least, 4 * period):
                out[start + period : end + period] = True
    return out


def without_repeats(pieces: Pieces) -> Pieces:
    """The same, without a loss at tokens that go on with a loop."""
    pieces.counted[repeats(pieces.tokens)] = 0
    return pieces


def encode_chat(tokenizer, dialogues: list[corpora.Dialogue], refining: bool = False) -> Pieces:
    """The dialogues that have a weight; with the weights of the second cycle if `refining`."""
    def encode(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    memory: dict[str, list[int]] = {}

    def remembered(text: str) -> list[int]:
        if text not in memory:
            memory[text] = encode(text)
        return memory[text]

    sequences, counted, weights, late = [], [], [], []
    for dialogue in dialogues:
        value = corpora.refining_weight(dialogue) if refining else corpora.weight(dialogue)
        if value <= 0:
            continue
        tokens, own = encode_turns(remembered, dialogue.turns)
        sequences.append(tokens)
        counted.append(own)
        weights.append(value)
        late.append(value if refining else corpora.weight(dialogue, late=True))
    return without_repeats(Pieces.of(sequences, counted, weights, late))


def encode_text(tokenizer, documents: list[str], fim_share: float, seed: int) -> Pieces:
    """Documents, and some windows of them cut for fill-in-the-middle (prefix, suffix, middle)."""
    rng = random.Random(seed)

    def encode(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    sequences = []
    for document in documents:
        plain, window, size = [], [], 0
        for paragraph in document.split("\n\n"):
            window.append(paragraph)
            size += len(paragraph) + 2
            if size < 1_500:
                continue
            text = "\n\n".join(window)
            if rng.random() < fim_share and len(text) < 4_000:
                start = rng.randrange(len(text) - 20)
                end = min(len(text), start + rng.randint(4, 400))
                sequences.append(
                    [FIM_PREFIX, *encode(text[:start]), FIM_SUFFIX, *encode(text[end:]), FIM_MIDDLE,
                     *encode(text[start:end]), END_OF_TEXT])
            else:
                plain += window
            window, size = [], 0
        plain += window
        if plain:
            sequences.append(encode("\n\n".join(plain)) + [END_OF_TEXT])
    return without_repeats(Pieces.of(sequences, [[1] * len(s) for s in sequences], [1.0] * len(sequences)))


def prepare(corpus: Path, work: Path, tokenizer, text_bytes: int, seed: int):
    """Writes `chat.npz`, `chat.refine.npz` and `text.npz` below `work`, and validation's, unless they are there."""
    def refining() -> list[corpora.Dialogue]:
        known = corpora.read_dialogues(corpus, "train")
        return corpora.deduplicated(known) + written(known, seed)

    jobs = {
        "chat.npz": lambda: encode_chat(
            tokenizer, corpora.deduplicated(corpora.read_dialogues(corpus, "train"))),
        "chat.refine.npz": lambda: encode_chat(tokenizer, refining(), refining=True),
        "chat.val.npz": lambda: encode_chat(tokenizer, corpora.read_dialogues(corpus, "val")),
        "text.npz": lambda: encode_text(tokenizer, chosen(corpus, text_bytes, seed), 0.08, seed),
        "text.val.npz": lambda: encode_text(tokenizer, corpora.read_documents(corpus, "val"), 0.0, seed),
    }
    for name, job in jobs.items():
        if not (work / name).exists():
            job().save(work / name)


def chosen(corpus: Path, limit: int, seed: int) -> list[str]:
    """Documents of about `limit` bytes, drawn with `seed`."""
    documents = corpora.read_documents(corpus, "train")
    random.Random(seed).shuffle(documents)
    out, size = [], 0
    for document in documents:
        if size >= limit:
            break
        out.append(document)
        size += len(document)
    return out


def times_seen(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Indices of pieces, each as often as its weight says, in random order."""
    counts = np.floor(weights + rng.random(len(weights))).astype(np.int64)
    out = np.repeat(np.arange(len(weights)), counts)
    rng.shuffle(out)
    return out


@dataclass
class Rows:
    """Rows [n, length]: tokens, the number of the piece each token belongs to, and what comes next (or NO_TARGET)."""

    tokens: np.ndarray
    pieces: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.tokens)


def pack_short(pieces: Pieces, length: int, seed: tuple, late: bool = False, open_rows: int = 96) -> Rows:
    """One pass over the pieces that fit into `length`, best fit among `open_rows` rows."""
    rng = np.random.default_rng(seed)
    lengths = pieces.lengths
    weights = pieces.late if late else pieces.weights
    order = times_seen(np.where(lengths <= length, weights, 0), rng)
    free = np.full(open_rows, length, np.int64)
    content: list[list[int]] = [[] for _ in range(open_rows)]
    done = []
    for index in order:
        left = free - lengths[index]
        fitting = np.where(left >= 0, left, length + 1)
        best = int(fitting.argmin())
        if fitting[best] > length:
            best = int(free.argmin())
            done.append(content[best])
            content[best], free[best] = [], length
        content[best].append(int(index))
        free[best] -= lengths[index]
    done += [c for c in content if c]
    rng.shuffle(done)
    rows = Rows(
        np.full((len(done), length), END_OF_TEXT, np.int16),
        np.zeros((len(done), length), np.int16),
        np.full((len(done), length), NO_TARGET, np.int16),
    )
    for row, members in enumerate(done):
        at = 0
        for number, index in enumerate(members, 1):
            start, end = pieces.offsets[index], pieces.offsets[index + 1]
            count = int(end - start)
            rows.tokens[row, at : at + count] = pieces.tokens[start:end]
            rows.pieces[row, at : at + count] = number
            rows.targets[row, at : at + count - 1] = np.where(
                pieces.counted[start + 1 : end], pieces.tokens[start + 1 : end].astype(np.int16), NO_TARGET)
            at += count
    return rows


def pack_long(text: Pieces, chat: Pieces, length: int, short: int, seed: tuple) -> Rows:
    """One pass over the text and over the dialogues longer than `short`, end to end, cut into rows of `length`."""
    rng = np.random.default_rng(seed)
    long_chat = np.where((chat.lengths > short) & (chat.lengths <= length), chat.weights, 0)
    order = [(text, i) for i in times_seen(text.weights, rng)] + [(chat, i) for i in times_seen(long_chat, rng)]
    rng.shuffle(order)
    tokens = np.concatenate([p.tokens[p.offsets[i] : p.offsets[i + 1]] for p, i in order]).astype(np.int16)
    counted = np.concatenate([p.counted[p.offsets[i] : p.offsets[i + 1]] for p, i in order])
    count = (len(tokens) - 1) // length
    targets = np.where(counted[1:], tokens[1:], NO_TARGET).astype(np.int16)
    rows = Rows(
        tokens[: count * length].reshape(count, length),
        np.ones((count, length), np.int16),
        targets[: count * length].reshape(count, length),
    )
    shuffled = rng.permutation(count)
    return Rows(rows.tokens[shuffled], rows.pieces[shuffled], rows.targets[shuffled])


class Stream:
    """Endless batches of rows, pass after pass; `state` is enough to go on from where it was. `make_pass` gets the number
    of the pass and whether it is a late one."""

    def __init__(self, make_pass, batch: int, state: dict | None = None):
        self.make_pass, self.batch = make_pass, batch
        self.state = {"pass": 0, "row": 0, "late": False} | (state or {})
        self.rows: Rows | None = None

    def start_pass(self, late: bool):
        """What comes next is the start of a new pass."""
        self.state = {"pass": self.state["pass"] + 1, "row": 0, "late": late}
        self.rows = None

    def next(self) -> Rows:
        if self.rows is None:
            self.rows = self.make_pass(self.state["pass"], self.state["late"])
        if self.state["row"] + self.batch > len(self.rows):
            self.start_pass(self.state["late"])
            self.rows = self.make_pass(self.state["pass"], self.state["late"])
        start = self.state["row"]
        self.state = {**self.state, "row": start + self.batch}
        part = slice(start, start + self.batch)
        return Rows(self.rows.tokens[part], self.rows.pieces[part], self.rows.targets[part])
