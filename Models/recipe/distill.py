# SPDX-License-Identifier: Apache-2.0
"""Distilling the draft from the target, after DistillSpec (Zhou et al. 2023).

The target answers questions of the corpus, greedily and at temperature 0.7. On these answers, on dialogues of the corpus
and on some text, the draft learns the target's distribution: forward KL divergence, total variation (what a speculative
sampler loses), and a little plain loss.
"""

import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import optimizer as optimizers
from . import packing, vocabulary
from .generate import answers
from .packing import NO_TARGET, Pieces, Stream
from .train import SHORT_SHARE, Batch, Cycle, autocast, device, load_model, rate, save
from .vocabulary import END_OF_TEXT, TURN_END


def prompts_of(pieces: Pieces, count: int, longest: int, seed: int) -> list[list[int]]:
    """Dialogues up to the start of one of their answers, drawn by their weights."""
    rng = np.random.default_rng((seed, 3))
    fitting = np.flatnonzero((pieces.lengths <= longest) & (pieces.weights > 0))
    odds = pieces.weights[fitting] / pieces.weights[fitting].sum()
    out = []
    for index in rng.choice(fitting, count, p=odds):
        start, end = pieces.offsets[index], pieces.offsets[index + 1]
        counted = pieces.counted[start:end].astype(np.int8)
        begins = np.flatnonzero(np.diff(counted, prepend=0) == 1)
        out.append(pieces.tokens[start : start + int(rng.choice(begins))].tolist())
    return out


