# SPDX-License-Identifier: Apache-2.0
"""Batched generation with a KV cache: prompts of about one length together, rows leave when they are done."""

from contextlib import nullcontext
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from .model import Cache
from .train import autocast, device
from .vocabulary import SPECIAL


@dataclass(frozen=True)
class Dry:
    """Don't repeat yourself: a token that would make a stretch longer that came before gets a lower logit."""

    multiplier: float
    base: float
    allowed_length: int
    last: int  # tokens looked back on

    def falls(self, history: list[int]) -> dict[int, float]:
        """By how much the logits of some tokens fall. With n the length of the longest stretch at the end of `history`
        that an earlier occurrence of a token follows, and n at least `allowed_length`: multiplier * base^(n -
        allowed_length). Nothing before the last control token counts."""
        longest: dict[int, int] = {}
        end = len(history)
        first = max(0, end - self.last)
        for place in range(end - 1, first - 1, -1):
            if history[place] < len(SPECIAL):
                first = place + 1
                break
        for place in range(end - 1, first, -1):
            n = 0
            while place - n - 1 >= first and history[place - n - 1] == history[end - n - 1]:
                n += 1
            if n >= self.allowed_length and n > longest.get(history[place], 0):
                longest[history[place]] = n
        return {t: self.multiplier * self.base ** min(n - self.allowed_length, 100) for t, n in longest.items()}


def filtered(logits: torch.Tensor, temperature: float, top_k: int, top_p: float, min_p: float) -> torch.Tensor:
    """Probabilities after top-k, top-p and min-p at temperature 1, then the temperature: `inkling`'s order."""
    p = logits.softmax(-1)
    if top_k:
        p = torch.where(p < p.topk(min(top_k, p.shape[-1])).values[:, -1:], 0, p)
        p = p / p.sum(-1, keepdim=True)
    if top_p < 1:
        ordered, places = p.sort(-1, descending=True)
        before = ordered.cumsum(-1) - ordered
        keep = torch.zeros_like(p, dtype=torch.bool).scatter_(-1, places, before < top_p)
        p = torch.where(keep, p, 0)
    if min_p:
        p = torch.where(p < min_p * p.max(-1, keepdim=True).values, 0, p)
    p = p ** (1 / temperature)
    return p / p.sum(-1, keepdim=True)


def visible(missing: torch.Tensor, queries: int, keys: int) -> torch.Tensor | None:
    """The additive mask of rows that begin with `missing` tokens of padding; None if none does. Padding sees itself, so
    that no row of the mask is empty."""
    if not bool(missing.any()):
        return None
    key = torch.arange(keys, device=missing.device)
    query = torch.arange(keys - queries, keys, device=missing.device)
    seen = (key[None, :] <= query[:, None]) & (key >= missing[:, None, None]) | (key[None, :] == query[:, None])
    return torch.where(seen, 0.0, float("-inf")).unsqueeze(1)


@torch.no_grad()
def answers(model, prompts: list[list[int]], stops: set[int], limit: int, temperature: float = 0.0, seed: int = 0,
            batch: int = 128, top_k: int = 0, top_p: float = 1.0, min_p: float = 0.0,
            dry: Dry | None = None, low_precision: bool = True) -> list[list[int]]:
    """What follows each prompt, a stop token included if one came within `limit` tokens. Greedy at temperature 0."""
    where = device()
    out: list[list[int]] = [[] for _ in prompts]
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    generator = torch.Generator(where).manual_seed(seed)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        length = len(prompts[rows[-1]])
        steps = min(limit, model.shape.context - length)
        missing = torch.tensor([length - len(prompts[i]) for i in rows], device=where)
        tokens = torch.tensor([[0] * (length - len(prompts[i])) + prompts[i] for i in rows], device=where)
        caches = [Cache(length + steps) for _ in model.blocks]
        done = [False] * len(rows)
        for step in range(steps):
            # Rotary embeddings are relative, so padding may take positions.
            first = 0 if step == 0 else length + step - 1
            positions = torch.arange(first, length + step, device=where).expand(len(rows), -1)
            mask = visible(missing, positions.shape[1], length + step)
            with autocast() if low_precision else nullcontext():
                if mask is not None and low_precision:
                    mask = mask.bfloat16()
                logits = model.logits(model.hidden(tokens, mask, caches, positions)[:, -1]).float()
            if dry:
                for place, row in enumerate(rows):
                    for token, fall in dry.falls(prompts[row] + out[row]).items() if not done[place] else ():
                        logits[place, token] -= fall
            if temperature <= 0:
                chosen = logits.argmax(-1)
            elif top_k or top_p < 1 or min_p:
                chosen = torch.multinomial(
                    filtered(logits, temperature, top_k, top_p, min_p), 1, generator=generator)[:, 0]
            else:
                chosen = torch.multinomial(F.softmax(logits / temperature, -1), 1, generator=generator)[:, 0]
            for place, (row, token) in enumerate(zip(rows, chosen.tolist())):
                if not done[place]:
                    out[row].append(token)
                    done[place] = token in stops
            alive = [place for place, over in enumerate(done) if not over]
            if not alive:
                break
            # Leaving costs a copy of the cache: many leave together.
            if len(alive) <= 0.75 * len(rows):
                keep = torch.tensor(alive, device=where)
                rows, done = [rows[i] for i in alive], [False] * len(alive)
                chosen, missing = chosen[keep], missing[keep]
                for cache in caches:
                    cache.keep(keep)
            tokens = chosen[:, None]
    return out
