# SPDX-License-Identifier: Apache-2.0
"""Reading the corpus, and how often each dialogue is seen."""

import json
import lzma
import re
from dataclasses import dataclass
from pathlib import Path

SEPARATOR = "\n<|endoftext|>\n"

# Pages about these are worth more: they are what people ask a terminal assistant about.
WELL_KNOWN = frozenset(
    """
    7z adb alias ansible apk apt apt-get awk base64 basename bash bat bc brew bundle bunzip2 bzip2 cal cargo cat cd
    chmod chown chgrp choco clear cmake code column comm composer conda cp cron crontab curl cut date dd deno df diff
    dig dirname dmesg dnf docker docker-compose dotnet dpkg du echo env export ed emacs fd ffmpeg fg bg file find
    firewall-cmd flatpak for free fsck fzf gcc g++ clang gem gh git go gpg gradle grep groupadd groups gunzip gzip
    hash head help helm hexdump history host hostname htop http id if ifconfig ip iptables java javac jobs journalctl
    jq kill killall kubectl last ldd less ln locate logout losetup ls lsblk lscpu lsof lspci lsusb make man md5sum
    mkdir mkfs mktemp more mount mv mysql mysqldump nano nc ncdu netcat netstat nginx nice nl nmap nmcli node nohup
    npm npx nslookup nvim nvm open openssl pacman pandoc parted passwd paste patch perl pgrep php ping pip pip3 pipx
    pkill pnpm podman poetry printenv printf ps psql pstree pwd pytest python python3 rails rg rm rmdir rpm rsync ruby
    ruff rustc rustup scp screen sed seq service sftp sh sha256sum sha1sum shred shuf shutdown reboot sleep snap sort
    source split sqlite3 ss ssh ssh-add ssh-copy-id ssh-keygen stat strace strings su sudo swift swiftc sysctl
    systemctl tac tail tar tee telnet terraform test time timeout tmux top touch tr traceroute tree truncate tsc type
    ufw ulimit umount uname uniq unlink unset unxz unzip update-alternatives uptime useradd userdel usermod uv vi vim
    vmstat w watch wc wget whatis whereis which while who whoami winget xargs xclip xz yarn yes yq yum zcat zip
    zstd zsh zypper magick convert exiftool yt-dlp 7za ack ag aws az gcloud minikube vagrant virtualenv venv make
    """.split()
)

# The everyday ones among them.
DAILY = frozenset(
    """
    7z apt apt-get awk base64 bash bzip2 cat cd chmod chown cp cron crontab curl cut date dd df diff dig dnf docker du
    echo env export fd ffmpeg file find for free git grep gunzip gzip head history hostname id ip jobs journalctl jq
    kill killall kubectl less ln ls lsblk lsof make man md5sum mkdir mktemp more mount mv nano nc netstat nl node nohup
    npm nproc openssl pacman passwd paste pgrep ping pip pip3 pkill printf ps pwd python python3 rename rg rm rmdir
    rsync scp sed seq sha256sum sort split ss ssh ssh-copy-id ssh-keygen stat su sudo swift systemctl tac tail tar tee
    time tmux top touch tr traceroute tree umount uname uniq unzip uptime useradd usermod vim watch wc wget which while
    whoami xargs xz zcat zip zstd brew cargo
    """.split()
)

# Sums are beyond a model of this size, and their answers are long.
LEFT_OUT = frozenset({"gsm8k-train"})

FENCE = re.compile(r"```\w*\n(.*?)\n```", re.DOTALL)
NOT_HERE = re.compile(r"\b(on|in) (Windows|macOS|Android|FreeBSD|OpenBSD|NetBSD|SunOS|Cisco IOS)\b", re.IGNORECASE)
WRAPPERS = frozenset({"sudo", "time", "nohup", "doas"})


@dataclass(frozen=True)
class Dialogue:
    turns: tuple  # of (role, content)
    source: str


