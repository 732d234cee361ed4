"""Aligning and training on Spark. Spark distributes; every executor runs `bitext.align_batch` on Arrow batches.

    rows, rejects = bitext.spark.align(df, source="zh", target="en", id="id")
    rows.write.parquet("rows")
    rejects.write.json("rejected")

A translation table is learned first, as `bitext align` learns it: the same records are drawn by their ids whatever the partitions,
they are aligned and counted on the cluster, and the driver puts the counts together. So the rows are those of `bitext align` over
Parquet files with the same columns, to the byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow

from . import SAMPLE_BYTES, TRAINING_BYTES, Aligner, Model, _bitext, _cluster

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

STRINGS = "array<string>"
SPANS = "array<array<bigint>>"
SCHEMA = (
    "id string, doc string, n bigint, kind string, section string, source_lang string, target_lang string, "
    f"source {STRINGS}, target {STRINGS}, source_spans {SPANS}, target_spans {SPANS}, "
    "source_paragraph bigint, target_paragraph bigint, source_index array<bigint>, target_index array<bigint>, "
    f"confidence double, cost bigint, parts string, status string, flags {STRINGS}, meta string, extra string, "
    "rejected struct<path: string, place: string, reason: string, message: string>"
)

Batches = Iterator[pyarrow.RecordBatch]


class Aligned(NamedTuple):
    """What came of a data frame."""

    rows: DataFrame
    """One bead a row, with the columns of `bitext align -o rows.parquet`."""
    rejects: DataFrame
    """Records that were set aside: path, place, reason, message."""


def align(
    df: DataFrame,
    source: str = "source",
    target: str = "target",
    id: str = "id",
    *,
    model: Model | str | None = None,
    learn: bool = True,
    persist: bool = True,
    **options: Any,
) -> Aligned:
    """Aligns the records of a data frame; columns beside the three named are kept in `meta`.

    `options` are those of `bitext.Aligner`; `jobs` is 1, since Spark counts in cores. Without `learn`, or with a model that has a
    table, the records are read once. The outcome is persisted (memory, then disk), because both frames are cut from it; without
    `persist` it is computed for each.
    """
    records = _records(df, source, target, id)
    aligner, learning = _cluster.state_of(model, learn, options)
    if learning:
        aligner._native.learn_counted(_counts(records, aligner, SAMPLE_BYTES))
    state = aligner._native.state()

    def outcomes(batches: Batches) -> Batches:
        return _cluster.outcomes(state, batches)

    outcome = records.mapInArrow(outcomes, SCHEMA)
    if persist:
        outcome = outcome.persist()
    rows = outcome.where("rejected is null").drop("rejected")
    return Aligned(rows, outcome.where("rejected is not null").select("rejected.*"))


def train(
    df: DataFrame,
    source: str = "source",
    target: str = "target",
    id: str = "id",
    *,
    texts: str = "a data frame",
    name: str | None = None,
    model: Model | str | None = None,
    **options: Any,
) -> Model:
    """Fits a model to the records, as `Model.train` fits it to Parquet files with them; `texts` is what its origin says of them."""
    aligner, _ = _cluster.state_of(model, True, options)
    parts = _counts(_records(df, source, target, id), aligner, TRAINING_BYTES)
    return Model(aligner._native.fit_counted(parts, texts, name))


def _records(df: DataFrame, source: str, target: str, id: str) -> DataFrame:
    from pyspark.sql.functions import col

    names = {id: "id", source: "source", target: "target"}
    if missing := [name for name in names if name not in df.columns]:
        raise _bitext.BitextError(f"the data frame has no column {', '.join(missing)}; there are {', '.join(df.columns)}")
    rest = [name for name in df.columns if name not in names]
    if taken := [name for name in rest if name in names.values()]:
        raise _bitext.BitextError(f"another column is called {', '.join(taken)} already: drop or rename it")
    return df.select(*(col(f"`{own}`").alias(name) for own, name in names.items()), *(col(f"`{name}`") for name in rest))


def _counts(records: DataFrame, aligner: Aligner, most: int) -> list[str]:
    """Draws the sample (a draw a partition, merged by one task), and aligns and counts it in parts."""
    state, session = aligner._native.state(), records.sparkSession

    def text(*values: tuple[int, str]) -> pyarrow.RecordBatch:
        numbers, texts = zip(*values, strict=True)
        return pyarrow.record_batch([pyarrow.array(numbers, pyarrow.int64()), pyarrow.array(texts)], names=["n", "part"])

    def draw(batches: Batches) -> Batches:
        yield text((0, _cluster.draw(state, most, batches)))

    def merge(batches: Batches) -> Batches:
        draws = (part.as_py() for batch in batches for part in batch.column("part"))
        yield text((0, _cluster.merge(most, draws).to_json()))

    def count(batches: Batches) -> Batches:
        for batch in batches:
            for line in batch.to_pylist():
                yield text((line["n"], _cluster.count(state, line["part"])))

    form = "n bigint, part string"
    drawn = records.mapInArrow(draw, form).repartition(1).mapInArrow(merge, form).collect()
    tasks = max(1, min(64, int(session.conf.get("spark.sql.shuffle.partitions", "64") or 64)))
    parts = list(enumerate(_cluster.merge(most, (row["part"] for row in drawn)).parts(tasks)))
    if not parts:
        return []
    spread = session.createDataFrame(parts, form).repartition(len(parts), "n")
    return [row["part"] for row in sorted(spread.mapInArrow(count, form).collect(), key=lambda row: int(row["n"]))]
