"""Articles for the clusters, and what the command makes of them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pyarrow
import pyarrow.parquet
import pytest

import bitext

ROOT = Path(__file__).resolve().parents[2]
COMMAND = os.environ["BITEXT"]
ARTICLES = int(os.environ.get("ARTICLES", "20000"))
FILES = 24


class Archive(NamedTuple):
    folder: Path
    """Parquet files."""
    rows: list[str]
    """What `bitext align` writes, sorted."""
    rejects: list[tuple[str, str]]
    """Path and reason of what it sets aside, sorted."""
    model: str
    """What `bitext train` writes."""


def make(folder: Path, count: int) -> Archive:
    """An archive of so many articles, some of them broken, in Parquet files."""
    records = folder / "all.jsonl"
    subprocess.run([sys.executable, ROOT / "scripts/make-archive", str(count), records], check=True, stdout=subprocess.DEVNULL)
    lines = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
    for number, line in enumerate(lines):
        line["path"] = f"{line['id']}.md"
        if number % 500 == 17:
            line["target"] = ""
    parquet = folder / "parquet"
    parquet.mkdir()
    for number in range(FILES):
        part = lines[number::FILES]
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(part), parquet / f"{number:03}.parquet")
    subprocess.run([COMMAND, "align", parquet, "-o", folder / "rows.jsonl", "--quiet"], check=False)
    subprocess.run([COMMAND, "train", parquet, "-o", folder / "m.json", "--name", "archive"], check=True)
    rejected = [json.loads(line) for line in (folder / "rows.jsonl.rejected.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = sorted((folder / "rows.jsonl").read_text(encoding="utf-8").splitlines())
    assert len(rows) > 5 * count
    return Archive(parquet, rows, sorted((one["reason"], one["message"]) for one in rejected), (folder / "m.json").read_text())


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return make(tmp_path_factory.mktemp("archive"), ARTICLES)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return make(tmp_path_factory.mktemp("small"), 1500)


def lines(folder: Path) -> list[str]:
    """The rows of Parquet files that a cluster wrote, as the command would write them, sorted."""
    found: list[str] = []
    for path in sorted(folder.rglob("*.parquet")):
        if table := pyarrow.parquet.read_table(path):
            found += bitext.Rows.from_arrow(table).to_jsonl().splitlines()
    return sorted(found)


def descendants(process: int) -> list[int]:
    """The processes that this one has started, and those that these have."""
    found, ahead = [], [process]
    while ahead:
        parent = ahead.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                children = [int(child) for child in task.read_text().split()]
            except OSError:
                continue
            found += children
            ahead += children
    return found


def named(processes: list[int], pattern: str) -> list[int]:
    def has(process: int) -> bool:
        try:
            return bool(re.search(pattern, Path(f"/proc/{process}/cmdline").read_text(errors="replace").replace("\0", " ")))
        except OSError:
            return False

    return [process for process in processes if has(process)]


class Killer:
    """Ends one of our own workers once it is told that the work is in its middle."""

    def __init__(self, is_middle: Callable[[], bool], name: str) -> None:
        self.killed: int | None = None
        self._is_middle, self._name, self._stop = is_middle, name, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            found = named(descendants(os.getpid()), self._name)
            if found and self._is_middle():
                self.killed = found[0]
                os.kill(found[0], signal.SIGKILL)
                return

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def told(what: str, since: float) -> None:
    print(f"\n{what}: {time.monotonic() - since:.1f} s", flush=True)
