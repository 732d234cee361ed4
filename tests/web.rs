//! The page of the workbench in a headless Chromium: found, read, corrected by keyboard, and held against WCAG 2.2 AA by axe-core.
//! `scripts/test-web` installs what it needs; without Chromium the test says that it is skipped, without axe-core (`AXE` names its file)
//! that part does; with `REQUIRE` set these are failures. With `SCREENSHOTS=FOLDER` it leaves pictures to look at.

#![cfg(all(unix, feature = "serve"))]
#![allow(clippy::unwrap_used)]

mod browser;
mod workbench;

use browser::{Page, chromium};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use workbench::{Server, row, store};

const HOSTILE: &str =
    "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">\u{202e}txet\u{202c}";

/// Documents beside the bundled ones: one that means harm, one of a thousand pairs.
fn documents() -> Vec<Value> {
    let long = format!("长句{}", "很长，".repeat(120_000));
    let mut rows = vec![row("hostile", 1, HOSTILE, HOSTILE), row("hostile", 2, &long, "One sentence of a megabyte.")];
    rows.extend(
        (1..=1000).map(|n| row("long", n, &format!("第{n}句话在这里。"), &format!("Sentence number {n} stands here."))),
    );
    rows
}

fn skip(what: &str) {
    assert!(std::env::var_os("REQUIRE").is_none(), "{what}, and REQUIRE is set");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}; scripts/test-web installs it");
}

/// The script of axe-core.
fn axe() -> Option<String> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/web-packages/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(std::env::var_os("AXE").map_or(installed, Into::into)).ok()
}

/// A view as it stands, in light and in dark: a picture, and what axe-core finds.
fn judge(page: &mut Page, name: &str, axe: Option<&str>) {
    for theme in ["light", "dark"] {
        page.value(&format!("document.documentElement.dataset.theme = '{theme}'"));
        if let Some(folder) = std::env::var_os("SCREENSHOTS") {
            std::fs::write(Path::new(&folder).join(format!("{name}-{theme}.png")), page.screenshot()).unwrap();
        }
        if let Some(axe) = axe {
            page.value(&format!("(() => {{ {axe}; return true }})()"));
            let found = page.value(
                "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 200) + ' ' + n.any.map(a => a.message).join('; ')).slice(0, 3).join(' | ')))",
            );
            assert_eq!(found, json!([]), "{name}, {theme}");
        }
    }
    page.value("document.documentElement.dataset.theme = 'light'");
}

/// The article as the store has it.
fn article(page: &mut Page, doc: &str) -> Value {
    page.value(&format!("fetch('/api/article?doc={doc}').then(r => r.json())"))
}

fn locked(article: &Value) -> usize {
    article["rows"].as_array().unwrap().iter().filter(|row| row["locked"] == json!(true)).count()
}

/// Presses a key and waits until the store has answered.
fn press(page: &mut Page, key: &str, until: &str) {
    page.value("document.querySelector('.word').textContent = ''");
    page.key(key);
    page.wait(until);
}

