# SPDX-License-Identifier: Apache-2.0
"""Plain training: warm-up, constant rate, linear decay to zero; and a second cycle, warmed up again and decaying at once.

Resumable; the checkpoint before the decay of the first cycle is kept.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import optimizer as optimizers
from . import packing
from .model import Shape, Transformer
from .packing import NO_TARGET, Pieces, Rows, Stream


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast():
    return torch.autocast(device().type, torch.bfloat16)


def attention_mask(pieces: torch.Tensor) -> torch.Tensor:
    """Additive, [batch, 1, length, length]: a token sees the earlier tokens of its own piece."""
    length = pieces.shape[1]
    same = pieces[:, :, None] == pieces[:, None, :]
    earlier = torch.ones(length, length, dtype=torch.bool, device=pieces.device).tril()
    zero = torch.zeros((), dtype=torch.bfloat16, device=pieces.device)
    return torch.where(same & earlier, zero, float("-inf")).unsqueeze(1)


def loss_sum(model, tokens, mask, places, targets):
    """Summed cross-entropy at the flat `places` whose `targets` are not NO_TARGET. The product with the vocabulary
    is taken there only: it is a third of the work of a small model."""
    states = model.hidden(tokens, mask).flatten(0, 1).index_select(0, places)
    return F.cross_entropy(model.logits(states).float(), targets, ignore_index=NO_TARGET, reduction="sum")


class Batch:
    """Rows as tensors, with a fixed number of places for the loss, so that one compiled graph serves all."""

    def __init__(self, rows: Rows, share: float, masked: bool):
        where = device()
        flat = rows.targets.reshape(-1)
        found = np.flatnonzero(flat != NO_TARGET)
        capacity = int(round(flat.size * share))
        found = found[:capacity]
        places = np.zeros(capacity, np.int64)
        targets = np.full(capacity, NO_TARGET, np.int64)
        places[: len(found)] = found
        targets[: len(found)] = flat[found]
        self.count = len(found)
        self.tokens = torch.from_numpy(rows.tokens.astype(np.int64)).to(where)
        self.places = torch.from_numpy(places).to(where)
        self.targets = torch.from_numpy(targets).to(where)
        self.mask = attention_mask(torch.from_numpy(rows.pieces).to(where)) if masked else None


@dataclass(frozen=True)
class Cycle:
    """One rise and fall of the learning rate, and the dialogues it is made with."""

    chat: str = "chat.npz"
    peak: float = 1.0  # of the rates in the preset
    decay_from: float = 1.0  # share of the cycle after which the rate falls to zero


def rate(progress: float, step: int, warm_up: int, decay_from: float) -> float:
    if step < warm_up:
        return (step + 1) / warm_up
    if progress <= decay_from:
        return 1.0
    return max(0.0, (1 - progress) / (1 - decay_from))


class Data:
    """The streams of short and of long rows."""

    def __init__(self, work: Path, preset, context: int, state: dict | None = None, chat_file: str = "chat.npz"):
        chat, text = Pieces.load(work / chat_file), Pieces.load(work / "text.npz")
        state = state or {}
        seed = preset.seed
        self.short = Stream(
            lambda n, late: packing.pack_short(chat, preset.short_row, (seed, 1, n), late), preset.short_batch,
            state.get("short"))
        self.long = Stream(
            lambda n, late: packing.pack_long(text, chat, context, preset.short_row, (seed, 2, n)),
            preset.long_batch, state.get("long"))

    @property
    def state(self) -> dict:
        return {"short": self.short.state, "long": self.long.state}


# Of the tokens in short rows, at most this share has a loss; a few places beyond it are left out.
SHORT_SHARE = 0.63


class Validation:
    """Losses per token on fixed parts of the validation files."""

    def __init__(self, work: Path, preset, context: int, chat_rows: int = 48, text_rows: int = 8):
        chat, text = Pieces.load(work / "chat.val.npz"), Pieces.load(work / "text.val.npz")
        chat.weights[:] = 1
        nothing = Pieces.of([[0] * (context + 1)], [[0] * (context + 1)], [0.0])
        short = packing.pack_short(chat, preset.short_row, (0,))
        long = packing.pack_long(text, nothing, context, preset.short_row, (0,))
        self.chat = self.cut(short, chat_rows, preset.short_batch)
        self.text = self.cut(long, text_rows, 2)

    @staticmethod
    def cut(rows: Rows, limit: int, batch: int) -> list[Rows]:
        limit = min(limit, len(rows))
        return [
            Rows(rows.tokens[i : min(i + batch, limit)], rows.pieces[i : min(i + batch, limit)],
                 rows.targets[i : min(i + batch, limit)])
            for i in range(0, limit, batch)
        ]

    @torch.no_grad()
    def losses(self, model) -> dict[str, float]:
        out = {}
        for name, rows, masked in (("chat", self.chat, True), ("text", self.text, False)):
            total = count = 0
            for part in rows:
                batch = Batch(part, 1.0, masked)
                with autocast():
                    total += loss_sum(model, batch.tokens, batch.mask, batch.places, batch.targets).item()
                count += batch.count
            out[name] = total / max(count, 1)
        return out


def save(path: Path, value: dict):
    partial = path.with_suffix(".partial")
    torch.save(value, partial)
    partial.rename(path)


def load_model(path: Path) -> Transformer:
    value = torch.load(path, map_location="cpu", weights_only=True)
    model = Transformer(Shape(**value["shape"]))
    model.load_state_dict(value["model"])
    return model.to(device()).eval()


def train(name: str, shape: Shape, preset, work: Path, tokens: int, minutes: float | None, cycle: Cycle,
          compiled: bool = True, begin: Path | None = None, every_seconds: float = 240):
    """Trains `name` to `work/name.pt`, from the weights in `begin` if there is one. With `minutes`, the run is as long as
    that instead of `tokens`; either way a second call goes on from the last checkpoint, and does nothing if the run is
    over."""
    final, running, stable = (work / f"{name}{part}.pt" for part in ("", ".running", ".stable"))
    if final.exists():
        return
    torch.manual_seed(preset.seed)
    model = Transformer(shape, seed=preset.seed).to(device())
    opts = optimizers.make(model, preset.matrix_lr, preset.other_lr)
    step = seen = 0
    seconds, data_state, kept = 0.0, None, False
    parted = 0 < cycle.decay_from < 1
    if begin:
        model.load_state_dict(torch.load(begin, map_location=device(), weights_only=True)["model"])
    start = running if running.exists() else stable if stable.exists() else None
    if start:
        saved = torch.load(start, map_location=device(), weights_only=False)
        model.load_state_dict(saved["model"])
        for opt, state in zip(opts, saved["optimizers"]):
            opt.load_state_dict(state)
        step, seen, seconds, data_state = saved["step"], saved["seen"], saved["seconds"], saved["data"]
        kept = stable.exists()
        print(f"{name}: going on from step {step}, {seen / 1e6:.1f} M tokens", flush=True)
    data = Data(work, preset, shape.context, data_state, cycle.chat)
    validation = Validation(work, preset, shape.context)
    function = torch.compile(loss_sum, dynamic=False) if compiled else loss_sum
    per_step = preset.short_batch * preset.short_row + preset.long_batch * shape.context
    log = open(work / f"{name}.log.jsonl", "a", encoding="utf-8")
    print(f"{name}: {model.parameter_count() / 1e6:.2f} M parameters, {per_step} tokens a step", flush=True)

    def checkpoint(path: Path):
        save(path, {
            "shape": shape.as_dict(), "model": model.state_dict(), "optimizers": [o.state_dict() for o in opts],
            "step": step, "seen": seen, "seconds": seconds, "data": data.state,
        })

    began, last_saved, sums = time.monotonic() - seconds, time.monotonic(), []
    while True:
        seconds = time.monotonic() - began
        progress = seconds / (60 * minutes) if minutes else seen / tokens
        if progress >= 1:
            break
        if parted and progress > cycle.decay_from:
            if not kept:
                checkpoint(stable)
                kept = True
            if not data.short.state.get("late"):
                data.short.start_pass(late=True)
        factor = cycle.peak * rate(progress, step, preset.warm_up_steps, cycle.decay_from)
        for opt in opts:
            for group in opt.param_groups:
                group["lr"] = group["peak_lr"] * factor
                if "momentum" in group:
                    group["momentum"] = 0.85 + 0.10 * min(1, step / 300)
        short = Batch(data.short.next(), SHORT_SHARE, True)
        long = Batch(data.long.next(), 1.0, False)
        scale = 1 / (short.count + preset.text_weight * long.count)
        with autocast():
            chat_loss = function(model, short.tokens, short.mask, short.places, short.targets)
        (chat_loss * scale).backward()
        with autocast():
            text_loss = function(model, long.tokens, long.mask, long.places, long.targets)
        (text_loss * (scale * preset.text_weight)).backward()
        for opt in opts:
            opt.step()
            opt.zero_grad(set_to_none=True)
        step += 1
        seen += per_step
        sums.append((chat_loss.detach() / short.count, text_loss.detach() / max(long.count, 1)))
        if step % 20 == 0:
            chat, text = (float(torch.stack(part).mean()) for part in zip(*sums))
            sums = []
            line = {"step": step, "tokens": seen, "seconds": round(time.monotonic() - began, 1), "rate": round(factor, 4),
                    "chat": round(chat, 4), "text": round(text, 4)}
            if step % 200 == 0:
                line |= {f"val_{k}": round(v, 4) for k, v in validation.losses(model).items()}
            log.write(json.dumps(line) + "\n")
            log.flush()
            print(name, line, flush=True)
        if time.monotonic() - last_saved > every_seconds:
            seconds = time.monotonic() - began
            checkpoint(running)
            last_saved = time.monotonic()
    line = {"step": step, "tokens": seen, "seconds": round(seconds, 1)} | {
        f"val_{k}": round(v, 4) for k, v in validation.losses(model).items()}
    log.write(json.dumps(line) + "\n")
    log.close()
    save(final, {"shape": shape.as_dict(), "model": model.state_dict(), "step": step, "seen": seen, "seconds": seconds})
    running.unlink(missing_ok=True)
    print(f"{name}: done", line, flush=True)
