//! How a business's papers look beside their template: its logo, and what it writes under each kind of paper.
//!
//! Invariants: a logo is kept only if papers can be printed with it; a text belongs to one kind of paper and one language.
//! Papers that were issued keep the texts they were issued with. Limits: [`LOGO_BYTES`]; 1,000 characters a text.

use books::ids::BusinessId;
use books::paper::PaperKind;
use locale::Language;
use serde_json::json;

use super::call::{Call, Done};
use super::check;
use super::save_business::rewrite;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::services::Services;
use crate::store::business::{Business, business};

/// The largest logo, in bytes.
pub const LOGO_BYTES: usize = 1 << 20;
/// What is said of a larger one.
pub const LOGO_TOO_LARGE: &str = "the logo is at most 1 MB";

/// Keeps a PNG or JPEG picture as the logo; none: takes it away. Refuses one that cannot be printed. Idempotent by key.
pub async fn replace_logo(services: &Services, call: &Call, picture: Option<Vec<u8>>) -> Result<Done<BusinessId>> {
    if let Some(picture) = &picture {
        check_logo(picture)?;
        let tried = Business { logo: Some(picture.clone()), ..business(&services.db, call.business).await? };
        try_logo(services, &tried)?;
    }
    rewrite(&services.db, call, "logo_replaced", move |business, _| {
        business.logo.clone_from(&picture);
        Ok(json!({ "bytes": picture.as_ref().map(Vec::len) }))
    })
    .await
}

fn check_logo(picture: &[u8]) -> Result<()> {
    let known = picture.starts_with(b"\x89PNG\r\n\x1a\n") || picture.starts_with(b"\xff\xd8\xff");
    if !known {
        return Err(Error::invalid("logo", "NOT_A_PICTURE", "the logo is a PNG or JPEG picture"));
    }
    if picture.len() > LOGO_BYTES {
        return Err(Error::invalid("logo", "TOO_LARGE", LOGO_TOO_LARGE));
    }
    if is_for_a_press(picture) {
        let help = "this JPEG is in CMYK, the colors of a printing press: save it as RGB";
        return Err(Error::invalid("logo", "NOT_PRINTABLE", help));
    }
    Ok(())
}

/// A JPEG of four colors: with it no paper would be an archive's PDF any more, and no invoice an electronic one. Read from its frame
/// header, found by walking the markers. Source: ITU-T T.81, B.2.2.
fn is_for_a_press(picture: &[u8]) -> bool {
    let mut rest = picture.strip_prefix(b"\xff\xd8").unwrap_or_default();
    while let [0xff, marker, after @ ..] = rest {
        rest = match (marker, after) {
            (0xff, _) => &rest[1..],
            (0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf, [_, _, _, _, _, _, _, colors, ..]) => return *colors == 4,
            (0xd9 | 0xda, _) => return false,
            (_, [high, low, ..]) => after.get(usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or_default(),
            _ => return false,
        };
    }
    false
}

/// A made-up paper is set with it: a picture that is broken or too large is refused here, and not when a paper is wanted.
fn try_logo(services: &Services, with: &Business) -> Result<()> {
    let Some(press) = &services.press else { return Ok(()) };
    match press.sample_data(with, PaperKind::Receipt) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::invalid("logo", "NOT_PRINTABLE", error.to_string())),
    }
}

/// What stands under papers of one kind, by language; a text of none takes it away, and a language that is not named keeps
/// its text. Idempotent by key.
pub async fn write_under_papers(
    db: &Db,
    call: &Call,
    kind: PaperKind,
    texts: Vec<(Language, Option<String>)>,
) -> Result<Done<BusinessId>> {
    let checked = |(language, text): (Language, Option<String>)| {
        let text = check::lines(&format!("texts.{}", language.code()), text.as_deref())?;
        Ok((language, text))
    };
    let texts: Vec<(Language, Option<String>)> = texts.into_iter().map(checked).collect::<Result<_>>()?;
    rewrite(db, call, "paper_text_changed", move |business, _| {
        let mut settings = business.settings()?;
        for (language, text) in &texts {
            settings.write_under(kind, *language, text.clone());
        }
        business.collect_by(&settings)?;
        let languages: Vec<&str> = texts.iter().map(|(language, _)| language.code()).collect();
        Ok(json!({ "paper": kind.word(), "languages": languages }))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_for_a_printing_press_is_known_by_its_four_colors() {
        let jpeg = |colors: u8| {
            let head = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x0b\x08\x00\x10\x00\x20";
            [&head[..], &[colors, 1, 0x11, 0]].concat()
        };
        assert!(is_for_a_press(&jpeg(4)));
        assert!(!is_for_a_press(&jpeg(3)) && !is_for_a_press(&jpeg(1)));
        for broken in [&b""[..], b"\xff\xd8", b"\xff\xd8\xff\xe0\xff\xff", b"\xff\xd8\xff\xc0\x00", b"\x89PNG\r\n\x1a\n"] {
            assert!(!is_for_a_press(broken), "{broken:?}");
        }
        assert!(check_logo(&jpeg(4)).is_err() && check_logo(&jpeg(3)).is_ok());
    }
}