#[test]
fn a_reader_searches_reads_and_corrects() {
    let Some(chromium) = chromium() else { return skip("no Chromium") };
    let axe = axe();
    if axe.is_none() {
        skip("no axe-core");
    }
    let axe = axe.as_deref();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&store(folder.path(), &documents()), &[]);
    let mut page = Page::open(&chromium, 1400, 900);

    // Search: typed, sent with Enter; a hit opens; back goes back.
    page.visit(&server.url("/"));
    page.wait("document.querySelector('#q')");
    page.value("localStorage.setItem('language', 'en')");
    page.visit(&server.url("/search"));
    page.wait("document.querySelector('#q')");
    judge(&mut page, "search-empty", axe);
    page.value("document.querySelector('#q').focus()");
    page.write("zh:生产 en:production");
    page.key("Enter");
    page.wait("document.querySelectorAll('.hits li').length > 10 && document.querySelector('.renderings tbody tr') && document.querySelector('.plot canvas')");
    assert!(page.value("decodeURIComponent(location.search)").as_str().unwrap().contains("q=zh:生产"));
    assert_eq!(page.value("document.querySelector('.kwic mark').textContent"), json!("生产"));
    assert_eq!(page.value("document.activeElement.id"), json!("q"), "who has searched can go on typing");
    judge(&mut page, "search", axe);
    let export = page.value("fetch(document.querySelector('.download a').href).then(r => r.text())");
    let total = page.value("parseInt(document.querySelector('.total b').textContent)").as_u64().unwrap();
    assert_eq!(export.as_str().unwrap().lines().count() as u64, total);
    page.click(".hits li a");
    page.wait("location.pathname.startsWith('/read/') && document.querySelector('.row.here')");
    let place = page.value("location.pathname + location.search");
    judge(&mut page, "read", axe);
    page.value("history.back()");
    page.wait("location.pathname === '/search' && document.querySelectorAll('.hits li').length > 10");
    // A deep link leads to the same place.
    page.visit(&server.url(place.as_str().unwrap()));
    page.wait("document.querySelector('.row.here')");

    // Review: the queue opens its first item; five pairs are corrected by keyboard alone.
    page.visit(&server.url("/review?by=finding"));
    page.wait("document.querySelector('.row.here') && document.querySelectorAll('.queue li').length > 20");
    judge(&mut page, "review", axe);
    page.visit(&server.url("/review?doc=001_coal&bead=2"));
    page.wait("document.querySelector('.row.here#bead-2')");
    let before = article(&mut page, "001_coal");
    press(&mut page, "a", "document.querySelector('#bead-2.locked')");
    page.key("j");
    page.wait("document.querySelector('#bead-3.here')");
    let count = before["length"].as_u64().unwrap();
    press(&mut page, "m", &format!("document.querySelectorAll('.row').length === {}", count - 1));
    page.key("j");
    page.key("j");
    page.wait("document.querySelector('#bead-5.here')");
    press(&mut page, "D", "document.querySelector('#bead-5.locked') && document.querySelector('.word').textContent");
    page.key("k");
    page.wait("document.querySelector('#bead-4.here')");
    page.key("n");
    page.wait("document.activeElement?.name === 'note'");
    page.write("看一看 <b>this</b>");
    press(&mut page, "Enter", "document.querySelector('#bead-4 .note')");
    assert_eq!(page.value("document.querySelector('#bead-4 .note bdi').textContent"), json!("看一看 <b>this</b>"));
    page.value("document.querySelector('#bead-3').click()");
    page.wait("document.querySelector('#bead-3.here')");
    page.key("s");
    page.wait("document.activeElement?.name === 'source'");
    judge(&mut page, "split", axe);
    press(&mut page, "Enter", &format!("document.querySelectorAll('.row').length === {count}"));
    let corrected = article(&mut page, "001_coal");
    assert!(locked(&corrected) >= 5, "{} locked", locked(&corrected));
    // Undo and redo; a reload finds the same.
    press(&mut page, "z", &format!("document.querySelectorAll('.row').length === {}", count - 1));
    press(&mut page, "Z", &format!("document.querySelectorAll('.row').length === {count}"));
    press(&mut page, "z", &format!("document.querySelectorAll('.row').length === {}", count - 1));
    press(&mut page, "y", &format!("document.querySelectorAll('.row').length === {count}"));
    assert_eq!(article(&mut page, "001_coal")["rows"], corrected["rows"]);
    page.call("Page.reload", json!({}));
    page.wait("document.querySelectorAll('.row.locked').length >= 5");
    // Aligned anew around the locks; the export has them.
    press(&mut page, "r", "document.querySelector('.word').textContent");
    let again = article(&mut page, "001_coal");
    let locks = |article: &Value| -> Vec<(Value, Value)> {
        let rows = article["rows"].as_array().unwrap().iter().filter(|row| row["locked"] == json!(true));
        rows.map(|row| (row["source"].clone(), row["target"].clone())).collect()
    };
    assert_eq!(locks(&again), locks(&corrected));
    let export = page.value("fetch('/api/export-article?doc=001_coal&format=jsonl').then(r => r.text())");
    let rows = export.as_str().unwrap().lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert_eq!(rows.filter(|row| row["status"] == "locked").count(), locked(&corrected));
    page.key("?");
    page.wait("document.querySelector('dialog').open");
    judge(&mut page, "keys", axe);
    // Keys of one character can be switched off; the arrows stay.
    page.click("dialog input");
    page.key("Escape");
    page.wait("!document.querySelector('dialog').open");
    let here = page.value("document.querySelector('.row.here').id");
    page.key("j");
    assert_eq!(page.value("document.querySelector('.row.here').id"), here);
    page.key("ArrowDown");
    page.wait(&format!("document.querySelector('.row.here').id !== {here}"));
    page.value("localStorage.setItem('keys', 'on')");

    // Overview, and the page in Chinese.
    page.visit(&server.url("/overview"));
    page.wait("document.querySelectorAll('.tiles div').length === 4 && document.querySelector('.plot canvas')");
    judge(&mut page, "overview", axe);
    let differing = page.value(
        "Promise.all([...document.querySelectorAll('.bars tr')].map(async row => {
            const [link, count] = [row.querySelector('a').getAttribute('href'), row.querySelector('td.number').textContent.replaceAll(',', '')];
            const answer = await fetch(link.replace('/search', '/api/search').replace('/review', '/api/queue'));
            return (await answer.json()).total === Number(count) ? null : link;
        })).then(links => links.filter(Boolean))",
    );
    assert_eq!(differing, json!([]), "a number leads to as many pairs");
    page.click("#language");
    page.wait("document.documentElement.lang === 'zh' && document.querySelector('h1')?.textContent === '概览'");
    judge(&mut page, "overview-zh", axe);

    assert_eq!(page.complaints, Vec::<String>::new());
    let own = server.url("/");
    let strange: Vec<&String> =
        page.requests.iter().filter(|url| !url.starts_with(&own) && !url.starts_with("data:")).collect();
    assert_eq!(strange, Vec::<&String>::new(), "it asks nobody else");
}

