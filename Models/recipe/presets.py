# SPDX-License-Identifier: Apache-2.0
"""Sizes of models and runs."""

from dataclasses import dataclass, replace

from .model import Shape


@dataclass(frozen=True)
class Preset:
    target: Shape
    draft: Shape
    short_row: int = 256
    short_batch: int = 28
    long_batch: int = 1
    text_bytes: int = 16_000_000
    text_weight: float = 0.7
    matrix_lr: float = 0.02
    other_lr: float = 3e-3
    warm_up_steps: int = 40
    decay_from: float = 0.55  # share of the run after which the learning rate falls to zero
    target_tokens: int = 24_000_000
    refine_rate: float = 0.55  # peak of the second cycle, of the rates above
    refine_tokens: int = 18_600_000
    draft_tokens: int = 6_000_000
    distill_tokens: int = 6_000_000
    refine_draft_rate: float = 0.6
    refine_draft_tokens: int = 10_000_000
    settle_rate: float = 0.35  # of the third cycle
    settle_tokens: int = 6_500_000
    settle_draft_rate: float = 0.5
    settle_draft_tokens: int = 16_500_000
    sampled_share: float = 0.16  # of the distillation tokens, how many are answers of the target
    seed: int = 1


VOCABULARY = 4096

CPU = Preset(
    target=Shape(VOCABULARY, layers=6, width=320, heads=5, kv_heads=5, feed_forward=768),
    draft=Shape(VOCABULARY, layers=2, width=128, heads=2, kv_heads=2, feed_forward=448),
)

# For a CUDA GPU: about 35 M parameters.
GPU = replace(
    CPU,
    target=Shape(VOCABULARY, layers=11, width=512, heads=8, kv_heads=4, feed_forward=1408),
    draft=Shape(VOCABULARY, layers=4, width=256, heads=4, kv_heads=2, feed_forward=704),
    short_batch=96,
    long_batch=4,
    text_bytes=1 << 40,
    target_tokens=600_000_000,
    refine_tokens=300_000_000,
    draft_tokens=120_000_000,
    distill_tokens=60_000_000,
    refine_draft_tokens=60_000_000,
    settle_tokens=100_000_000,
    settle_draft_tokens=60_000_000,
)

# Minutes on any machine: for testing the recipe itself.
SMOKE = replace(
    CPU,
    target=Shape(VOCABULARY, layers=2, width=128, heads=2, kv_heads=2, feed_forward=256),
    draft=Shape(VOCABULARY, layers=1, width=64, heads=1, kv_heads=1, feed_forward=128),
    short_batch=8,
    text_bytes=1_000_000,
    target_tokens=300_000,
    refine_tokens=200_000,
    draft_tokens=150_000,
    distill_tokens=100_000,
    refine_draft_tokens=100_000,
    settle_tokens=100_000,
    settle_draft_tokens=100_000,
)

PRESETS = {"cpu": CPU, "gpu": GPU, "smoke": SMOKE}
