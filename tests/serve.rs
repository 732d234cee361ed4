//! The server of the workbench, asked over HTTP as its page asks, and as nobody should.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used)]

mod workbench;

use serde_json::{Value, json};
use workbench::{Server, bitext, row, store};

const DOC: &str = "001_coal";

fn article(server: &Server, doc: &str) -> Value {
    let (status, article) = server.get(&format!("/api/article?doc={doc}"));
    assert_eq!(status, 200, "{article}");
    article
}

fn texts(article: &Value, side: &str) -> Vec<String> {
    let rows = article["rows"].as_array().unwrap();
    rows.iter().flat_map(|row| serde_json::from_value::<Vec<String>>(row[side].clone()).unwrap()).collect()
}

#[test]
fn what_the_page_asks_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&store(folder.path(), &[]), &[]);
    let (_, about) = server.get("/api/about");
    assert_eq!(
        (&about["articles"], &about["source_lang"], &about["read_only"]),
        (&json!(40), &json!("zh"), &json!(false))
    );

    // 生产: as many hits as the command finds, the word marked, the text whole.
    let (_, found) = server.get("/api/search?q=%E7%94%9F%E4%BA%A7&limit=500");
    let lines = bitext(&["search", "corpus.db", "生产", "--limit", "0", "--format", "jsonl", "-q"], folder.path());
    assert_eq!(found["total"].as_u64().unwrap() as usize, lines.lines().count());
    let hit = &found["hits"][0];
    let parts: Vec<(String, bool)> = serde_json::from_value(hit["source"].clone()).unwrap();
    assert!(parts.iter().any(|(text, found)| *found && text == "生产"));
    let bead = hit["bead"].as_u64().unwrap() as usize;
    let whole = article(&server, hit["doc"].as_str().unwrap());
    let sentences: Vec<String> = serde_json::from_value(whole["rows"][bead - 1]["source"].clone()).unwrap();
    assert_eq!(parts.iter().map(|part| part.0.as_str()).collect::<String>(), sentences.join("\n"));

    let (_, renderings) = server.get("/api/renderings?q=%E7%94%9F%E4%BA%A7");
    assert_eq!(renderings["renderings"][0]["word"], "production");
    let (_, years) = server.get("/api/years?q=%E7%94%9F%E4%BA%A7");
    let hits = years.as_array().unwrap().iter().map(|year| year["hits"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(hits, found["total"].as_u64().unwrap());
    // The least certain first; filters leave what they name.
    let (_, queue) = server.get("/api/queue?by=doubt&limit=20&dates=1950..1960");
    let doubts: Vec<f64> =
        queue["items"].as_array().unwrap().iter().map(|item| item["confidence"].as_f64().unwrap()).collect();
    assert!(doubts.len() == 20 && doubts.is_sorted());
    let (_, queue) = server.get("/api/queue?by=finding&finding=number");
    assert!(queue["items"].as_array().unwrap().iter().all(|item| item["finding"]["type"] == "number"));
    let (_, overview) = server.get("/api/overview");
    assert_eq!(overview["pairs"], about["pairs"]);
    // What makes no sense is said.
    for path in [
        "/api/search?q=-en:trade",
        "/api/search?q=a&min=2",
        "/api/search?q=a&sort=up",
        "/api/queue?by=chance",
        "/api/search?q=a&dates=no",
    ] {
        let (status, answer) = server.get(path);
        assert!(status == 400 && answer["error"].as_str().unwrap().len() > 10, "{path}: {status} {answer}");
    }
    assert_eq!(server.get("/api/article?doc=none").0, 404);
    assert_eq!(server.get("/api/none").0, 404);
    // Every other address is the page; its files are there, whatever asks for more is not.
    for path in ["/", "/search?q=a", "/read/001_coal?bead=3"] {
        assert!(server.get_raw(path, "").2.starts_with(b"<!doctype html>"), "{path}");
    }
    assert!(server.get_raw("/assets/app.js", "").1.contains("text/javascript"));
    assert_eq!(server.get_raw("/assets/../Cargo.toml", "").0, 404);
}

#[test]
fn corrections_are_kept_taken_back_and_go_on_to_the_aligner() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&store(folder.path(), &[]), &[]);
    let before = article(&server, DOC);
    let mut version = before["version"].clone();
    let mut act = |act: Value| {
        let (status, article) = server.act(DOC, &version, act);
        assert_eq!(status, 200, "{article}");
        version = article["version"].clone();
        article
    };
    act(json!({"type": "accept", "bead": 1}));
    act(json!({"type": "merge", "bead": 2}));
    act(json!({"type": "note", "bead": 2, "text": "two in one"}));
    let after = act(json!({"type": "realign"}));
    assert_eq!(after["length"].as_u64().unwrap() + 1, before["length"].as_u64().unwrap());
    for side in ["source", "target"] {
        assert_eq!(texts(&after, side), texts(&before, side), "no sentence is lost");
    }
    assert!(after["rows"][0]["accepted"].as_bool().unwrap() && after["rows"][1]["locked"].as_bool().unwrap());
    assert_eq!(after["rows"][1]["note"], "two in one");
    // An act on what is no longer so is refused, with what is.
    let (status, conflict) = server.act(DOC, &before["version"], json!({"type": "accept", "bead": 4}));
    assert_eq!((status, &conflict["article"]["version"]), (409, &after["version"]));
    assert_eq!(server.act(DOC, &after["version"], json!({"type": "merge", "bead": 999})).0, 400);

    // The locks go out, and `bitext align --locks` keeps them.
    let (_, head, exported) = server.get_raw(&format!("/api/export-article?doc={DOC}&format=jsonl"), "");
    assert!(head.contains("attachment"), "{head}");
    std::fs::write(folder.path().join("locks.jsonl"), &exported).unwrap();
    let input = format!("{}/corpus/newspaper/articles/{DOC}.md", env!("CARGO_MANIFEST_DIR"));
    bitext(&["align", &input, "-q", "--locks", "locks.jsonl", "-o", "again.jsonl"], folder.path());
    let rows = |name: &str| -> Vec<(Value, Value)> {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        rows.filter(|row| row["status"] == "locked").map(|row| (row["source"].clone(), row["target"].clone())).collect()
    };
    assert_eq!(rows("locks.jsonl").len(), 2);
    assert_eq!(rows("again.jsonl"), rows("locks.jsonl"));

    // Read through, the article is gold that `bitext train` learns from.
    for part in ["articles", "gold"] {
        std::fs::create_dir_all(folder.path().join("set").join(part)).unwrap();
    }
    std::fs::copy(&input, folder.path().join(format!("set/articles/{DOC}.md"))).unwrap();
    std::fs::write(folder.path().join(format!("set/gold/{DOC}.jsonl")), &exported).unwrap();
    bitext(&["train", "--gold", "set", "-o", "model.json"], folder.path());

    for _ in 0..4 {
        act(json!({"type": "undo"}));
    }
    let undone = act(json!({"type": "redo"}));
    assert!(undone["rows"][0]["accepted"].as_bool().unwrap());
    let undone = act(json!({"type": "undo"}));
    assert_eq!(undone["rows"], before["rows"]);
}

