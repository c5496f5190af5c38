//! Typst in process: templates and values in memory, a PDF out.
//!
//! Invariants: a template sees the embedded templates, its data and its pictures, and nothing else: no disk, no
//! network, no packages, no clock. File names are constants, because typst keeps each distinct one for ever. What typst
//! remembers between runs is dropped after each, so memory does not grow with the number of papers. A template of somebody
//! else's sees even less, since no other template is there to import; what it may cost is bounded by the process it runs in.

use std::sync::LazyLock;

use books::paper::Stamp;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{DiagSpan, FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::PaperError;
use crate::facturx::{self, FACTURX_FILE};
use crate::fonts::FACES;

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::builder().build()));
static FRAME: LazyLock<Source> = LazyLock::new(|| source("frame.typ", include_str!("../templates/frame.typ")));
static BILL: LazyLock<Source> = LazyLock::new(|| source("bill.typ", include_str!("../templates/bill.typ")));
static RECEIPT: LazyLock<Source> = LazyLock::new(|| source("receipt.typ", include_str!("../templates/receipt.typ")));
static STATEMENT: LazyLock<Source> = LazyLock::new(|| source("statement.typ", include_str!("../templates/statement.typ")));
static LETTER: LazyLock<Source> = LazyLock::new(|| source("letter.typ", include_str!("../templates/letter.typ")));
static OWN_FILE: LazyLock<FileId> = LazyLock::new(|| file_id("template.typ"));
static DATA_FILE: LazyLock<FileId> = LazyLock::new(|| file_id("data.json"));
static LOGO_FILE: LazyLock<FileId> = LazyLock::new(|| file_id("logo"));
static QR_FILE: LazyLock<FileId> = LazyLock::new(|| file_id("qr.svg"));
static XML_FILE: LazyLock<FileId> = LazyLock::new(|| file_id(FACTURX_FILE));

/// Which standards are tried, in this order: the later ones are for text that the first cannot take, such as some
/// ligatures of complex scripts, which have no single character to stand for.
const STANDARDS: [&[PdfStandard]; 3] = [&[PdfStandard::A_3a, PdfStandard::Ua_1], &[PdfStandard::A_3b], &[]];

fn file_id(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the names are constants without dots or roots");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

fn source(name: &str, text: &str) -> Source {
    Source::new(file_id(name), text.into())
}

/// A template that is not ours.
pub(crate) fn own_source(text: String) -> Source {
    Source::new(*OWN_FILE, text)
}

/// Where a template is at fault, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Line and column, counted from 1. None: of no place in particular.
    pub place: Option<(usize, usize)>,
    pub message: String,
}

/// The layouts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    Bill,
    Receipt,
    Statement,
    Letter,
}

impl Template {
    fn source(self) -> &'static Source {
        match self {
            Template::Bill => &BILL,
            Template::Receipt => &RECEIPT,
            Template::Statement => &STATEMENT,
            Template::Letter => &LETTER,
        }
    }
}

/// Everything one paper is made of, ready to be laid out.
pub(crate) struct Print {
    pub(crate) template: Template,
    /// In place of ours.
    pub(crate) own: Option<Source>,
    pub(crate) data: serde_json::Value,
    pub(crate) logo: Option<Bytes>,
    pub(crate) qr: Option<String>,
    /// The same invoice as XML, to be carried inside the PDF.
    pub(crate) xml: Option<String>,
    pub(crate) made: Stamp,
    /// Names the document in the PDF's own identifier.
    pub(crate) ident: String,
}

impl Print {
    /// Lays out and writes the PDF.
    pub(crate) fn pdf(self) -> Result<Vec<u8>, PaperError> {
        self.written().map_err(|mistakes| layout_error(&mistakes))
    }

    /// The same, with what is wrong place by place.
    pub(crate) fn written(self) -> Result<Vec<u8>, Vec<Mistake>> {
        let (made, ident, electronic) = (self.made, self.ident.clone(), self.xml.is_some());
        let sheet = self.sheet();
        let written = sheet.layout().and_then(|document| sheet.write(&document, made, &ident));
        typst::comemo::evict(0);
        if electronic { written.map(facturx::with_metadata) } else { written }
    }

    /// The pages, before they are a PDF.
    #[cfg(test)]
    pub(crate) fn layout(self) -> Result<PagedDocument, PaperError> {
        self.sheet().layout().map_err(|mistakes| layout_error(&mistakes))
    }

