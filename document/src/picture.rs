//! A picture in memory, as the browser's canvas gives and takes it.

/// A picture: red, green, blue and opacity of each pixel, a byte each, row by row from the top left. Photos have no
/// transparent pixels, so that opacity is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

/// How many bytes a pixel has.
pub const PIXEL_BYTES: usize = 4;

impl Picture {
    /// A picture of these pixels; `None` when they are not `width` times `height`, or none.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        let bytes = (width as usize)
            .checked_mul(height as usize)?
            .checked_mul(PIXEL_BYTES)?;
        (bytes > 0 && pixels.len() == bytes).then_some(Self {
            width,
            height,
            pixels,
        })
    }

    /// The width in pixels, at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The height in pixels, at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixels, four bytes each.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The pixels, to change their colours.
    pub fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    /// The pixels alone.
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_as_many_pixels_as_it_says() {
        assert!(Picture::new(2, 3, vec![0; 24]).is_some());
        assert_eq!(Picture::new(2, 3, vec![0; 23]), None);
        assert_eq!(Picture::new(0, 3, Vec::new()), None);
        assert_eq!(Picture::new(u32::MAX, u32::MAX, Vec::new()), None);
    }
}
