//! The style sheet, the script and the icon: parts of the program, compressed once, named by what is
//! in them so that a browser keeps them for good. A page needs their names alone, which cost nothing.

use std::io::Write as _;
use std::sync::{LazyLock, OnceLock};

use actix_web::http::header::{self, AcceptEncoding, Encoding, Header as _};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest as _, Sha256};

const STYLE: &str = concat!(
    include_str!("../../static/css/tokens.css"),
    include_str!("../../static/css/base.css"),
    include_str!("../../static/css/layout.css"),
    include_str!("../../static/css/buttons.css"),
    include_str!("../../static/css/forms.css"),
    include_str!("../../static/css/flash.css"),
    include_str!("../../static/css/meter.css"),
    include_str!("../../static/css/list.css"),
    include_str!("../../static/css/table.css"),
    include_str!("../../static/css/dialog.css"),
    include_str!("../../static/css/pages.css"),
    include_str!("../../static/css/print.css"),
);

const SCRIPT: &str = concat!(
    include_str!("../../static/js/forms.js"),
    include_str!("../../static/js/dialog.js"),
    include_str!("../../static/js/opener.js"),
    include_str!("../../static/js/flash.js"),
    include_str!("../../static/js/keep.js"),
    include_str!("../../static/js/selection.js"),
    include_str!("../../static/js/live.js"),
);

const ICON: &str = include_str!("../../static/img/icon.svg");

/// The widest window that brotli allows without an extension, and its best quality.
const BROTLI_WINDOW_BITS: u32 = 22;
const BROTLI_QUALITY: u32 = 11;
const BROTLI_BUFFER_BYTES: usize = 4096;

static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("look", "css", "text/css; charset=utf-8", STYLE));
static SCRIPTS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("behaviour", "js", "text/javascript; charset=utf-8", SCRIPT));
static ICONS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml; charset=utf-8", ICON));

/// Where the style sheet is.
pub fn stylesheet_path() -> &'static str {
    &STYLESHEET.path
}

/// Where the script is.
pub fn script_path() -> &'static str {
    &SCRIPTS.path
}

/// Where the icon is.
pub fn icon_path() -> &'static str {
    &ICONS.path
}

/// Compresses everything, so that no browser waits for it.
pub fn pack_all() {
    for asset in [&*STYLESHEET, &*SCRIPTS, &*ICONS] {
        asset.packed();
    }
}

/// Every file with its path, for those who draw pages without a server.
#[cfg(test)]
pub(super) fn everything() -> [(&'static str, &'static [u8]); 3] {
    [&*STYLESHEET, &*SCRIPTS, &*ICONS].map(|asset| (asset.path.as_str(), asset.plain))
}

/// GET and HEAD `/static/{file}`.
pub async fn file(request: HttpRequest, file: web::Path<String>) -> HttpResponse {
    let wanted = [&*STYLESHEET, &*SCRIPTS, &*ICONS]
        .into_iter()
        .find(|asset| asset.path.strip_prefix("/static/") == Some(file.as_str()));
    match wanted {
        Some(asset) => asset.response(&request),
        None => HttpResponse::NotFound().finish(),
    }
}

/// A file in each of its encodings.
struct Asset {
    path: String,
    content_type: &'static str,
    hash: String,
    plain: &'static [u8],
    packed: OnceLock<Packed>,
}

/// The compressed forms; the best ones, which take a tenth of a second.
struct Packed {
    gzip: Option<web::Bytes>,
    brotli: Option<web::Bytes>,
}

