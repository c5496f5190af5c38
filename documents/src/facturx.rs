//! What makes a PDF with an invoice inside a Factur-X: the four facts about that invoice in the PDF's own metadata.
//!
//! The typesetter attaches the file but cannot write metadata of somebody else's vocabulary, so the metadata is written
//! again behind the finished PDF, as PDF allows (an incremental update: ISO 32000-1, 7.5.6). Invariant: nothing before the
//! end is changed, so the PDF stays what it was with one object replaced; a PDF that does not look as expected is left as it
//! is, which is then a PDF with an attachment. Source of the names: Factur-X 1.0, 6.2.2 and 6.2.3.

/// What the attached file must be called.
pub(crate) const FACTURX_FILE: &str = "factur-x.xml";

const NAMESPACE: &str = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#";
/// Name and value of each fact, and what it is.
const FACTS: [(&str, &str, &str); 4] = [
    ("DocumentFileName", FACTURX_FILE, "The name of the embedded XML document"),
    ("DocumentType", "INVOICE", "The type of the hybrid document in capital letters"),
    ("Version", "1.0", "The version of the standard that the embedded XML document follows"),
    ("ConformanceLevel", "EN 16931", "The conformance level of the embedded XML document"),
];
const SCHEMAS: &str = "<pdfaExtension:schemas>";

/// The PDF with the facts in its metadata.
pub(crate) fn with_metadata(pdf: Vec<u8>) -> Vec<u8> {
    updated(&pdf).unwrap_or(pdf)
}

fn updated(pdf: &[u8]) -> Option<Vec<u8>> {
    // A business's own template may leave the file out: then the PDF is none that carries one.
    first(pdf, b"/EmbeddedFile")?;
    let old = Metadata::find(pdf)?;
    let xmp = with_facts(old.xmp)?;
    let last = Trailer::find(pdf)?;
    let mut out = pdf.to_vec();
    if out.last() != Some(&b'\n') {
        out.push(b'\n');
    }
    let at = out.len();
    let head = format!("{} 0 obj\n<</Type/Metadata/Subtype/XML/Length {}>>\nstream\n", old.id, xmp.len());
    out.extend(head.bytes().chain(xmp.bytes()).chain(*b"\nendstream\nendobj\n"));
    let table = out.len();
    if last.is_table {
        out.extend(format!("xref\n{} 1\n{at:010} 00000 n \ntrailer\n<</Size {}", old.id, last.size).bytes());
        out.extend(last.facts.iter().chain(format!("/Prev {}>>", last.at).as_bytes()));
    } else {
        // Cross-references are a stream themselves: one entry for the new metadata, one for the stream.
        let own = last.size;
        let entry = |place: usize| Some([&[1][..], &u32::try_from(place).ok()?.to_be_bytes(), &[0]].concat());
        let entries = [entry(at)?, entry(table)?].concat();
        let index = format!("/W[1 4 1]/Index[{} 1 {own} 1]/Size {}/Prev {}", old.id, own + 1, last.at);
        out.extend(format!("{own} 0 obj\n<</Type/XRef{index}/Length {}", entries.len()).bytes());
        out.extend(last.facts.iter().chain(b">>\nstream\n").chain(&entries).chain(b"\nendstream\nendobj"));
    }
    out.extend(format!("\nstartxref\n{table}\n%%EOF\n").bytes());
    Some(out)
}

/// The metadata as the typesetter wrote it.
struct Metadata<'a> {
    id: usize,
    xmp: &'a str,
}

