# SPDX-License-Identifier: Apache-2.0
"""The n-gram store of the bundled models, which Superposed Decoding tells its drafts apart by."""

import os
import shutil
import subprocess
from pathlib import Path

from . import corpus as corpora

# How often n-grams of 2, 3, ... tokens must occur: 20 MB, and drafts hardly gain from twice as many (README.md above).
MINIMUM_COUNTS = "2,3,5,8,10"

SEPARATOR = "<|endoftext|>"


def program(given: Path | None) -> Path | None:
    """The `inkling` binary: the one that was named, else that of the environment, of the path, or of a build."""
    if given:
        return given
    root = Path(__file__).parent.parent.parent
    found = os.environ.get("INKLING") or shutil.which("inkling")
    places = [Path(found)] if found else []
    places += [root / ".build" / kind / "inkling" for kind in ("release", "debug")]
    return next((place for place in places if place.is_file()), None)


def write_text(corpus: Path, path: Path):
    """All that was trained on as plain text. A message that stands in many dialogues is counted once."""
    seen = set()
    with open(path, "w", encoding="utf-8") as out:
        for document in corpora.read_documents(corpus, "train"):
            out.write(f"{document.strip(chr(10))}\n{SEPARATOR}\n")
        for dialogue in corpora.read_dialogues(corpus, "train"):
            if dialogue.source in corpora.LEFT_OUT:
                continue
            for _, message in dialogue.turns:
                text = message.strip("\n")
                if text and text not in seen:
                    seen.add(text)
                    out.write(f"{text}\n{SEPARATOR}\n")


def build(corpus: Path, work: Path, model: Path, out: Path, binary: Path):
    text, store = work / "ngrams.txt", work / "inkling.ngrams"
    if not text.exists():
        part = text.with_suffix(".part")
        write_text(corpus, part)
        part.rename(text)
    if not store.exists():
        subprocess.run(
            [binary, "ngrams", "build", "-m", model, "-o", store, "--min-count", MINIMUM_COUNTS, text], check=True)
    shutil.copyfile(store, out)
