"""All that the Rust side has crosses over: fields, options, stubs."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import bitext

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(__file__).resolve().parents[1]


def public_fields(file: str, struct: str) -> list[str]:
    """The public fields of a Rust struct."""
    text = (ROOT / file).read_text(encoding="utf-8")
    found = re.search(rf"pub struct {struct}(?:<[^>]*>)? \{{\n(.*?)\n\}}", text, re.S)
    assert found, f"{file} has no struct {struct}"
    return re.findall(r"^    pub (\w+):", found[1], re.M)


def test_every_field_of_a_row_crosses() -> None:
    fields = public_fields("src/export/row.rs", "Row")
    assert len(fields) >= 22
    for field in fields:
        assert isinstance(inspect.getattr_static(bitext.Row, field), object)
    row = bitext.align("今天是国庆节。", "Today is National Day.")
    pyarrow_columns = row.to_arrow().schema.names
    assert sorted(pyarrow_columns) == sorted(fields)
    assert all(getattr(row[0], field, ...) is not ... for field in fields)


def test_every_field_of_rejects_and_findings_crosses() -> None:
    for file, struct, kind in [
        ("src/archive/mod.rs", "Reject", bitext.Reject),
        ("src/engine/lock.rs", "Lost", bitext.Lost),
        ("src/fidelity/finding.rs", "Finding", bitext.Finding),
        ("src/engine/learn.rs", "Learned", None),
    ]:
        fields = public_fields(file, struct)
        assert fields
        if kind is not None:
            for field in fields:
                # The finding's kind is called type wherever it is written.
                assert hasattr(kind, "type" if field == "kind" else field), f"{struct}.{field}"
    assert bitext.Findings().to_arrow().schema.names == [
        "type" if field == "kind" else field for field in public_fields("src/fidelity/finding.rs", "Finding")
    ]
    assert bitext.Rejects().to_arrow().schema.names == public_fields("src/archive/mod.rs", "Reject")


def test_every_option_crosses() -> None:
    defaults = bitext.defaults()
    assert sorted(defaults["settings"]) == sorted(public_fields("src/align/mod.rs", "Settings"))
    assert sorted(defaults["learning"]) == sorted(public_fields("src/train/table.rs", "Settings"))
    # Python writes no files that it would have to pass over.
    assert set(public_fields("src/archive/reader.rs", "Options")) - {"skip"} <= set(defaults)
    check = inspect.signature(bitext.check).parameters
    for field in public_fields("src/fidelity/mod.rs", "Settings"):
        assert {"least_probability": "min_probability"}.get(field, field) in check, field
    # What the aligner is asked with is what it has.
    options = bitext.Aligner(
        signals="length", settings={"band_width": 99}, learning={"rounds": 3}, shard="1/2", jobs=1, largest=5
    ).options
    assert (options["settings"]["band_width"], options["settings"]["signals"]) == (99, "length")
    assert (options["learning"]["rounds"], options["shard"], options["jobs"], options["largest"]) == (3, "1/2", 1, 5)


def test_the_command_has_no_option_that_is_unknown_here() -> None:
    """Options of `bitext align` that say what is aligned and how; those of output and of files are the command's own."""
    text = (ROOT / "src/cli/align.rs").read_text(encoding="utf-8")
    found = re.search(r"pub\(super\) struct Arguments \{\n(.*?)\n\}", text, re.S)
    assert found
    of_the_command = {"inputs", "output", "format", "source", "target", "explain", "resume", "mark_every", "quiet"}
    own = set(re.findall(r"^    (\w+):", found[1], re.M)) - of_the_command - {"options", "locks"}
    known = set(bitext.defaults()) | {"no_learn", "model", "dictionary"} | set(bitext.defaults()["settings"])
    assert own <= known, own - known


def test_the_stubs_say_what_is_there() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "bitext._bitext", "--ignore-disjoint-bases"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PYTHON, check=False)
    if "unrecognized arguments" in done.stderr:
        done = subprocess.run(command[:-1], capture_output=True, text=True, cwd=PYTHON, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_takes_little_time() -> None:
    code = "import time; t = time.perf_counter(); import bitext; print(time.perf_counter() - t)"
    times = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5)]
    assert min(times) < 0.3, times
