//! What runs in the Web Worker: answers a [`Call`], with the browser's own decoder and encoder of pictures. It keeps
//! nothing from one call to the next, so a page that is changed is made anew from the photo.

mod watermark;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array, Uint8ClampedArray};
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, ImageBitmap, ImageBitmapOptions, ImageData,
    ImageEncodeOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d,
};

use accelerate::document_kind::{self, HEAD_BYTES, Seen};

use crate::{
    covered::{PageInPhoto, cover},
    message::{self, Area, Call, Edit, Look, PageOf, Photo, Problem, Reply, Turn},
    pdf::{self, Existing, PdfProblem},
    picture::{self, PIXEL_BYTES, Picture},
    scan::{
        corners::{self, Point, Quad},
        light, quality,
        straighten::Flat,
    },
};

/// The most pixels that a photo may have. Phones make 12 to 50 million; the decoder needs four bytes for each.
const MAX_PIXELS: f64 = 110e6;
/// In how many bytes at its beginning a photo tells its size, as a rule.
const SIZE_BYTES: usize = 256 * 1024;
/// The most bytes of a file that is opened.
const MAX_FILE_BYTES: f64 = 200.0 * 1024.0 * 1024.0;
/// The longest side of the small picture of a page, in pixels.
const THUMBNAIL_SIDE: u32 = 360;
/// How many rows of a canvas are read at once.
const BAND: u32 = 256;
/// The quality of a page's JPEG, of 1.
const QUALITY: f64 = 0.8;
/// The longest side in pixels, and the quality, of the JPEG that stands for a photo which the browser cannot read.
/// iPhones make 4,032 pixels; pages are made of it, so it is better than they are.
const STAND_IN_SIDE: u32 = 4032;
const STAND_IN_QUALITY: f64 = 0.92;

/// A call's blobs, or an answer's.
type Blobs = Vec<Blob>;

/// Answers a call: the bytes of a [`Reply`], and a list of its blobs. `call` has the bytes of a [`Call`].
/// `decode_heic` promises an `ImageBitmap` of a HEIC's bytes. It is only called when the browser cannot read one.
///
/// # Errors
/// When the call is not one: the portal and this module are of two versions.
#[wasm_bindgen]
pub async fn answer(
    call: Vec<u8>,
    blobs: Vec<Blob>,
    decode_heic: Function,
) -> Result<Array, JsValue> {
    let call = postcard::from_bytes(&call).map_err(|_| "no call of this version")?;
    let (reply, blobs) = match call {
        Call::Open {
            name,
            media_type,
            longest_side,
        } => {
            let file = first(blobs)?;
            open(file, &name, &media_type, longest_side, &decode_heic).await
        }
        Call::Render {
            edit,
            longest_side,
            watermark,
        } => {
            let made = render(&first(blobs)?, &edit, longest_side, watermark.as_deref()).await;
            made.unwrap_or_else(failed)
        }
        Call::Assemble {
            title,
            language,
            pages,
            watermark,
        } => {
            let contents = pdf::Contents {
                title: &title,
                language: &language,
            };
            let made = assemble(&contents, &pages, watermark.as_deref(), blobs).await;
            made.unwrap_or_else(failed)
        }
    };
    let reply = postcard::to_allocvec(&reply).map_err(|_| "no answer")?;
    Ok(Array::of2(
        &Uint8Array::from(&*reply),
        &blobs.into_iter().collect::<Array>(),
    ))
}

fn failed(problem: Problem) -> (Reply, Blobs) {
    (Reply::Problem(problem), Blobs::new())
}

fn first(blobs: Blobs) -> Result<Blob, JsValue> {
    let first = blobs.into_iter().next();
    first.ok_or_else(|| JsValue::from("a call without its blob"))
}

