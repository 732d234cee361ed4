//! The order of `src/lib.rs` is the order of the layers: a module may name those above it and never one below. The middle of
//! the path takes text and gives values back: it opens no file, prints nothing and starts no thread.
//!
//! The sources are read as text. Comments and literals are blanked first, then every path is taken apart, grouped imports
//! among them, so that `use crate::{span::Pair, cli}` is found as well as `crate::cli::main()`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules that may open files and print: the reader, the shells, what is kept on disk.
const MAY_DO_IO: [&str; 4] = ["archive", "cli", "store", "web"];
/// The places of the middle that start threads.
const MAY_START_THREADS: [&str; 2] = ["engine/batch.rs", "train/"];

const IO_MODULES: [&str; 4] = ["fs", "net", "process", "env"];
const IO_NAMES: [&str; 6] = ["stdin", "stdout", "stderr", "OpenOptions", "WalkDir", "Mmap"];
const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

// -------------------------------------------------------------------------------------------------------------- the rule

/// The modules of lib.rs, the highest first.
fn modules(lib: &str) -> Vec<String> {
    let code = blanked(lib);
    let declared = code.lines().filter_map(|line| {
        let line = line.trim();
        line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?.strip_suffix(';')
    });
    declared.map(|name| name.trim().to_owned()).collect()
}

/// What is wrong with `source`, which stands at `path` below `src/`.
fn faults(path: &str, source: &str, order: &[String]) -> Vec<String> {
    let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').filter(|&part| part != "mod").collect();
    let Some(own) = order.iter().position(|module| module == parts[0]) else {
        return vec![format!("{path}: lib.rs does not declare its module")];
    };
    let code = blanked(source);
    let mut faults = Vec::new();
    for segments in paths(&code) {
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Some(module) = of_the_root(&names, parts.len())
            && let Some(other) = order.iter().position(|name| name == module)
            && other > own
        {
            faults.push(format!("{path}: {} imports {module}, which stands below it in lib.rs", order[own]));
        }
        if MAY_DO_IO.contains(&parts[0]) {
            continue;
        }
        let written = names.join("::");
        if names.iter().any(|name| IO_NAMES.contains(name))
            || names.windows(2).any(|pair| pair[0] == "std" && IO_MODULES.contains(&pair[1]))
        {
            faults.push(format!("{path}: {written}: no file and no terminal here"));
        }
        let threads = names.starts_with(&["std", "thread"]) || names[0] == "rayon";
        if threads && !MAY_START_THREADS.iter().any(|place| path.starts_with(place)) {
            faults.push(format!("{path}: {written}: threads are started in {} alone", MAY_START_THREADS.join(" and ")));
        }
    }
    if !MAY_DO_IO.contains(&parts[0]) {
        faults.extend(
            macros(&code)
                .filter(|name| PRINTING.contains(name))
                .map(|name| format!("{path}: {name}!: no terminal here")),
        );
    }
    faults.sort();
    faults.dedup();
    faults
}

/// The crate's module that a path leads to, from a file `depth` modules deep: `crate::x`, or `super` up to the root.
fn of_the_root<'p>(names: &[&'p str], depth: usize) -> Option<&'p str> {
    let supers = names.iter().take_while(|&&name| name == "super").count();
    match names {
        ["crate", module, ..] => Some(module),
        _ if supers >= depth => names.get(supers).copied(),
        _ => None,
    }
}

// ----------------------------------------------------------------------------------------------------------- reading Rust

/// The source with comments, strings and character literals replaced by blanks.
fn blanked(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match (chars[at], chars.get(at + 1)) {
            ('/', Some('/')) => (at..chars.len()).find(|&k| chars[k] == '\n').unwrap_or(chars.len()),
            ('/', Some('*')) => end_of_comment(&chars, at),
            ('"', _) => end_of_string(&chars, at),
            ('r', Some('"' | '#')) if !code.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                end_of_raw(&chars, at)
            }
            // A character, not a lifetime.
            ('\'', Some('\\')) => (at + 3..chars.len()).find(|&k| chars[k] == '\'').map_or(chars.len(), |k| k + 1),
            ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => at + 3,
            _ => at,
        };
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            code.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    code
}

