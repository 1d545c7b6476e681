//! Reading a QR code off the screen, as a phone's camera does.

use std::io::Cursor;

/// What the one code on a PNG picture says; `None` when a camera could not read it.
pub fn read(png: &[u8]) -> Option<String> {
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let about = reader.next_frame(&mut pixels).ok()?;
    let (width, channels) = (about.width as usize, about.color_type.samples());
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(
        width,
        about.height as usize,
        // Black and white: any channel says which.
        |x, y| pixels[(y * width + x) * channels],
    );
    let grids = picture.detect_grids();
    let [grid] = grids.as_slice() else {
        return None;
    };
    grid.decode().ok().map(|(_, text)| text)
}
