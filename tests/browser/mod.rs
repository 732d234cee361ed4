//! A headless Chromium for tests, spoken to in the DevTools protocol over a pipe: no driver, no port.
//!
//! Messages are JSON, each ended by a zero byte; a call is answered under its id, everything else is an event.

// Each test uses a part of it.
#![allow(dead_code)]

use command_fds::{CommandFdExt, FdMapping};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, PipeReader, Write, pipe};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a page may take to become what a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the middle of an element is once it is in view, has not moved for three frames and lies under nothing else, or `null`.
const MIDDLE: &str = "(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const middle = () => {
        const box = document.querySelector(SELECTOR).getClientRects()[0];
        return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const element = document.querySelector(SELECTOR);
    element.scrollIntoView({block: 'center'});
    await frame();
    await frame();
    const place = middle();
    for (let still = 0; still < 3; still++) {
        await frame();
        if (String(middle()) !== String(place)) return null;
    }
    return element.contains(document.elementFromPoint(...place)) ? place : null;
})()";

/// Where Chromium is, or `None` when there is none.
pub(crate) fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = || {
        std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file())
    };
    named.or_else(found)
}

/// A page in a browser of its own.
pub(crate) struct Page {
    browser: Child,
    to: Option<File>,
    from: BufReader<PipeReader>,
    session: String,
    calls: u64,
    /// What the page complained of: errors, warnings, exceptions.
    pub(crate) complaints: Vec<String>,
    /// Addresses that it asked for.
    pub(crate) requests: Vec<String>,
    _profile: tempfile::TempDir,
}

impl Page {
    /// Opens a window of the given size.
    pub(crate) fn open(chromium: &Path, width: u32, height: u32) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let (child_reads, to) = pipe().unwrap();
        let (from, child_writes) = pipe().unwrap();
        let mut command = Command::new(chromium);
        command
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--remote-debugging-pipe",
            ])
            .args([
                "--no-first-run",
                "--disable-extensions",
                "--disable-background-networking",
                "--force-color-profile=srgb",
            ])
            .arg(format!("--window-size={width},{height}"))
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .fd_mappings(vec![
                FdMapping { parent_fd: child_reads.into(), child_fd: 3 },
                FdMapping { parent_fd: child_writes.into(), child_fd: 4 },
            ])
            .unwrap();
        let browser = command.spawn().unwrap();
        // The child's ends are closed here, so that a browser that dies ends the reading.
        drop(command);
        let to = File::from(std::os::fd::OwnedFd::from(to));
        let mut page = Self {
            browser,
            to: Some(to),
            from: BufReader::new(from),
            session: String::new(),
            calls: 0,
            complaints: Vec::new(),
            requests: Vec::new(),
            _profile: profile,
        };
        // A window of its own lies in front: clicks reach only what can be seen.
        let window = json!({"url": "about:blank", "newWindow": true, "width": width, "height": height});
        let target = page.call("Target.createTarget", window);
        let attached = page.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        page.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "Network.enable"] {
            page.call(domain, json!({}));
        }
        page.call("Page.bringToFront", json!({}));
        // What works without a network is what opens offline.
        let offline = json!({"offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0});
        page.call("Network.emulateNetworkConditions", offline);
        page
    }

    /// Calls a method of the protocol.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let to = self.to.as_mut().unwrap();
        to.write_all(message.to_string().as_bytes()).unwrap();
        to.write_all(b"\0").unwrap();
        loop {
            let mut bytes = Vec::new();
            self.from.read_until(0, &mut bytes).unwrap();
            assert!(bytes.pop() == Some(0), "the browser has gone during {method}");
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["id"] == json!(self.calls) {
                assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.event(&answer);
        }
    }

    fn event(&mut self, event: &Value) {
        let params = &event["params"];
        match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => {
                self.requests.push(params["request"]["url"].as_str().unwrap_or_default().to_owned());
            }
            "Runtime.exceptionThrown" => self.complaints.push(params["exceptionDetails"].to_string()),
            "Runtime.consoleAPICalled" if matches!(params["type"].as_str(), Some("error" | "warning" | "assert")) => {
                self.complaints.push(params["args"].to_string());
            }
            "Log.entryAdded" if matches!(params["entry"]["level"].as_str(), Some("error" | "warning")) => {
                self.complaints.push(params["entry"].to_string());
            }
            _ => {}
        }
    }

    /// Opens a file.
    pub(crate) fn go(&mut self, file: &Path) {
        self.call("Page.navigate", json!({"url": format!("file://{}", file.display())}));
    }

    /// Opens a page of this machine's, and waits until it is there.
    pub(crate) fn visit(&mut self, url: &str) {
        let online = json!({"offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.call("Network.emulateNetworkConditions", online);
        self.call("Page.navigate", json!({"url": url}));
        let start = Instant::now();
        while self.value("location.href !== 'about:blank' && document.readyState") != json!("complete") {
            assert!(start.elapsed() < PATIENCE, "{url} does not open");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Types a text where the keyboard is.
    pub(crate) fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// The value of an expression, promises awaited.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub(crate) fn wait(&mut self, expression: &str) {
        let start = Instant::now();
        while self.value(&format!("!!({expression})")) != json!(true) {
            assert!(start.elapsed() < PATIENCE, "waited in vain for {expression}; complaints {:?}", self.complaints);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The middle of the first element of a selector, scrolled into view, once it stands still there with nothing over it: rows
    /// that are measured after they are drawn, or that wait for a font, move under the mouse.
    fn middle(&mut self, selector: &str) -> (Value, Value) {
        let function = MIDDLE.replace("SELECTOR", &json!(selector).to_string());
        let start = Instant::now();
        loop {
            let place = self.value(&function);
            if !place.is_null() {
                return (place[0].clone(), place[1].clone());
            }
            assert!(start.elapsed() < PATIENCE, "{selector} does not come to rest where the mouse reaches it");
        }
    }

    /// Moves the mouse there.
    pub(crate) fn hover(&mut self, selector: &str) {
        let (x, y) = self.middle(selector);
        self.call("Input.dispatchMouseEvent", json!({"type": "mouseMoved", "x": x, "y": y}));
    }

    /// Clicks there as a reader does.
    pub(crate) fn click(&mut self, selector: &str) {
        let (x, y) = self.middle(selector);
        for kind in ["mousePressed", "mouseReleased"] {
            let params = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", params);
        }
    }

    /// Presses a key: a named one, or a character.
    pub(crate) fn key(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, None),
            "Enter" => (13, Some("\r")),
            "Escape" => (27, None),
            "ArrowUp" => (38, None),
            "ArrowDown" => (40, None),
            character => (character.to_ascii_uppercase().as_bytes()[0], Some(character)),
        };
        let mut params = json!({"type": "rawKeyDown", "key": key, "code": key, "windowsVirtualKeyCode": code});
        if let Some(text) = text {
            params["type"] = json!("keyDown");
            params["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", params.clone());
        params["type"] = json!("keyUp");
        params.as_object_mut().unwrap().remove("text");
        self.call("Input.dispatchKeyEvent", params);
    }

    /// A picture of the window, as PNG.
    pub(crate) fn screenshot(&mut self) -> Vec<u8> {
        use base64::Engine;
        let answer = self.call("Page.captureScreenshot", json!({"format": "png"}));
        base64::engine::general_purpose::STANDARD.decode(answer["data"].as_str().unwrap()).unwrap()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // The browser ends when its pipe does; where it does not, it is ended.
        self.to = None;
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if let Ok(Some(_)) = self.browser.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
