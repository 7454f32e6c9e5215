# SPDX-License-Identifier: Apache-2.0
"""Checkpoints to GGUF and back."""

import json
from pathlib import Path

import gguf
import numpy as np
import torch

from . import vocabulary
from .model import Shape, Transformer
from .train import device

FORMATS = {"q8_0": gguf.GGMLQuantizationType.Q8_0, "f16": gguf.GGMLQuantizationType.F16}
FILE_TYPES = {"q8_0": gguf.LlamaFileType.MOSTLY_Q8_0, "f16": gguf.LlamaFileType.MOSTLY_F16}
NAMES = {
    "q": "attn_q", "k": "attn_k", "v": "attn_v", "o": "attn_output", "gate": "ffn_gate", "up": "ffn_up",
    "down": "ffn_down",
}

# What the files ask a program to sample with.
SAMPLING = {
    "temp": 0.7, "top_k": 40, "top_p": 0.95, "min_p": 0.05, "penalty_repeat": 1.0, "penalty_last_n": 64,
    "dry_multiplier": 0.8, "dry_base": 1.75, "dry_allowed_length": 8, "dry_penalty_last_n": 256,
}


def interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key projection with the two halves of each head interleaved: GGUF's rotary pairs."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def halved(weight: np.ndarray, heads: int) -> np.ndarray:
    """The inverse of `interleaved`."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def write(checkpoint: Path, tokenizer_path: Path, out: Path, name: str, description: str, form: str = "q8_0"):
    value = torch.load(checkpoint, map_location="cpu", weights_only=True)
    shape = Shape(**value["shape"])
    weights = {k: v.float().numpy() for k, v in value["model"].items()}
    partial = out.with_suffix(".partial")
    writer = gguf.GGUFWriter(str(partial), "llama")
    writer.add_name(name)
    writer.add_description(description)
    writer.add_license("apache-2.0")
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(FILE_TYPES[form])
    for key, value in SAMPLING.items():
        (writer.add_int32 if isinstance(value, int) else writer.add_float32)(f"general.sampling.{key}", value)
    add_vocabulary(writer, tokenizer_path, shape.vocabulary)

    def matrix(key: str, data: np.ndarray):
        kind = FORMATS[form]
        writer.add_tensor(key, gguf.quants.quantize(np.ascontiguousarray(data), kind), raw_dtype=kind)

    matrix("token_embd.weight", weights["embedding"])
    writer.add_tensor("output_norm.weight", weights["norm"])
    for layer in range(shape.layers):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", weights[f"blocks.{layer}.{norm}"])
        for ours, theirs in NAMES.items():
            data = weights[f"blocks.{layer}.{ours}.weight"]
            if ours in "qk":
                data = interleaved(data, shape.heads if ours == "q" else shape.kv_heads)
            matrix(f"blk.{layer}.{theirs}.weight", data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.rename(out)


def add_vocabulary(writer: gguf.GGUFWriter, path: Path, size: int):
    model = json.loads(path.read_text(encoding="utf-8"))["model"]
    tokens = [t for t, _ in sorted(model["vocab"].items(), key=lambda pair: pair[1])]
    if len(tokens) != size:
        raise ValueError(f"{path} has {len(tokens)} tokens, the model {size}")
    merges = [" ".join(m) if isinstance(m, list) else m for m in model["merges"]]
    special = set(vocabulary.SPECIAL)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(
        [gguf.TokenType.CONTROL if t in special else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(vocabulary.END_OF_TEXT)
    writer.add_eos_token_id(vocabulary.TURN_END)
    writer.add_eot_token_id(vocabulary.TURN_END)
    writer.add_pad_token_id(vocabulary.END_OF_TEXT)
    writer.add_add_bos_token(False)
    writer.add_uint32("tokenizer.ggml.fim_pre_token_id", vocabulary.FIM_PREFIX)
    writer.add_uint32("tokenizer.ggml.fim_suf_token_id", vocabulary.FIM_SUFFIX)
    writer.add_uint32("tokenizer.ggml.fim_mid_token_id", vocabulary.FIM_MIDDLE)
    writer.add_chat_template(vocabulary.CHAT_TEMPLATE)


def sampling(path: Path) -> dict:
    """What a file asks to be sampled with."""
    head = "general.sampling."
    return {key.removeprefix(head): field.contents() for key, field in gguf.GGUFReader(str(path)).fields.items()
            if key.startswith(head)}


def read(path: Path) -> Transformer:
    """The model in a file that `write` made, with its weights as they were stored."""
    reader = gguf.GGUFReader(str(path))

    def field(key: str):
        return reader.fields[key].contents()

    heads = field("llama.attention.head_count")
    shape = Shape(
        vocabulary=field("llama.vocab_size"), layers=field("llama.block_count"),
        width=field("llama.embedding_length"), heads=heads, kv_heads=field("llama.attention.head_count_kv"),
        feed_forward=field("llama.feed_forward_length"), context=field("llama.context_length"),
        rope_base=field("llama.rope.freq_base"), epsilon=field("llama.attention.layer_norm_rms_epsilon"))
    stored = {t.name: gguf.quants.dequantize(t.data, t.tensor_type) for t in reader.tensors}
    weights = {"embedding": stored["token_embd.weight"], "norm": stored["output_norm.weight"]}
    for layer in range(shape.layers):
        for norm in ("attn_norm", "ffn_norm"):
            weights[f"blocks.{layer}.{norm}"] = stored[f"blk.{layer}.{norm}.weight"]
        for ours, theirs in NAMES.items():
            data = stored[f"blk.{layer}.{theirs}.weight"]
            if ours in "qk":
                data = halved(data, shape.heads if ours == "q" else shape.kv_heads)
            weights[f"blocks.{layer}.{ours}.weight"] = data
    model = Transformer(shape)
    model.load_state_dict({k: torch.from_numpy(np.array(v, np.float32)) for k, v in weights.items()})
    return model.to(device()).eval()
