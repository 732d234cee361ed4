"""What the package gives is what the command gives."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import bitext

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = ROOT / "corpus/newspaper/articles"


@pytest.fixture(scope="session")
def rows() -> bitext.Rows:
    return bitext.align_articles(ARTICLES)


def test_a_text_and_its_translation() -> None:
    found = bitext.align("今天是国庆节。全国各地举行庆祝大会。", "Today is National Day. Rallies were held everywhere.")
    assert [row.kind for row in found] == ["1-1", "1-1"]
    assert found[0].source == ["今天是国庆节。"]
    assert found[0].source_spans == [(0, 21)]
    assert found[1].id == "text#2"


def test_lists_of_sentences_are_kept() -> None:
    found = bitext.align(["今天是国庆节。", "全国各地举行庆祝大会。"], ["Today is National Day.", "Rallies were held everywhere."])
    assert [row.source_index for row in found] == [[0], [1]]
    with pytest.raises(bitext.BitextError, match="give both in one form"):
        bitext.align(["今天是国庆节。"], "Today is National Day.")


def test_the_command_gives_the_same_bytes(rows: bitext.Rows) -> None:
    command = os.environ.get("BITEXT")
    if not command:
        pytest.skip("BITEXT names no command to compare with")
    done = subprocess.run([command, "align", ARTICLES, "--quiet"], capture_output=True, check=True)
    assert rows.to_jsonl().encode() == done.stdout
    assert rows.learned and rows.learned[0][:2] == ("zh", "en")


def test_any_number_of_threads_gives_the_same(rows: bitext.Rows) -> None:
    assert bitext.align_articles(ARTICLES, jobs=1).to_jsonl() == rows.to_jsonl()


def test_a_stream_gives_document_after_document(rows: bitext.Rows) -> None:
    documents = list(bitext.stream(ARTICLES))
    assert len(documents) == 40
    assert "".join(document.to_jsonl() for document in documents) == rows.to_jsonl()
    # One that nobody reads to its end stops by itself.
    unread = bitext.stream([ARTICLES] * 20, learn=False)
    next(iter(unread))
    del unread


def test_records_are_dicts_or_tables() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    records: list[dict[str, Any]] = [
        {
            "id": "a",
            "source": "今天是国庆节。大家高兴。",
            "target": "It is a holiday. All are glad.",
            "date": "1957-10-01",
            "page": 3,
        },
        {"id": "b", "source": "", "target": "Nothing."},
    ]
    found = bitext.align_records(records)
    assert found[0].meta == {"date": "1957-10-01", "page": 3, "path": ""}
    assert [reject.reason for reject in found.rejects] == ["empty_source"]
    table = pyarrow.table({name: [record.get(name) for record in records] for name in records[0]})
    assert bitext.align_records(table)[0].to_dict() == found[0].to_dict()
    with pytest.raises(bitext.BitextError, match=r"record 1: .*not JSON serializable"):
        bitext.align_records([{"id": "a", "source": object(), "target": ""}])


def test_a_batch_gives_rows_and_rejects(rows: bitext.Rows) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    texts = ["今天是国庆节。全国各地举行庆祝大会。", " "]
    batch = pyarrow.record_batch({"id": ["a", "b"], "source": texts, "target": ["Today is a day. Rallies!"] * 2})
    made, rejects = map(pyarrow.record_batch, bitext.align_batch(batch, bitext.Aligner(path="x.parquet")))
    assert bitext.Rows.from_arrow(made).to_jsonl() == bitext.Aligner(path="x.parquet").align_records(batch.to_pylist()).to_jsonl()
    assert rejects.to_pylist()[0]["place"] == "record b"
    assert json.loads(made.column("meta")[0].as_py()) == {"path": "x.parquet"}
    with pytest.raises(bitext.BitextError, match='no column "target"'):
        bitext.align_batch(batch.drop_columns("target"), bitext.Aligner())
    # Dates are what JSON has them as; what has no likeness there is refused with its column.
    dated = batch.append_column("date", pyarrow.array([-86400, 3600], pyarrow.timestamp("s")))
    made, _ = map(pyarrow.record_batch, bitext.align_batch(dated, bitext.Aligner()))
    assert json.loads(made.column("meta")[0].as_py())["date"] == "1969-12-31"
    assert (
        bitext.Rows.from_arrow(
            pyarrow.record_batch(
                bitext.align_batch(batch.append_column("date", pyarrow.array([-1, 0], pyarrow.date32())), bitext.Aligner())[0]
            )
        )[0].meta["date"]
        == "1969-12-31"
    )
    timed = batch.append_column("when", pyarrow.array([0, 0], pyarrow.duration("s")))
    with pytest.raises(bitext.BitextError, match='column "when"'):
        bitext.align_batch(timed, bitext.Aligner())
    assert pyarrow.record_batch(rows).num_rows == len(rows)


def test_rows_go_through_arrow_and_back(rows: bitext.Rows) -> None:
    pytest.importorskip("pyarrow")
    assert bitext.Rows.from_arrow(rows.to_arrow()).to_jsonl() == rows.to_jsonl()
    frame = rows.to_pandas()
    assert list(frame["id"]) == [row.id for row in rows]
    assert rows.to_dicts() == [json.loads(line) for line in rows.to_jsonl().splitlines()]


def test_tables_show_themselves(rows: bitext.Rows) -> None:
    shown = rows._repr_html_()
    assert shown.count("<tr>") == 21
    assert f"and {len(rows) - 20} more" in shown
    assert "<script" not in bitext.align("今天<script>。", "Today <script>.")._repr_html_()
    assert repr(rows) == f"<Rows: {len(rows)}>"


def test_sentences_with_their_places() -> None:
    text = "今天是国庆节。𠮷野说：“好！”他走了。"
    sentences = bitext.split(text, "zh")
    assert [one.text for one in sentences] == [text[one.start : one.end] for one in sentences]
    assert len(sentences) >= 2
    assert bitext.split("Mr. Wang left. He ran.", "en")[0].rule == "end mark"


def test_a_model_is_trained_saved_and_used(tmp_path: Path, rows: bitext.Rows) -> None:
    model = bitext.Model.train(ARTICLES, name="newspaper")
    model.save(tmp_path / "m.json")
    again = bitext.Model.load(tmp_path / "m.json")
    assert (again.name, again.source_lang) == ("newspaper", "zh")
    found = bitext.align_articles(ARTICLES, model=again)
    assert found.learned == []
    assert len(found) > 600
    command = os.environ.get("BITEXT")
    if command:
        subprocess.run([command, "train", ARTICLES, "-o", tmp_path / "own.json", "--name", "newspaper"], check=True)
        assert (tmp_path / "own.json").read_text() == (tmp_path / "m.json").read_text()


def test_findings_and_scores(rows: bitext.Rows) -> None:
    findings = bitext.check(rows)
    assert len(findings) > 20
    assert {score["level"] for score in findings.scores} >= {"article", "year", "all"}
    whole = findings.scores[-1]
    assert whole["level"] == "all" and whole["documents"] == 40 and whole["date"] == ""
    assert whole["date_findings"] == sum(finding.type == "date" for finding in findings if finding.pair in {row.id for row in rows})
    assert bitext.check(ARTICLES).to_dicts() == findings.to_dicts()
    numbers = bitext.check(rows, checks=["number"], min_probability=0.8)
    assert {finding.type for finding in numbers} == {"number"}
    assert min(finding.probability for finding in numbers) >= 0.8
    with pytest.raises(bitext.BitextError, match="no check"):
        bitext.check(rows, checks=["colour"])
    command = os.environ.get("BITEXT")
    if command:
        done = subprocess.run([command, "check", ARTICLES, "--quiet"], capture_output=True, check=True, text=True)
        assert findings.to_dicts() == [json.loads(line) for line in done.stdout.splitlines()]


def test_scores_against_gold(rows: bitext.Rows) -> None:
    report = bitext.evaluate(ROOT / "corpus/newspaper/gold", rows)
    assert report["documents"] == 40
    assert report["b_strict"]["f1"] > 0.9
    assert report["missing"] == []
    command = os.environ.get("BITEXT")
    if command:
        done = subprocess.run(
            [command, "evaluate", "--gold", ROOT / "corpus/newspaper/gold", "--test", _written(rows), "--json"],
            capture_output=True,
            check=True,
        )
        own = json.loads(done.stdout)
        assert {key: report[key] for key in own} == own


def _written(rows: bitext.Rows) -> str:
    import tempfile

    path = Path(tempfile.mkdtemp()) / "rows.jsonl"
    path.write_text(rows.to_jsonl(), encoding="utf-8")
    return str(path)


def test_rows_are_read_back(tmp_path: Path, rows: bitext.Rows) -> None:
    (tmp_path / "rows.jsonl").write_text(rows.to_jsonl(), encoding="utf-8")
    assert bitext.read_rows(tmp_path / "rows.jsonl").to_jsonl() == rows.to_jsonl()
    with pytest.raises(FileNotFoundError, match=r"none\.jsonl"):
        bitext.read_rows(tmp_path / "none.jsonl")
    (tmp_path / "bad.jsonl").write_text("{}\n")
    with pytest.raises(bitext.BitextError, match=r"bad\.jsonl: line 1"):
        bitext.read_rows(tmp_path / "bad.jsonl")


def test_locks_hold_and_what_does_not_is_told(rows: bitext.Rows) -> None:
    line = rows[3].to_dict() | {"status": "locked", "note": "checked by hand"}
    locked = bitext.Row.from_json(json.dumps(line))
    found = bitext.align_articles(ARTICLES, locks=[locked], anchors={rows[3].doc: [(999, 999)]})
    assert found[3].status == "locked" and found[3].extra == {"note": "checked by hand"}
    assert [lost.reason for lost in found.lost] == ["anchor"]


def test_errors_are_exceptions_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        bitext.align_articles("nowhere")
    with pytest.raises(bitext.BitextError, match="empty"):
        bitext.align("", "Text.")
    (tmp_path / "m.json").write_text("{}")
    with pytest.raises(bitext.BitextError, match=r"m\.json: not a model file"):
        bitext.Model.load(tmp_path / "m.json")
    with pytest.raises(bitext.BitextError, match="unknown field `colour`"):
        bitext.Aligner(colour=1)
    with pytest.raises(bitext.BitextError, match="band_width"):
        bitext.Aligner(settings={"band_width": 1})
    (tmp_path / "a.md").write_text("no header")
    assert [reject.reason for reject in bitext.align_articles(tmp_path / "a.md").rejects] == ["no_header"]


def test_an_aligner_is_sent_with_what_it_learned(rows: bitext.Rows) -> None:
    aligner = bitext.Aligner()
    aligner.learn(ARTICLES)
    again: bitext.Aligner = pickle.loads(pickle.dumps(aligner))
    assert "".join(document.to_jsonl() for document in again.stream(ARTICLES)) == rows.to_jsonl()
    assert pickle.loads(pickle.dumps(rows[0])) == rows[0]


def _in_child(queue: Any) -> None:
    queue.put(bitext.align_articles(ARTICLES, learn=False)[0].to_json())


def test_it_works_after_a_fork(rows: bitext.Rows) -> None:
    own = bitext.align_articles(ARTICLES, learn=False)[0].to_json()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == own
    child.join(60)
    assert child.exitcode == 0


def test_the_lock_of_the_interpreter_is_free() -> None:
    ticks, stop = [], threading.Event()

    def tick() -> None:
        while not stop.wait(0.01):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    bitext.align_articles([ARTICLES] * 5, jobs=1)
    stop.set()
    thread.join()
    longest = max(b - a for a, b in itertools.pairwise(ticks))
    assert longest < 0.5


def test_ctrl_c_ends_a_long_call() -> None:
    # A shell that starts tests in the background has them ignore the signal.
    begin = "import bitext, signal; signal.signal(signal.SIGINT, signal.default_int_handler); print('begun', flush=True)"
    code = f"{begin}; bitext.align_articles([{str(ARTICLES)!r}] * 2000)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None and run.stderr is not None
        run.stdout.readline()
        time.sleep(1.5)
        sent = time.monotonic()
        run.send_signal(signal.SIGINT)
        run.wait(20)
        assert time.monotonic() - sent < 5
        assert "KeyboardInterrupt" in run.stderr.read()
