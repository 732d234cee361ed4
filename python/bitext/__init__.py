"""Parallel sentence alignment for translation study: texts and their translations into scored sentence pairs.

The engine, the options and the rows are those of the `bitext` command; the same input gives the same bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from . import _bitext
from ._bitext import (
    SAMPLE_BYTES,
    TRAINING_BYTES,
    BitextError,
    Draw,
    Finding,
    Lost,
    Reject,
    Row,
    Sentence,
    __version__,
)
from ._tables import Findings, Rejects, Rows

__all__ = [
    "SAMPLE_BYTES",
    "TRAINING_BYTES",
    "Aligner",
    "BitextError",
    "Draw",
    "Finding",
    "Findings",
    "Lost",
    "Model",
    "Reject",
    "Rejects",
    "Row",
    "Rows",
    "Sentence",
    "__version__",
    "align",
    "align_articles",
    "align_batch",
    "align_records",
    "check",
    "defaults",
    "evaluate",
    "read_rows",
    "split",
    "stream",
]

StrPath = str | os.PathLike[str]
Anchors = Mapping[str, Sequence[tuple[int, int]]]


def _paths(paths: StrPath | Iterable[StrPath]) -> list[StrPath]:
    return [paths] if isinstance(paths, str | os.PathLike) else list(paths)


class Model:
    """What to align with: weights, length ratio, bead priors, dictionary and, where one was learned, a translation table."""

    def __init__(self, native: _bitext.Model) -> None:
        self._native = native

    @classmethod
    def load(cls, path: StrPath) -> Model:
        """Reads a model file."""
        return cls(_bitext.Model.load(path))

    @classmethod
    def built_in(cls, source_lang: str = "zh", target_lang: str = "en") -> Model:
        """The model that ships with the package for a pair of languages."""
        return cls(_bitext.Model.built_in(source_lang, target_lang))

    @classmethod
    def train(
        cls,
        paths: StrPath | Iterable[StrPath],
        *,
        model: Model | None = None,
        name: str | None = None,
        source_lang: str = "zh",
        target_lang: str = "en",
        **options: Any,
    ) -> Model:
        """Fits a model to an archive (length ratio, bead priors, translation table), as `bitext train` does.

        Up to 64 MB are drawn from all of `paths`. `options` are those of `Aligner`.
        """
        config = _config(source_lang, target_lang, options)
        return cls(_bitext.Model.fit(_paths(paths), config, model._native if model else None, name))

    def save(self, path: StrPath) -> None:
        """Writes a model file."""
        Path(path).write_text(self._native.to_json(), encoding="utf-8")

    @property
    def name(self) -> str:
        return self._native.name

    @property
    def origin(self) -> str:
        """What it was fitted to."""
        return self._native.origin

    @property
    def source_lang(self) -> str:
        return self._native.source_lang

    @property
    def target_lang(self) -> str:
        return self._native.target_lang

    def __repr__(self) -> str:
        return repr(self._native)


def _config(source_lang: str, target_lang: str, options: Mapping[str, Any]) -> str:
    given = {"source_lang": source_lang, "target_lang": target_lang, **options}
    settings = dict(given.get("settings") or {})
    if "signals" in given:
        settings["signals"] = given.pop("signals")
    given["settings"] = settings
    given["learning"] = dict(given.get("learning") or {})
    tables = dict(given.get("abbreviations") or {})
    given["abbreviations"] = {
        lang: table if isinstance(table, str) else Path(table).read_text(encoding="utf-8") for lang, table in tables.items()
    }
    return json.dumps(given)


class Aligner:
    """An engine with its options, to be used again and again; it can be pickled, with what it has learned.

    - `model`: a `Model`, or the path of a model file; without one, the built-in model of the languages.
    - `source_lang`, `target_lang`: languages of texts that do not say their own.
    - `signals`: `"default"`, or `"length"` for length, structure and bead priors alone.
    - `dictionary`: a file beside the model's (`source TAB target [TAB weight]`, or hunalign's).
    - `abbreviations`: more abbreviations for the splitting, by language: the table's text, or its `Path`.
    - `locks`: rows, of which those with the status `locked` are kept; `anchors`: pairs of numbers, by document.
    - `segmented`, `encoding`, `shard`, `largest` (bytes of a document): how to read, as on the command line.
    - `path`: what rows and rejects say of records that have no path of their own.
    - `jobs`: threads; 0 is one a core.
    - `settings`, `learning`: the library's settings of the search and of the learning, by name (`bitext.defaults()`).
    """

    def __init__(
        self,
        model: Model | StrPath | None = None,
        *,
        source_lang: str = "zh",
        target_lang: str = "en",
        dictionary: StrPath | None = None,
        locks: Iterable[Row] = (),
        anchors: Anchors | None = None,
        **options: Any,
    ) -> None:
        own = Model.load(model) if isinstance(model, str | os.PathLike) else model
        config = _config(source_lang, target_lang, options)
        self._native = _bitext.Aligner(config, own._native if own else None, dictionary)
        rows = list(locks)
        if rows or anchors:
            flat = [(doc, source, target) for doc, pairs in (anchors or {}).items() for source, target in pairs]
            self._native.keep(rows, flat)

    @property
    def options(self) -> dict[str, Any]:
        """All options, with their defaults."""
        return cast("dict[str, Any]", json.loads(self._native.options()))

    def learn(self, paths: StrPath | Iterable[StrPath], most: int = SAMPLE_BYTES) -> list[tuple[str, str, int, int]]:
        """Learns a translation table from documents of about `most` bytes, drawn from all of `paths`."""
        return self._native.learn(_paths(paths), most)

    def stream(self, paths: StrPath | Iterable[StrPath]) -> Iterator[Rows]:
        """The documents of `paths`, aligned, in the order of the input: a `Rows` each, empty with a reject if set aside."""
        return _documents(self._native.stream(_paths(paths)))

    def align(self, source: str | Sequence[str], target: str | Sequence[str], *, id: str = "text") -> Rows:
        """One text and its translation, or two lists of sentences."""
        rows = _collect(_documents(self._native.stream_texts(id, source, target)), ())
        for reject in rows.rejects:
            raise BitextError(f"{id}: {reject.message} ({reject.reason})")
        return rows

    def align_records(self, records: Iterable[Mapping[str, Any]]) -> Rows:
        """Records: dicts with `id`, `source`, `target` (a string, or a list of sentences) and any metadata."""
        return _collect(_documents(self._native.stream_records(_lines(records))), ())

    def align_batch(self, batch: _bitext.ArrowArray) -> tuple[_bitext.ArrowArray, _bitext.ArrowArray]:
        """An Arrow record batch of records (`id`, `source`, `target` and any metadata): a batch of rows, and one of rejects.

        Batches cross by the Arrow C data interface; `pyarrow.record_batch` makes them pyarrow's without copying.
        """
        return self._native.align_batch(batch)

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return _unpickled, (self._native.state(),)


def _unpickled(state: str) -> Aligner:
    aligner = Aligner.__new__(Aligner)
    aligner._native = _bitext.Aligner.from_state(state)
    return aligner


def _lines(records: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = []
    for number, record in enumerate(records, 1):
        try:
            lines.append(json.dumps(record, ensure_ascii=False))
        except (TypeError, ValueError) as wrong:
            raise BitextError(f"record {number}: {wrong}") from wrong
    return lines


def _documents(native: _bitext.Stream) -> Iterator[Rows]:
    for rows, lost, reject in native:
        yield Rows(rows, [reject] if reject else [], lost)


def _collect(documents: Iterable[Rows], learned: Iterable[tuple[str, str, int, int]]) -> Rows:
    rows: list[Row] = []
    rejects: list[Reject] = []
    lost: list[Lost] = []
    for document in documents:
        rows.extend(document)
        rejects.extend(document.rejects)
        lost.extend(document.lost)
    return Rows(rows, rejects, lost, learned)


def align(
    source: str | Sequence[str],
    target: str | Sequence[str],
    *,
    id: str = "text",
    learn: bool = True,
    model: Model | StrPath | None = None,
    **options: Any,
) -> Rows:
    """Aligns a text with its translation. Strings hold a paragraph a line; lists hold sentences. `options` are those of `Aligner`.

    With `learn` a translation table is learned from the texts themselves where they are long enough.
    """
    aligner = Aligner(model, **options)
    learned = aligner._native.learn_texts(id, source, target) if learn else []
    rows = aligner.align(source, target, id=id)
    return Rows(rows, rows.rejects, rows.lost, learned)


def stream(
    paths: StrPath | Iterable[StrPath], *, learn: bool = True, model: Model | StrPath | None = None, **options: Any
) -> Iterator[Rows]:
    """Aligns article files, folders, bundles and records, and gives a `Rows` for every document, in the order of the input.

    Documents are read and aligned ahead of what is taken, a few hundred at most.
    """
    aligner, paths = Aligner(model, **options), _paths(paths)
    if learn:
        aligner.learn(paths)
    return aligner.stream(paths)


def align_articles(
    paths: StrPath | Iterable[StrPath], *, learn: bool = True, model: Model | StrPath | None = None, **options: Any
) -> Rows:
    """Aligns article files, folders, month bundles and records, as `bitext align` does. `options` are those of `Aligner`."""
    aligner, paths = Aligner(model, **options), _paths(paths)
    learned = aligner.learn(paths) if learn else []
    return _collect(aligner.stream(paths), learned)


def align_records(
    records: Iterable[Mapping[str, Any]] | _bitext.ArrowArray | _bitext.ArrowStream,
    *,
    learn: bool = True,
    model: Model | StrPath | None = None,
    **options: Any,
) -> Rows:
    """Aligns records: dicts, or anything that is an Arrow table, such as a pandas, polars or DuckDB one."""
    aligner = Aligner(model, **options)
    native, draw = aligner._native, Draw(SAMPLE_BYTES)
    if hasattr(records, "__arrow_c_stream__") or hasattr(records, "__arrow_c_array__"):
        table = cast("_bitext.ArrowStream", records)
        if learn:
            draw.add(table, native)
        learned = native.learn_drawn(draw) if learn else []
        return _collect(_documents(native.stream_table(table)), learned)
    lines = _lines(records)
    if learn:
        draw.add_json(lines, native)
    learned = native.learn_drawn(draw) if learn else []
    return _collect(_documents(native.stream_records(lines)), learned)


def align_batch(batch: _bitext.ArrowArray, aligner: Aligner) -> tuple[_bitext.ArrowArray, _bitext.ArrowArray]:
    """`aligner.align_batch(batch)`: the function that Spark, Ray and others run on every batch."""
    return aligner.align_batch(batch)


def split(text: str, lang: str, *, abbreviations: str | None = None) -> list[Sentence]:
    """The sentences of a text, each with its place (in characters) and the rule that decided its end."""
    return _bitext.split(text, lang, abbreviations)


def read_rows(path: StrPath, format: str | None = None) -> Rows:
    """Rows from a file of any format that bitext reads back; its ending names the format where `format` does not."""
    return Rows(_bitext.read_rows(path, format))


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def check(
    rows: Rows | Iterable[Row] | StrPath | Sequence[StrPath],
    *,
    checks: Sequence[str] | None = None,
    min_probability: float = 0.5,
    glossary: StrPath | None = None,
    calibration: Mapping[str, Any] | None = None,
    jobs: int = 0,
    **options: Any,
) -> Findings:
    """Tells where translations depart from their originals.

    `rows` are checked as they are; paths are aligned first, with `options` as for `align_articles`. `checks` names the types of
    findings to look for (all, without it); `glossary` is a file of terms and allowed renderings.
    """
    items: list[Any] = list(rows) if not isinstance(rows, str | os.PathLike) else [rows]
    if items and not isinstance(items[0], Row):
        rows = align_articles(items, jobs=jobs, **options)
        items = list(rows)
    rejects = list(rows.rejects) if isinstance(rows, Rows) else []
    config: dict[str, Any] = {"least_probability": min_probability, "jobs": jobs}
    if checks is not None:
        config["checks"] = list(checks)
    if glossary is not None:
        config["glossary"] = os.fspath(glossary)
    if calibration is not None:
        config["calibration"] = dict(calibration)
    findings, columns, lines = _bitext.check(items, rejects, json.dumps(config))
    # There is a type of findings that is called as the article's date is.
    columns = [f"{name}_findings" if name in columns[:at] else name for at, name in enumerate(columns)]
    numbers = set(columns) - {"level", "key", "date"}
    scores = [
        {name: float(value) if name in numbers and _is_number(value) else value for name, value in zip(columns, line, strict=True)}
        for line in lines
    ]
    return Findings(findings, scores)


def evaluate(gold: StrPath | Iterable[StrPath], test: Rows | Iterable[Row] | StrPath | Sequence[StrPath]) -> dict[str, Any]:
    """Scores alignments against gold (files or folders, as `bitext evaluate` reads them): precision, recall and F1, strict and lax.

    `test` are rows, or files. `each` has every document's scores, `missing` the gold documents that the test does not have,
    which count as missed.
    """
    tests = list(test) if not isinstance(test, str | os.PathLike) else [test]
    if tests and isinstance(tests[0], Row):
        text = "".join(row.to_json() + "\n" for row in cast("list[Row]", tests))
        return _bitext.evaluate(_texts(_paths(gold)), [("rows", text)])
    return _bitext.evaluate(_texts(_paths(gold)), _texts(cast("list[StrPath]", tests)))


def _texts(paths: Iterable[StrPath]) -> list[tuple[str, str]]:
    files: list[Path] = []
    for path in map(Path, paths):
        files.extend(sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path])
    return [(str(path), path.read_text(encoding="utf-8")) for path in files]


def defaults() -> dict[str, Any]:
    """The options of `Aligner` and their defaults, all settings of the library among them."""
    return cast("dict[str, Any]", json.loads(_bitext.defaults()))
