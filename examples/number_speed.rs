//! How many megabytes of text a second the number parser reads: `number_speed zh FILE…`.
use bitext::signal::number::{Language, parse};
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let language = Language::from(arguments.next().unwrap_or_default().as_str());
    let mut lines: Vec<String> = Vec::new();
    for path in arguments {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        lines.extend(text.lines().map(String::from));
    }
    let bytes: usize = lines.iter().map(String::len).sum();
    let (mut rounds, mut found) = (0, 0);
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < 2.0 {
        found = lines.iter().map(|line| parse(line, language).len()).sum::<usize>();
        rounds += 1;
    }
    let rate = (bytes * rounds) as f64 / start.elapsed().as_secs_f64() / 1e6;
    let mut out = std::io::stdout().lock();
    let _ = std::io::Write::write_fmt(&mut out, format_args!("{found} numbers in {bytes} bytes, {rate:.1} MB/s\n"));
}
