//! Made-up papers in the business's own name and language, to try a template on: one story of an order, its invoice and what
//! followed.
//!
//! Invariant: each adds up, as every paper must. Each part that a template may have to show is there at least once.

use books::calendar::{Day, Instant};
use books::money::Money;
use books::paper::{
    AgeingStrip, Amendment, AmendmentReason, AppliedTo, Body, CreditNotePaper, Destination, DestinationKind, Drawn, InvoicePaper,
    LetterPaper, Letterhead, Mark, Means, Movement, OpenItem, OrderKind, OrderPaper, OwedAgain, PaidRow, Paper, PaperKind,
    PaperLine, Party, PayPanel, Prices, ReceiptPaper, RefundPaper, RefundTo, Stamp, Standing, StatementPaper, TaxRow,
};
use engine::store::business::Business;
use engine::wording;
use jiff::ToSpan as _;
use locale::Tongue;

use super::letterhead;
use super::statements::letter_words;

const TABLES: i64 = 36_000;
const SHIPPING: i64 = 12_000;
const TAX: i64 = 4_800;
const TOTAL: i64 = TABLES + SHIPPING + TAX;
const PAID: i64 = 20_000;
const DUE: i64 = TOTAL - PAID;
const GIVEN_BACK: i64 = 5_000;

const CUSTOMER: &str = "Fern & Field Florist";
const ORDER: &str = "ORD-2026-00042";
const INVOICE: &str = "INV-2026-00031";
const PAYMENT: &str = "PAY-2026-00017";

/// What all samples of one business have in common.
struct Story {
    head: Letterhead,
    tongue: Tongue,
    today: Day,
    stamp: Stamp,
    currency: books::money::Currency,
}

/// A made-up paper of this kind.
pub fn sample(of: &Business, kind: PaperKind, now: Instant) -> Paper {
    let zone = of.zone();
    let story = Story {
        head: letterhead(of, None, now),
        tongue: of.tongue(),
        today: now.day_in(&zone),
        stamp: Stamp::in_zone(now, &zone),
        currency: of.currency,
    };
    match kind {
        PaperKind::Order => Paper::Order(story.order()),
        PaperKind::Invoice => Paper::Invoice(story.invoice()),
        PaperKind::CreditNote => Paper::CreditNote(story.credit_note()),
        PaperKind::Receipt => Paper::Receipt(story.receipt()),
        PaperKind::Refund => Paper::Refund(story.refund()),
        PaperKind::Statement => Paper::Statement(story.statement()),
        PaperKind::Letter => Paper::Letter(story.letter()),
    }
}

fn customer() -> Party {
    Party {
        name: CUSTOMER.into(),
        address: vec!["12 Example Street".into(), "Sampleton".into()],
        email: "pay@fern.example".into(),
        reference: "C-1042".into(),
        ..Party::default()
    }
}

fn card() -> Means {
    Means::Card { brand: "Visa".into(), last4: "4242".into() }
}

fn pay() -> Option<PayPanel> {
    Some(PayPanel::link("https://billing.example/p/req_7hK2pQxW4mT9vB".to_owned()))
}

impl Story {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    fn say(&self, key: &str) -> String {
        self.tongue.say(key).to_string()
    }

    fn days_ago(&self, days: i64) -> Day {
        self.today.saturating_sub(days.days())
    }

    fn line(&self, description: String, quantity: &str, unit: i64, net: i64) -> PaperLine {
        PaperLine {
            description,
            detail: String::new(),
            quantity: quantity.into(),
            unit_amount: self.money(unit),
            tax_rate: Some("10".into()),
            net: self.money(net),
            gross: self.money(net + net / 10),
            amended: None,
        }
    }

