//! What goes into the rules and what comes out: a request and a response as values, without a server.

/// One request, as whoever stands in front received it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// The endpoint's name, such as `getsession`.
    pub endpoint: String,
    /// The query's parameters, percent-decoded, in order.
    pub query: Vec<(String, String)>,
    /// Header names in lower case, and values byte for byte.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, whole.
    pub body: Vec<u8>,
    /// The name of the demo consumer that a cookie says is looking. AccelerateConnect itself does not
    /// know who is; then every known productaction may be asked for.
    pub visitor: Option<String>,
}

impl Request {
    /// The first query parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every header of that name (in lower case).
    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_slice())
    }
}

/// One response, and how it is to be delivered.
#[derive(Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers, `Content-Type` among them; never `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
    /// What happens to it on its way.
    pub delivery: Delivery,
}

impl Response {
    /// A body of that type, delivered at once.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Response {
        Response {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: Body::Whole(body.into()),
            delivery: Delivery::AtOnce,
        }
    }

    /// JSON text.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Response {
        Response::new(status, "application/json", body)
    }

    /// No response: the connection is closed.
    pub fn hang_up() -> Response {
        Response {
            delivery: Delivery::HangUp,
            ..Response::json(500, "")
        }
    }

    /// The same response on another way.
    pub fn delivered(mut self, delivery: Delivery) -> Response {
        self.delivery = delivery;
        self
    }
}

/// A body.
pub enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// So many bytes, made piece by piece when they are sent, because they are too many to keep.
    Made {
        /// The sum of the pieces' lengths.
        length: u64,
        /// The pieces.
        pieces: Box<dyn Iterator<Item = Vec<u8>> + Send>,
    },
}

impl Body {
    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        match self {
            Body::Whole(bytes) => bytes.len() as u64,
            Body::Made { length, .. } => *length,
        }
    }

    /// All of it as bytes.
    pub fn collect(self) -> Vec<u8> {
        match self {
            Body::Whole(bytes) => bytes,
            Body::Made { pieces, .. } => pieces.flatten().collect(),
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body of {} bytes", self.length())
    }
}

/// What happens to a response on its way. How long *slow* is, is the server's setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Sent as it is, with its length.
    AtOnce,
    /// Sent after a wait.
    Slow,
    /// Sent with its length, spread over a while.
    Trickle,
    /// Sent in pieces, without saying how long it is.
    WithoutLength,
    /// Announced with its length, broken off halfway.
    CutOff,
    /// Never sent: the connection is closed.
    HangUp,
}