#[test]
fn what_is_kept_for_the_next_request_is_true_after_a_correction() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&store(folder.path(), &[]), &[]);
    let total = |path: &str| server.get(path).1["total"].as_u64().unwrap();
    let search = "/api/search?q=zh:%E7%85%A4&limit=500";
    let queue = "/api/queue?by=doubt&q=zh:%E7%85%A4";
    let (hits, pairs) = (total(search), server.get("/api/about").1["pairs"].as_u64().unwrap());
    assert!(hits > 3 && total(queue) == hits && total(search) == hits);
    for sort in ["text", "date", "left", "right"] {
        let whole = server.get(&format!("{search}&sort={sort}")).1;
        let part = server.get(&format!("/api/search?q=zh:%E7%85%A4&sort={sort}&offset=2&limit=1")).1;
        assert_eq!(part["hits"][0], whole["hits"][2]);
    }
    let hit = &server.get(search).1["hits"][0];
    let (doc, bead) = (hit["doc"].as_str().unwrap(), &hit["bead"]);
    let before = article(&server, doc);
    let (status, after) = server.act(doc, &before["version"], json!({"type": "merge", "bead": bead}));
    assert_eq!(status, 200, "{after}");
    let first = &server.get(search).1["hits"][0];
    assert_eq!((&first["doc"], &first["bead"]), (&hit["doc"], bead));
    assert_ne!(first["source"], hit["source"]);
    assert_eq!(server.get("/api/about").1["pairs"], pairs - 1);
    assert_eq!(server.get("/api/overview").1["locked"], 1);
    // The locked row is no longer to be looked at.
    assert_eq!(total(queue) + 1, total(search));
}

#[test]
fn every_format_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&store(folder.path(), &[]), &[]);
    let (_, about) = server.get("/api/about");
    for format in about["formats"].as_array().unwrap() {
        let format = format.as_str().unwrap();
        for path in
            [format!("/api/export?q=en:mine&format={format}"), format!("/api/export-article?doc={DOC}&format={format}")]
        {
            let (status, head, body) = server.get_raw(&path, "");
            assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
            assert!(body.len() > 200 && head.contains(&format!(".{format}")), "{path}: {head}");
            assert!(head.contains(&format!("content-length: {}", body.len())), "{path}: {head}");
        }
    }
    // Several files come as one.
    let (_, head, body) = server.get_raw(&format!("/api/export-article?doc={DOC}&format=moses"), "");
    assert!(head.contains(".zip") && body.starts_with(b"PK"));
}