    fn body(&self) -> Body {
        let shipping = PaperLine {
            amended: Some(Amendment {
                on: self.days_ago(3),
                reason: AmendmentReason::Shipping,
                note: self.say("sample-shipping-where"),
                removed: false,
            }),
            ..self.line(self.say("sample-shipping"), "1", SHIPPING, SHIPPING)
        };
        let table =
            PaperLine { detail: self.say("sample-table-detail"), ..self.line(self.say("sample-table"), "2", TABLES / 2, TABLES) };
        Body {
            prices: Prices::BeforeTax,
            lines: vec![table, shipping],
            taxes: vec![TaxRow { rate: "10".into(), net: self.money(TABLES + SHIPPING), tax: self.money(TAX) }],
            total: self.money(TOTAL),
        }
    }

    fn paid(&self) -> Vec<PaidRow> {
        vec![PaidRow {
            number: PAYMENT.into(),
            on: self.days_ago(5),
            means: card(),
            applied: self.money(PAID),
            amount: self.money(PAID),
        }]
    }

    fn order(&self) -> OrderPaper {
        let none = self.money(0);
        OrderPaper {
            head: self.head.clone(),
            customer: customer(),
            kind: OrderKind::Order,
            number: Some(ORDER.into()),
            mark: Some(Mark::PartPaid),
            description: self.say("sample-order"),
            ordered_on: self.days_ago(5),
            due_on: None,
            reference: "PO 7781".into(),
            body: self.body(),
            standing: Standing {
                total: self.money(TOTAL),
                fees: none,
                credited: none,
                written_off: none,
                paid: self.money(PAID),
                amount_due: self.money(DUE),
            },
            payments: self.paid(),
            pay: pay(),
            message: self.say("sample-order-message"),
            notes: vec![self.say("sample-order-note")],
        }
    }

    fn invoice(&self) -> InvoicePaper {
        InvoicePaper {
            head: self.head.clone(),
            customer: customer(),
            number: Some(INVOICE.into()),
            description: self.say("sample-order"),
            issued_on: Some(self.today),
            due_on: Some(self.today.saturating_add(14.days())),
            terms: self.say("sample-terms"),
            reference: "PO 7781".into(),
            order_number: Some(ORDER.into()),
            body: self.body(),
            drawn: Drawn { already_paid: self.money(PAID), applied_balance: self.money(0) },
            due_at_issue: self.money(DUE),
            payments: self.paid(),
            pay: pay(),
            notes: vec![self.say("sample-order-note")],
            as_at: None,
        }
    }

    fn credit_note(&self) -> CreditNotePaper {
        let net = 6_000;
        let line = PaperLine { unit_amount: self.money(net), ..self.line(self.say("sample-shipping-part"), "1", net, net) };
        CreditNotePaper {
            head: self.head.clone(),
            customer: customer(),
            number: "CN-2026-00007".into(),
            dated_on: self.today,
            invoice_number: INVOICE.into(),
            invoice_issued_on: Some(self.days_ago(2)),
            reason: self.say("sample-shipping-reason"),
            body: Body {
                prices: Prices::BeforeTax,
                lines: vec![line],
                taxes: vec![TaxRow { rate: "10".into(), net: self.money(net), tax: self.money(net / 10) }],
                total: self.money(net + net / 10),
            },
            due_before: self.money(0),
            due_after: self.money(0),
            destinations: vec![Destination { kind: DestinationKind::Balance, amount: self.money(net + net / 10) }],
            notes: Vec::new(),
        }
    }

    fn receipt(&self) -> ReceiptPaper {
        ReceiptPaper {
            head: self.head.clone(),
            customer: customer(),
            number: PAYMENT.into(),
            received_at: self.stamp,
            received_on: None,
            amount: self.money(PAID),
            means: card(),
            reference: String::new(),
            tendered: None,
            change: None,
            applied: vec![AppliedTo {
                number: ORDER.into(),
                description: wording::order_name(&self.tongue, books::order::OrderKind::Order, Some(ORDER)),
                applied: self.money(PAID),
                due_after: None,
            }],
            refunded: self.money(0),
            credit_left: self.money(0),
            still_owed: Some(self.money(DUE)),
            message: String::new(),
            notes: Vec::new(),
        }
    }