/// Copies a file into memory, and says what it is.
async fn open(
    file: Blob,
    name: &str,
    media_type: &str,
    longest_side: u32,
    decode_heic: &Function,
) -> (Reply, Blobs) {
    if file.size() > MAX_FILE_BYTES {
        return failed(Problem::TooLarge);
    }
    let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
        return failed(Problem::Unreadable);
    };
    let bytes = Uint8Array::new(&buffer);
    drop(buffer);
    let seen = document_kind::seen(&head(&bytes, HEAD_BYTES), media_type, name);
    let kind = match seen {
        Seen::Kind(kind) => kind,
        _ => "",
    };
    let Some(copy) = blob_of(&bytes, kind) else {
        return failed(Problem::Failed);
    };
    let reply = match seen {
        Seen::Kind("application/pdf") => match Existing::read(bytes.to_vec()) {
            Ok(pdf) => Reply::Pdf {
                pages: pdf.info().pages.len(),
                has_more: pdf.info().is_signed || pdf.info().has_attachments,
            },
            Err(problem) => Reply::Problem(of_pdf(problem)),
        },
        // Safari reads the first page of it, and would lose the others.
        Seen::Kind("image/tiff") => Reply::Problem(Problem::UnknownToBrowser),
        Seen::Kind(kind) if kind.starts_with("image/") => {
            match read_photo(&copy, bytes, longest_side, decode_heic).await {
                Ok((reply, blobs)) => {
                    let blobs = [copy].into_iter().chain(blobs).collect();
                    return (reply, blobs);
                }
                Err(problem) => Reply::Problem(problem),
            }
        }
        Seen::Kind(kind) => Reply::Other(message::Seen::Kind(kind.to_owned())),
        Seen::WebPage => Reply::Other(message::Seen::WebPage),
        Seen::Text => Reply::Other(message::Seen::Text),
        Seen::Empty | Seen::Unknown => Reply::Other(message::Seen::Unknown),
    };
    (reply, vec![copy])
}

/// The first bytes of a file.
fn head(bytes: &Uint8Array, length: usize) -> Vec<u8> {
    bytes.subarray(0, length as u32).to_vec()
}

/// Whether a photo has a size that a device can be asked to hold. It is told at its beginning, as a rule.
fn size_of(bytes: &Uint8Array) -> Result<(), Problem> {
    let size = imagesize::blob_size(&head(bytes, SIZE_BYTES));
    let size = size.or_else(|_| imagesize::blob_size(&bytes.to_vec()));
    let size = size.map_err(|_| Problem::DamagedPhoto)?;
    match size.width as f64 * size.height as f64 > MAX_PIXELS {
        true => Err(Problem::TooLarge),
        false => Ok(()),
    }
}

/// Looks for the page in a photo, and makes it as it is proposed. Gives the blobs that come after the copy.
async fn read_photo(
    file: &Blob,
    bytes: Uint8Array,
    longest_side: u32,
    decode_heic: &Function,
) -> Result<(Reply, Blobs), Problem> {
    size_of(&bytes)?;
    let mut blobs = Blobs::new();
    let (bitmap, has_stand_in) = match decode(file).await {
        Ok(bitmap) => (bitmap, false),
        Err(_) if file.type_() == "image/heic" => (decode_apart(&bytes, decode_heic).await?, true),
        Err(problem) => return Err(problem),
    };
    // The page that is made of it needs the room.
    drop(bytes);
    let mut photo = look_at(&bitmap).await?;
    if has_stand_in {
        let size = (bitmap.width(), bitmap.height());
        let stand_in = Canvas::of(&bitmap, size, scale_to(size, STAND_IN_SIDE))?;
        photo.size = (stand_in.width(), stand_in.height());
        blobs.push(stand_in.jpeg(STAND_IN_QUALITY).await?);
    }
    // When it does not work now, it is tried once more, and fails there.
    let page = page_of(bitmap, &Edit::proposed(&photo), longest_side, None).await;
    let has_page = page.is_ok();
    blobs.extend(page.map(|(_, blobs)| blobs).unwrap_or_default());
    let reply = Reply::Photo {
        photo,
        has_stand_in,
        has_page,
    };
    Ok((reply, blobs))
}

/// A HEIC's pixels, upright, by the module that is loaded for it.
async fn decode_apart(bytes: &Uint8Array, decode_heic: &Function) -> Result<ImageBitmap, Problem> {
    let decoding = decode_heic.call1(&JsValue::NULL, bytes);
    let decoding: Promise = decoding
        .map_err(|_| Problem::UnknownToBrowser)?
        .unchecked_into();
    match JsFuture::from(decoding).await {
        Ok(bitmap) => Ok(bitmap.unchecked_into()),
        // The decoder's own words (`decoder::Problem`), or that it could not be loaded.
        Err(cause) => Err(match cause.as_string().as_deref() {
            Some("too large") => Problem::TooLarge,
            Some("damaged") => Problem::DamagedPhoto,
            _ => Problem::UnknownToBrowser,
        }),
    }
}