#[test]
fn two_pages_do_not_overwrite_each_other() {
    let Some(chromium) = chromium() else { return skip("no Chromium") };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&store(folder.path(), &[]), &[]);
    let mut pages = [Page::open(&chromium, 1200, 800), Page::open(&chromium, 1200, 800)];
    for page in &mut pages {
        page.visit(&server.url("/read/001_coal?bead=3"));
        page.wait("document.querySelector('#bead-3.here')");
    }
    press(&mut pages[0], "a", "document.querySelector('#bead-3.locked')");
    let page = &mut pages[1];
    press(page, "m", "document.querySelector('.word[role=alert]')");
    // The other page's act is shown, its own was not done; then it can be done.
    page.wait("document.querySelector('#bead-3.locked')");
    assert_eq!(locked(&article(page, "001_coal")), 1);
    let count = article(page, "001_coal")["length"].as_u64().unwrap();
    press(page, "m", &format!("document.querySelectorAll('.row').length === {}", count - 1));
    // What was typed is still there after a conflict, and can be saved then.
    page.key("n");
    page.wait("document.activeElement?.name === 'note'");
    page.write("a remark");
    press(&mut pages[0], "a", "document.querySelector('.word[role=alert]')");
    press(&mut pages[0], "a", "document.querySelectorAll('.row.locked').length > 1");
    let page = &mut pages[1];
    press(page, "Enter", "document.querySelector('.word[role=alert]')");
    assert_eq!(page.value("document.querySelector('.asking input').value"), json!("a remark"));
    page.value("document.querySelector('.asking input').focus()");
    press(page, "Enter", "document.querySelector('.row .note bdi')?.textContent === 'a remark'");
    // The browser writes a line for every answer of 409; the page itself complains of nothing.
    page.complaints.retain(|complaint| !complaint.contains("409"));
    assert_eq!(page.complaints, Vec::<String>::new());
}

#[test]
fn keys_typed_fast_are_all_done_and_the_queue_leads_to_the_right_pair() {
    let Some(chromium) = chromium() else { return skip("no Chromium") };
    let folder = tempfile::tempdir().unwrap();
    let pairs = [(0.01, "第一句。"), (0.5, "第二句。"), (0.5, "第三句。"), (0.02, "第四句。"), (0.5, "第五句。")];
    let rows = (1..).zip(pairs).map(|(n, (confidence, text))| {
        let mut row = row("queue", n, text, "A sentence.");
        row["confidence"] = json!(confidence);
        row
    });
    let server = Server::start(&store(folder.path(), &rows.collect::<Vec<_>>()), &[]);
    let mut page = Page::open(&chromium, 1200, 800);
    let typed = |keys: &str| {
        format!(
            "for (const key of '{keys}') document.body.dispatchEvent(new KeyboardEvent('keydown', {{key, bubbles: true}}))"
        )
    };
    // The merge moves the pairs behind it: the fourth is the third then. Next is asked for before the merge is answered.
    page.visit(&server.url("/review"));
    page.wait("document.querySelector('.row.here .source')?.textContent.includes('第一句')");
    page.value(&typed("me"));
    page.wait("document.querySelector('.row.here .source')?.textContent.includes('第四句') && location.search.includes('bead=3')");
    page.wait("document.querySelector('.queue [aria-current=true] .what')?.textContent === '第四句。'");

    page.visit(&server.url("/read/001_coal"));
    page.wait("document.querySelector('#bead-1.here')");
    page.value(&typed("aaaj"));
    page.wait("document.querySelector('#bead-5.here')");
    assert_eq!(locked(&article(&mut page, "001_coal")), 3);

    // Back leads to where the list was scrolled.
    page.visit(&server.url("/search?q=的"));
    page.wait("document.querySelectorAll('.hits li').length === 50");
    page.value("scrollTo(0, 2500)");
    page.wait("scrollY > 2000");
    let before = page.value("scrollY").as_f64().unwrap();
    page.value("document.querySelectorAll('.hits li a')[25].click()");
    page.wait("document.querySelector('.row.here')");
    page.value("history.back()");
    page.wait(&format!("document.querySelectorAll('.hits li').length === 50 && Math.abs(scrollY - {before}) < 100"));

    page.visit(&server.url("/read/%E0%A4%A"));
    page.wait("document.querySelector('h1')?.textContent === '404'");
    assert_eq!(page.complaints, Vec::<String>::new());
}

