"""Ray with two cores, started here: what it makes is what the command makes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import FILES, Archive, Killer, lines, told

import bitext
import bitext.ray


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    engine = pytest.importorskip("ray")
    began = time.monotonic()
    engine.init(num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.1", object_store_memory=1 << 30, log_to_driver=False)
    told("Ray started", began)
    yield engine
    engine.shutdown()


def test_the_rows_do_not_depend_on_the_blocks(ray: Any, small: Archive, tmp_path: Path) -> None:
    ds = ray.data.read_parquet(str(small.folder))
    for blocks in (1, 7):
        rows, rejects = bitext.ray.align(ds.repartition(blocks), batch_size=200)
        rows.write_parquet(str(tmp_path / str(blocks)))
        assert lines(tmp_path / str(blocks)) == small.rows
        assert sorted((one["reason"], one["message"]) for one in rejects.take_all()) == small.rejects


def test_a_model_is_trained_as_by_one_machine(ray: Any, small: Archive) -> None:
    model = bitext.ray.train(ray.data.read_parquet(str(small.folder)), texts="parquet", name="archive")
    assert model._native.to_json() == small.model


def test_a_lost_worker_changes_nothing(ray: Any, archive: Archive, tmp_path: Path) -> None:
    ds = ray.data.read_parquet(str(archive.folder)).repartition(FILES)
    began = time.monotonic()
    rows, _ = bitext.ray.align(ds, materialize=False)
    told("Ray, table learned", began)
    started = time.monotonic()
    with Killer(lambda: time.monotonic() - started > 6, r"^ray::.*MapBatches\(outcomes\)") as killer:
        rows.write_parquet(str(tmp_path / "rows"))
    told(f"Ray, {len(archive.rows)} rows written, worker {killer.killed} killed in the middle", began)
    assert killer.killed, "the work was done before a worker could be killed"
    assert lines(tmp_path / "rows") == archive.rows
