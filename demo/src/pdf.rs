//! Writes small, valid PDF files (1.4, Helvetica) with pages of plain text, and large ones of an exact
//! size that need not be in memory at once.

/// A PDF of these pages, each a heading and the lines under it. Lines are not wrapped: some 85
/// characters fit.
pub fn document(title: &str, pages: &[Vec<String>]) -> Vec<u8> {
    let mut writer = Writer::start();
    writer.pages(title, pages);
    writer.finish()
}

/// A valid PDF of one page and an exact size, as pieces: what makes it large is one block, repeated.
pub struct LargePdf {
    /// Everything before the block; its length is a multiple of 3, so that Base64 can go on after it.
    pub head: Vec<u8>,
    /// The block, in noise as an image's data would be; its length too is a multiple of 3.
    pub block: Vec<u8>,
    /// How often the block comes.
    pub times: u64,
    /// Everything after it.
    pub tail: Vec<u8>,
}

impl LargePdf {
    /// The smallest size there is.
    pub const SMALLEST: u64 = 4_096;
    const BLOCK: usize = 48 * 1024;

    /// A PDF of exactly so many bytes, at least [`LargePdf::SMALLEST`].
    pub fn of(title: &str, size: u64) -> LargePdf {
        let size = size.max(LargePdf::SMALLEST);
        let overhead = LargePdf::with_stream(title, 0).size();
        let large = LargePdf::with_stream(title, size - overhead);
        debug_assert_eq!(large.size(), size);
        large
    }

    /// All of it, in order.
    pub fn pieces(self) -> impl Iterator<Item = Vec<u8>> + Send {
        let LargePdf {
            head,
            block,
            times,
            tail,
        } = self;
        std::iter::once(head)
            .chain((0..times).map(move |_| block.clone()))
            .chain(std::iter::once(tail))
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        (self.head.len() + self.tail.len()) as u64 + self.block.len() as u64 * self.times
    }

    fn with_stream(title: &str, length: u64) -> LargePdf {
        let mut writer = Writer::start();
        let line = format!("Dit bestand is met opzet groot: {title}.");
        writer.pages(title, &[vec![title.to_owned(), String::new(), line]]);
        // Every number has a fixed width, so that the size is that of the stream plus a constant.
        writer.object(b"");
        let opening = format!("<< /Length {length:010} >>\nstream\n");
        writer.bytes.extend_from_slice(opening.as_bytes());
        let align = (3 - (writer.bytes.len() % 3)) % 3;
        let noise = noise(LargePdf::BLOCK);
        let in_head = (align as u64).min(length);
        let in_blocks = (length - in_head) / LargePdf::BLOCK as u64;
        let in_tail = (length - in_head) % LargePdf::BLOCK as u64;
        writer.bytes.extend_from_slice(&noise[..in_head as usize]);
        let head = std::mem::take(&mut writer.bytes);
        writer.before = head.len() as u64 + in_blocks * LargePdf::BLOCK as u64;
        writer.bytes.extend_from_slice(&noise[..in_tail as usize]);
        writer.bytes.extend_from_slice(b"\nendstream\nendobj\n");
        LargePdf {
            head,
            block: noise,
            times: in_blocks,
            tail: writer.finish(),
        }
    }
}

/// Bytes without a pattern that a compressor or an eye would find; the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .flatten()
    .take(length)
    .collect()
}

/// Objects one after another, and where each of them starts.
struct Writer {
    bytes: Vec<u8>,
    /// Bytes that were already taken out of `bytes`.
    before: u64,
    offsets: Vec<u64>,
}

impl Writer {
    fn start() -> Writer {
        Writer {
            // The comment of four high bytes tells file transfer programs that this is binary.
            bytes: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec(),
            before: 0,
            offsets: Vec::new(),
        }
    }

    /// Opens the next object and, when there is content, closes it.
    fn object(&mut self, content: &[u8]) {
        self.offsets.push(self.before + self.bytes.len() as u64);
        let number = self.offsets.len();
        self.bytes
            .extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        if !content.is_empty() {
            self.bytes.extend_from_slice(content);
            self.bytes.extend_from_slice(b"\nendobj\n");
        }
    }

