//! A QR code, drawn on the page: nothing is asked of anybody else for it.

use askama::Template;
use qrcode::{Color, EcLevel, QrCode};

/// White around the code, in modules (ISO/IEC 18004 asks for four).
const QUIET_ZONE: usize = 4;

/// A drawn code.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "components/qr.html")]
pub struct Qr {
    /// Modules along a side, the quiet zone included.
    side: usize,
    /// The dark ones, a run of a row each.
    path: String,
}

impl askama::filters::HtmlSafe for Qr {}

impl Qr {
    /// Draws `text`; nothing where it is too long for any code.
    pub fn of(text: &str) -> Option<Qr> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let colors = code.to_colors();
        let mut path = String::new();
        for (y, row) in colors.chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run.first() == Some(&Color::Dark) {
                    let (left, top, length) = (x + QUIET_ZONE, y + QUIET_ZONE, run.len());
                    path.push_str(&format!("M{left} {top}h{length}v1h-{length}z"));
                }
                x += run.len();
            }
        }
        Some(Qr {
            side: width + 2 * QUIET_ZONE,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_finders_where_they_belong() {
        let qr = Qr::of("otpauth://totp/a?secret=b").unwrap();
        // The first row: a finder of seven modules at the left, one at the right.
        assert!(qr.path.starts_with("M4 4h7v1h-7z"), "{}", qr.path);
        assert!(qr.path.contains(&format!("M{} 4h7v1h-7z", qr.side - 4 - 7)));
        assert!(Qr::of(&"x".repeat(5_000)).is_none());
    }
}
