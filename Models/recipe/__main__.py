# SPDX-License-Identifier: Apache-2.0
"""Makes the bundled models: `python -m recipe all --corpus FOLDER --work FOLDER`, from the folder above this one.

Each step leaves its result in the work folder and is passed over if that is there; training goes on from its last
checkpoint.
"""

import argparse
import os
from pathlib import Path

STEPS = ["prepare", "target", "draft", "samples", "distill", "refine", "refine-samples", "refine-draft",
         "settle", "settle-samples", "settle-draft", "export", "ngrams", "evaluate", "cards"]


def main():
    parser = argparse.ArgumentParser(
        prog="recipe", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["all", *STEPS])
    parser.add_argument("--corpus", type=Path, required=True, help="the folder with chat.*.jsonl.xz and text.*.txt.xz")
    parser.add_argument("--work", type=Path, required=True, help="caches and checkpoints; about 1 GB")
    parser.add_argument("--preset", choices=["cpu", "gpu", "smoke"], default="cpu")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent, help="where the models go")
    parser.add_argument("--target-minutes", type=float, help="train the target for so long, however many tokens")
    parser.add_argument("--refine-minutes", type=float, help="the same for its second cycle")
    parser.add_argument("--settle-minutes", type=float, help="the same for its third cycle")
    parser.add_argument("--distill-minutes", type=float, help="distil for so long, each time, however many tokens")
    parser.add_argument("--threads", type=int, help="threads of PyTorch")
    parser.add_argument("--inkling", type=Path, help="the program, which counts the n-grams")
    parser.add_argument("--no-compile", action="store_true", help="do without torch.compile")
    options = parser.parse_args()
    if options.threads:
        os.environ["OMP_NUM_THREADS"] = str(options.threads)

    # After the number of threads is set.
    from . import cards, distill, evaluate, export, ngrams, packing, plot, train, vocabulary
    from .presets import PRESETS
    from .train import Cycle

    preset, work, out, compiled = PRESETS[options.preset], options.work, options.out, not options.no_compile
    work.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer, target_file, draft_file = work / "tokenizer.json", out / "inkling.gguf", out / "inkling-draft.gguf"

    def prepare():
        if not tokenizer.exists():
            vocabulary.train(options.corpus, preset.target.vocabulary, preset.seed).save(str(tokenizer))
        packing.prepare(options.corpus, work, vocabulary.load(tokenizer), preset.text_bytes, preset.seed)

    def write():
        export.write(work / "target.settled.pt", tokenizer, target_file, "Inkling",
                     "A small assistant for the terminal, trained from scratch.")
        export.write(work / "draft.settled.pt", tokenizer, draft_file, "Inkling draft",
                     "Drafts for Inkling, from which it was distilled.")

    def fill():
        plot.draw(work, Path(__file__).parent / "curves.svg")
        if (out / "README.md").exists():
            cards.fill(work / "evaluation.json", out / "README.md")

    def count():
        binary = ngrams.program(options.inkling)
        if binary:
            ngrams.build(options.corpus, work, target_file, out / "inkling.ngrams", binary)
        elif options.step == "ngrams":
            raise SystemExit("recipe: the program `inkling` was not found; build it, or name it with --inkling")
        else:
            print("recipe: no n-grams: the program `inkling` was not found", flush=True)

    first = Cycle("chat.npz", 1.0, preset.decay_from)
    second = Cycle("chat.refine.npz", preset.refine_rate, 0.0)
    again = Cycle("chat.refine.npz", preset.refine_draft_rate, 0.0)
    third = Cycle("chat.refine.npz", preset.settle_rate, 0.0)
    last = Cycle("chat.refine.npz", preset.settle_draft_rate, 0.0)
    actions = {
        "prepare": prepare,
        "target": lambda: train.train(
            "target", preset.target, preset, work, preset.target_tokens, options.target_minutes, first, compiled),
        # Without a decay: distillation goes on from here at the full rate.
        "draft": lambda: train.train(
            "draft.plain", preset.draft, preset, work, preset.draft_tokens, None, Cycle(), compiled),
        "samples": lambda: distill.sample(
            work / "target.pt", work, preset, preset.distill_tokens, work / "samples.npz", first.chat),
        "distill": lambda: distill.distill(
            "draft", work / "target.pt", work / "draft.plain.pt", work / "samples.npz", work, preset,
            preset.distill_tokens, options.distill_minutes, first, compiled),
        "refine": lambda: train.train(
            "target.refined", preset.target, preset, work, preset.refine_tokens, options.refine_minutes, second, compiled,
            work / "target.pt"),
        "refine-samples": lambda: distill.sample(
            work / "target.refined.pt", work, preset, preset.refine_draft_tokens, work / "samples.refined.npz",
            second.chat),
        "refine-draft": lambda: distill.distill(
            "draft.refined", work / "target.refined.pt", work / "draft.pt", work / "samples.refined.npz", work, preset,
            preset.refine_draft_tokens, options.distill_minutes, again, compiled),
        "settle": lambda: train.train(
            "target.settled", preset.target, preset, work, preset.settle_tokens, options.settle_minutes, third, compiled,
            work / "target.refined.pt"),
        "settle-samples": lambda: distill.sample(
            work / "target.settled.pt", work, preset, preset.settle_draft_tokens, work / "samples.settled.npz",
            third.chat),
        "settle-draft": lambda: distill.distill(
            "draft.settled", work / "target.settled.pt", work / "draft.refined.pt", work / "samples.settled.npz", work,
            preset, preset.settle_draft_tokens, options.distill_minutes, last, compiled),
        "export": write,
        "ngrams": count,
        "evaluate": lambda: evaluate.evaluate(target_file, draft_file, options.corpus, work),
        "cards": fill,
    }
    for step in STEPS if options.step == "all" else [options.step]:
        print(f"== {step}", flush=True)
        actions[step]()


main()