    /// What a template reads as `data.json`.
    pub(crate) fn data(&self) -> serde_json::Value {
        let mut data = self.data.clone();
        data["xml"] = self.xml.is_some().into();
        data
    }

    fn sheet(self) -> Sheet {
        Sheet {
            data: Bytes::from_string(self.data().to_string()),
            main: self.own.unwrap_or_else(|| self.template.source().clone()),
            logo: self.logo,
            qr: self.qr.map(Bytes::from_string),
            xml: self.xml.map(Bytes::from_string),
        }
    }
}

/// The world as a template sees it.
struct Sheet {
    main: Source,
    data: Bytes,
    logo: Option<Bytes>,
    qr: Option<Bytes>,
    xml: Option<Bytes>,
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }
    fn book(&self) -> &LazyHash<FontBook> {
        &FACES.book
    }
    fn main(&self) -> FileId {
        self.main.id()
    }
    fn source(&self, id: FileId) -> FileResult<Source> {
        // A template of somebody else's stands by itself, so that a new frame of ours cannot break it.
        let frame = (self.main.id() != *OWN_FILE).then_some(&*FRAME);
        [Some(&self.main), frame].into_iter().flatten().find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }
    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = match id {
            _ if id == *DATA_FILE => Some(&self.data),
            _ if id == *LOGO_FILE => self.logo.as_ref(),
            _ if id == *QR_FILE => self.qr.as_ref(),
            _ if id == *XML_FILE => self.xml.as_ref(),
            _ => None,
        };
        found.cloned().ok_or(FileError::AccessDenied)
    }
    fn font(&self, index: usize) -> Option<Font> {
        FACES.fonts.get(index).cloned()
    }
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

impl Sheet {
    fn layout(&self) -> Result<PagedDocument, Vec<Mistake>> {
        typst::compile::<PagedDocument>(self).output.map_err(|errors| self.mistakes(&errors))
    }

    fn write(&self, document: &PagedDocument, made: Stamp, ident: &str) -> Result<Vec<u8>, Vec<Mistake>> {
        let mut refused = Vec::new();
        for standards in STANDARDS {
            let standards = PdfStandards::new(standards);
            let options = PdfOptions {
                ident: Smart::Custom(ident.to_owned()),
                creator: Smart::Custom(Some("Owed".into())),
                timestamp: timestamp(made),
                standards: standards.map_err(|why| vec![Mistake::anywhere(why.message().to_string())])?,
                ..PdfOptions::default()
            };
            match typst_pdf::pdf(document, &options) {
                Ok(bytes) => return Ok(bytes),
                Err(errors) => refused = self.mistakes(&errors),
            }
        }
        Err(refused)
    }

    fn mistakes(&self, errors: &[SourceDiagnostic]) -> Vec<Mistake> {
        let mistake = |error: &SourceDiagnostic| {
            let hints = error.hints.iter().map(|hint| format!(" ({})", hint.v)).collect::<String>();
            Mistake { place: self.place(error.span), message: format!("{}{hints}", error.message) }
        };
        errors.iter().map(mistake).collect()
    }

    /// Line and column of the main template, counted from 1.
    fn place(&self, span: DiagSpan) -> Option<(usize, usize)> {
        if span.id() != Some(self.main.id()) {
            return None;
        }
        let (line, column) = self.main.lines().byte_to_line_column(self.range(span)?.start)?;
        Some((line + 1, column + 1))
    }
}

impl Mistake {
    pub(crate) fn anywhere(message: String) -> Mistake {
        Mistake { place: None, message }
    }
}

fn layout_error(mistakes: &[Mistake]) -> PaperError {
    PaperError::Layout(mistakes.iter().map(|mistake| mistake.message.as_str()).collect::<Vec<_>>().join("; "))
}

/// A PDF cannot be dated before year 0 or after 9999; such a moment leaves it without a date.
fn timestamp(made: Stamp) -> Option<Timestamp> {
    let local = made.local();
    let byte = |part: i8| u8::try_from(part).ok();
    let (date, time) = (local.date(), local.time());
    let at = Datetime::from_ymd_hms(
        i32::from(date.year()),
        byte(date.month())?,
        byte(date.day())?,
        byte(time.hour())?,
        byte(time.minute())?,
        byte(time.second())?,
    )?;
    Timestamp::new_local(at, made.offset_minutes)
}
