//! `decoder`: photos that the browser cannot read, as iPhones make them (HEIC). It is a module of its own, which the
//! worker loads only for such a photo, and which is gone when the photo was read.
//!
//! It relies on `heic-decoder` for the format, and on nothing of the browser. What it reads is hostile: it looks at the
//! size before it decodes.
#![forbid(unsafe_code)]

use std::fmt;

use heic_decoder::HeifError;

#[cfg(target_arch = "wasm32")]
mod exports;

/// The most pixels of a photo. iPhones make up to 48.8 million; the decoder needs 16 bytes for each.
pub const MAX_PIXELS: usize = 50_000_000;

/// A photo as it is seen: upright, whatever its file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Its width in pixels, at least 1.
    pub width: usize,
    /// Its height in pixels, at least 1.
    pub height: usize,
    /// Red, green, blue and opacity of each pixel, a byte each, row by row from the top left. All are opaque.
    pub pixels: Vec<u8>,
}

/// Why a photo was not decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It has more than [`MAX_PIXELS`].
    TooLarge,
    /// It is of a kind that the decoder does not know.
    Unknown,
    /// It is damaged, or no photo at all.
    Damaged,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "too large",
            Self::Unknown => "unknown",
            Self::Damaged => "damaged",
        })
    }
}

impl std::error::Error for Problem {}

impl From<HeifError> for Problem {
    fn from(error: HeifError) -> Self {
        match error {
            HeifError::LimitExceeded(_) => Self::TooLarge,
            HeifError::Unsupported(_) => Self::Unknown,
            HeifError::Truncated { .. }
            | HeifError::NotHeif(_)
            | HeifError::MalformedBox(_)
            | HeifError::MalformedHevc(_)
            | HeifError::CabacDesync(_) => Self::Damaged,
        }
    }
}

/// Decodes the photo that a HEIC file is of. Small copies, depths and what else is beside it play no part.
///
/// Colours stay the numbers that the file has: a wide colour space becomes a little paler.
///
/// # Errors
/// See [`Problem`].
pub fn decode(file: &[u8]) -> Result<Photo, Problem> {
    let info = heic_decoder::probe(file)?;
    let is_small = |width: usize, height: usize| {
        let pixels = width.checked_mul(height);
        pixels.is_some_and(|pixels| pixels <= MAX_PIXELS)
    };
    if !is_small(info.coded_width, info.coded_height) || !is_small(info.width, info.height) {
        return Err(Problem::TooLarge);
    }
    let mut image = heic_decoder::decode(file)?;
    // What is transparent would be paper, and no camera makes it.
    image.alpha = None;
    let opaque = image.to_rgba8()?;
    Ok(Photo {
        width: opaque.width,
        height: opaque.height,
        pixels: opaque.data,
    })
}
