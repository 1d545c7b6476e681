//! Pictures that the browser decodes, draws, scales and encodes, and their pixels.

use js_sys::{Object, Reflect, Uint8ClampedArray};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DedicatedWorkerGlobalScope, ImageBitmap, ImageBitmapOptions, ImageData,
    ImageEncodeOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d,
};

use crate::{
    message::{Problem, Turn},
    picture::{self, PIXEL_BYTES, Picture},
};

/// How many rows of a canvas are read at once.
const BAND: u32 = 256;

/// A photo's pixels, upright.
pub(super) async fn decode(photo: &Blob) -> Result<ImageBitmap, Problem> {
    let options = ImageBitmapOptions::new();
    set(&options, "imageOrientation", "from-image");
    let decoding = scope().create_image_bitmap_with_blob_and_image_bitmap_options(photo, &options);
    let decoding = decoding.map_err(|_| Problem::DamagedPhoto)?;
    let bitmap = JsFuture::from(decoding).await;
    Ok(bitmap.map_err(|_| Problem::DamagedPhoto)?.unchecked_into())
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Sets a property that `web_sys` does not know. A browser without it takes no notice.
fn set(object: &JsValue, name: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &name.into(), &value.into());
}

/// By how much a picture of this size becomes smaller, so that its longest side is no longer than this.
pub(super) fn scale_to((width, height): (u32, u32), longest_side: u32) -> f32 {
    (longest_side as f32 / width.max(height) as f32).min(1.0)
}

/// A picture that the browser draws.
pub(super) struct Canvas {
    canvas: OffscreenCanvas,
    pub(super) context: OffscreenCanvasRenderingContext2d,
}

impl Canvas {
    fn new(width: u32, height: u32) -> Result<Self, Problem> {
        let canvas = OffscreenCanvas::new(width, height).map_err(|_| Problem::Failed)?;
        // Its pixels are read: in the graphics' memory they would only be on their way.
        let options = Object::new();
        set(&options, "willReadFrequently", JsValue::TRUE);
        let context = canvas.get_context_with_context_options("2d", &options);
        let context = context.ok().flatten();
        let context: OffscreenCanvasRenderingContext2d =
            context.ok_or(Problem::Failed)?.unchecked_into();
        // What is transparent in a picture is paper: a JPEG would make it black.
        context.set_fill_style_str("white");
        context.fill_rect(0.0, 0.0, width.into(), height.into());
        set(&context, "imageSmoothingQuality", "high");
        Ok(Self { canvas, context })
    }

    /// A bitmap of this size, scaled.
    pub(super) fn of(
        bitmap: &ImageBitmap,
        (width, height): (u32, u32),
        scale: f32,
    ) -> Result<Self, Problem> {
        let scaled = |side: u32| ((side as f32 * scale).round() as u32).max(1);
        let this = Self::new(scaled(width), scaled(height))?;
        // As it is: a photo that is only turned would be smoothed, too.
        let is_scaled = (this.width(), this.height()) != (width, height);
        this.context.set_image_smoothing_enabled(is_scaled);
        let (width, height) = (this.width().into(), this.height().into());
        let drawn = this
            .context
            .draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, width, height);
        drawn.map_err(|_| Problem::Failed)?;
        Ok(this)
    }

    pub(super) fn showing(picture: Picture) -> Result<Self, Problem> {
        let (width, height) = (picture.width(), picture.height());
        let this = Self::new(width, height)?;
        let pixels = wasm_bindgen::Clamped(picture.pixels());
        let data = ImageData::new_with_u8_clamped_array_and_sh(pixels, width, height);
        let data = data.map_err(|_| Problem::Failed)?;
        let shown = this.context.put_image_data(&data, 0.0, 0.0);
        shown.map_err(|_| Problem::Failed)?;
        Ok(this)
    }

    pub(super) fn width(&self) -> u32 {
        self.canvas.width()
    }

    pub(super) fn height(&self) -> u32 {
        self.canvas.height()
    }

    /// Its top left part.
    fn part(&self, width: u32, height: u32) -> Result<Picture, Problem> {
        let row_bytes = width as usize * PIXEL_BYTES;
        let mut pixels = vec![0; row_bytes * height as usize];
        // In bands: the browser's copy of all pixels at once would lie beside ours until it is collected.
        for (top, rows) in (0..)
            .step_by(BAND as usize)
            .zip(pixels.chunks_mut(row_bytes * BAND as usize))
        {
            let high = (rows.len() / row_bytes) as u32;
            let band = self
                .context
                .get_image_data(0.0, f64::from(top), width.into(), high.into())
                .map_err(|_| Problem::Failed)?;
            // `ImageData::data` would copy them once more.
            let data = Reflect::get(&band, &"data".into()).map_err(|_| Problem::Failed)?;
            let data: Uint8ClampedArray = data.unchecked_into();
            data.copy_to(rows);
        }
        Picture::new(width, height, pixels).ok_or(Problem::Failed)
    }

    pub(super) fn scaled(&self, scale: f32) -> Result<Self, Problem> {
        let scaled = |side: u32| ((side as f32 * scale).round() as u32).max(1);
        let that = Self::new(scaled(self.width()), scaled(self.height()))?;
        let (width, height) = (that.width().into(), that.height().into());
        let drawn = that.context.draw_image_with_offscreen_canvas_and_dw_and_dh(
            &self.canvas,
            0.0,
            0.0,
            width,
            height,
        );
        drawn.map_err(|_| Problem::Failed)?;
        Ok(that)
    }

    pub(super) fn turned(self, turn: Turn) -> Result<Self, Problem> {
        if turn == Turn::None {
            return Ok(self);
        }
        let (width, height) = (self.width(), self.height());
        let that = match turn.is_sideways() {
            true => Self::new(height, width)?,
            false => Self::new(width, height)?,
        };
        let middle = |side: u32| f64::from(side) / 2.0;
        let context = &that.context;
        let drawn = context
            .translate(middle(that.width()), middle(that.height()))
            .and_then(|()| context.rotate(f64::from(turn.degrees()).to_radians()))
            .and_then(|()| {
                let (left, top) = (-middle(width), -middle(height));
                context.draw_image_with_offscreen_canvas(&self.canvas, left, top)
            });
        drawn.map_err(|_| Problem::Failed)?;
        Ok(that)
    }

    pub(super) async fn jpeg(&self, quality: f64) -> Result<Blob, Problem> {
        let options = ImageEncodeOptions::new();
        options.set_type("image/jpeg");
        options.set_quality(quality);
        let encoding = self.canvas.convert_to_blob_with_options(&options);
        let encoding = encoding.map_err(|_| Problem::Failed)?;
        let blob = JsFuture::from(encoding).await;
        Ok(blob.map_err(|_| Problem::Failed)?.unchecked_into())
    }
}

