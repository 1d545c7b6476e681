//! The size of each file of the site as it is, with gzip and with Brotli, and what a consumer's first
//! visit loads.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::site;

/// One file of the site, in bytes.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

impl Row {
    /// Whether the first visit loads it: all but the timeline's sheet, the English texts
    /// and the icons.
    fn is_first_load(&self) -> bool {
        let name = self.name.as_str();
        name == "index.html"
            || name.starts_with("portal")
                && [".js", ".css", ".wasm"].iter().any(|k| name.ends_with(k))
    }
}

/// The table of the site in `dist`.
///
/// # Errors
/// When the site is not there.
pub fn table(dist: &Path) -> Result<String> {
    let size = |file: &Path| fs::metadata(file).map(|file| file.len()).ok();
    let mut rows = Vec::new();
    for file in site::files_below(dist)? {
        let name = file
            .strip_prefix(dist)
            .unwrap_or(&file)
            .display()
            .to_string();
        if name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        let raw = size(&file).unwrap_or_default();
        // What has no compressed copy is sent as it is.
        rows.push(Row {
            raw,
            gzip: size(&dist.join(format!("{name}.gz"))).unwrap_or(raw),
            brotli: size(&dist.join(format!("{name}.br"))).unwrap_or(raw),
            name,
        });
    }
    Ok(render(&rows))
}

fn render(rows: &[Row]) -> String {
    let first = rows.iter().filter(|row| row.is_first_load());
    let total = first.fold((0, 0, 0), |(raw, gzip, brotli), row| {
        (raw + row.raw, gzip + row.gzip, brotli + row.brotli)
    });
    let width = rows
        .iter()
        .map(|row| row.name.len())
        .max()
        .unwrap_or_default()
        .max(10);
    let line = |name: &str, raw: &str, gzip: &str, brotli: &str| {
        format!("{name:width$} {raw:>10} {gzip:>10} {brotli:>10}\n")
    };
    let mut table = line("file", "bytes", "gzip", "brotli");
    for row in rows {
        let [raw, gzip, brotli] = [row.raw, row.gzip, row.brotli].map(grouped);
        table += &line(&row.name, &raw, &gzip, &brotli);
    }
    let [raw, gzip, brotli] = [total.0, total.1, total.2].map(grouped);
    table += &line("first load", &raw, &gzip, &brotli);
    table
}

/// `1234567` as `1 234 567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, raw: u64, gzip: u64, brotli: u64) -> Row {
        Row {
            name: name.into(),
            raw,
            gzip,
            brotli,
        }
    }

    #[test]
    fn a_first_load_is_page_styles_scripts_and_module() {
        let rows = [
            row("icon.svg", 9, 9, 9),
            row("index.html", 1, 1, 1),
            row("portal-0123.css", 20, 2, 2),
            row("portal-4567.js", 300, 30, 3),
            row("portal-89ab.wasm", 400_000, 400, 40),
            row("portal.js", 5_000, 500, 50),
            row("timeline-cdef.css", 9, 9, 9),
        ];
        let table = render(&rows);
        let last = table.lines().last().unwrap_or_default();
        assert_eq!(
            last.split_whitespace().collect::<Vec<_>>().join(" "),
            "first load 405 321 933 96"
        );
        assert_eq!(table.lines().count(), rows.len() + 2);
    }

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1 234 567");
    }
}
