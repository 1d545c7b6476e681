//! An OTD's answer to a PDF.
use crate::problem::Problem;

/// What came with the PDF.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Otd {
    /// The name that the server gave it, safe to save under.
    pub filename: Option<String>,
}

/// Decodes an answer of `get_otd_pdf` as it arrives.
#[derive(Debug, Default)]
pub struct Decoder {
    body: Vec<u8>,
}

impl Decoder {
    /// Before the first byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the answer; gives bytes of the PDF to `out`.
    pub fn push(&mut self, chunk: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Problem> {
        _ = out;
        self.body.extend_from_slice(chunk);
        Ok(())
    }

    /// The answer is complete.
    pub fn finish(self, out: &mut dyn FnMut(&[u8])) -> Result<Otd, Problem> {
        _ = out;
        Ok(Otd::default())
    }
}

/// Decodes a whole answer of `get_otd_pdf`.
pub fn decode(body: &[u8]) -> Result<(Vec<u8>, Otd), Problem> {
    let mut pdf = Vec::new();
    let mut decoder = Decoder::new();
    decoder.push(body, &mut |bytes| pdf.extend_from_slice(bytes))?;
    let otd = decoder.finish(&mut |bytes| pdf.extend_from_slice(bytes))?;
    Ok((pdf, otd))
}
