"""Reads back what bitext wrote, with the tools that it was written for; called by scripts/validate-formats.

What each format may do to a text is said here once more, in Python, so that the two can disagree: see `line` and `xml`.
"""

import contextlib
import csv
import io
import json
import pathlib
import re
import subprocess
import sys
import unicodedata

import duckdb
import openpyxl
import pyarrow
import pyarrow.json
import pyarrow.parquet
from lxml import etree
from openpyxl.utils.escape import unescape
from opustools import OpusRead
from translate.storage import tmx, xliff, xliff2

BITEXT, WORK, SCHEMAS = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
CORPUS = pathlib.Path("corpus/newspaper/articles").resolve()
CELL = 32767

passed = failed = 0


def check(what, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
        print(f"ok      {what}")
    else:
        failed += 1
        print(f"FAILED  {what} {detail}")


def same(what, found, expected):
    """Two lists are equal; says where they are not."""
    found, expected = list(found), list(expected)
    at = next((k for k, (a, b) in enumerate(zip(found, expected)) if a != b), None)
    detail = f"{len(found)} and {len(expected)}"
    if at is not None:
        detail += f"; the first difference is at {at}: {found[at]!r:.300} and {expected[at]!r:.300}"
    check(f"{what} ({len(expected)})", found == expected, detail)


# ------------------------------------------------------------------------------------------ what a format may do to a text

FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"


def xml(text):
    return re.sub(FORBIDDEN, "\ufffd", text)


def line(text):
    pieces = [piece for piece in re.split("[\n\r\t\x0b\x0c\x85\u2028\u2029]", text) if piece]
    held = "".join("\ufffd" if unicodedata.category(c) == "Cc" or c in "\ufffe\uffff" else c for c in " ".join(pieces))
    return "\u2060" + held[1:] if held.startswith("\ufeff") else held


def joined(row, side, held):
    blank = "" if row[f"{side}_lang"] == "zh" else " "
    return blank.join(held(text) for text in row[side])


def pair(row, held):
    return joined(row, "source", held), joined(row, "target", held)


# ------------------------------------------------------------------------------------------------------------------- inputs


def awkward():
    """A record whose sentences hold every character that has broken a format."""
    texts = [f"x{chr(code)}y{code}" for code in [*range(0x20), 0x7F, *range(0x80, 0xA0)]]
    texts += [f"x{c}y" for c in "\u00a0\u00ad\u200b\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\u3000\ufeff\ufffc\ufffd\ufffe\uffff"]
    texts += [
        "<b>bold</b> & &amp; &lt; &#65; ]]> <![CDATA[x]]> <!-- c --> <?pi?> </seg></source>",
        "\"double\" 'single' `back` “curly” «guillemets» \\ \\n \\t \\N ||| ~~~ # heading",
        "\ufeffbegins with a mark", "# awkward", "[0]:[0]:0.5", "0\t0\t1", "a\tb\tc", "line one\nline two", "windows\r\nline", "old\rmac",
        "=2+2", "+1", "-1", "@SUM(A1)", "'quoted", "_x0041_ _x000D_", "1,234.5", "1e400", "TRUE", "null", "2024-01-01", "007",
        "😀👩‍👩‍👧‍👦🇨🇳𠀀𪛖", "e\u0301 \u0f71\u0f72 ก็ नि", "שלום العربية \u202eabc\u202c", "ﷺ", "\U0001fffe\U0010ffff",
        "a" * 40_000, "字" * 40_000, "𠀀" * 20_000,
    ]
    target = [text.replace("x", "z") for text in texts]
    record = {"id": "awkward \"<&'> # 1", "source": texts, "target": target, "title": "t\t<\x01>\n&\"'", "date": "1957-10-16", "7": "7"}
    path = WORK / "awkward-records.jsonl"
    path.write_text(json.dumps(record) + "\n")
    return path


FORMATS = ["jsonl", "parquet", "tsv", "xlsx", "html", "tmx", "xliff", "xliff2", "moses", "cesalign", "tei", "intertext", "vecalign", "ladder", "hunalign", "lines", "sketch", "cwb"]


def run(*arguments):
    done = subprocess.run([BITEXT, *map(str, arguments)], capture_output=True, text=True)
    check("bitext " + " ".join(pathlib.Path(str(a)).name for a in arguments), done.returncode == 0, done.stderr)
    return done.stderr


# ------------------------------------------------------------------------------------------------------------------- checks


def jsonl(folder, rows):
    table = pyarrow.json.read_json(folder / "a.jsonl", pyarrow.json.ReadOptions(block_size=64 << 20))
    same("jsonl: pyarrow", zip(table["source"].to_pylist(), table["target"].to_pylist()), [(r["source"], r["target"]) for r in rows])
    found = duckdb.sql(f"select id, source, target from read_json('{folder}/a.jsonl', format='newline_delimited', maximum_object_size=67108864)")
    same("jsonl: DuckDB", found.fetchall(), [(r["id"], r["source"], r["target"]) for r in rows])


def parquet(folder, rows):
    columns = ["id", "doc", "n", "kind", "section", "source_lang", "target_lang", "source", "target", "source_spans", "target_spans",
               "source_paragraph", "target_paragraph", "confidence", "cost", "status", "flags"]
    nested = ["parts", "meta"]
    expected = [[r[name] for name in columns + nested] for r in rows]
    file = pyarrow.parquet.ParquetFile(folder / "a.parquet")
    found = file.read().to_pylist()
    same("parquet: pyarrow", [[r[n] for n in columns] + [json.loads(r[n]) for n in nested] for r in found], expected)
    groups = [file.metadata.row_group(k) for k in range(file.metadata.num_row_groups)]
    check("parquet: groups of at most 128 MB, zstd", all(g.total_byte_size <= 128 << 20 and g.column(0).compression == "ZSTD" for g in groups))
    names = ", ".join(columns + nested)
    found = duckdb.sql(f"select {names} from '{folder}/a.parquet'").fetchall()
    same("parquet: DuckDB", [[*r[: len(columns)], *map(json.loads, r[len(columns) :])] for r in found], expected)
    asked = duckdb.sql(f"select count(*) from '{folder}/a.parquet' where meta->>'path' is not null and len(source) >= 1").fetchall()
    check("parquet: DuckDB asks for metadata", asked == [(sum(len(r["source"]) > 0 for r in rows),)], asked)
    # As others write it: nested columns, other compression, dictionaries, several groups.
    table = pyarrow.Table.from_pylist(rows)
    pyarrow.parquet.write_table(table, folder / "pyarrow.parquet", compression="snappy", row_group_size=100)
    pyarrow.parquet.write_table(table, folder / "pyarrow2.parquet", compression="gzip", version="1.0", data_page_version="2.0", use_dictionary=False)
    duckdb.sql(f"copy (select * from read_json('{folder}/a.jsonl', format='newline_delimited', maximum_object_size=67108864)) to '{folder}/duckdb.parquet' (format parquet, compression lz4_raw)")
    for name in ["pyarrow", "pyarrow2", "duckdb"]:
        run("convert", folder / f"{name}.parquet", folder / f"{name}.jsonl", "--quiet")
        found = [json.loads(text) for text in (folder / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
        same(f"parquet written by {name}", [[r[n] for n in columns] for r in found], [[r[n] for n in columns] for r in rows])
    # Records to align: the same rows, but for the place that they were read from.
    records = [{"id": f"r{k}", "source": r["source"], "target": r["target"], "date": "1957-10-01", "page": k} for k, r in enumerate(rows) if r["source"] and r["target"]]
    (folder / "records.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), folder / "records.parquet")
    aligned = []
    for name in ["records.jsonl", "records.parquet"]:
        run("align", folder / name, "-o", folder / f"of-{name}.jsonl", "--quiet")
        aligned.append([json.loads(text) for text in (folder / f"of-{name}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]])
        for row in aligned[-1]:
            row["meta"].pop("path")
    same("parquet: records align as those of JSON Lines", aligned[1], aligned[0])


def tsv(folder, rows):
    expected = [(r["id"], *pair(r, line)) for r in rows]
    with open(folder / "a.tsv", newline="", encoding="utf-8") as file:
        csv.field_size_limit(1 << 30)
        found = [(r["id"], r["source"], r["target"]) for r in csv.DictReader(file, delimiter="\t")]
    same("tsv: Python's csv", found, expected)
    found = duckdb.sql(
        f"select id, source, target from read_csv('{folder}/a.tsv', delim='\t', quote='\"', escape='\"', header=true, all_varchar=true,"
        " strict_mode=true, max_line_size=8388608, buffer_size=33554432)")
    same("tsv: DuckDB", [tuple(value or "" for value in row) for row in found.fetchall()], expected)


def xlsx(folder, rows):
    sheet = openpyxl.load_workbook(folder / "a.xlsx").active
    header, *body = sheet.iter_rows(values_only=True)
    columns = [header.index(name) for name in ("id", "source", "target", "confidence")]
    # openpyxl leaves the escape of the format for _xHHHH_ in the text; Excel does not show it.
    value = lambda cell: "" if cell is None else unescape(cell) if isinstance(cell, str) else cell
    found = [tuple(value(row[k]) for k in columns) for row in body]

    def cell(text):
        units = text.encode("utf-16-le")[: 2 * CELL]
        return units.decode("utf-16-le", "ignore")

    expected = [(r["id"], *map(cell, pair(r, line)), r["confidence"]) for r in rows]
    same("xlsx: openpyxl", found, expected)
    check("xlsx: frozen header and filter", sheet.freeze_panes == "A2" and sheet.auto_filter.ref is not None, f"{sheet.freeze_panes} {sheet.auto_filter.ref}")
    check("xlsx: texts are wrapped, no formulas", sheet["D2"].alignment.wrap_text and not any(c.data_type == "f" for r in sheet.iter_rows() for c in r))


def spoilt(tree):
    """The same tree with the text of every translation taken out of its element."""
    copy = etree.fromstring(etree.tostring(tree), etree.XMLParser(huge_tree=True))
    for element in [*copy.iter("{*}seg", "{*}target")]:
        element.tag = "bogus"
    return copy


def tmx_(folder, rows):
    expected = [pair(r, xml) for r in rows if r["source"] and r["target"]]
    with open(SCHEMAS / "tmx14.dtd", "rb") as file:
        dtd = etree.DTD(file)
    tree = etree.parse(folder / "a.tmx", etree.XMLParser(huge_tree=True))
    check("tmx: valid by tmx14.dtd", dtd.validate(tree), str(dtd.error_log.filter_from_errors())[:500])
    check("tmx: the DTD would find a fault", not dtd.validate(spoilt(tree)))
    same("tmx: lxml", [tuple(seg.text for seg in unit.iter("seg")) for unit in tree.iter("tu")], expected)
    store = tmx.tmxfile.parsefile(str(folder / "a.tmx"))
    same("tmx: translate-toolkit", [(str(u.source), str(u.target)) for u in store.units], expected)


def xliff_(folder, rows):
    expected = [pair(r, xml) for r in rows]
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "local-1.2.xsd"))
    tree = etree.parse(folder / "a.xliff", etree.XMLParser(huge_tree=True))
    check("xliff: valid by the strict schema of 1.2", schema.validate(tree), str(schema.error_log)[:500])
    check("xliff: the schema would find a fault", not schema.validate(spoilt(tree)))
    ids = [(f.get("original"), u.get("id")) for f in tree.iter("{*}file") for u in f.iter("{*}trans-unit")]
    check("xliff: ids are unique", len(ids) == len(set(ids)))
    store = xliff.xlifffile.parsefile(str(folder / "a.xliff"))
    same("xliff: translate-toolkit", [(str(u.source or ""), str(u.target or "")) for u in store.units], expected)


def xliff2_(folder, rows):
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "local-2.0.xsd"))
    tree = etree.parse(folder / "a.xliff2", etree.XMLParser(huge_tree=True))
    check("xliff2: valid by the schema of the 2.x core", schema.validate(tree), str(schema.error_log)[:500])
    check("xliff2: the schema would find a fault", not schema.validate(spoilt(tree)))

    def text(element):
        if element is None:
            return ""
        return (element.text or "") + "".join(chr(int(cp.get("hex"), 16)) + (cp.tail or "") for cp in element)

    found = [(text(s.find("{*}source")), text(s.find("{*}target"))) for s in tree.iter("{*}segment")]
    same("xliff2: lxml, code points read", found, [pair(r, str) for r in rows])
    store = xliff2.Xliff2File.parsefile(str(folder / "a.xliff2"))
    # It knows no code points: what XML forbids is left out of its texts.
    without = lambda text: re.sub(FORBIDDEN, "", text)
    same("xliff2: translate-toolkit", [(re.sub(FORBIDDEN, "", str(u.source or "")), str(u.target or "")) for u in store.units], [pair(r, without) for r in rows])


def cesalign(folder, rows):
    tree = etree.parse(folder / "a.cesalign")
    check("cesalign: languages in alphabetical order", tree.find(".//linkGrp").get("fromDoc") == "a.cesalign.en.xml")
    check("cesalign: a link a row", len(tree.findall(".//link")) == len(rows))
    texts = {lang: {s.get("id"): s.text for s in etree.parse(folder / f"a.cesalign.{lang}.xml", etree.XMLParser(huge_tree=True)).iter("s")} for lang in ("zh", "en")}
    links = [link.get("xtargets").split(";") for link in tree.iter("link")]
    found = [([texts["zh"][i] for i in zh.split()], [texts["en"][i] for i in en.split()]) for en, zh in links]
    same("cesalign: lxml", found, [([xml(t) for t in r["source"]], [xml(t) for t in r["target"]]) for r in rows])
    out = [str(folder / "opus.en"), str(folder / "opus.zh")]
    with contextlib.redirect_stderr(io.StringIO()):
        OpusRead(directory="a", source="en", target="zh", alignment_file=str(folder / "a.cesalign"), download_dir=str(folder),
                 preprocess="raw", write_mode="moses", write=out, suppress_prompts=True, leave_non_alignments_out=True).printPairs()
    # It strips and folds white space; sentences of a side have a blank between them.
    fold = lambda text: " ".join(text.split())
    found = [[fold(text) for text in open(path, encoding="utf-8", newline="\n").read().split("\n")[:-1]] for path in out]
    pairs = [r for r in rows if r["source"] and r["target"]]
    for side, texts in [("target", found[0]), ("source", found[1])]:
        same(f"cesalign: opus_read, {side}", texts, [fold(" ".join(xml(t) for t in r[side])) for r in pairs])


def plain(folder, rows):
    def lines(name):
        return (folder / name).read_bytes().decode().removesuffix("\n").split("\n")

    pairs = [r for r in rows if r["source"] and r["target"]]
    for side, lang in [("source", "zh"), ("target", "en")]:
        expected = [joined(r, side, line) for r in pairs]
        same(f"moses: {lang}", lines(f"a.moses.{lang}"), expected)
        check(f"moses: {lang} has as many lines for Python, wc and the eye", len((folder / f"a.moses.{lang}").read_text().splitlines()) == len(pairs))
        same(f"lines: {lang}", lines(f"a.lines.{lang}.txt"), expected)
    same("moses: ids", lines("a.moses.ids"), [line(r["id"]) for r in pairs])
    same("hunalign", [f.split("\t")[:2] for f in lines("a.hunalign")], [[" ~~~ ".join(map(line, r[s])) for s in ("source", "target")] for r in rows])
    rungs = [tuple(map(int, rung.split("\t")[:2])) for rung in lines("a.ladder")]
    zh, en = lines("a.ladder.zh"), lines("a.ladder.en")
    found = [(zh[a:c], en[b:d]) for (a, b), (c, d) in zip(rungs, rungs[1:])]
    same("ladder: rungs and texts", found, [(list(map(line, r["source"])), list(map(line, r["target"]))) for r in rows])
    check("ladder: from 0 0 to the texts' ends", rungs[0] == (0, 0) and rungs[-1] == (len(zh), len(en)))


def vertical(folder, rows):
    for lang, side in [("zh", "source"), ("en", "target")]:
        for ending in ("sketch", "vert"), ("cwb", "vrt"):
            name = f"a.{ending[0]}.{lang}.{ending[1]}"
            text = (folder / name).read_text(encoding="utf-8")
            beads = re.findall(r"<align [^>]*>\n(.*?)</align>", text, re.S)
            tokens = ["".join(l for l in bead.split("\n") if not re.fullmatch(r"</?s>|<g/>", l)) for bead in beads]
            unescape = lambda text: text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            visible = lambda text: "".join(text.split())
            expected = [visible("".join(map(line, r[side]))) for r in rows if r[side]]
            same(f"{name}: tokens", [visible(unescape(t)) for t in tokens], expected)
    counts = [sum(bool(r[s]) for r in rows) for s in ("source", "target")]
    table = [tuple(map(int, row.split("\t"))) for row in (folder / "a.sketch.map").read_text().splitlines()]
    check("sketch: every structure is mapped once", all(sorted(row[k] for row in table if row[k] >= 0) == list(range(counts[k])) for k in (0, 1)))
    header, *beads = (folder / "a.cwb.beads").read_text().splitlines()
    check("cwb: four items in the header, a line a pair", header.count("\t") == 3 and len(beads) == sum(bool(r["source"] and r["target"]) for r in rows))


def documents(folder, rows):
    huge = etree.XMLParser(huge_tree=True)
    tei = etree.parse(folder / "a.tei", huge)
    space = "{http://www.w3.org/XML/1998/namespace}id"
    texts = {f"a.tei.{lang}.xml#{s.get(space)}": s.text for lang in ("zh", "en") for s in etree.parse(folder / f"a.tei.{lang}.xml", huge).iter("{*}s")}
    found = [[texts[target] for target in link.get("target").split()] for link in tei.iter("{*}link")]
    same("tei: links lead to sentences", found, [list(map(xml, r["source"] + r["target"])) for r in rows if r["source"] and r["target"]])
    links = etree.parse(folder / "a.zh.en.xml")
    texts = {lang: {s.get("id"): s.text for s in etree.parse(folder / f"a.{lang}.xml", huge).iter("s")} for lang in ("zh", "en")}
    root = links.getroot()
    check("intertext: files name each other", (root.tag, root.get("toDoc"), root.get("fromDoc")) == ("linkGrp", "a.en.xml", "a.zh.xml"))
    found = [tuple([texts[lang][i] for i in ids.split()] for lang, ids in zip(("en", "zh"), link.get("xtargets").split(";"))) for link in root]
    same("intertext: links lead to sentences", found, [(list(map(xml, r["target"])), list(map(xml, r["source"]))) for r in rows])
    html = etree.parse(folder / "a.html", etree.HTMLParser(huge_tree=True))
    found = [[s.text or "" for s in tr.xpath("td/span[@class='s']")] for tr in html.xpath("//tbody/tr")]
    same("html: lxml", found, [list(map(line, r["source"] + r["target"])) for r in rows])


def back(folder, rows):
    """Through each format that is read, and to JSON Lines again: the same texts."""
    for name in ["parquet", "tsv", "tmx", "xliff", "xliff2", "cesalign", "vecalign", "ladder", "moses", "hunalign"]:
        run("convert", folder / f"a.{name}", folder / f"back-{name}.jsonl", "--quiet")
        held = {"parquet": str, "tmx": xml, "xliff": xml, "xliff2": str, "cesalign": xml}.get(name, line)
        found = [json.loads(text) for text in (folder / f"back-{name}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
        expected = [r for r in rows if name not in ("tmx", "moses") or (r["source"] and r["target"])]
        if name == "moses":
            same("back from moses", [(r["source"], r["target"]) for r in found], [([joined(r, "source", line)], [joined(r, "target", line)]) for r in expected])
            continue
        if name == "hunalign":
            expected = [r for r in expected if "~~~" not in json.dumps(r)]
            found = [r for r in found if "~~~" not in json.dumps(r) and not any("|||" in t for t in r["source"] + r["target"])]
        same(f"back from {name}", [(r["source"], r["target"]) for r in found], [(list(map(held, r["source"])), list(map(held, r["target"]))) for r in expected])


def main():
    # The schemas import xml.xsd from the Web: they are given the file that lies beside them.
    for name, own in [("xliff-core-1.2-strict.xsd", "local-1.2.xsd"), ("xliff-core-2.0.xsd", "local-2.0.xsd")]:
        text = (SCHEMAS / name).read_text(encoding="utf-8")
        text = re.sub(r'(namespace="http://www.w3.org/XML/1998/namespace"\s+schemaLocation=")[^"]*', r"\1xml.xsd", text)
        (SCHEMAS / own).write_text(text, encoding="utf-8")
    for name, source in [("newspaper", CORPUS), ("awkward", awkward())]:
        print(f"\n# {name}")
        folder = WORK / name
        folder.mkdir(exist_ok=True)
        outputs = [argument for form in FORMATS for argument in ("-o", folder / f"a.{form}")]
        run("align", source, *outputs)
        rows = [json.loads(text) for text in (folder / "a.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
        for each in (jsonl, parquet, tsv, xlsx, tmx_, xliff_, xliff2_, cesalign, plain, vertical, documents, back):
            try:
                each(folder, rows)
            except Exception as error:  # a tool that fails is a failed check, and the others go on
                check(each.__name__, False, f"{type(error).__name__}: {error}"[:500])
    print(f"\n{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