    fn refund(&self) -> RefundPaper {
        RefundPaper {
            notes: Vec::new(),
            head: self.head.clone(),
            customer: customer(),
            number: "RFD-2026-00003".into(),
            refunded_at: self.stamp,
            amount: self.money(GIVEN_BACK),
            to: RefundTo::Original(card()),
            reason: self.say("sample-shipping-reason"),
            payment_number: PAYMENT.into(),
            payment_amount: self.money(PAID),
            refunded_before: self.money(0),
            left: self.money(PAID - GIVEN_BACK),
            owed_again: vec![OwedAgain { number: ORDER.into(), amount: self.money(GIVEN_BACK) }],
            still_owed: self.money(DUE + GIVEN_BACK),
        }
    }

    fn open(&self) -> Vec<OpenItem> {
        vec![OpenItem {
            number: INVOICE.into(),
            description: self.say("sample-order"),
            on: self.days_ago(40),
            due_on: Some(self.days_ago(26)),
            days_past_due: 26,
            amount: self.money(TOTAL),
            open: self.money(DUE),
        }]
    }

    fn statement(&self) -> StatementPaper {
        let movement = |days, name: &str, number: &str, amount, balance| Movement {
            on: self.days_ago(days),
            description: self.tongue.say(name).with("number", number).to_string(),
            number: number.to_owned(),
            amount: self.money(amount),
            balance: self.money(balance),
        };
        let none = self.money(0);
        StatementPaper {
            head: self.head.clone(),
            customer: customer(),
            from: self.days_ago(60),
            to: self.today,
            opening: none,
            movements: vec![
                movement(40, "document-invoice", INVOICE, -TOTAL, -TOTAL),
                movement(5, "document-payment", PAYMENT, PAID, -DUE),
            ],
            closing: self.money(-DUE),
            ageing: AgeingStrip {
                current: none,
                d1_30: self.money(DUE),
                d31_60: none,
                d61_90: none,
                d90_plus: none,
                free_credit: none,
            },
            open_items: self.open(),
            last_closing: None,
            entered_since: Vec::new(),
            pay: pay(),
            notes: Vec::new(),
        }
    }

    fn letter(&self) -> LetterPaper {
        LetterPaper {
            head: self.head.clone(),
            customer: customer(),
            dated_on: self.today,
            subject: self.tongue.say("letter-subject").with("business", &self.head.business.name).to_string(),
            paragraphs: letter_words(&self.tongue, CUSTOMER, "letter-by-code", &self.head.business.name),
            open_items: self.open(),
            amount_due: self.money(DUE),
            free_credit: self.money(0),
            pay: pay(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_adds_up() {
        let business = Business {
            id: books::ids::BusinessId(uuid::Uuid::nil()),
            name: "Harbor Joinery".into(),
            currency: "USD".parse().expect("a currency"),
            locale: "en".into(),
            time_zone: "UTC".into(),
            email: None,
            phone: None,
            address: None,
            tax_id: None,
            color: "#1f6f5c".into(),
            logo: None,
            footer: None,
            paper: "a4".into(),
            settings: "{}".into(),
            created_at: Instant(0),
        };
        for (kind, locale) in PaperKind::ALL.into_iter().flat_map(|kind| ["en", "es", "fr-CA", "de"].map(|locale| (kind, locale)))
        {
            let spoken = Business { locale: locale.into(), ..business.clone() };
            let paper = sample(&spoken, kind, Instant::from_rfc3339("2026-01-15T09:00:00Z").expect("a time"));
            assert_eq!((paper.kind(), paper.check()), (kind, Ok(())));
            let shown = format!("{paper:?}");
            let english = ["Two tables", "Shipping", "Thank you", "14 days", "Invoice ", "Payment ", "Order ", "With kind"];
            let found = english.into_iter().find(|words| shown.contains(&format!("\"{words}")));
            assert!(locale == "en" || found.is_none(), "{found:?} in {locale}: {shown}");
        }
    }
}
