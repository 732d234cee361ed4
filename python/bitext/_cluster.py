"""What engines of clusters run on every batch; `bitext.spark` and `bitext.ray` only hand it out."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow

from . import Aligner, Model, _bitext, _unpickled, align_batch

LONG_LISTS = pyarrow.list_(pyarrow.int64())
TEXTS = pyarrow.list_(pyarrow.string())
REJECT = pyarrow.struct([(name, pyarrow.string()) for name in ("path", "place", "reason", "message")])
ROWS = pyarrow.record_batch(_bitext.rows_to_arrow([])).schema
"""The columns of rows."""
OUTCOME = ROWS.append(pyarrow.field("rejected", REJECT))
"""Rows and rejects in one table: either `rejected` is null, or all else."""


@functools.lru_cache(maxsize=4)
def aligner_of(state: str) -> Aligner:
    """One aligner a process, however many batches it is handed."""
    return _unpickled(state)


def state_of(model: Model | str | None, learn: bool, options: dict[str, Any]) -> tuple[Aligner, bool]:
    """The aligner, and whether there is a table to be learned for it. Clusters count in cores: one thread a task."""
    aligner = Aligner(model, **{"jobs": 1, **options})
    return aligner, learn and aligner._native.wants_table()


def outcomes(state: str, batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    """Aligns batches of records; each gives one of rows and, where something was set aside, one of rejects."""
    aligner = aligner_of(state)
    for batch in batches:
        rows, rejects = map(pyarrow.record_batch, align_batch(batch, aligner))
        yield rows.append_column("rejected", pyarrow.nulls(rows.num_rows, REJECT)).cast(OUTCOME)
        if rejects.num_rows:
            nothing = [pyarrow.nulls(rejects.num_rows, field.type) for field in ROWS]
            yield pyarrow.RecordBatch.from_arrays([*nothing, rejects.to_struct_array().cast(REJECT)], schema=OUTCOME)


def draw(state: str, most: int, batches: Iterable[pyarrow.RecordBatch]) -> str:
    """The part of the sample that these records have."""
    drawn, aligner = _bitext.Draw(most), aligner_of(state)
    for batch in batches:
        drawn.add(batch, aligner._native)
    return drawn.to_json()


def merge(most: int, draws: Iterable[str]) -> _bitext.Draw:
    """The sample of all of the draws' records."""
    merged = _bitext.Draw(most)
    for one in draws:
        merged.merge(one)
    return merged


def count(state: str, part: str) -> str:
    """Aligns and counts a part of the sample."""
    return aligner_of(state)._native.count(part)
