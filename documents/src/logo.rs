//! The picture of the business: looked at before it is printed, so that a bad one is a clear answer at upload and not
//! a paper that cannot be made.
//!
//! Limits: PNG or JPEG, [`MAX_LOGO_BYTES`], [`MAX_LOGO_SIDE`] pixels a side, read from the file's head before anything
//! is decoded, because a small file can unpack to gigabytes.

use books::paper::Logo;
use serde::Serialize;
use typst::foundations::Bytes;
use typst::visualize::{ExchangeFormat, RasterImage};

use crate::PaperError;

/// The largest file taken: 2 MiB.
pub const MAX_LOGO_BYTES: usize = 2 * 1024 * 1024;
/// The widest and tallest picture taken, in pixels.
pub const MAX_LOGO_SIDE: u32 = 4096;

/// The room a logo has on paper, in hundredths of a millimeter.
const ROOM: (u64, u64) = (6_000, 1_400);

/// How large a logo is printed, in hundredths of a millimeter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Placed {
    w: u64,
    h: u64,
}

/// Refuses what cannot be printed, in words for the person who uploaded it.
pub(crate) fn place(logo: &Logo) -> Result<(Placed, Bytes), PaperError> {
    let refuse = |why: String| Err(PaperError::Logo(why));
    if logo.bytes.len() > MAX_LOGO_BYTES {
        return refuse(format!("it has {} bytes, at most {MAX_LOGO_BYTES} are taken", logo.bytes.len()));
    }
    let (format, size) = match (png_size(&logo.bytes), jpeg_size(&logo.bytes)) {
        (Some(size), _) => (ExchangeFormat::Png, size),
        (_, Some(size)) => (ExchangeFormat::Jpg, size),
        _ => return refuse("it is neither a PNG nor a JPEG picture".into()),
    };
    let (width, height) = size;
    if width == 0 || height == 0 || width > MAX_LOGO_SIDE || height > MAX_LOGO_SIDE {
        return refuse(format!("it measures {width} × {height} pixels, at most {MAX_LOGO_SIDE} a side are taken"));
    }
    let bytes = Bytes::new(logo.bytes.clone());
    match RasterImage::plain(bytes.clone(), format) {
        // The decoded size counts: a photograph may be turned by its own notes.
        Ok(image) => Ok((fit(image.width(), image.height()), bytes)),
        Err(why) => refuse(why.to_string()),
    }
}

fn fit(width: u32, height: u32) -> Placed {
    let (width, height) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let by_height = (ROOM.1 * width / height, ROOM.1);
    let (w, h) = if by_height.0 <= ROOM.0 { by_height } else { (ROOM.0, ROOM.0 * height / width) };
    Placed { w: w.max(1), h: h.max(1) }
}

fn big_endian(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(bytes.get(at..at + length)?.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)))
}

/// Width and height from the first chunk. Source: PNG specification, third edition, 5.2 and 11.2.1.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16) == Some(b"IHDR".as_slice());
    if head { Some((big_endian(bytes, 16, 4)?, big_endian(bytes, 20, 4)?)) } else { None }
}

/// Width and height from the frame header, found by walking the markers. Source: ITU-T T.81, B.2.2.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if !bytes.starts_with(b"\xff\xd8\xff") {
        return None;
    }
    let mut at = 2;
    while let (Some(0xff), Some(marker)) = (bytes.get(at), bytes.get(at + 1)) {
        match marker {
            0xff => at += 1,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((big_endian(bytes, at + 7, 2)?, big_endian(bytes, at + 5, 2)?));
            }
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::try_from(big_endian(bytes, at + 2, 2)?).ok()?,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 16 × 8 pixels, one color.
    const PNG: &[u8] = include_bytes!("../tests/logo.png");
    const JPEG: &[u8] = include_bytes!("../tests/logo.jpg");

    fn logo(bytes: &[u8]) -> Logo {
        Logo { bytes: bytes.to_vec() }
    }

    #[test]
    fn pictures_are_placed_within_their_room() {
        for bytes in [PNG, JPEG] {
            let (placed, _) = place(&logo(bytes)).expect("a good picture");
            assert!(placed.w <= ROOM.0 && placed.h <= ROOM.1 && (placed.w == ROOM.0 || placed.h == ROOM.1), "{placed:?}");
        }
        assert_eq!(fit(4000, 10), Placed { w: 6_000, h: 15 });
        assert_eq!(fit(10, 4000), Placed { w: 3, h: 1_400 });
    }

    #[test]
    fn bad_pictures_are_refused_in_words() {
        let mut huge = PNG.to_vec();
        huge[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
        let cases: [(&[u8], &str); 5] = [
            (b"GIF89a", "neither a PNG nor a JPEG"),
            (b"", "neither a PNG nor a JPEG"),
            (&huge, "measures 100000"),
            (&PNG[..40], ""),
            (&JPEG[..20], ""),
        ];
        for (bytes, why) in cases {
            let error = place(&logo(bytes)).expect_err("not a picture");
            assert!(matches!(&error, PaperError::Logo(said) if said.contains(why) && !said.is_empty()), "{error}");
        }
        assert!(matches!(place(&logo(&vec![0; MAX_LOGO_BYTES + 1])), Err(PaperError::Logo(_))));
    }
}
