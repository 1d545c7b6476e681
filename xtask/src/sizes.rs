//! The size of each file of the site as it is, with gzip and with Brotli, and what a consumer's visit
//! loads first and later. A KB is 1,000 bytes.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::files::files_below;
use crate::site;

/// One line of the table, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    name: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// The table of the site in `dist`, and what its page asks of another host's policy.
///
/// # Errors
/// When the site is not there.
pub fn table(dist: &Path) -> Result<String> {
    let mut rows = Vec::new();
    for file in files_below(dist)? {
        let name = file
            .strip_prefix(dist)
            .unwrap_or(&file)
            .display()
            .to_string();
        if name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        let size = |file: &str| fs::metadata(dist.join(file)).map(|file| file.len());
        let raw = size(&name)?;
        // What has no compressed copy is sent as it is.
        let gzip = size(&format!("{name}.gz")).unwrap_or(raw);
        let brotli = size(&format!("{name}.br")).unwrap_or(raw);
        rows.push(Row {
            name,
            raw,
            gzip,
            brotli,
        });
    }
    let mut table = render(rows);
    let hashes = site::style_hashes(&fs::read_to_string(dist.join("index.html"))?);
    if !hashes.is_empty() {
        let hashes = hashes.join(" ");
        table +=
            &format!("\non a host without the gateway, its policy's style-src needs {hashes}\n");
    }
    Ok(table)
}

fn render(mut rows: Vec<Row>) -> String {
    // Neither the timeline's sheet, the English texts nor the icon.
    let is_first = |name: &str| {
        let is_code = [".js", ".css", ".wasm"]
            .iter()
            .any(|kind| name.ends_with(kind));
        name == "index.html" || name.starts_with("portal") && is_code
    };
    let is_rest = |name: &str| name.ends_with(".wasm") && !is_first(name);
    let first = sum("first load: all that the overview needs", &rows, is_first);
    let rest = sum("the rest, loaded when idle", &rows, is_rest);
    rows.extend([first, rest]);

    let width = rows
        .iter()
        .map(|row| row.name.len())
        .max()
        .unwrap_or_default();
    let line = |name: &str, sizes: [&str; 3]| {
        let [raw, gzip, brotli] = sizes;
        format!("{name:width$} {raw:>9} {gzip:>9} {brotli:>9}\n")
    };
    let mut table = line("KB", ["as it is", "gzip", "Brotli"]);
    for row in &rows {
        let kilobytes =
            [row.raw, row.gzip, row.brotli].map(|size| format!("{:.1}", size as f64 / 1e3));
        table += &line(&row.name, kilobytes.each_ref().map(String::as_str));
    }
    table
}

fn sum(name: &str, rows: &[Row], counts: impl Fn(&str) -> bool) -> Row {
    let rows = || rows.iter().filter(|row| counts(&row.name));
    Row {
        name: name.to_owned(),
        raw: rows().map(|row| row.raw).sum(),
        gzip: rows().map(|row| row.gzip).sum(),
        brotli: rows().map(|row| row.brotli).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_load_and_the_rest_are_told_apart() {
        let row = |name: &str, raw, gzip, brotli| Row {
            name: name.into(),
            raw,
            gzip,
            brotli,
        };
        let table = render(vec![
            row("icon.svg", 9, 9, 9),
            row("index.html", 1_000, 100, 100),
            row("portal-0123.css", 20_000, 2_000, 2_000),
            row("portal-89ab.wasm", 400_000, 40_000, 40_000),
            row("portal.js", 5_000, 500, 500),
            row("rest-89ab.wasm", 90_000, 9_000, 9_000),
            row("timeline-cdef.css", 9, 9, 9),
        ]);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = table.lines().map(words).collect();
        assert_eq!(
            lines[8],
            "first load: all that the overview needs 426.0 42.6 42.6"
        );
        assert_eq!(lines[9], "the rest, loaded when idle 90.0 9.0 9.0");
    }
}
