//! The site's files: how they are found, compressed, cached and cut in parts, and under which policy.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use gateway::assets::Assets;
use gateway::inline_hashes::InlineHashes;
use gateway::security_headers::SecurityHeaders;
use gateway::settings::Settings;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use http_body_util::BodyExt as _;
use proptest::prelude::*;
use sha2::Digest as _;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

/// A page with the skeleton's style sheet, in the head and in the shadow root, and a script.
const STYLED: &str = "<!doctype html><html><head><style>\n.skeleton { color: grey }\n</style></head><body>\
    <consumer-portal><template shadowrootmode=\"open\"><style>h1{margin:0}</style><h1>Dossier</h1></template>\
    </consumer-portal><script>begin()</script></body></html>";

/// The folder of a site.
fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("files");
    fs::create_dir_all(folder.join("deep")).unwrap();
    for (name, text) in [
        ("index.html", "<!doctype html><title>portal</title>"),
        ("index.html.br", "br of index"),
        ("index.html.gz", "gz of index"),
        ("portal.js", "0123456789"),
        ("portal-0a1b2c3d4e5f.wasm", "wasm"),
        ("portal-0a1b2c3d4e5f.wasm.gz", "gz of wasm"),
        ("lone.gz", "a file of its own"),
        ("deep/icon.svg", "<svg/>"),
        (".hidden", "no"),
        ("empty.txt", ""),
        ("styled.html", STYLED),
        ("styled.html.br", "br of styled"),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// The settings of the site.
fn settings() -> Settings {
    Settings::new(
        "https://portal.example.nl/".parse().unwrap(),
        folder(),
        Vec::new(),
        (
            "https://a.example/".parse().unwrap(),
            "demo".to_owned(),
            "salt".into(),
        ),
    )
}

fn assets() -> &'static Assets {
    static ASSETS: OnceLock<Assets> = OnceLock::new();
    ASSETS.get_or_init(|| Assets::load(&folder()).unwrap())
}

fn ask(method: Method, path: &str, pairs: &[(&'static str, &str)]) -> Response {
    let headers = pairs.iter().map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        )
    });
    assets().answer(&method, path, &HeaderMap::from_iter(headers))
}