#[test]
fn hostile_and_long_texts_are_shown_harmlessly() {
    let Some(chromium) = chromium() else { return skip("no Chromium") };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&store(folder.path(), &documents()), &[]);
    let mut page = Page::open(&chromium, 1200, 800);
    page.visit(&server.url("/read/hostile"));
    page.wait("document.querySelectorAll('.row').length === 2");
    let shown = page.value("document.querySelector('#bead-1 .target bdi').textContent");
    assert_eq!(shown, json!(HOSTILE.replace('\u{202e}', "U+202E").replace('\u{202c}', "U+202C")));
    assert_eq!(page.value("document.querySelectorAll('.row script, .row img').length"), json!(0));
    assert!(page.value("document.querySelector('#bead-2 .source bdi').textContent.length < 10000").as_bool().unwrap());
    page.click("#bead-2 .more");
    page.wait("document.querySelector('#bead-2 .source bdi').textContent.length > 360000");
    page.visit(&server.url("/search?q=txet"));
    page.wait("document.querySelector('.hits li')");
    assert_eq!(page.value(r"/[\u202a-\u202e]/.test(document.body.textContent)"), json!(false));
    assert!(!page.value("document.title").as_str().unwrap().contains("taken"));

    // A thousand pairs: drawn as they come into sight, one key to the next.
    page.visit(&server.url("/read/long?bead=500"));
    page.wait("document.querySelector('#bead-500.here')");
    let time = page.value(
        "(async () => { const start = performance.now(); for (let y = 0; y < 40; y++) { scrollTo(0, y * 1000); await new Promise(requestAnimationFrame); } return (performance.now() - start) / 40; })()",
    );
    assert!(time.as_f64().unwrap() < 200.0, "{time} ms a frame");
    page.key("j");
    page.wait("document.querySelector('#bead-501.here')");
    assert_eq!(page.complaints, Vec::<String>::new());
}

/// `scripts/vendor-web` writes the sums, and with `--check` holds the files against the packages themselves.
#[test]
fn the_libraries_are_those_of_the_lock_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = std::process::Command::new("sha256sum");
    command
        .current_dir(root.join("web/vendor"))
        .args(["--check", "--quiet"])
        .arg(root.join("scripts/web/vendor.sha256"));
    let Ok(output) = command.output() else { return skip("no sha256sum") };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let listed = std::fs::read_to_string(root.join("scripts/web/vendor.sha256")).unwrap().lines().count();
    assert_eq!(std::fs::read_dir(root.join("web/vendor")).unwrap().count(), listed);
}

#[test]
fn the_files_of_the_page_hold_no_script_or_style_inside_and_load_nothing_from_elsewhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let own = |name: &str| name.ends_with(".js") || name.ends_with(".html") || name.ends_with(".css");
    let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = files.filter(|file| own(&file.to_string_lossy())).collect();
    assert!(files.len() > 10);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.display();
        assert!(!text.contains("http://") && !text.contains("https://"), "{name}: an address of another host");
        for bad in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "dangerouslySetInnerHTML",
            "eval(",
            " style=\"",
            " onclick=\"",
            "<style",
            "@import",
        ] {
            assert!(!text.contains(bad), "{name}: {bad}");
        }
        let lines = text.lines().count();
        assert!(lines < 300, "{name}: {lines} lines");
    }
    let page = std::fs::read_to_string(folder.join("index.html")).unwrap();
    assert_eq!(page.matches("<script").count(), page.matches("<script type=\"module\" src=\"/assets/").count());
}