/// Looks for the page in a photo.
async fn look_at(bitmap: &ImageBitmap) -> Result<Photo, Problem> {
    let size = (bitmap.width(), bitmap.height());
    let judged = match scaled(bitmap, scale_to(size, quality::JUDGED_SIDE)).await? {
        Some(small) => {
            let judged = Pixels::of(&small)?.all()?;
            small.close();
            judged
        }
        None => Pixels::of(bitmap)?.all()?,
    };
    let (width, height) = (judged.width() as f32, judged.height() as f32);
    let found = corners::find(&judged);
    let page = found.and_then(|found| corners::certain(&judged, found));
    let longest_side = size.0.max(size.1);
    let advice = quality::judge_found(&judged, page.as_ref(), found, longest_side);
    Ok(Photo {
        size,
        corners: page.map(|Quad(points)| points.map(|at| (at.x / width, at.y / height))),
        advice,
    })
}

/// Makes the page of a photo, and a small picture of it.
async fn render(
    photo: &Blob,
    edit: &Edit,
    longest_side: u32,
    watermark: Option<&str>,
) -> Result<(Reply, Blobs), Problem> {
    page_of(decode(photo).await?, edit, longest_side, watermark).await
}

/// The same of a photo's pixels.
async fn page_of(
    mut bitmap: ImageBitmap,
    edit: &Edit,
    longest_side: u32,
    watermark: Option<&str>,
) -> Result<(Reply, Blobs), Problem> {
    let look = match edit.look {
        Look::Photo => None,
        Look::Colour => Some(light::Look::Colour),
        Look::Grey => Some(light::Look::Grey),
        Look::BlackAndWhite => Some(light::Look::BlackAndWhite),
    };
    let cut_out = match edit.corners {
        Some(corners) => cut_out(&bitmap, corners, &edit.covered, longest_side)?,
        None => None,
    };
    let canvas = match (cut_out, look) {
        (Some(picture), look) => {
            let place =
                PageInPhoto::of(edit.corners, Turn::None, (bitmap.width(), bitmap.height()));
            bitmap.close();
            in_look(picture, look, &edit.covered, &place)?
        }
        // Corners that are no page's are the consumer's own choice: the whole photo then.
        (None, look) => {
            let size = (bitmap.width(), bitmap.height());
            let scaled = scaled(&bitmap, scale_to(size, longest_side)).await?;
            if let Some(small) = &scaled {
                bitmap.close();
                bitmap = small.clone();
            }
            let picture = match look {
                None if edit.covered.is_empty() => None,
                _ => Some(Pixels::of(&bitmap)?.all()?),
            };
            let canvas = match picture {
                Some(mut picture) => {
                    cover(&mut picture, &edit.covered, &PageInPhoto::WHOLE);
                    in_look(picture, look, &edit.covered, &PageInPhoto::WHOLE)?
                }
                None => Canvas::of(&bitmap, (bitmap.width(), bitmap.height()), 1.0)?,
            };
            bitmap.close();
            canvas
        }
    };
    let page = canvas.turned(edit.turn)?;
    let size = (page.width(), page.height());
    if let Some(text) = watermark {
        let drawn = watermark::draw(&page.context, size, text);
        drawn.map_err(|_| Problem::Failed)?;
    }
    let small = page.scaled(scale_to(size, THUMBNAIL_SIDE))?;
    let blobs = vec![page.jpeg(QUALITY).await?, small.jpeg(QUALITY).await?];
    Ok((Reply::Page { size }, blobs))
}

/// Shows a picture as it is to look. What is covered is black already; it becomes as black again as it was, where even
/// light took it for paper in the dark.
fn in_look(
    mut picture: Picture,
    look: Option<light::Look>,
    covered: &[Area],
    place: &PageInPhoto,
) -> Result<Canvas, Problem> {
    if let Some(look) = look {
        light::even_light(&mut picture, look);
        cover(&mut picture, covered, place);
    }
    Canvas::showing(picture)
}

/// Cuts a page out of a photo and straightens it. `None` when the corners are no page's.
fn cut_out(
    bitmap: &ImageBitmap,
    corners: [(f32, f32); 4],
    covered: &[Area],
    longest_side: u32,
) -> Result<Option<Picture>, Problem> {
    let size = (bitmap.width(), bitmap.height());
    let in_photo = Quad(corners.map(|(x, y)| Point {
        x: x * size.0 as f32,
        y: y * size.1 as f32,
    }));
    let Some(flat) = Flat::of(&in_photo, size, longest_side) else {
        return Ok(None);
    };
    let mut page = flat.blank().ok_or(Problem::TooLarge)?;
    let mut pixels = Pixels::of(bitmap)?;
    for tile in flat.tiles() {
        let mut part = pixels.part(tile.area)?;
        cover(&mut part, covered, &PageInPhoto::part(tile.area, size));
        flat.fill(&mut page, &tile, part);
    }
    Ok(Some(page))
}

