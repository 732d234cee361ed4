//! The report of `bitext check`, opened offline in a headless Chromium and clicked through. `scripts/test-page` installs what it
//! needs; without Chromium the test says that it is skipped. With `SCREENSHOTS=FOLDER` it leaves pictures to look at.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod browser;

use browser::{Page, chromium};
use serde_json::json;
use std::io::Write;
use std::path::Path;

fn report(folder: &Path) -> std::path::PathBuf {
    let page = folder.join("report.html");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = assert_cmd::Command::cargo_bin("bitext").unwrap();
    command.arg("check").arg(root.join("corpus/newspaper/articles")).args(["-q", "--min-probability", "0.3"]);
    command.arg("-o").arg(folder.join("findings.jsonl")).arg("--html").arg(&page).args(["--terms", "生产,企业"]);
    command.assert().success();
    page
}

fn picture(page: &mut Page, name: &str) {
    if let Some(folder) = std::env::var_os("SCREENSHOTS") {
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), page.screenshot()).unwrap();
    }
}

#[test]
fn the_report_opens_offline_and_can_be_clicked_through() {
    let Some(chromium) = chromium() else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: no Chromium; scripts/test-page installs it, CHROMIUM names one");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = report(folder.path());
    let findings = std::fs::read_to_string(folder.path().join("findings.jsonl")).unwrap().lines().count();
    let mut page = Page::open(&chromium, 1300, 1000);
    page.go(&file);
    page.wait("document.documentElement?.dataset.ready === 'yes'");
    // The overview: all articles, all findings, four plots, a list of the worst.
    let tiles = page.value("[...document.querySelectorAll('.tiles b')].map(b => b.textContent)");
    assert_eq!((&tiles[0], &tiles[3]), (&json!("40"), &json!(findings.to_string())));
    assert_eq!(page.value("document.querySelectorAll('.plots svg').length"), json!(4));
    assert!(page.value("document.querySelectorAll('table.list tbody tr').length").as_u64().unwrap() > 10);
    picture(&mut page, "overview");

    // An article, both sides beside each other; each finding is marked where it has words.
    page.click("table.list tbody a");
    page.wait("document.querySelector('table.pairs')");
    assert!(page.value("location.hash.startsWith('#/a/')").as_bool().unwrap());
    assert!(page.value("document.querySelectorAll('td[lang=zh]').length").as_u64().unwrap() > 2);
    assert!(page.value("document.querySelectorAll('td[lang=en] mark, td[lang=zh] mark').length").as_u64().unwrap() > 0);
    // Evidence on hover and on keyboard focus, gone with Escape.
    page.hover("mark");
    page.wait("!document.querySelector('#tip').hidden");
    assert!(page.value("document.querySelector('#tip').innerText.length > 20").as_bool().unwrap());
    picture(&mut page, "article");
    page.key("Escape");
    page.wait("document.querySelector('#tip').hidden");
    page.value("document.querySelector('#view').focus()");
    for _ in 0..40 {
        page.key("Tab");
        if page.value("document.activeElement.tagName") == json!("MARK") {
            break;
        }
    }
    page.wait("document.activeElement.tagName === 'MARK' && !document.querySelector('#tip').hidden");

    // A link to a single pair.
    page.click("tr.with th.at a");
    page.wait("location.hash.startsWith('#/p/') && document.querySelector('tr.here')");

    // The list of articles, sorted and filtered.
    page.click("nav [data-view=articles]");
    page.wait("document.querySelectorAll('table.list tbody tr').length === 40");
    page.click("[data-sort=findings]");
    page.wait("document.querySelector('th[aria-sort=descending] [data-sort=findings]')");
    page.click("#none");
    page.wait("document.querySelectorAll('.chips .key').length === 0");
    page.click("#types label:nth-child(1) input");
    page.wait("document.querySelectorAll('.chips .key.number').length > 5");
    assert_eq!(page.value("document.querySelectorAll('.chips .key:not(.number)').length"), json!(0));
    page.value("(() => { const e = document.querySelector('#least'); e.value = 100; e.dispatchEvent(new Event('input', {bubbles: true})); })()");
    page.wait("document.querySelectorAll('.chips .key').length === 0");
    picture(&mut page, "articles");

    // Renderings over time.
    page.click("nav [data-view=terms]");
    page.wait("document.querySelectorAll('svg rect').length > 3");
    assert_eq!(page.value("document.querySelectorAll('#view h2').length"), json!(2));
    picture(&mut page, "terms");

    // Print style: what only serves the screen is left out.
    page.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    assert_eq!(page.value("getComputedStyle(document.querySelector('nav')).display"), json!("none"));
    assert_eq!(page.complaints, Vec::<String>::new());
}
