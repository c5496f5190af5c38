//! Color and code: the brand color made readable, and the QR code as a picture of vectors.
//!
//! Invariant: text set in the brand color, or on it, has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3), however
//! pale the brand. Limits: QR codes hold about 2,900 bytes; longer links are refused.

use books::paper::parse_color;
use qrcode::{Color as Module, EcLevel, QrCode};
use serde::Serialize;

use crate::PaperError;

/// What a business without a color of its own prints in.
const HOUSE_COLOR: [u8; 3] = [0x0f, 0x6b, 0x5c];
const WHITE: [u8; 3] = [0xff, 0xff, 0xff];
/// Not the softer ink of the text: on a middle gray only white or true black is readable.
const BLACK: [u8; 3] = [0, 0, 0];
/// 4.5 to 1.
const READABLE: f64 = 4.5;

/// The brand color in its three uses, each `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Brand {
    /// Areas.
    pub(crate) fill: String,
    /// Text on those areas.
    on: String,
    /// Text on white.
    text: String,
}

impl Brand {
    /// A color that is not one was refused by the paper's check; the house color stands in for none.
    pub(crate) fn of(color: Option<&str>) -> Brand {
        let brand = color.and_then(parse_color).unwrap_or(HOUSE_COLOR);
        let on = if contrast(WHITE, brand) >= READABLE { WHITE } else { BLACK };
        let mut text = brand;
        while contrast(text, WHITE) < READABLE {
            text = text.map(|channel| u8::try_from(u16::from(channel) * 19 / 20).unwrap_or(0));
        }
        Brand { fill: hex(brand), on: hex(on), text: hex(text) }
    }
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Source: WCAG 2.2, relative luminance and contrast ratio. Floats are harmless here: no money is near.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(color: [u8; 3]) -> f64 {
    let [red, green, blue] = color.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The link as a QR code: one path, one rectangle for each run of dark modules.
pub(crate) fn qr_svg(url: &str) -> Result<String, PaperError> {
    let code =
        QrCode::with_error_correction_level(url, EcLevel::M).or_else(|_| QrCode::with_error_correction_level(url, EcLevel::L));
    let code = code.map_err(|_| PaperError::Link(url.chars().count()))?;
    let side = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(side).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Module::Dark {
                path.push_str(&format!("M{x} {y}h{}v1h-{}z", run.len(), run.len()));
            }
            x += run.len();
        }
    }
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path fill="#15181d" d="{path}"/></svg>"##
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_brand_is_readable() {
        for color in ["#ffff00", "#ffffff", "#000000", "#e91e63", "#7fd1c0", "#3b3fd8", "#808080"] {
            let brand = Brand::of(Some(color));
            let [fill, on, text] = [&brand.fill, &brand.on, &brand.text].map(|c| parse_color(c).expect("a color"));
            assert!(contrast(text, WHITE) >= READABLE, "{brand:?}");
            assert!(contrast(on, fill) >= READABLE, "{brand:?}");
        }
        assert_eq!(Brand::of(Some("#3b3fd8")).text, "#3b3fd8", "a readable color is left as it is");
    }

    #[test]
    fn a_link_becomes_a_code_and_an_endless_one_is_refused() {
        let svg = qr_svg("https://pay.fern.example/p/7hK2pQ").expect("a short link");
        assert!(svg.contains("viewBox=\"0 0 29 29\"") && svg.contains("M0 0h7v1h-7z"), "{svg}");
        assert_eq!(qr_svg(&"x".repeat(4_000)), Err(PaperError::Link(4_000)));
    }
}