impl Asset {
    fn new(name: &str, extension: &str, content_type: &'static str, text: &'static str) -> Self {
        let hash: String = Sha256::digest(text)
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            path: format!("/static/{name}-{hash}.{extension}"),
            content_type,
            hash,
            plain: text.as_bytes(),
            packed: OnceLock::new(),
        }
    }

    fn packed(&self) -> &Packed {
        self.packed.get_or_init(|| Packed {
            gzip: gzip(self.plain),
            brotli: brotli(self.plain),
        })
    }

    fn response(&self, request: &HttpRequest) -> HttpResponse {
        let (encoding, bytes) = self.encoded_for(request);
        // One tag per encoding: a strong tag promises the same bytes.
        let tag = match encoding {
            Some(encoding) => format!("\"{}-{encoding}\"", self.hash),
            None => format!("\"{}\"", self.hash),
        };
        let known = request
            .headers()
            .get_all(header::IF_NONE_MATCH)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|candidate| candidate.trim().trim_start_matches("W/") == tag);
        let mut response = if known {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        response
            .insert_header((header::ETAG, tag))
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header((header::VARY, "Accept-Encoding"));
        if known {
            return response.finish();
        }
        if let Some(encoding) = encoding {
            response.insert_header((header::CONTENT_ENCODING, encoding));
        }
        response.content_type(self.content_type).body(bytes)
    }

    fn encoded_for(&self, request: &HttpRequest) -> (Option<&'static str>, web::Bytes) {
        let offered = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
        // Without the header every encoding would be allowed; plain is what is meant.
        let chosen = request
            .headers()
            .contains_key(header::ACCEPT_ENCODING)
            .then(|| AcceptEncoding::parse(request).ok())
            .flatten()
            .and_then(|accepted| accepted.negotiate(offered.iter()));
        if chosen == Some(Encoding::brotli())
            && let Some(bytes) = &self.packed().brotli
        {
            return (Some("br"), bytes.clone());
        }
        if chosen == Some(Encoding::gzip())
            && let Some(bytes) = &self.packed().gzip
        {
            return (Some("gzip"), bytes.clone());
        }
        (None, web::Bytes::from_static(self.plain))
    }
}

fn gzip(text: &[u8]) -> Option<web::Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).ok()?;
    encoder.finish().ok().map(web::Bytes::from)
}

fn brotli(text: &[u8]) -> Option<web::Bytes> {
    let mut bytes = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(
        &mut bytes,
        BROTLI_BUFFER_BYTES,
        BROTLI_QUALITY,
        BROTLI_WINDOW_BITS,
    );
    encoder.write_all(text).ok()?;
    encoder.flush().ok()?;
    drop(encoder);
    Some(web::Bytes::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    fn get(asset: &Asset, name: header::HeaderName, value: &str) -> HttpResponse {
        asset.response(
            &TestRequest::get()
                .insert_header((name, value))
                .to_http_request(),
        )
    }

    fn header_of(response: &HttpResponse, name: header::HeaderName) -> &str {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn style_and_script_stay_small() {
        let bytes = |asset: &Asset| asset.packed().brotli.as_ref().unwrap().len();
        assert!(bytes(&STYLESHEET) < 15_000, "style: {}", bytes(&STYLESHEET));
        assert!(bytes(&SCRIPTS) < 10_000, "script: {}", bytes(&SCRIPTS));
    }

    #[test]
    fn a_browser_gets_the_smallest_encoding_that_it_takes() {
        let encoding = |accepted| {
            let response = get(&STYLESHEET, header::ACCEPT_ENCODING, accepted);
            header_of(&response, header::CONTENT_ENCODING).to_owned()
        };
        assert_eq!(encoding("gzip, deflate, br, zstd"), "br");
        assert_eq!(encoding("gzip"), "gzip");
        assert_eq!(encoding("identity"), "");
    }

    #[test]
    fn a_browser_that_has_it_is_told_so() {
        let first = get(&SCRIPTS, header::ACCEPT_ENCODING, "br");
        let tag = header_of(&first, header::ETAG).to_owned();
        let again = SCRIPTS.response(
            &TestRequest::get()
                .insert_header((header::ACCEPT_ENCODING, "br"))
                .insert_header((header::IF_NONE_MATCH, tag))
                .to_http_request(),
        );
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[actix_web::test]
    async fn another_name_is_not_found() {
        let request = TestRequest::get().to_http_request();
        let response = file(request, web::Path::from("look-0000.css".to_owned())).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }
}
