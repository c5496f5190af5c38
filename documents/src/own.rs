//! Templates of a business's own: what one is made from, what it sees, and the errand by which another process runs it.
//!
//! An errand is everything that one paper needs, made where the business's data are; the process that performs it needs
//! nothing else and may be shut off from everything. Invariants: what stands on the paper comes from the same values as with
//! our own template; a template that fails says where. Limits: none in here, which is why [`perform`] is called in a process
//! with limits on time and memory. Left out: keeping templates.

use books::calendar::Instant;
use books::paper::{Paper, PaperKind, Stamp};
use serde::{Deserialize, Serialize};
use typst::foundations::Bytes;

use crate::PaperError;
use crate::world::{Mistake, Print, Template, own_source};

/// In our own templates only; one that is handed out stands by itself.
const IMPORT: &str = "#import \"frame.typ\": *\n";

/// The line before the pictures of an errand.
#[derive(Serialize, Deserialize)]
struct Head {
    template: String,
    data: serde_json::Value,
    qr: Option<String>,
    xml: Option<String>,
    /// Microseconds since 1970, and minutes east of UTC.
    made: (i64, i32),
    ident: String,
    /// Whether the rest is a picture.
    logo: bool,
}

fn print(paper: &Paper, xml: Option<&str>) -> Result<Print, PaperError> {
    let print = match paper {
        Paper::Order(paper) => crate::order::print(paper),
        Paper::Invoice(paper) => crate::invoice::print(paper),
        Paper::CreditNote(paper) => crate::credit_note::print(paper),
        Paper::Receipt(paper) => crate::receipt::print(paper),
        Paper::Refund(paper) => crate::refund::print(paper),
        Paper::Statement(paper) => crate::statement::print(paper),
        Paper::Letter(paper) => crate::letter::print(paper),
    };
    Ok(Print { xml: xml.map(str::to_owned), ..print? })
}

/// The PDF of any paper by our own templates. With `xml`, the same bill as a Cross Industry Invoice, the PDF carries it inside.
pub fn draw(paper: &Paper, xml: Option<&str>) -> Result<Vec<u8>, PaperError> {
    print(paper, xml)?.pdf()
}

/// The template that a paper of this kind is printed by, whole: what it shares with others is written out in it.
pub fn built_in(kind: PaperKind) -> String {
    let own = match kind {
        PaperKind::Order | PaperKind::Invoice | PaperKind::CreditNote => include_str!("../templates/bill.typ"),
        PaperKind::Receipt | PaperKind::Refund => include_str!("../templates/receipt.typ"),
        PaperKind::Statement => include_str!("../templates/statement.typ"),
        PaperKind::Letter => include_str!("../templates/letter.typ"),
    };
    let (intro, body) = own.split_once(IMPORT).unwrap_or(("", own));
    format!("{intro}\n{}\n{body}", include_str!("../templates/frame.typ"))
}

/// What a template reads as `data.json` for this paper, for people to read.
pub fn data(paper: &Paper, xml: Option<&str>) -> Result<String, PaperError> {
    let data = print(paper, xml)?.data();
    serde_json::to_string_pretty(&data).map_err(|error| PaperError::Layout(error.to_string()))
}

/// The errand of printing this paper by that template. Refuses what [`draw`] refuses of the values; the template is not looked at.
pub fn errand(paper: &Paper, xml: Option<&str>, template: &str) -> Result<Vec<u8>, PaperError> {
    let print = print(paper, xml)?;
    let head = Head {
        template: template.to_owned(),
        data: print.data,
        qr: print.qr,
        xml: print.xml,
        made: (print.made.at.0, print.made.offset_minutes),
        ident: print.ident,
        logo: print.logo.is_some(),
    };
    let mut errand = serde_json::to_vec(&head).map_err(|error| PaperError::Layout(error.to_string()))?;
    errand.push(b'\n');
    errand.extend_from_slice(print.logo.as_deref().unwrap_or_default());
    Ok(errand)
}

/// Performs an errand: the PDF, or where the template is at fault. A template can make this take any time and memory.
pub fn perform(errand: &[u8]) -> Result<Vec<u8>, Vec<Mistake>> {
    let unreadable = |why: &str| vec![Mistake::anywhere(format!("the errand cannot be read: {why}"))];
    let end = errand.iter().position(|byte| *byte == b'\n').ok_or_else(|| unreadable("it has no end"))?;
    let (line, picture) = errand.split_at(end);
    let head: Head = serde_json::from_slice(line).map_err(|error| unreadable(&error.to_string()))?;
    let print = Print {
        // Whose layout it stands for does not matter once there is another.
        template: Template::Bill,
        own: Some(own_source(head.template)),
        data: head.data,
        logo: head.logo.then(|| Bytes::new(picture[1..].to_vec())),
        qr: head.qr,
        xml: head.xml,
        made: Stamp { at: Instant(head.made.0), offset_minutes: head.made.1 },
        ident: head.ident,
    };
    print.written()
}