/// Makes one PDF.
async fn assemble(
    contents: &pdf::Contents<'_>,
    pages: &[PageOf],
    watermark: Option<&str>,
    blobs: Blobs,
) -> Result<(Reply, Blobs), Problem> {
    let mut files = Vec::new();
    for blob in &blobs {
        let buffer = JsFuture::from(blob.array_buffer()).await;
        files.push(Uint8Array::new(&buffer.map_err(|_| Problem::Unreadable)?).to_vec());
    }
    // The PDFs are told from the photos by the pages that are of them.
    let mut pdfs = Vec::new();
    let mut number_of = vec![None; files.len()];
    for page in pages {
        if let PageOf::Pdf { blob, .. } = *page
            && let Some(number @ None) = number_of.get_mut(blob)
        {
            *number = Some(pdfs.len());
            let file = std::mem::take(&mut files[blob]);
            pdfs.push(Existing::read(file).map_err(of_pdf)?);
        }
    }
    let page_of = |page: &PageOf| match *page {
        PageOf::Photo { blob } => Some(pdf::Page::Photo {
            jpeg: files.get(blob)?,
            turn: Turn::None,
        }),
        PageOf::Pdf { blob, page, turn } => Some(pdf::Page::Existing {
            pdf: (*number_of.get(blob)?)?,
            page,
            turn,
            watermark,
        }),
    };
    let pages: Option<Vec<_>> = pages.iter().map(page_of).collect();
    let document = pdf::assemble(contents, &pdfs, &pages.ok_or(Problem::Failed)?);
    let document = document.map_err(of_pdf)?;
    let blob = blob_of(&Uint8Array::from(&*document), "application/pdf");
    Ok((Reply::Document, vec![blob.ok_or(Problem::Failed)?]))
}

fn of_pdf(problem: PdfProblem) -> Problem {
    match problem {
        PdfProblem::NeedsPassword => Problem::NeedsPassword,
        PdfProblem::Damaged => Problem::DamagedPdf,
        PdfProblem::TooManyPages { .. } => Problem::TooManyPages,
        PdfProblem::TooLarge => Problem::TooLarge,
        PdfProblem::Form => Problem::Form,
        PdfProblem::Photo { .. } | PdfProblem::NoSuchPage => Problem::Failed,
    }
}

/// A photo's pixels, upright.
async fn decode(photo: &Blob) -> Result<ImageBitmap, Problem> {
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

fn blob_of(bytes: &Uint8Array, media_type: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &options).ok()
}

/// By how much a picture of this size becomes smaller, so that its longest side is no longer than this.
fn scale_to((width, height): (u32, u32), longest_side: u32) -> f32 {
    (longest_side as f32 / width.max(height) as f32).min(1.0)
}

/// A picture that the browser draws.
struct Canvas {
    canvas: OffscreenCanvas,
    context: OffscreenCanvasRenderingContext2d,
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
    fn of(bitmap: &ImageBitmap, (width, height): (u32, u32), scale: f32) -> Result<Self, Problem> {
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

    fn showing(picture: Picture) -> Result<Self, Problem> {
        let (width, height) = (picture.width(), picture.height());
        let this = Self::new(width, height)?;
        let pixels = wasm_bindgen::Clamped(picture.pixels());
        let data = ImageData::new_with_u8_clamped_array_and_sh(pixels, width, height);
        let data = data.map_err(|_| Problem::Failed)?;
        let shown = this.context.put_image_data(&data, 0.0, 0.0);
        shown.map_err(|_| Problem::Failed)?;
        Ok(this)
    }

    fn width(&self) -> u32 {
        self.canvas.width()
    }

    fn height(&self) -> u32 {
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

    fn scaled(&self, scale: f32) -> Result<Self, Problem> {
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

    fn turned(self, turn: Turn) -> Result<Self, Problem> {
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

    async fn jpeg(&self, quality: f64) -> Result<Blob, Problem> {
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
async fn scaled(bitmap: &ImageBitmap, scale: f32) -> Result<Option<ImageBitmap>, Problem> {
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
struct Pixels<'a> {
    bitmap: &'a ImageBitmap,
    canvas: Canvas,
}

impl<'a> Pixels<'a> {
    fn of(bitmap: &'a ImageBitmap) -> Result<Self, Problem> {
        Ok(Self {
            bitmap,
            canvas: Canvas::new(1, 1)?,
        })
    }

    fn all(&mut self) -> Result<Picture, Problem> {
        let (width, height) = (self.bitmap.width(), self.bitmap.height());
        self.part(picture::Area {
            left: 0,
            top: 0,
            width,
            height,
        })
    }

    fn part(&mut self, area: picture::Area) -> Result<Picture, Problem> {
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
