"""Lists of results: sequences that become dicts, Arrow or pandas tables, and show themselves in notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from . import _bitext
from ._bitext import Finding, Lost, Reject, Row

if TYPE_CHECKING:
    import pandas
    import pyarrow

T = TypeVar("T", Row, Reject, Finding)
SHOWN = 20
"""Items that a notebook shows."""


class Table(Sequence[T], Generic[T]):
    """A list that does not change."""

    columns: ClassVar[tuple[str, ...]] = ()
    """What a notebook shows of each."""

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items: list[T] = list(items)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        return self._items[index]

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)}>"

    def to_dicts(self) -> list[dict[str, Any]]:
        """Each as a dict with the fields of its line in JSON Lines, and no others."""
        return [item.to_dict() for item in self._items]

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        return self._batch().__arrow_c_array__(requested_schema)

    def to_arrow(self) -> pyarrow.RecordBatch:
        """A record batch, whose buffers are lent by the native module and not copied. Needs pyarrow."""
        import pyarrow

        return pyarrow.record_batch(self._batch())

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame with the columns of `to_arrow`. Needs pyarrow and pandas."""
        return self.to_arrow().to_pandas()

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{_cell(getattr(item, name))}</td>" for name in self.columns) + "</tr>"
            for item in self._items[:SHOWN]
        )
        more = len(self) - SHOWN
        foot = f"<caption style='caption-side:bottom'>and {more} more</caption>" if more > 0 else ""
        return f"<table>{foot}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _batch(self) -> _bitext.ArrowArray:
        raise NotImplementedError


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "<br>".join(html.escape(str(item)) for item in value)
    return html.escape("" if value is None else str(value))


class Rejects(Table[Reject]):
    """Documents that were set aside."""

    columns = ("path", "place", "reason", "message")

    def _batch(self) -> _bitext.ArrowArray:
        return _bitext.rejects_to_arrow(self._items)


class Rows(Table[Row]):
    """Aligned beads in text order, with what was set aside on the way."""

    columns = ("id", "kind", "source", "target", "confidence")

    def __init__(
        self,
        items: Iterable[Row] = (),
        rejects: Iterable[Reject] = (),
        lost: Iterable[Lost] = (),
        learned: Iterable[tuple[str, str, int, int]] = (),
    ) -> None:
        super().__init__(items)
        self.rejects = Rejects(rejects)
        """Documents that were set aside, with the reasons."""
        self.lost = list(lost)
        """Locks and anchors that could not be kept."""
        self.learned = list(learned)
        """Tables learned on the way: source and target language, pairs learned from, translations."""

    def to_jsonl(self) -> str:
        """The lines that `bitext align` writes, to the byte."""
        return "".join(row.to_json() + "\n" for row in self._items)

    @classmethod
    def from_arrow(cls, table: _bitext.ArrowArray | _bitext.ArrowStream) -> Rows:
        """Rows out of any Arrow table with their columns."""
        return cls(_bitext.rows_from_arrow(table))

    def _batch(self) -> _bitext.ArrowArray:
        return _bitext.rows_to_arrow(self._items)


class Findings(Table[Finding]):
    """Where translations depart from their originals, in text order; what only the whole can tell comes last."""

    columns = ("pair", "type", "probability", "severity", "source_words", "target_words", "message")

    def __init__(self, items: Iterable[Finding] = (), scores: Iterable[dict[str, Any]] = ()) -> None:
        super().__init__(items)
        self.scores = list(scores)
        """Of every document, year, page and section, of pairs with findings, and of all (`level` says which)."""

    def _batch(self) -> _bitext.ArrowArray:
        return _bitext.findings_to_arrow(self._items)
