# SPDX-License-Identifier: Apache-2.0
"""A llama-shaped transformer: grouped-query attention, RoPE, SwiGLU, RMS norms, tied embeddings."""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    layers: int
    width: int
    heads: int
    kv_heads: int
    feed_forward: int
    context: int = 1280
    rope_base: float = 10_000.0
    epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict:
        return asdict(self)


def rms_norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    x32 = x.float()
    return (x32 * torch.rsqrt(x32.square().mean(-1, keepdim=True) + epsilon) * weight).to(x.dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions over the two halves of a head; `export` interleaves the rows as GGUF wants them."""
    first, second = x.chunk(2, -1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, step: int) -> Tensor:
    """Causal attention over [batch, heads, length, width], `step` queries at a time, so that what no query sees is not
    computed; there may be keys of earlier tokens. On a CPU, compiled or for few queries, it takes less than half the time
    of the fused kernel. `mask` is additive."""
    parts = []
    q = q * q.shape[-1] ** -0.5
    before = k.shape[2] - q.shape[2]
    for start in range(0, q.shape[2], step):
        end = min(start + step, q.shape[2])
        seen = before + end
        scores = q[:, :, start:end] @ k[:, :, :seen].transpose(-1, -2)
        if mask is not None:
            scores = scores + mask[:, :, start:end, :seen]
        elif end - start > 1:
            later = torch.ones(end - start, seen, dtype=torch.bool, device=q.device).triu(before + start + 1)
            scores = scores.masked_fill(later, float("-inf"))
        scores = scores.float()
        weights = torch.exp(scores - scores.amax(-1, keepdim=True).detach())
        parts.append((weights.to(v.dtype) @ v[:, :, :seen]) / weights.sum(-1, keepdim=True).to(v.dtype))
    return torch.cat(parts, 2)


class Cache:
    """Keys and values of one layer, with room for `capacity` tokens."""

    def __init__(self, capacity: int):
        self.capacity, self.length = capacity, 0
        self.keys = self.values = None

    def extended(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """All there are with `k` and `v` put behind."""
        if self.keys is None:
            shape = (k.shape[0], k.shape[1], self.capacity, k.shape[3])
            self.keys, self.values = k.new_empty(shape), v.new_empty(shape)
        end = self.length + k.shape[2]
        self.keys[:, :, self.length : end] = k
        self.values[:, :, self.length : end] = v
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def keep(self, rows: Tensor):
        self.keys, self.values = self.keys[rows], self.values[rows]


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        kv_width = shape.kv_heads * shape.head_width
        self.attn_norm = nn.Parameter(torch.ones(shape.width))
        self.ffn_norm = nn.Parameter(torch.ones(shape.width))
        self.q = nn.Linear(shape.width, shape.width, bias=False)
        self.k = nn.Linear(shape.width, kv_width, bias=False)
        self.v = nn.Linear(shape.width, kv_width, bias=False)
        self.o = nn.Linear(shape.width, shape.width, bias=False)
        self.gate = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.up = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.down = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None, cache: "Cache | None") -> Tensor:
        s = self.shape
        batch, length, _ = x.shape
        h = rms_norm(x, self.attn_norm, s.epsilon)
        q = self.q(h).view(batch, length, s.heads, s.head_width).transpose(1, 2)
        k = self.k(h).view(batch, length, s.kv_heads, s.head_width).transpose(1, 2)
        v = self.v(h).view(batch, length, s.kv_heads, s.head_width).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if cache is not None:
            k, v = cache.extended(k, v)
        if s.kv_heads != s.heads:
            repeat = s.heads // s.kv_heads
            k, v = k.repeat_interleave(repeat, 1), v.repeat_interleave(repeat, 1)
        if x.device.type == "cpu" and (torch.compiler.is_compiling() or cache is not None):
            y = attention(q, k, v, mask, 128 if length <= 256 else 256)
        else:
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None and length > 1)
        x = x + self.o(y.transpose(1, 2).reshape(batch, length, s.width))
        h = rms_norm(x, self.ffn_norm, s.epsilon)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Transformer(nn.Module):
    def __init__(self, shape: Shape, seed: int = 0):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Parameter(torch.empty(shape.vocabulary, shape.width))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.Parameter(torch.ones(shape.width))
        half = shape.head_width // 2
        angles = torch.outer(
            torch.arange(shape.context).float(), shape.rope_base ** (-torch.arange(half).float() / half))
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            self.embedding.normal_(0, 0.02, generator=generator)
            for block in self.blocks:
                for linear in (block.q, block.k, block.v, block.gate, block.up):
                    linear.weight.normal_(0, 0.6 * linear.in_features**-0.5, generator=generator)
                block.o.weight.zero_()
                block.down.weight.zero_()

    def hidden(self, tokens: Tensor, mask: Tensor | None = None, caches: list | None = None,
               positions: Tensor | None = None) -> Tensor:
        """The normed states, [batch, length, width]. `mask` is additive or boolean, [batch, 1, length, keys];
        without one, attention is causal. `positions` [batch, length] are needed with caches only."""
        x = F.embedding(tokens, self.embedding)
        if torch.is_autocast_enabled(tokens.device.type):
            x = x.to(torch.get_autocast_dtype(tokens.device.type))
        if positions is None:
            cos, sin = self.cos[: tokens.shape[1]], self.sin[: tokens.shape[1]]
        else:
            cos, sin = self.cos[positions].unsqueeze(1), self.sin[positions].unsqueeze(1)
        cos, sin = cos.to(x.dtype), sin.to(x.dtype)
        for index, block in enumerate(self.blocks):
            x = block(x, cos, sin, mask, None if caches is None else caches[index])
        return rms_norm(x, self.norm, self.shape.epsilon)

    def logits(self, states: Tensor) -> Tensor:
        return F.linear(states, self.embedding)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.logits(self.hidden(tokens, mask))

    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())