def read_dialogues(corpus: Path, split: str) -> list[Dialogue]:
    out = []
    with lzma.open(corpus / f"chat.{split}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            turns = tuple((m["role"], m["content"]) for m in entry["messages"])
            out.append(Dialogue(turns, entry["source"]))
    return out


def read_documents(corpus: Path, split: str) -> list[str]:
    with lzma.open(corpus / f"text.{split}.txt.xz", "rt", encoding="utf-8") as file:
        return [d for d in file.read().split(SEPARATOR) if d.strip()]


def commands(answer: str) -> list[str]:
    """The fenced blocks of an answer."""
    return [block.strip() for block in FENCE.findall(answer)]


def tool_of(command: str) -> str | None:
    """The program that a command starts: its first word that is not a comment, a variable or a wrapper."""
    for line in command.splitlines():
        if line.lstrip().startswith("#"):
            continue
        for word in line.split():
            if word in WRAPPERS or re.fullmatch(r"[A-Za-z_]\w*=\S*", word):
                continue
            return word
    return None


def deduplicated(dialogues: list[Dialogue]) -> list[Dialogue]:
    """Without dialogues whose words are those of an earlier one, case and punctuation apart."""
    seen, out = set(), []
    for dialogue in dialogues:
        key = " / ".join(
            re.sub(r"[^\w/.<>$|&*-]+", " ", text.lower()).strip(" .") if role == "user" else text
            for role, text in dialogue.turns
        )
        if key not in seen:
            seen.add(key)
            out.append(dialogue)
    return out


def refining_weight(dialogue: Dialogue) -> float:
    """How often a dialogue is seen in one pass of the second cycle. Nearly every command of tldr stands under three or
    more questions; what counts there is that each command is seen again and again, so what does not name one is rarer."""
    if dialogue.source in LEFT_OUT:
        return 0.0
    if dialogue.source == "manner":
        return 2.0
    if dialogue.source == "handmade":
        return 5.0
    question, answer = dialogue.turns[0][1], dialogue.turns[1][1]
    blocks = commands(answer)
    if dialogue.source != "tldr":
        return (0.7 if blocks else 0.4) if len(answer) < 800 else 0.15
    if not blocks:
        return 0.15 if "press " in answer else 0.3
    tools = {tool_of(b) for b in blocks}
    value = 1.3 if tools & DAILY else 1.1 if tools & WELL_KNOWN else 0.9
    if blocks[0].startswith("# "):
        # All examples of a page in one answer: the most commands for the tokens.
        value *= 1.5
    if NOT_HERE.search(question) or NOT_HERE.search(answer):
        value *= 0.6
    return value


def weight(dialogue: Dialogue, late: bool = False) -> float:
    """How often a dialogue is seen in one pass over the corpus. `late`, while the learning rate falls, the everyday tools
    take room from the rare ones: what is seen then is remembered best."""
    if dialogue.source in LEFT_OUT:
        return 0.0
    if dialogue.source == "handmade":
        return 12.0 if late else 6.0
    question, answer = dialogue.turns[0][1], dialogue.turns[1][1]
    blocks = commands(answer)
    if dialogue.source != "tldr":
        value = 1.0 if len(answer) < 1_200 else 0.3
        return 0.5 * value if late else value
    if not blocks and "press " in answer:
        return 0.1 if late else 0.25
    tools = {tool_of(b) for b in blocks} if blocks else set(re.findall(r"`([\w.+-]+)", answer))
    if tools & DAILY:
        value = 1.8 if late else 1.6
    elif tools & WELL_KNOWN:
        value = 1.1 if late else 1.6
    else:
        value = 0.3 if late else 0.55
    if late and blocks and blocks[0].startswith("# "):
        # All examples of a page in one answer: the most commands for the tokens.
        value *= 2
    if NOT_HERE.search(question) or NOT_HERE.search(answer):
        value *= 0.6
    return value