impl<'a> Metadata<'a> {
    /// None where it is compressed, or the PDF is no archive of the third part, in which files may be attached.
    fn find(pdf: &'a [u8]) -> Option<Metadata<'a>> {
        let kind = first(pdf, b"/Type/Metadata").or_else(|| first(pdf, b"/Type /Metadata"))?;
        let begin = last(&pdf[..kind], b" 0 obj")?;
        let digits = pdf[..begin].iter().rposition(|byte| !byte.is_ascii_digit())? + 1;
        let data = kind + first(&pdf[kind..], b"stream")? + b"stream".len();
        let data = data + if pdf.get(data) == Some(&b'\r') { 2 } else { 1 };
        let end = data + first(pdf.get(data..)?, b"endstream")?;
        let packed = first(&pdf[digits..data], b"/Filter").is_some();
        let xmp = std::str::from_utf8(&pdf[data..end]).ok()?.trim_end();
        let archive = xmp.contains("<pdfaid:part>3<");
        (archive && !packed).then_some(Metadata { id: number(&pdf[digits..]), xmp })
    }
}

/// The last section of cross-references.
struct Trailer {
    at: usize,
    is_table: bool,
    size: usize,
    /// `/Root`, `/Info` and `/ID` as they stand.
    facts: Vec<u8>,
}

impl Trailer {
    fn find(pdf: &[u8]) -> Option<Trailer> {
        let mark = last(pdf, b"startxref")?;
        let at = number(pdf.get(mark + b"startxref".len()..)?);
        let section = pdf.get(at..mark)?;
        let mut facts = reference(section, b"/Root")?.to_vec();
        facts.extend(reference(section, b"/Info").unwrap_or_default());
        if let Some(from) = first(section, b"/ID") {
            let length = first(&section[from..], b"]")?;
            facts.extend(&section[from..=from + length]);
        }
        let size = number(section.get(first(section, b"/Size")? + b"/Size".len()..)?);
        Some(Trailer { at, is_table: section.starts_with(b"xref"), size, facts })
    }
}

/// `/Root 12 0 R`, as it stands.
fn reference<'a>(section: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let from = first(section, name)?;
    let length = first(&section[from..], b" R")? + b" R".len();
    section.get(from..from + length)
}

/// The metadata with the facts, and with the schema that an archive wants for names it does not know.
fn with_facts(xmp: &str) -> Option<String> {
    let facts: String = FACTS.iter().map(|(name, value, _)| format!("<fx:{name}>{value}</fx:{name}>")).collect();
    let facts = format!("<rdf:Description rdf:about=\"\" xmlns:fx=\"{NAMESPACE}\">{facts}</rdf:Description>");
    let mut out = xmp.to_owned();
    match out.find(SCHEMAS) {
        // PDF/UA has brought a list of schemas already, and a second one would be one too many.
        Some(list) => {
            let bag = list + out[list..].find("<rdf:Bag>")? + "<rdf:Bag>".len();
            out.insert_str(bag, &schema());
        }
        None => {
            let list = format!(
                "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\">{SCHEMAS}<rdf:Bag>{}</rdf:Bag></pdfaExtension:schemas></rdf:Description>",
                schema()
            );
            let end = out.rfind("</rdf:RDF>")?;
            out.insert_str(end, &list);
        }
    }
    let end = out.rfind("</rdf:RDF>")?;
    out.insert_str(end, &facts);
    Some(out)
}

fn schema() -> String {
    let properties: String = FACTS
        .iter()
        .map(|(name, _, what)| {
            format!(
                "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{what}</pdfaProperty:description></rdf:li>"
            )
        })
        .collect();
    format!(
        "<rdf:li rdf:parseType=\"Resource\" xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
}

fn first(in_what: &[u8], what: &[u8]) -> Option<usize> {
    in_what.windows(what.len()).position(|window| window == what)
}

fn last(in_what: &[u8], what: &[u8]) -> Option<usize> {
    in_what.windows(what.len()).rposition(|window| window == what)
}

/// The digits that follow, spaces skipped.
fn number(bytes: &[u8]) -> usize {
    let digits = bytes.iter().skip_while(|byte| byte.is_ascii_whitespace()).take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |sum, digit| sum.saturating_mul(10).saturating_add(usize::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdf_that_does_not_look_as_expected_is_left_as_it_is() {
        for odd in [&b""[..], b"%PDF-1.7", b"1 0 obj <</Type/Metadata>> stream\n<x/>\nendstream", b"/Type/Metadata stream"] {
            assert_eq!(with_metadata(odd.to_vec()), odd);
        }
    }

    #[test]
    fn a_list_of_schemas_that_is_there_is_added_to() {
        let xmp = "<x><rdf:RDF><pdfaExtension:schemas><rdf:Bag><rdf:li/></rdf:Bag></pdfaExtension:schemas></rdf:RDF></x>";
        let made = with_facts(xmp).expect("it has a place for the facts");
        assert_eq!(made.matches(SCHEMAS).count(), 1);
        assert!(made.contains("<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>") && made.contains("<rdf:li/>"));
        let bare = with_facts("<rdf:RDF></rdf:RDF>").expect("it has an end");
        assert_eq!(bare.matches(SCHEMAS).count(), 1);
    }
}