fn end_of_comment(chars: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn end_of_string(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The end of `r#"…"#`, or `start` where this is only an `r#name`.
fn end_of_raw(chars: &[char], start: usize) -> usize {
    let hashes = chars[start + 1..].iter().take_while(|&&c| c == '#').count();
    if chars.get(start + 1 + hashes) != Some(&'"') {
        return start;
    }
    let closes = |&k: &usize| chars[k] == '"' && chars[k + 1..].iter().take_while(|&&c| c == '#').count() >= hashes;
    (start + 2 + hashes..chars.len()).find(closes).map_or(chars.len(), |k| (k + 1 + hashes).min(chars.len()))
}

/// All paths of two names and more, groups multiplied out.
fn paths(code: &str) -> Vec<Vec<String>> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_name(&tokens[at]) && tokens.get(at + 1).is_some_and(|next| next == "::") {
            at = path(&tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found.retain(|names| names.len() > 1);
    found
}

fn path(tokens: &[String], mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut names = before.to_vec();
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while at < tokens.len() && tokens[at] != "}" {
                    at = if is_name(&tokens[at]) || tokens[at] == "{" {
                        path(tokens, at, &names, found)
                    } else {
                        at + 1
                    };
                }
                return at + 1;
            }
            Some(name) if is_name(name) => {
                names.push(name.to_owned());
                at += 1;
            }
            _ => break,
        }
        if tokens.get(at).is_none_or(|token| token != "::") {
            break;
        }
        at += 1;
    }
    found.push(names);
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if is_name(rest) {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            tokens.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The names of the macros called.
fn macros(code: &str) -> impl Iterator<Item = &str> {
    code.match_indices('!').filter_map(|(at, _)| {
        let opens = code[at + 1..].trim_start().starts_with(['(', '[', '{']);
        let before = &code[..at];
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |k| k + 1);
        (opens && start < at).then(|| &before[start..])
    })
}

// ------------------------------------------------------------------------------------------------------------------ tests

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn imports_point_up_and_the_middle_is_pure() {
    let order = modules(&fs::read_to_string(src().join("lib.rs")).unwrap());
    assert!(order.len() > 8, "lib.rs declares {order:?}");
    let mut files = Vec::new();
    sources(&src(), &mut files);
    files.sort();
    let (mut checked, mut found) = (0, Vec::new());
    for file in &files {
        let path = file.strip_prefix(src()).unwrap().to_string_lossy().replace('\\', "/");
        if path == "lib.rs" || path == "main.rs" {
            continue;
        }
        checked += 1;
        found.extend(faults(&path, &fs::read_to_string(file).unwrap(), &order));
    }
    assert!(checked > 30, "only {checked} files were read");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The folders and files of the tree in `DESIGN.md`, in order, without their endings.
fn tree(design: &str) -> Vec<String> {
    let below = design.lines().skip_while(|line| *line != "src/").skip(1);
    let entry = |line: &str| {
        // What an entry is follows behind two blanks.
        let names = line.strip_prefix("  ")?.split("  ").next()?.to_owned();
        Some(
            names
                .split_whitespace()
                .map(|name| name.trim_end_matches('/').trim_end_matches(".rs").to_owned())
                .collect(),
        )
    };
    below.map_while(entry).flat_map(|names: Vec<String>| names).collect()
}

#[test]
fn lib_declares_the_order_of_the_design() {
    let order = modules(&fs::read_to_string(src().join("lib.rs")).unwrap());
    let design = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("DESIGN.md")).unwrap();
    let tree = tree(&design);
    assert_eq!(tree[..4], ["lib", "main", "span", "cost"]);
    // The vocabulary and private helpers stand before all stages, in any order.
    let first = order.iter().position(|module| module == "archive").expect("the first stage");
    let stages: Vec<&String> = tree.iter().skip_while(|name| *name != "archive").collect();
    assert_eq!(order[first..].iter().collect::<Vec<_>>(), stages, "lib.rs against DESIGN.md");
    for name in ["span", "cost", "error"] {
        assert!(order[..first].iter().any(|module| module == name) && tree.iter().any(|own| own == name), "{name}");
    }
}

fn order() -> Vec<String> {
    modules(
        "//! pub mod no;\npub mod span;\n\npub mod archive;\n\npub mod bead;\n\n#[cfg(feature = \"x\")]\npub mod align;\npub mod cli;\n",
    )
}

#[test]
fn modules_are_read_in_order() {
    assert_eq!(order(), ["span", "archive", "bead", "align", "cli"]);
}

#[test]
fn every_way_of_looking_down_is_found() {
    for offending in [
        "use crate::align::Model;",
        "use crate::align;",
        "use crate::{span::Pair, align::{Band, Model}};",
        "use crate::{span::Pair, align};",
        "fn f() { let x = crate::align::exhaustive(); }",
        "fn f(x: crate :: cli::Done) {}",
        "use super::super::align::Model;",
        "#[cfg(test)]\nmod tests {\n    use crate::cli;\n}",
        "const A: char = '\"'; use crate::align::X; const B: char = '\"';",
        "fn f<'a>(x: &'a str) { crate::cli::main() }",
    ] {
        assert_eq!(faults("bead/audit.rs", offending, &order()).len(), 1, "{offending}");
    }
    assert_eq!(faults("bead/mod.rs", "use super::align::Model;", &order()).len(), 1);
    assert_eq!(faults("bead.rs", "use super::{span, align};", &order()).len(), 1);
}

#[test]
fn looking_up_and_talking_about_what_is_below_is_no_fault() {
    for innocent in [
        "use crate::span::{Block, Pair};",
        "use crate::bead::Bead;",
        "//! See [`crate::align`].\n/* crate::align /* crate::cli */ crate::align */",
        "const A: &str = \"use crate::align::Model;\";",
        "const A: &str = r#\"\" crate::align \"#;",
        "use super::Alignment; mod align;",
        "fn align() { align(); }",
        "use std::io::Write; use std::fmt;",
        "fn f() -> String { format!(\"{}\", 1) }",
    ] {
        assert_eq!(faults("bead/audit.rs", innocent, &order()), [""; 0], "{innocent}");
    }
}

#[test]
fn every_way_out_of_the_middle_is_found() {
    for offending in [
        "use std::fs;",
        "use std::{fmt, fs::File};",
        "fn f() { std::fs::File::open(\"x\"); }",
        "use std::io::{self, stdout};",
        "fn f() { io::stderr(); }",
        "fn f() { println!(\"x\"); }",
        "fn f() { dbg!(1); }",
        "fn f() { std::env::var(\"x\"); }",
        "fn f() { std::process::exit(1); }",
        "use std::thread;",
        "use rayon::prelude::*;",
    ] {
        assert_eq!(faults("align/full.rs", offending, &order()).len(), 1, "{offending}");
        assert_eq!(faults("cli/align.rs", offending, &order()), [""; 0], "{offending}");
    }
    assert_eq!(faults("nowhere/x.rs", "", &order()), ["nowhere/x.rs: lib.rs does not declare its module"]);
}
