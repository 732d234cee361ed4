"""Spark with two executors, started here: what it makes is what the command makes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Archive, Killer, lines, told

import bitext
import bitext.spark

pyspark_sql = pytest.importorskip("pyspark.sql")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    builder = pyspark_sql.SparkSession.builder.master("local-cluster[2,1,1024]").appName("bitext")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.files.maxPartitionBytes": str(4 << 20),
        "spark.sql.execution.arrow.maxRecordsPerBatch": "500",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    began = time.monotonic()
    session = builder.getOrCreate()
    told("Spark started", began)
    yield session
    session.stop()


def test_the_rows_do_not_depend_on_the_partitions(spark: Any, small: Archive, tmp_path: Path) -> None:
    df = spark.read.parquet(str(small.folder))
    for parts in (1, 7):
        own = df.repartition(parts, "id").withColumnRenamed("source", "zh").withColumnRenamed("target", "en")
        rows, rejects = bitext.spark.align(own, source="zh", target="en", id="id")
        rows.write.parquet(str(tmp_path / str(parts)))
        assert lines(tmp_path / str(parts)) == small.rows
        assert sorted((one["reason"], one["message"]) for one in rejects.collect()) == small.rejects
    assert len(small.rejects) >= 3


def test_a_model_is_trained_as_by_one_machine(spark: Any, small: Archive) -> None:
    model = bitext.spark.train(spark.read.parquet(str(small.folder)).repartition(5), texts="parquet", name="archive")
    assert model._native.to_json() == small.model
    with pytest.raises(bitext.BitextError, match="no column zh"):
        bitext.spark.align(spark.read.parquet(str(small.folder)), source="zh")


def test_a_lost_executor_changes_nothing(spark: Any, archive: Archive, tmp_path: Path) -> None:
    df, tracker = spark.read.parquet(str(archive.folder)), spark.sparkContext.statusTracker()

    def is_middle() -> bool:
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        return any(stage and stage.numTasks >= 8 and stage.numCompletedTasks >= 3 for stage in stages)

    began = time.monotonic()
    rows, _ = bitext.spark.align(df, persist=False)
    told("Spark, table learned", began)
    with Killer(is_middle, "CoarseGrainedExecutorBackend") as killer:
        rows.write.parquet(str(tmp_path / "rows"))
    told(f"Spark, {len(archive.rows)} rows written, executor {killer.killed} killed in the middle", began)
    assert killer.killed, "the work was done before an executor could be killed"
    assert lines(tmp_path / "rows") == archive.rows
