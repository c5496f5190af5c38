//! XML as it is written: elements inside elements, nothing else.
//!
//! Invariant: text is escaped by the library, and characters that XML cannot hold are left out before; an element that would
//! be empty is not written.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// A document under construction. Writing to memory does not fail, so nothing here answers an error.
pub(crate) struct Xml {
    writer: Writer<Vec<u8>>,
}

impl Xml {
    /// A document whose root has these attributes, filled by `inside`.
    pub(crate) fn document(root: &str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Xml)) -> String {
        let mut xml = Xml { writer: Writer::new_with_indent(Vec::new(), b' ', 2) };
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml.element(root, attributes, inside);
        let mut bytes = xml.writer.into_inner();
        bytes.push(b'\n');
        String::from_utf8(bytes).expect("only text was written")
    }

    /// An element with others inside.
    pub(crate) fn inside(&mut self, name: &str, inside: impl FnOnce(&mut Xml)) {
        self.element(name, &[], inside);
    }

    /// An element with text; nothing where the text is empty.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.text_with(name, &[], text);
    }

    /// The same with attributes.
    pub(crate) fn text_with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        let text: String = text.trim().chars().filter(|letter| is_xml(*letter)).collect();
        if !text.is_empty() {
            self.element(name, attributes, |xml| xml.event(Event::Text(BytesText::new(&text))));
        }
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Xml)) {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.event(Event::Start(start));
        inside(self);
        self.event(Event::End(BytesEnd::new(name)));
    }

    fn event(&mut self, event: Event<'_>) {
        self.writer.write_event(event).expect("memory takes all that is written");
    }
}

/// What XML 1.0 can hold.
fn is_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_stays_text_and_what_xml_cannot_hold_is_left_out() {
        let made = Xml::document("a", &[("b", "1 < 2")], |xml| {
            xml.text("c", "x & <y>\u{0}\u{b}]]> \u{fffe}");
            xml.text("empty", "  \u{1} ");
        });
        assert_eq!(
            made,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"1 &lt; 2\">\n  <c>x &amp; &lt;y&gt;]]&gt; </c>\n</a>\n"
        );
    }
}