#[test]
fn strangers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = store(folder.path(), &[]);
    let server = Server::start(&path, &[]);
    let version = article(&server, DOC)["version"].clone();
    assert_eq!(server.get_raw("/api/about", "Host: evil.example\r\n").0, 403);
    assert_eq!(server.get_raw("/api/about", "Origin: http://evil.example\r\n").0, 403);
    let body = json!({"doc": DOC, "version": version, "act": {"type": "accept", "bead": 1}}).to_string();
    let own = format!("Origin: http://127.0.0.1:{}\r\n", server.port);
    assert_eq!(server.post("", "application/json", body.as_bytes()).0, 403, "no origin");
    assert_eq!(server.post("Origin: null\r\n", "application/json", body.as_bytes()).0, 403);
    assert_eq!(server.post(&own, "text/plain", body.as_bytes()).0, 415);
    assert_eq!(server.post(&own, "application/json", &vec![b' '; (1 << 20) + 1]).0, 413);
    assert_eq!(server.post(&own, "application/json", b"{}").0, 400);
    assert_eq!(article(&server, DOC)["version"], version, "nothing has changed");
    let (_, head, _) = server.get_raw("/", "");
    for header in [
        "content-security-policy: default-src 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
    ] {
        assert!(head.contains(header), "{header}: {head}");
    }
    drop(server);

    let server = Server::start(&path, &["--read-only"]);
    assert_eq!(server.act(DOC, &version, json!({"type": "accept", "bead": 1})).0, 403);
    drop(server);

    let server = Server::start(&path, &["--token", "right-token"]);
    assert_eq!(server.get("/api/about").0, 403);
    assert_eq!(server.get_raw("/?token=wrong-token", "").0, 403);
    let (status, head, _) = server.get_raw("/?token=right-token", "");
    assert!(status == 303 && head.contains("httponly; samesite=strict"), "{head}");
    assert_eq!(server.get_raw("/api/about", "Cookie: a=b; bitext=right-token\r\n").0, 200);
    // Others come in with a token alone.
    let mut command = assert_cmd::Command::cargo_bin("bitext").unwrap();
    command.arg("serve").arg(&path).args(["--listen", "0.0.0.0"]).assert().failure().code(2);
}

#[test]
fn a_server_that_is_told_to_end_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = store(folder.path(), &[]);
    // At once: who has read the address may not come too early with a signal.
    for _ in 0..8 {
        assert!(Server::start(&path, &[]).terminate());
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = store(folder.path(), &[]);
    for round in 0..4 {
        let mut server = Server::start(&path, &[]);
        let port = server.port;
        let (known, version) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let server = &mut server;
            scope.spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(300 + 40 * round));
                server.kill();
            });
            // Notes, one after another, until there is nobody to write them down.
            scope.spawn(move || notes(port, &known));
        });
        let last = version.iter().last();
        let server = Server::start(&path, &[]);
        let article = article(&server, DOC);
        if let Some((version, note)) = last {
            // One more may have been written and not told of.
            let stands = article["version"].as_i64().unwrap();
            assert!(stands == version || stands == version + 1, "{stands}, acknowledged {version}");
            let number = |note: &str| note.trim_start_matches("note ").parse::<i64>().unwrap();
            let found = number(article["rows"][0]["note"].as_str().unwrap());
            assert!(found == number(&note) || found == number(&note) + 1, "{found}, acknowledged {note}");
        } else {
            panic!("nothing was written before the kill");
        }
    }
}

/// Writes notes on the first bead as long as it is answered, and tells of each that is acknowledged.
fn notes(port: u16, known: &std::sync::mpsc::Sender<(i64, String)>) {
    use std::io::{Read, Write};
    let ask = |request: String| -> Option<Value> {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        serde_json::from_slice(&answer[end + 4..]).ok()
    };
    let head = format!("Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nConnection: close\r\n");
    let Some(mut article) = ask(format!("GET /api/article?doc={DOC} HTTP/1.1\r\n{head}\r\n")) else { return };
    for number in 0.. {
        let note = format!("note {number}");
        let act = json!({"type": "note", "bead": 1, "text": note});
        let body = json!({"doc": DOC, "version": article["version"], "act": act}).to_string();
        let length = body.len();
        let request = format!(
            "POST /api/act HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let Some(answer) = ask(request) else { return };
        // The first note of a round may be the one that stands there.
        if answer["version"] != article["version"] {
            let _ = known.send((answer["version"].as_i64().unwrap(), note));
        }
        article = answer;
    }
}

#[test]
fn a_store_that_cannot_be_served_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = store(folder.path(), &[row("d", 1, "字", "letter")]);
    let serve = |path: &std::path::Path| {
        let mut command = assert_cmd::Command::cargo_bin("bitext").unwrap();
        let output =
            command.arg("serve").arg(path).args(["--port", "0"]).timeout(std::time::Duration::from_secs(20)).assert();
        String::from_utf8(output.failure().code(1).get_output().stderr.clone()).unwrap()
    };
    assert!(serve(&folder.path().join("none.db")).contains("no such store"));
    std::fs::write(folder.path().join("text.db"), "no database, a text that is long enough to be looked at").unwrap();
    assert!(serve(&folder.path().join("text.db")).contains("no store of bitext"));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(folder.path().join("newer.db"), bytes).unwrap();
    assert!(serve(&folder.path().join("newer.db")).contains("newer bitext"));
}
