//! Which papers there are, and any one of them as a value.
//!
//! Invariant: the word of a kind is published (it stands in addresses, settings and the database) and never changes.

use super::{
    CreditNotePaper, InvoicePaper, LetterPaper, Letterhead, OrderPaper, PaperFault, ReceiptPaper, RefundPaper, StatementPaper,
};

/// A kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaperKind {
    /// Also of applications.
    Order,
    Invoice,
    CreditNote,
    Receipt,
    Refund,
    Statement,
    Letter,
}

impl PaperKind {
    /// All of them, the ones that are sent most first.
    pub const ALL: [PaperKind; 7] = [
        PaperKind::Invoice,
        PaperKind::Order,
        PaperKind::Receipt,
        PaperKind::CreditNote,
        PaperKind::Refund,
        PaperKind::Statement,
        PaperKind::Letter,
    ];

    /// As programs write it.
    pub const fn word(self) -> &'static str {
        match self {
            PaperKind::Order => "order",
            PaperKind::Invoice => "invoice",
            PaperKind::CreditNote => "credit_note",
            PaperKind::Receipt => "receipt",
            PaperKind::Refund => "refund",
            PaperKind::Statement => "statement",
            PaperKind::Letter => "letter",
        }
    }

    /// The kind with this word. None: there is no such kind.
    pub fn of_word(word: &str) -> Option<PaperKind> {
        PaperKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Any paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paper {
    Order(OrderPaper),
    Invoice(InvoicePaper),
    CreditNote(CreditNotePaper),
    Receipt(ReceiptPaper),
    Refund(RefundPaper),
    Statement(StatementPaper),
    Letter(LetterPaper),
}

impl Paper {
    pub fn kind(&self) -> PaperKind {
        match self {
            Paper::Order(_) => PaperKind::Order,
            Paper::Invoice(_) => PaperKind::Invoice,
            Paper::CreditNote(_) => PaperKind::CreditNote,
            Paper::Receipt(_) => PaperKind::Receipt,
            Paper::Refund(_) => PaperKind::Refund,
            Paper::Statement(_) => PaperKind::Statement,
            Paper::Letter(_) => PaperKind::Letter,
        }
    }

    /// Who sends it, in which language and on which sheet.
    pub fn head(&self) -> &Letterhead {
        match self {
            Paper::Order(paper) => &paper.head,
            Paper::Invoice(paper) => &paper.head,
            Paper::CreditNote(paper) => &paper.head,
            Paper::Receipt(paper) => &paper.head,
            Paper::Refund(paper) => &paper.head,
            Paper::Statement(paper) => &paper.head,
            Paper::Letter(paper) => &paper.head,
        }
    }

    /// Refuses a paper that does not add up, is in several currencies or has no end.
    pub fn check(&self) -> Result<(), PaperFault> {
        match self {
            Paper::Order(paper) => paper.check(),
            Paper::Invoice(paper) => paper.check(),
            Paper::CreditNote(paper) => paper.check(),
            Paper::Receipt(paper) => paper.check(),
            Paper::Refund(paper) => paper.check(),
            Paper::Statement(paper) => paper.check(),
            Paper::Letter(paper) => paper.check(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PaperKind;

    #[test]
    fn every_kind_is_found_by_its_word() {
        for kind in PaperKind::ALL {
            assert_eq!(PaperKind::of_word(kind.word()), Some(kind));
        }
        assert_eq!(PaperKind::of_word("Invoice"), None);
    }
}
