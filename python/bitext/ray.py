"""Aligning and training on Ray Data. Ray distributes; every worker runs `bitext.align_batch` on Arrow batches.

    rows, rejects = bitext.ray.align(ray.data.read_parquet("articles"), source="zh", target="en")
    rows.write_parquet("rows")

A translation table is learned first, from the same records whatever the blocks (see `bitext.spark`), so the rows are those of
`bitext align` over Parquet files with the same columns, to the byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow

from . import SAMPLE_BYTES, TRAINING_BYTES, Aligner, Model, _bitext, _cluster

if TYPE_CHECKING:
    from ray.data import Dataset

PARTS = 64
"""Parts that a sample is counted in, at most."""


class Aligned(NamedTuple):
    """What came of a data set."""

    rows: Dataset
    """One bead a row, with the columns of `bitext align -o rows.parquet`."""
    rejects: Dataset
    """Records that were set aside: path, place, reason, message."""


def align(
    ds: Dataset,
    source: str = "source",
    target: str = "target",
    id: str = "id",
    *,
    model: Model | str | None = None,
    learn: bool = True,
    batch_size: int = 1024,
    materialize: bool = True,
    **options: Any,
) -> Aligned:
    """Aligns the records of a data set; columns beside the three named are kept in `meta`.

    `options` are those of `bitext.Aligner`; `jobs` is 1, since Ray counts in cores. The outcome is kept in the object
    store, because both data sets are cut from it; without `materialize` it is computed for each.
    """
    aligner, learning = _cluster.state_of(model, learn, options)
    names = {id: "id", source: "source", target: "target"}
    if learning:
        aligner._native.learn_counted(_counts(ds, aligner, names, SAMPLE_BYTES))
    state = aligner._native.state()

    def outcomes(table: pyarrow.Table) -> pyarrow.Table:
        return pyarrow.Table.from_batches(list(_cluster.outcomes(state, _records(table, names))), _cluster.OUTCOME)

    def rows(table: pyarrow.Table) -> pyarrow.Table:
        return table.filter(table["rejected"].is_null()).drop_columns("rejected")

    def rejects(table: pyarrow.Table) -> pyarrow.Table:
        return pyarrow.Table.from_pylist(
            [one for one in table["rejected"].to_pylist() if one], schema=pyarrow.schema(_cluster.REJECT)
        )

    outcome = ds.map_batches(outcomes, batch_format="pyarrow", batch_size=batch_size)
    if materialize:
        outcome = outcome.materialize()
    whole: dict[str, Any] = {"batch_format": "pyarrow", "batch_size": None}
    return Aligned(outcome.map_batches(rows, **whole), outcome.map_batches(rejects, **whole))


def train(
    ds: Dataset,
    source: str = "source",
    target: str = "target",
    id: str = "id",
    *,
    texts: str = "a data set",
    name: str | None = None,
    model: Model | str | None = None,
    **options: Any,
) -> Model:
    """Fits a model to the records, as `Model.train` fits it to Parquet files with them; `texts` is what its origin says of them."""
    aligner, _ = _cluster.state_of(model, True, options)
    parts = _counts(ds, aligner, {id: "id", source: "source", target: "target"}, TRAINING_BYTES)
    return Model(aligner._native.fit_counted(parts, texts, name))


def _records(table: pyarrow.Table, names: dict[str, str]) -> list[pyarrow.RecordBatch]:
    if missing := [name for name in names if name not in table.column_names]:
        raise _bitext.BitextError(f"the data set has no column {', '.join(missing)}; there are {', '.join(table.column_names)}")
    rest = [name for name in table.column_names if name not in names]
    if taken := [name for name in rest if name in names.values()]:
        raise _bitext.BitextError(f"another column is called {', '.join(taken)} already: drop or rename it")
    batches: list[pyarrow.RecordBatch] = table.select([*names, *rest]).rename_columns([*names.values(), *rest]).to_batches()
    return batches


def _counts(ds: Dataset, aligner: Aligner, names: dict[str, str], most: int) -> list[str]:
    """Draws the sample (a draw a block, merged here), and aligns and counts it in parts."""
    import ray

    state = aligner._native.state()

    def draw(table: pyarrow.Table) -> pyarrow.Table:
        return pyarrow.table({"part": [_cluster.draw(state, most, _records(table, names))]})

    def count(line: dict[str, Any]) -> dict[str, Any]:
        return {"n": line["n"], "part": _cluster.count(state, line["part"])}

    draws = ds.map_batches(draw, batch_format="pyarrow", batch_size=None).iter_rows()
    parts = _cluster.merge(most, (row["part"] for row in draws)).parts(PARTS)
    if not parts:
        return []
    spread = ray.data.from_items([{"n": n, "part": part} for n, part in enumerate(parts)], override_num_blocks=len(parts))
    counted = spread.map(count).take_all()
    return [row["part"] for row in sorted(counted, key=lambda row: int(row["n"]))]