def sample(target_path: Path, work: Path, preset, tokens: int, path: Path, chat_file: str):
    """Writes to `path` answers of the target itself, half of them greedy, for a distillation over `tokens` tokens."""
    if path.exists():
        return
    model = load_model(target_path).bfloat16()
    # A dialogue is about sixty tokens long.
    count = max(200, int(tokens * preset.sampled_share) // 60)
    prompts = prompts_of(Pieces.load(work / chat_file), count, preset.short_row - 60, preset.seed)
    sequences, counted = [], []
    began = time.monotonic()
    for part, temperature in ((prompts[: count // 2], 0.0), (prompts[count // 2 :], 0.7)):
        for start in range(0, len(part), 4_096):
            some = part[start : start + 4_096]
            for prompt, answer in zip(
                    some, answers(model, some, {TURN_END, END_OF_TEXT}, 160, temperature, preset.seed + start,
                                  low_precision=False)):
                sequences.append((prompt + answer)[: preset.short_row])
                counted.append(([0] * len(prompt) + [1] * len(answer))[: preset.short_row])
            print(f"samples: {len(sequences)} of {count}, {time.monotonic() - began:.0f} s", flush=True)
    Pieces.of(sequences, counted, [1.0] * len(sequences)).save(path)


def divergence(draft, target_states, target_embedding, tokens, mask, places, targets, balance):
    """Sums over the places with a target: KL at temperature 1, total variation at 0.7, cross-entropy; weighted by
    `balance`, a tensor of three numbers."""
    states = draft.hidden(tokens, mask).flatten(0, 1).index_select(0, places)
    own = draft.logits(states).float()
    theirs = F.linear(target_states, target_embedding).float()
    counted = (targets != NO_TARGET).float()
    log_p, log_q = F.log_softmax(theirs, -1), F.log_softmax(own, -1)
    kl = (log_p.exp() * (log_p - log_q)).sum(-1)
    distance = 0.5 * (F.softmax(theirs / 0.7, -1) - F.softmax(own / 0.7, -1)).abs().sum(-1)
    plain = F.nll_loss(log_q, targets, ignore_index=NO_TARGET, reduction="sum")
    kl, distance = (kl * counted).sum(), (distance * counted).sum()
    return balance[0] * kl + balance[1] * distance + balance[2] * plain, kl.detach(), distance.detach()


def target_states(target, tokens, mask, places):
    return target.hidden(tokens, mask).flatten(0, 1).index_select(0, places)


def distill(name: str, target_path: Path, start_path: Path, samples: Path, work: Path, preset, tokens: int,
            minutes: float | None, cycle: Cycle, compiled: bool = True, every_seconds: float = 240):
    """Trains the draft at `start_path` to `work/name.pt`; resumable as `train.train` is."""
    final, running = work / f"{name}.pt", work / f"{name}.running.pt"
    if final.exists():
        return
    torch.manual_seed(preset.seed)
    target, draft = load_model(target_path), load_model(start_path).train()
    for p in target.parameters():
        p.requires_grad_(False)
    opts = optimizers.make(draft, preset.matrix_lr, preset.other_lr)
    step = seen = 0
    seconds, state = 0.0, {}
    if running.exists():
        saved = torch.load(running, map_location=device(), weights_only=False)
        draft.load_state_dict(saved["model"])
        for opt, values in zip(opts, saved["optimizers"]):
            opt.load_state_dict(values)
        step, seen, seconds, state = saved["step"], saved["seen"], saved["seconds"], saved["data"]
    chat, text = Pieces.load(work / cycle.chat), Pieces.load(work / "text.npz")
    own = Pieces.load(samples)
    length, context, seed = preset.short_row, draft.shape.context, preset.seed
    streams = {
        "own": Stream(
            lambda n, late: packing.pack_short(own, length, (seed, 4, n)), preset.short_batch, state.get("own")),
        "chat": Stream(
            lambda n, late: packing.pack_short(chat, length, (seed, 5, n)), preset.short_batch, state.get("chat")),
        "long": Stream(
            lambda n, late: packing.pack_long(text, chat, context, length, (seed, 6, n)), preset.long_batch,
            state.get("long")),
    }
    function = torch.compile(divergence, dynamic=False) if compiled else divergence
    teacher = torch.compile(target_states, dynamic=False) if compiled else target_states
    log = open(work / f"{name}.log.jsonl", "a", encoding="utf-8")
    began, last_saved, sums = time.monotonic() - seconds, time.monotonic(), []
    rng = np.random.default_rng((seed, 7, step))
    while True:
        seconds = time.monotonic() - began
        progress = seconds / (60 * minutes) if minutes else seen / tokens
        if progress >= 1:
            break
        factor = cycle.peak * rate(progress, step, preset.warm_up_steps, cycle.decay_from)
        for opt in opts:
            for group in opt.param_groups:
                group["lr"] = group["peak_lr"] * factor
        kind = rng.choice(["own", "chat", "long"], p=[0.6, 0.25, 0.15])
        masked = kind != "long"
        if masked:
            # One number of places for both kinds: each number is a graph to compile.
            batch = Batch(streams[kind].next(), SHORT_SHARE + 0.1, True)
        else:
            batch = Batch(streams[kind].next(), 1.0, False)
        # Total variation has no gradient where the distributions do not meet: divergence first, distance later.
        share = min(1.0, 2 * progress)
        balance = torch.tensor([0.8 - 0.4 * share, 1.6 * share, 0.1], device=device())
        with autocast():
            with torch.no_grad():
                states = teacher(target, batch.tokens, batch.mask, batch.places)
            loss, kl, distance = function(
                draft, states, target.embedding, batch.tokens, batch.mask, batch.places, batch.targets, balance)
        (loss / batch.count).backward()
        for opt in opts:
            opt.step()
            opt.zero_grad(set_to_none=True)
        step += 1
        seen += batch.tokens.numel()
        if kind == "own":
            sums.append((kl / batch.count, distance / batch.count))
        if step % 50 == 0 and sums:
            divergences, distances = (float(torch.stack(part).mean()) for part in zip(*sums))
            sums = []
            line = {"step": step, "tokens": seen, "seconds": round(time.monotonic() - began, 1),
                    "rate": round(factor, 4), "kl": round(divergences, 4), "acceptance": round(1 - distances, 4)}
            log.write(json.dumps(line) + "\n")
            log.flush()
            print(name, line, flush=True)
        if time.monotonic() - last_saved > every_seconds:
            last_saved = time.monotonic()
            save(running, {
                "model": draft.state_dict(), "optimizers": [o.state_dict() for o in opts], "step": step, "seen": seen,
                "seconds": time.monotonic() - began, "data": {k: s.state for k, s in streams.items()}})
    log.close()
    save(final, {"shape": draft.shape.as_dict(), "model": draft.state_dict(), "step": step, "seen": seen,
                 "seconds": seconds})
    running.unlink(missing_ok=True)
