//! The size of each file of the site as it is, with gzip and with Brotli, and what a consumer's visit
//! loads first and later. A KB is 1,000 bytes.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::files::files_below;
use crate::site;

/// A file's name and its size in bytes: as it is, with gzip, with Brotli.
type Row = (String, [u64; 3]);

/// The table of the site in `dist`, and what its page asks of another host's policy.
pub fn table(dist: &Path) -> Result<String> {
    let mut rows = Vec::new();
    for file in files_below(dist)? {
        let name = file.strip_prefix(dist)?.display().to_string();
        if !name.ends_with(".br") && !name.ends_with(".gz") {
            let size = |file: &str| fs::metadata(dist.join(file)).map(|file| file.len());
            let raw = size(&name)?;
            // What has no compressed copy is sent as it is.
            let small = [".gz", ".br"].map(|kind| size(&format!("{name}{kind}")).unwrap_or(raw));
            rows.push((name, [raw, small[0], small[1]]));
        }
    }
    let mut table = render(rows);
    let page = fs::read_to_string(dist.join("index.html"))?;
    for tag in ["script", "style"] {
        let hashes = site::inline_hashes(&page, tag).join(" ");
        table +=
            &format!("\non hosts without the gateway, the policy's {tag}-src needs {hashes}\n");
    }
    Ok(table)
}

fn render(mut rows: Vec<Row>) -> String {
    // Neither the timeline's sheet, the English texts nor the icon.
    let is_first = |name: &str| name == "index.html" || name.starts_with("portal");
    // What the parts share comes with the first of them.
    let is_later = |name: &str| {
        ["aside", "document", "heic", "pdf", "scan"]
            .iter()
            .any(|it| name.starts_with(it))
    };
    let is_rest = |name: &str| name.ends_with(".wasm") && !is_first(name) && !is_later(name);
    let is_scan = |name: &str| name.starts_with("scan") || name.starts_with("document");
    let first = sum(&rows, "first load: all that the overview needs", is_first);
    let rest = sum(&rows, "the rest, loaded when idle", is_rest);
    let scan = sum(&rows, "documents, loaded when a file is chosen", is_scan);
    rows.extend([first, rest, scan]);
    let width = rows.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or_default();
    let mut table = format!("{:width$}  as it is      gzip    Brotli\n", "KB");
    for (name, sizes) in rows {
        let [raw, gzip, brotli] = sizes.map(|size| size as f64 / 1e3);
        table += &format!("{name:width$} {raw:>9.1} {gzip:>9.1} {brotli:>9.1}\n");
    }
    table
}

fn sum(rows: &[Row], name: &str, counts: impl Fn(&str) -> bool) -> Row {
    let counted = rows.iter().filter(|(name, _)| counts(name));
    let sum = counted.fold([0; 3], |[a, b, c], (_, size)| {
        [a + size[0], b + size[1], c + size[2]]
    });
    (name.to_owned(), sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_load_and_the_rest_are_told_apart() {
        let rows = [
            ("icon.svg", 9),
            ("index.html", 1_000),
            ("portal-0123.css", 20_000),
            ("portal-89ab.wasm", 400_000),
            ("portal.js", 5_000),
            ("aside-89ab.wasm", 20_000),
            ("chunk_3-89ab.wasm", 10_000),
            ("document-89ab.js", 3_000),
            ("document-89ab.wasm", 500_000),
            ("heic-89ab.wasm", 900_000),
            ("pdf-89ab.wasm", 900_000),
            ("rest-89ab.wasm", 80_000),
            ("scan-89ab.wasm", 60_000),
            ("timeline-cdef.css", 9),
        ];
        let table = render(
            rows.map(|(name, raw)| (name.into(), [raw, raw / 10, raw / 100]))
                .into(),
        );
        let [.., first, rest, scan] = table.lines().collect::<Vec<_>>()[..] else {
            panic!("{table}");
        };
        assert!(
            first.ends_with("needs     426.0      42.6       4.3"),
            "{first}"
        );
        assert!(scan.ends_with(" 563.0      56.3       5.6"), "{scan}");
        assert!(
            rest.starts_with("the rest") && rest.ends_with("  90.0       9.0       0.9"),
            "{rest}"
        );
    }
}