fn get(path: &str, pairs: &[(&'static str, &str)]) -> (u16, HeaderMap, String) {
    let response = ask(Method::GET, path, pairs);
    let (head, body) = response.into_parts();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let body = runtime.block_on(body.collect()).unwrap().to_bytes();
    (
        head.status.as_u16(),
        head.headers,
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

#[test]
fn the_page_has_two_paths_and_every_other_file_one() {
    for path in ["/", "/index.html"] {
        let (status, headers, body) = get(path, &[]);
        assert_eq!(
            (status, body.as_str()),
            (200, "<!doctype html><title>portal</title>")
        );
        assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    }
    assert_eq!(
        get("/deep/icon.svg", &[]).1[header::CONTENT_TYPE],
        "image/svg+xml"
    );
    assert_eq!(
        get("/portal-0a1b2c3d4e5f.wasm", &[]).1[header::CONTENT_TYPE],
        "application/wasm"
    );
    assert!(
        get("/portal.js", &[]).1[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/javascript")
    );
    assert_eq!(get("/lone.gz", &[]).2, "a file of its own");
    assert_eq!(get("/empty.txt", &[]).0, 200);
    for path in [
        "/x",
        "/index.html.br",
        "/.hidden",
        "/../Cargo.toml",
        "/deep",
        "/deep/",
        "//",
        "/%69ndex.html",
        "",
    ] {
        let (status, headers, body) = get(path, &[]);
        assert_eq!(status, 404, "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert!(body.contains("Niet gevonden") && body.contains("no such page"));
    }
}

#[test]
fn the_encoding_is_the_one_that_the_browser_likes_best() {
    for (accepted, coding) in [
        ("gzip, deflate, br, zstd", Some("br")),
        ("br", Some("br")),
        ("gzip", Some("gzip")),
        ("GZIP", Some("gzip")),
        ("br;q=0.1, gzip;q=0.9", Some("gzip")),
        ("br;q=0, gzip", Some("gzip")),
        ("*", Some("br")),
        ("identity", None),
        ("identity;q=1, br;q=0.5", None),
        ("br;q=0, *;q=0.5", Some("gzip")),
        ("zstd", None),
        ("", None),
        ("br;q=x", None),
    ] {
        let (_, headers, body) = get("/", &[("accept-encoding", accepted)]);
        let sent = headers
            .get(header::CONTENT_ENCODING)
            .map(|it| it.to_str().unwrap());
        assert_eq!(sent, coding, "{accepted}");
        assert_eq!(headers[header::VARY], "accept-encoding");
        assert_eq!(
            headers[header::CONTENT_LENGTH],
            body.len().to_string().as_str()
        );
    }
    let (status, ..) = get("/portal.js", &[("accept-encoding", "identity;q=0")]);
    assert_eq!(status, 406);
}

#[test]
fn files_with_a_hash_in_their_name_are_cached_and_others_revalidated() {
    let (_, headers, _) = get("/portal-0a1b2c3d4e5f.wasm", &[]);
    assert_eq!(
        headers[header::CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    let tag = |coding| {
        get("/", &[("accept-encoding", coding)]).1[header::ETAG]
            .to_str()
            .unwrap()
            .to_owned()
    };
    let (plain, br) = (tag("identity"), tag("br"));
    assert_ne!(plain, br, "each form has its own");
    for known in [
        plain.clone(),
        format!("W/{plain}"),
        format!("\"x\", {plain}"),
        "*".to_owned(),
    ] {
        let (status, headers, body) = get("/", &[("if-none-match", &known)]);
        assert_eq!((status, body.as_str()), (304, ""), "{known}");
        assert_eq!(headers[header::ETAG], plain.as_str());
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    }
    assert_eq!(get("/", &[("if-none-match", &br)]).0, 200);
}

#[test]
fn a_range_gets_a_part_of_a_file() {
    for (range, part, sent) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=4-", "456789", "bytes 4-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
        ("bytes=9-9", "9", "bytes 9-9/10"),
    ] {
        let (status, headers, body) =
            get("/portal.js", &[("range", range), ("accept-encoding", "br")]);
        assert_eq!((status, body.as_str()), (206, part), "{range}");
        assert_eq!(headers[header::CONTENT_RANGE], sent);
    }
    let (status, headers, _) = get("/portal.js", &[("range", "bytes=10-")]);
    assert_eq!(
        (status, headers[header::CONTENT_RANGE].to_str().unwrap()),
        (416, "bytes */10")
    );
    for whole in ["bytes=0-1,3-4", "lines=1-2"] {
        assert_eq!(get("/portal.js", &[("range", whole)]).0, 200, "{whole}");
    }
    let tag = get("/portal.js", &[]).1[header::ETAG]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        get("/portal.js", &[("range", "bytes=0-1"), ("if-range", &tag)]).0,
        206
    );
    assert_eq!(
        get(
            "/portal.js",
            &[("range", "bytes=0-1"), ("if-range", "\"old\"")]
        )
        .0,
        200
    );
}

#[test]
fn files_take_get_and_head_only() {
    let head = ask(Method::HEAD, "/portal.js", &[]);
    assert_eq!(head.headers()[header::CONTENT_LENGTH], "10");
    let post = ask(Method::POST, "/portal.js", &[]);
    assert_eq!(
        (
            post.status().as_u16(),
            post.headers()[header::ALLOW].to_str().unwrap()
        ),
        (405, "GET, HEAD")
    );
}

#[test]
fn a_folder_without_index_html_is_refused() {
    let empty = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("empty");
    fs::create_dir_all(&empty).unwrap();
    assert!(
        Assets::load(&empty)
            .unwrap_err()
            .to_string()
            .contains("index.html")
    );
}

#[test]
fn a_page_with_nothing_inline_has_the_plain_policy() {
    let mut settings = settings();
    settings.access.origins = vec!["https://www.example.nl".to_owned()];
    let mut headers = HeaderMap::new();
    SecurityHeaders::new(&settings).add_to_site(assets().inline_hashes("/"), &mut headers);
    assert_eq!(
        headers[header::CONTENT_SECURITY_POLICY],
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; frame-src 'self' blob:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'self' https://www.example.nl"
    );
    assert_eq!(
        headers[header::STRICT_TRANSPORT_SECURITY],
        "max-age=31536000"
    );
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
    settings.public_url = "http://127.0.0.1:8080/".parse().unwrap();
    let mut headers = HeaderMap::new();
    SecurityHeaders::new(&settings).add_to_api(&mut headers);
    assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
}

#[test]
fn what_stands_in_a_page_is_allowed_by_its_hash() {
    let hash_of = |text: &str| {
        let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(text));
        format!("'sha256-{hash}'")
    };
    // Exactly the bytes between the tags.
    let inline = assets().inline_hashes("/styled.html").clone();
    let [skeleton, heading] = ["\n.skeleton { color: grey }\n", "h1{margin:0}"].map(hash_of);
    let script = hash_of("begin()");
    assert_eq!(inline.styles, [skeleton.clone(), heading.clone()]);
    assert_eq!(inline.scripts, std::slice::from_ref(&script));
    for path in ["/", "/index.html", "/portal.js", "/not-there.html"] {
        assert_eq!(
            *assets().inline_hashes(path),
            InlineHashes::default(),
            "{path}"
        );
    }
    let mut headers = HeaderMap::new();
    SecurityHeaders::new(&settings()).add_to_site(&inline, &mut headers);
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    let directives: Vec<_> = policy.split("; ").collect();
    assert_eq!(
        directives[1..3],
        [
            format!("script-src 'self' 'wasm-unsafe-eval' {script}"),
            format!("style-src 'self' {skeleton} {heading}")
        ]
    );
}

#[tokio::test]
async fn each_page_is_served_with_its_own_policy() {
    let offices = gateway::offices::Offices::new(vec![settings()]).unwrap();
    let policy = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let office = offices.office_of(&request).unwrap();
        let response = office
            .answer(([127, 0, 0, 1], 1).into(), Box::new(request))
            .await;
        let policy = &response.headers()[header::CONTENT_SECURITY_POLICY];
        policy.to_str().unwrap().to_owned()
    };
    let inline = assets().inline_hashes("/styled.html");
    for hash in inline.styles.iter().chain(&inline.scripts) {
        assert!(policy("/styled.html").await.contains(hash));
        assert!(!policy("/").await.contains(hash));
    }
    assert_eq!(policy("/").await, policy("/portal.js").await);
}

#[test]
fn a_tag_with_a_space_in_it_is_of_no_file() {
    for tag in ["\" \"", "W/\"a\tb\"", "\"a\", \" b\""] {
        assert_eq!(get("/", &[("if-none-match", tag)]).0, 200);
        let asked = [("if-range", tag), ("range", "bytes=0-1")];
        assert_eq!(get("/", &asked).0, 200);
    }
}

proptest! {
    #[test]
    fn a_range_never_exceeds_the_file(range in "bytes=[0-9]{0,3}-[0-9]{0,3}(,[0-9]{0,2}-[0-9]{0,2})?") {
        let (status, _, body) = get("/portal.js", &[("range", &range)]);
        prop_assert!(matches!(status, 200 | 206 | 416));
        prop_assert!("0123456789".contains(&body));
    }

    #[test]
    fn no_header_or_path_makes_it_panic(accepted in "[ -~]{0,60}", path in "/[ -~]{0,30}") {
        let _ = get("/", &[("accept-encoding", &accepted), ("if-none-match", &accepted), ("range", &accepted), ("if-range", &accepted)]);
        let _ = get(&path, &[]);
    }
}
