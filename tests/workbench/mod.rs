//! A store of the bundled articles, and the workbench over it.

// Each test uses a part of it.
#![allow(dead_code)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// `bitext`, told in its own folder.
pub(crate) fn bitext(arguments: &[&str], folder: &Path) -> String {
    let mut command = assert_cmd::Command::cargo_bin("bitext").unwrap();
    let output = command.current_dir(folder).args(arguments).assert().success();
    String::from_utf8(output.get_output().stdout.clone()).unwrap()
}

/// The bundled articles with their findings, and the given rows, in `corpus.db`.
pub(crate) fn store(folder: &Path, more: &[Value]) -> PathBuf {
    let articles = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles");
    let articles = articles.to_str().unwrap();
    bitext(&["check", articles, "-q", "--min-probability", "0.3", "-o", "findings.jsonl"], folder);
    bitext(&["import", articles, "-q", "--store", "corpus.db", "--findings", "findings.jsonl"], folder);
    if !more.is_empty() {
        let lines: String = more.iter().map(|row| format!("{row}\n")).collect();
        std::fs::write(folder.join("more.jsonl"), lines).unwrap();
        bitext(&["import", "more.jsonl", "-q", "--store", "corpus.db"], folder);
    }
    folder.join("corpus.db")
}

/// A row of one sentence on either side.
pub(crate) fn row(doc: &str, n: usize, source: &str, target: &str) -> Value {
    json!({
        "id": format!("{doc}#{n}"), "doc": doc, "n": n, "kind": "1-1", "section": "body", "source_lang": "zh", "target_lang": "en",
        "source": [source], "target": [target], "confidence": 0.5, "status": "auto", "flags": [], "parts": {}, "meta": {"date": "1957-01-01"},
    })
}

/// A running server; it ends with the value.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) fn start(store: &Path, arguments: &[&str]) -> Self {
        let mut process = Command::new(assert_cmd::cargo::cargo_bin("bitext"))
            .arg("serve")
            .arg(store)
            .args(["--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap_or_else(|| panic!("no address in {line:?}"));
        let port = address.split(['/', '?']).next().unwrap().rsplit(':').next().unwrap().parse().unwrap();
        Self { process, port }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Sends a request as it is written: status, headers, body.
    pub(crate) fn raw(&self, request: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        // A server that refuses may close before it has read all.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("an answer has a head");
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_ascii_lowercase(), answer[end + 4..].to_vec())
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        let (status, _, body) = self.get_raw(path, "");
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// `headers` are lines that end in CRLF.
    pub(crate) fn get_raw(&self, path: &str, headers: &str) -> (u16, String, Vec<u8>) {
        let host = if headers.to_ascii_lowercase().contains("host:") {
            String::new()
        } else {
            format!("Host: 127.0.0.1:{}\r\n", self.port)
        };
        self.raw(&format!("GET {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n"), b"")
    }

    /// Does an act, as the page does.
    pub(crate) fn act(&self, doc: &str, version: &Value, act: Value) -> (u16, Value) {
        let body = json!({"doc": doc, "version": version, "act": act}).to_string();
        let origin = format!("Origin: http://127.0.0.1:{}\r\n", self.port);
        let (status, _, answer) = self.post(&origin, "application/json", body.as_bytes());
        (status, serde_json::from_slice(&answer).unwrap_or(Value::Null))
    }

    pub(crate) fn post(&self, headers: &str, kind: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let request = format!(
            "POST /api/act HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{headers}Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        );
        self.raw(&request, body)
    }

    /// Asks it to end, and says whether it did so of its own accord.
    pub(crate) fn terminate(&mut self) -> bool {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        self.process.wait().unwrap().success()
    }

    /// Ends it at once, in whatever it does.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
