# SPDX-License-Identifier: Apache-2.0
"""The byte-level BPE vocabulary: trained here, stored as `tokenizer.json`."""

import random
from pathlib import Path

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from . import corpus as corpora

END_OF_TEXT, TURN_START, TURN_END, FIM_PREFIX, FIM_SUFFIX, FIM_MIDDLE = range(6)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"]

# The splitter that GGUF files call `qwen2`.
SPLITTER = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>'"
    " + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def train(folder: Path, size: int, seed: int, text_share: float = 0.35) -> Tokenizer:
    """A vocabulary of `size` tokens from the chat part and a share of the text part."""
    rng = random.Random(seed)
    pieces = []
    for dialogue in corpora.deduplicated(corpora.read_dialogues(folder, "train")):
        value = corpora.weight(dialogue)
        # The same answer comes with many questions; a third of them is enough to count by.
        for _ in range(int(value / 3 + rng.random())):
            pieces += [text for _, text in dialogue.turns]
    chat_bytes = sum(len(p) for p in pieces)
    documents = corpora.read_documents(folder, "train")
    rng.shuffle(documents)
    budget = chat_bytes * text_share / (1 - text_share)
    for document in documents:
        if budget <= 0:
            break
        pieces.append(document)
        budget -= len(document)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLITTER), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(pieces, trainer)
    return tokenizer


def load(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def version() -> str:
    return tokenizers.__version__
