//! What the portal asks of the Web Worker, and what it answers. Each goes as bytes (postcard: JSON would be
//! 15 KB more of the module), with the blobs that it speaks of beside it: a blob is not copied on its way. Both sides are of one
//! build.

pub use document_scan::quality::Advice;
use serde::{Deserialize, Serialize};

/// What the portal asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Call {
    /// Read a file: one blob. Of a photo its page is made, too, as [`Edit::proposed`] has it, while its pixels are there.
    Open {
        /// Its name.
        name: String,
        /// The media type that the browser gives; may be empty.
        media_type: String,
        /// The longest side of the page's picture in pixels.
        longest_side: u32,
    },
    /// Make the page of a photo: one blob, the photo.
    Render {
        /// What is done to it.
        edit: Edit,
        /// The longest side of the page's picture in pixels.
        longest_side: u32,
        /// What is written across it.
        watermark: Option<String>,
    },
    /// Draw a page of a PDF as it becomes in the document: one blob, the PDF.
    Draw {
        /// Which page, from 0.
        page: usize,
        /// How it is turned.
        turn: Turn,
        /// What is written across it.
        watermark: Option<String>,
    },
    /// Make one PDF: the blobs that its pages are of, each once.
    Assemble {
        /// The document's title.
        title: String,
        /// The language that its title is in, such as `nl`.
        language: String,
        /// Its pages, in order.
        pages: Vec<PageOf>,
        /// What is written across those of a PDF. A photo's page has it in its pixels.
        watermark: Option<String>,
    },
}

/// What the worker answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The file is a photo. Its blobs, in this order: a copy of it in memory, of the media type that it is; what stands
    /// for it, if it does; its page, as [`Reply::Page`] has it, if that was made.
    Photo {
        /// What was seen in it.
        photo: Photo,
        /// Whether the browser cannot read it. One blob: a JPEG which stands for it.
        has_stand_in: bool,
        /// The page's width and height in pixels, if it was made as [`Edit::proposed`] has it. Two blobs: the page as a
        /// JPEG, and a small picture of it.
        page: Option<(u32, u32)>,
    },
    /// The file is a PDF. One blob: a copy of it in memory.
    Pdf {
        /// How many pages it has.
        pages: usize,
        /// Whether it has a signature, or files in it. Neither is carried over with its pages.
        has_more: bool,
    },
    /// The file is something else, and can only be sent alone. One blob: a copy of it in memory.
    Other(Seen),
    /// The page of a photo. Two blobs: the page as a JPEG, and a small picture of it.
    Page {
        /// The page's width and height in pixels.
        size: (u32, u32),
    },
    /// A page of a PDF. One blob: a small picture of it, as a JPEG.
    Drawn,
    /// The PDF: one blob.
    Document,
    /// It did not work. One blob, when the file could be read: a copy of it in memory.
    Problem(Problem),
}

/// What a file is by its first bytes, where it is neither a photo nor a PDF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// Of this media type.
    Kind(String),
    /// A web page.
    WebPage,
    /// Text.
    Text,
    /// Nobody knows.
    Unknown,
}

/// A photo as it is seen: upright, whatever its file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Photo {
    /// Its width and height in pixels.
    pub size: (u32, u32),
    /// The page in it, when it was found for certain.
    pub corners: Option<Corners>,
    /// What could be better about it. It can be sent all the same.
    pub advice: Vec<Advice>,
}

/// The corners of a page in a photo: top left, top right, bottom right, bottom left, each from 0 to 1 of the photo's
/// width and height.
pub type Corners = [(f32, f32); 4];

/// An area of a photo that is made black: four corners, clockwise, as those of a page.
pub type Area = Corners;

/// What is done to a photo.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Edit {
    /// What is cut out and straightened. `None`: the whole photo.
    pub corners: Option<Corners>,
    /// How it is turned after that.
    pub turn: Turn,
    /// How it looks.
    pub look: Look,
    /// What is made black. These are places in the photo: what is cut out or turned later uncovers none of them.
    pub covered: Vec<Area>,
}

impl Edit {
    /// What is done to a photo before the consumer says anything: the page that was found is cut out. What is cut out is
    /// paper, and its light can be evened.
    pub fn proposed(photo: &Photo) -> Self {
        Self {
            corners: photo.corners,
            turn: Turn::None,
            look: match photo.corners {
                Some(_) => Look::Colour,
                None => Look::Photo,
            },
            covered: Vec::new(),
        }
    }
}

/// How a page is turned, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Turn {
    /// Not.
    #[default]
    None,
    /// By a quarter.
    Right,
    /// By a half.
    Half,
    /// By three quarters.
    Left,
}

impl Turn {
    /// A quarter further, clockwise.
    pub fn further(self) -> Self {
        match self {
            Self::None => Self::Right,
            Self::Right => Self::Half,
            Self::Half => Self::Left,
            Self::Left => Self::None,
        }
    }

    /// In quarters of a turn, clockwise.
    pub fn quarters(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Right => 1,
            Self::Half => 2,
            Self::Left => 3,
        }
    }

    /// In degrees, clockwise.
    pub fn degrees(self) -> u16 {
        u16::from(self.quarters()) * 90
    }

    /// Whether width and height change places.
    pub fn is_sideways(self) -> bool {
        matches!(self, Self::Right | Self::Left)
    }
}

/// How a photo's page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Look {
    /// As it was taken.
    #[default]
    Photo,
    /// In colour, evenly lit.
    Colour,
    /// In grey, evenly lit.
    Grey,
    /// Black on white.
    BlackAndWhite,
}

/// A page of the PDF.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PageOf {
    /// A photo's page, as [`Reply::Page`] gave it.
    Photo {
        /// Which blob it is, from 0.
        blob: usize,
    },
    /// A page of a PDF.
    Pdf {
        /// Which blob the PDF is, from 0.
        blob: usize,
        /// Which one, from 0.
        page: usize,
        /// How it is turned.
        turn: Turn,
    },
}

/// Why something did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// The device cannot read the file. It is in a cloud and was not downloaded, or it is gone.
    Unreadable,
    /// The PDF cannot be opened without a password.
    NeedsPassword,
    /// The PDF is damaged, or no PDF at all.
    DamagedPdf,
    /// The PDF is a form whose answers would be lost with other pages.
    Form,
    /// The PDF has more pages than are taken.
    TooManyPages,
    /// The picture is damaged.
    DamagedPhoto,
    /// The browser cannot show the picture, and nothing is known to be wrong with it.
    UnknownToBrowser,
    /// The picture has more pixels than a device can be asked to hold.
    TooLarge,
    /// Anything else. The file can be sent as it is.
    Failed,
}