    fn pages(&mut self, title: &str, pages: &[Vec<String>]) {
        const FIRST_PAGE: usize = 6;
        let kids: Vec<String> = (0..pages.len())
            .map(|page| format!("{} 0 R", FIRST_PAGE + 2 * page))
            .collect();
        self.object(b"<< /Type /Catalog /Pages 2 0 R /Lang (nl-NL) >>");
        self.object(
            format!(
                "<< /Type /Pages /Count {} /Kids [{}] >>",
                pages.len(),
                kids.join(" ")
            )
            .as_bytes(),
        );
        for font in ["Helvetica", "Helvetica-Bold"] {
            self.object(
                format!(
                    "<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>"
                )
                .as_bytes(),
            );
        }
        self.object(&[b"<< /Title (", win_ansi(title).as_slice(), b") >>"].concat());
        for lines in pages {
            let text = page_content(lines);
            let contents = self.offsets.len() + 2;
            self.object(
                format!(
                    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {contents} 0 R \
                     /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
                )
                .as_bytes(),
            );
            let opening = format!("<< /Length {} >>\nstream\n", text.len());
            self.object(&[opening.as_bytes(), &text, b"\nendstream"].concat());
        }
    }

    fn finish(mut self) -> Vec<u8> {
        let xref = self.before + self.bytes.len() as u64;
        let count = self.offsets.len() + 1;
        let mut end = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            end.push_str(&format!("{offset:010} 00000 n \n"));
        }
        end.push_str(&format!(
            "trailer\n<< /Size {count} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{xref:010}\n%%EOF\n"
        ));
        self.bytes.extend_from_slice(end.as_bytes());
        self.bytes
    }
}

/// The first line large and bold, the others below it.
fn page_content(lines: &[String]) -> Vec<u8> {
    let mut content = b"BT\n".to_vec();
    for (index, line) in lines.iter().enumerate() {
        content.extend_from_slice(match index {
            0 => b"/F2 18 Tf 64 760 Td (",
            1 => b"/F1 11 Tf 0 -34 Td (",
            _ => b"0 -17 Td (",
        });
        content.extend_from_slice(&win_ansi(line));
        content.extend_from_slice(b") Tj\n");
    }
    content.extend_from_slice(b"ET");
    content
}

/// The text in WinAnsiEncoding, escaped for a PDF string; what it lacks becomes a question mark.
fn win_ansi(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '(' | ')' | '\\' => bytes.extend_from_slice(&[b'\\', character as u8]),
            ' '..='~' | '\u{a0}'..='\u{ff}' => bytes.push(character as u8),
            '€' => bytes.push(0x80),
            '’' => bytes.push(0x92),
            '–' => bytes.push(0x96),
            _ => bytes.push(b'?'),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{LargePdf, document};

    /// Follows `startxref` to the table, and each entry of the table to its object.
    fn assert_offsets(pdf: &[u8]) {
        let text: String = pdf.iter().map(|byte| char::from(*byte)).collect();
        let ascii = |range: std::ops::Range<usize>| -> &str {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            &text[starts[range.start]..starts.get(range.end).copied().unwrap_or(text.len())]
        };
        let end = ascii(pdf.len() - 40..pdf.len());
        let xref: usize = end
            .split("startxref\n")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.parse().ok())
            .unwrap();
        let table = ascii(xref..pdf.len());
        assert!(table.starts_with("xref\n0 "));
        for (index, entry) in table
            .lines()
            .skip(3)
            .take_while(|l| l.ends_with("n "))
            .enumerate()
        {
            let offset: usize = entry[..10].parse().unwrap();
            let opening = format!("{} 0 obj\n", index + 1);
            assert_eq!(&pdf[offset..offset + opening.len()], opening.as_bytes());
        }
    }

    #[test]
    fn every_offset_of_the_table_points_at_its_object() {
        let page = |text: &str| vec![text.to_owned(), "€ 1 (één)".to_owned()];
        assert_offsets(&document("Brief", &[page("Eén"), page("Twee")]));
        assert_offsets(
            &LargePdf::of("Groot", 120_001)
                .pieces()
                .flatten()
                .collect::<Vec<_>>(),
        );
    }

    #[test]
    fn a_large_pdf_has_exactly_the_requested_size() {
        for size in [4_096, 4_097, 49_151, 200_000, 200_001] {
            let large = LargePdf::of("Groot", size);
            assert_eq!(large.head.len() % 3, 0);
            assert_eq!(large.size(), size);
            assert_eq!(large.pieces().flatten().count() as u64, size);
        }
    }
}
