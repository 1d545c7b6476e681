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

/// A part of a picture, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// From the picture's left.
    pub left: u32,
    /// From its top.
    pub top: u32,
    /// How wide, at least 1.
    pub width: u32,
    /// How high, at least 1.
    pub height: u32,
}

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

    /// A part of it; `None` when some of that is outside.
    pub fn part(&self, area: Area) -> Option<Self> {
        let right = area.left.checked_add(area.width)?;
        let bottom = area.top.checked_add(area.height)?;
        if right > self.width || bottom > self.height {
            return None;
        }
        let columns = area.left as usize * PIXEL_BYTES..right as usize * PIXEL_BYTES;
        let rows = self.pixels.chunks_exact(self.width as usize * PIXEL_BYTES);
        let rows = rows.take(bottom as usize).skip(area.top as usize);
        let pixels: Vec<u8> = rows
            .flat_map(|row| &row[columns.clone()])
            .copied()
            .collect();
        Self::new(area.width, area.height, pixels)
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

    #[test]
    fn a_part_of_a_picture_is_inside_it() {
        let picture = Picture::new(2, 3, (0..24).collect()).unwrap();
        let area = |left, top, width, height| Area {
            left,
            top,
            width,
            height,
        };
        let part = picture.part(area(1, 1, 1, 2)).unwrap();
        assert_eq!(part.pixels(), [12, 13, 14, 15, 20, 21, 22, 23]);
        assert_eq!(picture.part(area(0, 0, 2, 3)), Some(picture.clone()));
        for outside in [area(1, 0, 2, 1), area(0, 3, 1, 1), area(2, 0, u32::MAX, 1)] {
            assert_eq!(picture.part(outside), None);
        }
    }
}