/// A photo's pixels, scaled. `None` when the scale is 1.
pub(super) async fn scaled(
    bitmap: &ImageBitmap,
    scale: f32,
) -> Result<Option<ImageBitmap>, Problem> {
    let (width, height) = (bitmap.width(), bitmap.height());
    let to = |side: u32| ((side as f32 * scale).round() as u32).max(1);
    let (wide, high) = (to(width), to(height));
    if (wide, high) == (width, height) {
        return Ok(None);
    }
    // Twice as quick as to draw it. "high" skips pixels when more than two become one.
    let options = ImageBitmapOptions::new();
    set(&options, "resizeWidth", wide);
    set(&options, "resizeHeight", high);
    set(
        &options,
        "resizeQuality",
        if scale < 0.5 { "medium" } else { "high" },
    );
    let scope = scope();
    let scaling =
        scope.create_image_bitmap_with_image_bitmap_and_image_bitmap_options(bitmap, &options);
    if let Ok(scaling) = scaling
        && let Ok(small) = JsFuture::from(scaling).await
    {
        let small: ImageBitmap = small.unchecked_into();
        if (small.width(), small.height()) == (wide, high) {
            return Ok(Some(small));
        }
    }
    // A browser that does not know how (Firefox before 2024).
    let drawn = Canvas::of(bitmap, (width, height), scale)?;
    let small = drawn.canvas.transfer_to_image_bitmap();
    small.map(Some).map_err(|_| Problem::Failed)
}

/// Reads a photo's pixels, all or in parts, as they are.
pub(super) struct Pixels<'a> {
    bitmap: &'a ImageBitmap,
    canvas: Canvas,
}

impl<'a> Pixels<'a> {
    pub(super) fn of(bitmap: &'a ImageBitmap) -> Result<Self, Problem> {
        Ok(Self {
            bitmap,
            canvas: Canvas::new(1, 1)?,
        })
    }

    pub(super) fn all(&mut self) -> Result<Picture, Problem> {
        let (width, height) = (self.bitmap.width(), self.bitmap.height());
        self.part(picture::Area {
            left: 0,
            top: 0,
            width,
            height,
        })
    }

    pub(super) fn part(&mut self, area: picture::Area) -> Result<Picture, Problem> {
        let picture::Area { width, height, .. } = area;
        if self.canvas.width() < width || self.canvas.height() < height {
            let (wide, high) = (self.canvas.width(), self.canvas.height());
            self.canvas = Canvas::new(wide.max(width), high.max(height))?;
        }
        let (left, top) = (area.left.into(), area.top.into());
        let (wide, high) = (width.into(), height.into());
        let context = &self.canvas.context;
        context.set_image_smoothing_enabled(false);
        context.fill_rect(0.0, 0.0, wide, high);
        let drawn = context.draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            self.bitmap,
            left,
            top,
            wide,
            high,
            0.0,
            0.0,
            wide,
            high,
        );
        drawn.map_err(|_| Problem::Failed)?;
        self.canvas.part(width, height)
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        // A canvas of a photo is as large as the photo. The browser's collector sees a small object, and lets it lie.
        self.canvas.set_width(0);
        self.canvas.set_height(0);
    }
}
