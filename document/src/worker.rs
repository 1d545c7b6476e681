//! What runs in the Web Worker: answers a [`Call`], with the browser's own decoder and encoder of pictures. It keeps
//! nothing from one call to the next, so a page that is changed is made anew from the photo.

mod canvas;
mod watermark;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, ImageBitmap};

use canvas::{Canvas, Pixels, decode, scale_to, scaled};

use accelerate::document_kind::{self, HEAD_BYTES, Seen};

use crate::{
    covered::{PageInPhoto, cover},
    message::{self, Area, Call, Edit, Look, PageOf, Photo, Problem, Reply, Turn},
    pdf::{self, Existing, PdfProblem},
    picture::Picture,
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
/// In how many bytes at its end a photo says that it ends, as a rule.
const END_BYTES: u32 = 64 * 1024;
/// The most bytes of a file that is opened.
const MAX_FILE_BYTES: f64 = 200.0 * 1024.0 * 1024.0;
/// The longest side of the small picture of a page, in pixels.
const THUMBNAIL_SIDE: u32 = 360;
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
/// `draw_pdf` promises one of the first page of a PDF's bytes; it is called with the longest side in pixels, too.
///
/// # Errors
/// When the call is not one: the portal and this module are of two versions.
#[wasm_bindgen]
pub async fn answer(
    call: Vec<u8>,
    blobs: Vec<Blob>,
    decode_heic: Function,
    draw_pdf: Function,
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
        Call::Draw {
            page,
            turn,
            watermark,
        } => {
            let drawn = draw(first(blobs)?, page, turn, watermark.as_deref(), &draw_pdf).await;
            drawn.unwrap_or_else(failed)
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
        Seen::Kind("application/pdf") => match pdf::open(bytes.to_vec()) {
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

/// Whether a photo has its end. Some browsers show what is missing white, or grey.
fn is_whole(bytes: &Uint8Array, kind: &str) -> bool {
    let end: &[u8] = match kind {
        "image/jpeg" => b"\xFF\xD9",
        "image/png" => b"IEND",
        _ => return true,
    };
    let has_end = |part: &[u8]| part.windows(end.len()).any(|it| it == end);
    let length = bytes.length();
    // At its beginning there may be a small picture with an end of its own.
    let last = bytes.subarray(length.saturating_sub(END_BYTES).max(END_BYTES), length);
    if has_end(&last.to_vec()) {
        return true;
    }
    let all = bytes.to_vec();
    match kind {
        "image/jpeg" => !pdf::Jpeg::is_cut_off(&all),
        _ => has_end(&all),
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
    if !is_whole(&bytes, &file.type_()) {
        return Err(Problem::DamagedPhoto);
    }
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
    let page = page.ok().map(|(size, pictures)| {
        blobs.extend(pictures);
        size
    });
    let reply = Reply::Photo {
        photo,
        has_stand_in,
        page,
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
    let seen = corners::see(&judged);
    let page = seen
        .found
        .and_then(|found| corners::certain(&judged, found));
    let longest_side = size.0.max(size.1);
    let advice = quality::judge_seen(&judged, page.as_ref(), seen, longest_side);
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
    let (size, blobs) = page_of(decode(photo).await?, edit, longest_side, watermark).await?;
    Ok((Reply::Page { size }, blobs))
}

/// The same of a photo's pixels. Gives the page's width and height in pixels, too.
async fn page_of(
    mut bitmap: ImageBitmap,
    edit: &Edit,
    longest_side: u32,
    watermark: Option<&str>,
) -> Result<((u32, u32), Blobs), Problem> {
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
    Ok((size, blobs))
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

/// Draws a page of a PDF, as it becomes in the document: from a document of this page alone.
async fn draw(
    pdf: Blob,
    page: usize,
    turn: Turn,
    watermark: Option<&str>,
    draw_pdf: &Function,
) -> Result<(Reply, Blobs), Problem> {
    let contents = pdf::Contents {
        title: "",
        language: "",
    };
    let pages = [PageOf::Pdf {
        blob: 0,
        page,
        turn,
    }];
    let alone = pdf_of(&contents, &pages, watermark, &[pdf]).await?;
    let drawing = draw_pdf.call2(&JsValue::NULL, &alone, &THUMBNAIL_SIDE.into());
    let drawing: Promise = drawing.map_err(|_| Problem::Failed)?.unchecked_into();
    let drawn = JsFuture::from(drawing).await;
    let drawn: ImageBitmap = drawn.map_err(|_| Problem::Failed)?.unchecked_into();
    let picture = Canvas::of(&drawn, (drawn.width(), drawn.height()), 1.0)?;
    drawn.close();
    Ok((Reply::Drawn, vec![picture.jpeg(QUALITY).await?]))
}

/// Makes one PDF.
async fn assemble(
    contents: &pdf::Contents<'_>,
    pages: &[PageOf],
    watermark: Option<&str>,
    blobs: Blobs,
) -> Result<(Reply, Blobs), Problem> {
    let document = pdf_of(contents, pages, watermark, &blobs).await?;
    let blob = blob_of(&document, "application/pdf");
    Ok((Reply::Document, vec![blob.ok_or(Problem::Failed)?]))
}

/// The bytes of one PDF of these pages.
async fn pdf_of(
    contents: &pdf::Contents<'_>,
    pages: &[PageOf],
    watermark: Option<&str>,
    blobs: &[Blob],
) -> Result<Uint8Array, Problem> {
    let mut files = Vec::new();
    for blob in blobs {
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
    Ok(Uint8Array::from(&*document.map_err(of_pdf)?))
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

fn blob_of(bytes: &Uint8Array, media_type: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &options).ok()
}
