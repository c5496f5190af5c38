//! The table: one row for each reason of each action. How the state comes about; where a person sees the reason and what it says;
//! what a program is told.

use books::capability::Action as A;
use books::refusal::Code as C;
use engine::store::user::Role::{Clerk, Manager, Owner, Viewer};

use super::Api::{Holds, Lacks, None, Refuses};
use super::Page::{Disabled, Form, Opens, Pays};
use super::Row;
use super::Step::{self, Patch, Post};

const SANDBOX: Step = Post("prc", "/processors", r#"{"kind": "sandbox", "settings": {}}"#);
const NARROW: Step =
    Post("prc", "/processors", r#"{"kind": "sandbox", "settings": {"capabilities": {"payment_request": false}}}"#);
const NO_INVOICES: Step =
    Post("prc", "/processors", r#"{"kind": "sandbox", "settings": {"capabilities": {"remote_invoice": false}}}"#);
const INVOICED_OUTSIDE: Step = Post("outside", "/orders/{order}/remote-invoices", "{}");
const HASTY: Step = Post("prc", "/processors", r#"{"kind": "sandbox", "settings": {"capabilities": {"refund_days": 1}}}"#);
const NO_FIELDS: Step =
    Post("prc", "/processors", r#"{"kind": "sandbox", "settings": {"capabilities": {"virtual_terminal": false}}}"#);
const DISABLED: Step = Post("", "/processors/{prc}/disable", "{}");
const KEYED: &str = r#"{"customer": "{customer}", "order": "{order}", "amount": 10000, "currency": "USD", "processor": "{prc}"}"#;
const KEYED_MORE: &str =
    r#"{"customer": "{customer}", "order": "{order}", "amount": 10001, "currency": "USD", "processor": "{prc}"}"#;
const CUSTOMER: Step = Post("customer", "/customers", r#"{"name": "Fern & Field", "email": "pay@fern.example"}"#);
const NOBODY: Step = Post("customer", "/customers", r#"{"name": "Paper only"}"#);
const ORDER: Step = Post(
    "order",
    "/orders",
    r#"{"customer": "{customer}", "currency": "USD", "state": "confirmed",
        "lines": [{"kind": "item", "description": "Oak table", "quantity": 1, "unit_amount": 10000}]}"#,
);
const APPLICATION: Step = Post(
    "order",
    "/orders",
    r#"{"customer": "{customer}", "kind": "application", "currency": "USD",
        "lines": [{"kind": "fee", "description": "Permit", "quantity": 1, "unit_amount": 10000}]}"#,
);
const CANCELED: Step = Post("gone", "/orders/{order}/cancel", "{}");
const BILLED: Step = Post("invoice", "/orders/{order}/invoices", r#"{"description": "Oak table"}"#);
const DRAFT: Step = Post(
    "invoice",
    "/invoices",
    r#"{"customer": "{customer}", "currency": "USD",
        "lines": [{"kind": "service", "description": "Survey", "quantity": 1, "unit_amount": 10000}]}"#,
);
const DATED: Step = Post(
    "invoice",
    "/invoices",
    r#"{"customer": "{customer}", "currency": "USD", "due_on": "{today}",
        "lines": [{"kind": "service", "description": "Survey", "quantity": 1, "unit_amount": 10000}]}"#,
);
const EMPTIED: Step = Patch("/invoices/{invoice}", r#"{"lines": []}"#);
const ISSUED: Step = Post("issued", "/invoices/{invoice}/issue", "{}");
const CREDITED: Step = Post("note", "/invoices/{invoice}/credit-notes", r#"{"amount": 10000, "reason": "Damaged"}"#);
const FORGIVEN: Step = Post("entry", "/invoices/{invoice}/write-offs", r#"{"reason": "Goodwill"}"#);
/// Cash for the order; for the invoice; both 100.00.
const PAID: Step = Post("payment", "/payments", CASH);
const CASH: &str = r#"{"customer": "{customer}", "amount": 10000, "currency": "USD", "order": "{order}",
    "method": {"type": "external", "kind": "cash"}}"#;
const REFUNDED: Step = Post("refund", "/payments/{payment}/refunds", BACK);
const BACK: &str = r#"{"amount": 10000, "reason": "Sent back"}"#;
const REQUEST: Step = Post("request", "/orders/{order}/payment-requests", "{}");
const ASKED: Step = Post("request", "/invoices/{invoice}/payment-requests", "{}");
const LINK: Step = Post("link", "/customers/{customer}/links", "{}");
const SHOWN_ONLY: Step = Post("link", "/customers/{customer}/links", r#"{"can_pay": false}"#);
const SHORT_LIVED: Step = Post("link", "/customers/{customer}/links", r#"{"expires_on": "{today}"}"#);
const AT_LEAST: Step = Post("link", "/customers/{customer}/links", r#"{"policy": "minimum", "minimum_amount": 5000}"#);
const ANY: Step = Post("link", "/customers/{customer}/links", r#"{"policy": "any"}"#);
const REVOKED: Step = Post("revoked", "/links/{link}/revoke", "{}");
const CARD: Step = Post("method", "/customers/{customer}/methods", r#"{"processor": "{prc}", "token": "tok_4242424242424242"}"#);
const CARD_PAGE: Step = Post("page", "/customers/{customer}/methods", r#"{"processor": "{prc}", "setup": true}"#);
const HELD: Step = Post(
    "hold",
    "/authorizations",
    r#"{"customer": "{customer}", "order": "{order}", "amount": 10000, "currency": "USD", "processor": "{prc}", "method": "{method}"}"#,
);
const LOCKED: Step = Post("", "/settings", r#"{"locked_through": "{yesterday}"}"#);
const LIMITED: Step = Post(
    "",
    "/settings",
    r#"{"limits": {"manager": {"write_off": 100, "refund": 100}, "key": {"write_off": 100, "refund": 100}}}"#,
);
/// A bank debit: under way for three days.
const DEBIT: &str = "000123456789";
const VISA: &str = "4242424242424242";
const SAVED: &str = r#"{"customer": "{customer}", "amount": 10000, "currency": "USD", "order": "{order}",
    "method": {"type": "saved", "id": "default"}}"#;
const SAVED_MORE: &str = r#"{"customer": "{customer}", "amount": 10001, "currency": "USD", "order": "{order}",
    "method": {"type": "saved", "id": "default"}}"#;
const CHARGED: &str = r#"{"charge": "default"}"#;
const MESSAGE: &str = r#"{"to": ["{customer}"], "subject": "We move", "body": "To a new yard."}"#;
const NOTE: &str = r#"{"amount": 10000, "reason": "Damaged"}"#;
const FEE: &str = r#"{"amount": 500}"#;
const WRITTEN_OFF: &str = r#"{"reason": "Goodwill"}"#;

const OF_ORDER: &str = "/orders/{order}/actions";
const OF_INVOICE: &str = "/invoices/{invoice}/actions";
const OF_CUSTOMER: &str = "/customers/{customer}/actions";
const ORDER_PAGE: &str = "/admin/orders/{order}";
const INVOICE_PAGE: &str = "/admin/invoices/{invoice}";
const NO_ROLE: &str = "Your role may not do this";

/// Everything but what is special, in the order of the columns.
const fn row(
    action: A,
    code: C,
    given: &'static [Step],
    page: super::Page,
    says: &'static str,
    told: &'static str,
    api: super::Api,
) -> Row {
    Row { action, code, given, page, says, told, api }
}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    // An order or invoice is asked for.
    row(A::RequestPayment, C::NoBalance, &[SANDBOX, CUSTOMER, ORDER, PAID],
        Disabled(Owner, ORDER_PAGE), "Nothing is due here.", OF_ORDER, Refuses("/orders/{order}/payment-requests", "{}")),
    row(A::RequestPayment, C::NoProcessor, &[CUSTOMER, ORDER],
        Disabled(Owner, ORDER_PAGE), "connect one in Settings", OF_ORDER, Refuses("/orders/{order}/payment-requests", "{}")),
    row(A::RequestPayment, C::ProcessorIncompatible, &[NARROW, CUSTOMER, ORDER],
        Disabled(Owner, ORDER_PAGE), "add one that can, such as Stripe", OF_ORDER, Refuses("/orders/{order}/payment-requests", "{}")),
    row(A::RequestPayment, C::NoContact, &[SANDBOX, NOBODY, ORDER],
        Disabled(Owner, ORDER_PAGE), "no email address", OF_ORDER, Refuses("/orders/{order}/payment-requests", "{}")),
    row(A::RequestPayment, C::PaymentPending, &[SANDBOX, CUSTOMER, ORDER, REQUEST, Step::Pays("{request.url}", DEBIT)],
        Disabled(Owner, ORDER_PAGE), "is under way", OF_ORDER, Refuses("/orders/{order}/payment-requests", "{}")),

    // A processor is to make, mail and collect an invoice of its own.
    row(A::RemoteInvoice, C::NoBalance, &[SANDBOX, CUSTOMER, ORDER, PAID],
        Disabled(Owner, ORDER_PAGE), "Nothing is due here.", OF_ORDER, Refuses("/orders/{order}/remote-invoices", "{}")),
    row(A::RemoteInvoice, C::NoProcessor, &[CUSTOMER, ORDER],
        Disabled(Owner, ORDER_PAGE), "connect one in Settings", OF_ORDER, Refuses("/orders/{order}/remote-invoices", "{}")),
    row(A::RemoteInvoice, C::ProcessorIncompatible, &[NO_INVOICES, CUSTOMER, ORDER],
        Disabled(Owner, ORDER_PAGE), "add one that does, such as Square", OF_ORDER, Refuses("/orders/{order}/remote-invoices", "{}")),
    row(A::RemoteInvoice, C::NoContact, &[SANDBOX, NOBODY, ORDER],
        Disabled(Owner, ORDER_PAGE), "no email address", OF_ORDER, Refuses("/orders/{order}/remote-invoices", "{}")),
    row(A::RemoteInvoice, C::PaymentPending, &[SANDBOX, CUSTOMER, ORDER, INVOICED_OUTSIDE],
        Disabled(Owner, ORDER_PAGE), "is out at a processor", OF_ORDER, Refuses("/orders/{order}/remote-invoices", "{}")),

    // A payer pays through a link.
    row(A::Pay, C::NoBalance, &[SANDBOX, CUSTOMER, ORDER, PAID, LINK],
        Pays("{link.url}", ""), "Nothing is due", OF_CUSTOMER, None),
    row(A::Pay, C::LinkRevoked, &[SANDBOX, CUSTOMER, ORDER, LINK, Step::Opens("{link.url}"), REVOKED],
        Opens("{link.url}"), "This link does not work", OF_CUSTOMER, None),
    row(A::Pay, C::LinkExpired, &[SANDBOX, CUSTOMER, ORDER, SHORT_LIVED, Step::Days(2)],
        Opens("{link.url}"), "This link has expired", OF_CUSTOMER, None),
    row(A::Pay, C::ViewOnly, &[SANDBOX, CUSTOMER, ORDER, SHOWN_ONLY],
        Pays("{link.url}", ""), "it cannot be paid here", OF_CUSTOMER, None),
    row(A::Pay, C::PaymentPending, &[SANDBOX, CUSTOMER, ORDER, LINK, Step::Pays("{link.url}", DEBIT)],
        Pays("{link.url}", ""), "Payment under way", OF_CUSTOMER, None),

    // A payer chooses an amount.
    row(A::PayPart, C::FullOnly, &[SANDBOX, CUSTOMER, ORDER, LINK],
        Pays("{link.url}", "50.00"), "takes only the whole", OF_CUSTOMER, None),
    row(A::PayPart, C::BelowMinimum, &[SANDBOX, CUSTOMER, ORDER, AT_LEAST],
        Pays("{link.url}", "49.99"), "Pay at least", "", None),
    row(A::PayPart, C::AboveDue, &[SANDBOX, CUSTOMER, ORDER, ANY],
        Pays("{link.url}", "100.01"), "is more than the", "", None),

    // Money that came outside is recorded.
    row(A::AddPayment, C::PaymentPending, &[SANDBOX, CUSTOMER, ORDER, REQUEST, Step::Pays("{request.url}", DEBIT)],
        Form(Owner, "/admin/payments", &[("order", "{order}"), ("amount", "100.00"), ("kind", "cash")]), "Record it all the same",
        OF_ORDER, Refuses("/payments", CASH)),
    row(A::AddPayment, C::PeriodLocked, &[CUSTOMER, ORDER, LOCKED],
        Form(Owner, "/admin/payments",
            &[("order", "{order}"), ("amount", "100.00"), ("kind", "cash"), ("received_on", "{yesterday}")]),
        "The books are locked through", "",
        Refuses("/payments", r#"{"customer": "{customer}", "amount": 10000, "currency": "USD",
            "method": {"type": "external", "kind": "cash", "received_on": "{yesterday}"}}"#)),
    row(A::AddPayment, C::NoRight, &[CUSTOMER, ORDER],
        Disabled(Viewer, ORDER_PAGE), NO_ROLE, OF_ORDER, Lacks(&["read", "write"], "/payments", CASH)),

    // A saved method is charged.
    row(A::ChargeSaved, C::NoBalance, &[SANDBOX, CUSTOMER, CARD, ORDER, PAID],
        Disabled(Owner, ORDER_PAGE), "Nothing is due here.", OF_ORDER, Refuses("/payments", SAVED)),
    row(A::ChargeSaved, C::NoSavedMethod, &[SANDBOX, CUSTOMER, ORDER],
        Disabled(Owner, ORDER_PAGE), "no saved method", OF_ORDER, Refuses("/payments", SAVED)),
    row(A::ChargeSaved, C::MethodExpired, &[SANDBOX, CUSTOMER, CARD_PAGE, Step::Saves("{page.url}"), ORDER, Step::Days(32)],
        Disabled(Owner, ORDER_PAGE), "has expired", OF_ORDER, Refuses("/payments", SAVED)),
    row(A::ChargeSaved, C::AboveDue, &[SANDBOX, CUSTOMER, CARD, ORDER],
        Form(Owner, "/admin/payments", &[("order", "{order}"), ("amount", "100.01"), ("kind", "saved")]), "is more than the",
        "", Refuses("/payments", SAVED_MORE)),
    row(A::ChargeSaved, C::PaymentPending, &[SANDBOX, CUSTOMER, CARD, ORDER, REQUEST, Step::Pays("{request.url}", DEBIT)],
        Disabled(Owner, ORDER_PAGE), "is under way", OF_ORDER, Refuses("/payments", SAVED)),
    row(A::ChargeSaved, C::NoRight, &[SANDBOX, CUSTOMER, CARD, ORDER],
        Disabled(Viewer, ORDER_PAGE), NO_ROLE, OF_ORDER, Lacks(&["read", "write"], "/payments", SAVED)),

    // An amount is held on a card, at the counter or by phone.
    row(A::Authorize, C::NoBalance, &[SANDBOX, CUSTOMER, ORDER, PAID],
        Disabled(Owner, ORDER_PAGE), "Nothing is due here.", OF_ORDER, Refuses("/authorizations", KEYED)),
    row(A::Authorize, C::NoProcessor, &[SANDBOX, CUSTOMER, ORDER, DISABLED],
        Disabled(Owner, ORDER_PAGE), "No payment processor is live", OF_ORDER, Refuses("/authorizations", KEYED)),
    row(A::Authorize, C::ProcessorIncompatible, &[NO_FIELDS, CUSTOMER, ORDER],
        Disabled(Owner, ORDER_PAGE), "No live processor has fields", OF_ORDER, Refuses("/authorizations", KEYED)),
    row(A::Authorize, C::AboveDue, &[SANDBOX, CUSTOMER, ORDER],
        Form(Owner, "/admin/payments/card", &[("order", "{order}"), ("amount", "100.01"), ("card", "{prc}")]), "is more than the",
        "", Refuses("/authorizations", KEYED_MORE)),
    row(A::Authorize, C::PaymentPending, &[SANDBOX, CUSTOMER, ORDER, REQUEST, Step::Pays("{request.url}", DEBIT)],
        Disabled(Owner, ORDER_PAGE), "is under way", OF_ORDER, Refuses("/authorizations", KEYED)),
    row(A::Authorize, C::NoRight, &[SANDBOX, CUSTOMER, ORDER],
        Disabled(Viewer, ORDER_PAGE), NO_ROLE, OF_ORDER, Lacks(&["read", "write"], "/authorizations", KEYED)),

    // In person.
    row(A::ProcessCard, C::NotAuthorized, &[SANDBOX, CUSTOMER, ORDER, PAID],
        Form(Owner, "/admin/payments/{payment}/capture", &[]), "Authorize the card for this amount first", OF_ORDER,
        Refuses("/payments", r#"{"customer": "{customer}", "amount": 10000, "currency": "USD", "order": "{order}",
            "method": {"type": "in_person", "kind": "card"}}"#)),
    row(A::ProcessCard, C::AuthorizationExpired, &[SANDBOX, CUSTOMER, CARD, ORDER, HELD, Step::Unseen(8)],
        Form(Owner, "/admin/payments/{hold}/capture", &[]), "The authorization has expired", OF_ORDER,
        Refuses("/payments", r#"{"customer": "{customer}", "amount": 10000, "currency": "USD", "order": "{order}",
            "method": {"type": "in_person", "kind": "card", "authorization": "{hold}"}}"#)),
    row(A::ProcessCash, C::MissingDetail, &[CUSTOMER, ORDER],
        Form(Owner, "/admin/payments/in-person", &[("order", "{order}"), ("form", "cash"), ("amount", "100.00"), ("tendered", "99.00")]),
        "Fill in the amount tendered", "",
        Refuses("/payments", r#"{"customer": "{customer}", "amount": 10000, "currency": "USD", "order": "{order}",
            "method": {"type": "in_person", "kind": "cash"}}"#)),
    row(A::ProcessCheck, C::MissingDetail, &[CUSTOMER, ORDER],
        Form(Owner, "/admin/payments/in-person", &[("order", "{order}"), ("form", "check"), ("amount", "100.00")]),
        "Fill in the number of the check", "",
        Refuses("/payments", r#"{"customer": "{customer}", "amount": 10000, "currency": "USD", "order": "{order}",
            "method": {"type": "in_person", "kind": "check"}}"#)),
    row(A::Capture, C::NotAuthorized, &[CUSTOMER, ORDER, PAID],
        Disabled(Owner, "/admin/payments/{payment}"), "Authorize the card for this amount first", "/payments/{payment}/actions",
        Refuses("/payments/{payment}/capture", "{}")),
    row(A::Capture, C::AuthorizationExpired, &[SANDBOX, CUSTOMER, CARD, ORDER, HELD, Step::Unseen(8)],
        Disabled(Owner, "/admin/payments/{hold}"), "The authorization has expired", "/payments/{hold}/actions",
        Refuses("/payments/{hold}/capture", "{}")),

    // An order's or application's balance is billed.
    row(A::GenerateInvoice, C::StillPending, &[CUSTOMER, APPLICATION],
        Disabled(Owner, ORDER_PAGE), "settled inside the application", OF_ORDER,
        Refuses("/orders/{order}/invoices", r#"{"description": "Permit"}"#)),
    row(A::GenerateInvoice, C::NoBalance, &[CUSTOMER, ORDER, PAID],
        Disabled(Owner, ORDER_PAGE), "Nothing is due here.", OF_ORDER,
        Refuses("/orders/{order}/invoices", r#"{"description": "Oak"}"#)),
    row(A::GenerateInvoice, C::AlreadyInvoiced, &[CUSTOMER, ORDER, BILLED],
        Disabled(Owner, ORDER_PAGE), "already on an invoice", OF_ORDER,
        Refuses("/orders/{order}/invoices", r#"{"description": "Oak"}"#)),

    // A draft is issued, and perhaps charged.
    row(A::Issue, C::NotDraft, &[CUSTOMER, DRAFT, ISSUED],
        Disabled(Owner, INVOICE_PAGE), "already issued", OF_INVOICE, Refuses("/invoices/{invoice}/issue", "{}")),
    row(A::Issue, C::MissingBillingDetails, &[CUSTOMER, DRAFT, EMPTIED],
        Disabled(Owner, INVOICE_PAGE), "Fill in", OF_INVOICE, Refuses("/invoices/{invoice}/issue", "{}")),
    row(A::IssueAndCharge, C::NotDraft, &[SANDBOX, CUSTOMER, CARD, DRAFT, ISSUED],
        Disabled(Owner, INVOICE_PAGE), "already issued", OF_INVOICE, Refuses("/invoices/{invoice}/issue", CHARGED)),
    row(A::IssueAndCharge, C::MissingBillingDetails, &[SANDBOX, CUSTOMER, CARD, DRAFT, EMPTIED],
        Disabled(Owner, INVOICE_PAGE), "Fill in", OF_INVOICE, Refuses("/invoices/{invoice}/issue", CHARGED)),
    row(A::IssueAndCharge, C::NoSavedMethod, &[SANDBOX, CUSTOMER, DRAFT],
        Disabled(Owner, INVOICE_PAGE), "no saved method", OF_INVOICE, Refuses("/invoices/{invoice}/issue", CHARGED)),
    row(A::IssueAndCharge, C::MethodExpired, &[SANDBOX, CUSTOMER, CARD_PAGE, Step::Saves("{page.url}"), DRAFT, Step::Days(32)],
        Disabled(Owner, INVOICE_PAGE), "has expired", OF_INVOICE, Refuses("/invoices/{invoice}/issue", CHARGED)),
    row(A::Send, C::NotIssued, &[CUSTOMER, DRAFT],
        Disabled(Owner, INVOICE_PAGE), "is a draft", OF_INVOICE, Refuses("/invoices/{invoice}/send", "{}")),
    row(A::Send, C::NoContact, &[NOBODY, DRAFT, ISSUED],
        Disabled(Owner, INVOICE_PAGE), "no email address", OF_INVOICE, Refuses("/invoices/{invoice}/send", "{}")),

    // An invoice is taken back, credited, given up.
    row(A::Void, C::NotIssued, &[CUSTOMER, DRAFT],
        Disabled(Owner, INVOICE_PAGE), "is a draft", OF_INVOICE, Refuses("/invoices/{invoice}/void", WRITTEN_OFF)),
    row(A::Void, C::CreditNoteStands, &[CUSTOMER, DRAFT, ISSUED, CREDITED],
        Disabled(Owner, INVOICE_PAGE), "A credit note stands", OF_INVOICE, Refuses("/invoices/{invoice}/void", WRITTEN_OFF)),
    row(A::Void, C::PaymentPending, &[SANDBOX, CUSTOMER, DRAFT, ISSUED, ASKED, Step::Pays("{request.url}", DEBIT)],
        Disabled(Owner, INVOICE_PAGE), "is under way", OF_INVOICE, Refuses("/invoices/{invoice}/void", WRITTEN_OFF)),
    row(A::Void, C::NoRight, &[CUSTOMER, DRAFT, ISSUED],
        Disabled(Clerk, INVOICE_PAGE), NO_ROLE, OF_INVOICE, Lacks(&["read"], "/invoices/{invoice}/void", WRITTEN_OFF)),
    row(A::CreditNote, C::NotIssued, &[CUSTOMER, DRAFT],
        Disabled(Owner, INVOICE_PAGE), "is a draft", OF_INVOICE, Refuses("/invoices/{invoice}/credit-notes", NOTE)),
    row(A::CreditNote, C::ExceedsTotal, &[CUSTOMER, DRAFT, ISSUED, CREDITED],
        Disabled(Owner, INVOICE_PAGE), "can still be credited", OF_INVOICE, Refuses("/invoices/{invoice}/credit-notes", NOTE)),
    row(A::CreditNote, C::DateOutOfRange, &[CUSTOMER, DRAFT, ISSUED],
        Form(Owner, "/admin/invoices/{invoice}/credit",
            &[("amount", "100.00"), ("reason", "Damaged"), ("dated_on", "{yesterday}"), ("then", "write")]),
        "Date the credit note between", "",
        Refuses("/invoices/{invoice}/credit-notes", r#"{"amount": 10000, "reason": "Damaged", "dated_on": "{yesterday}"}"#)),
    row(A::CreditNote, C::NeedsApproval, &[CUSTOMER, DRAFT, ISSUED, LIMITED],
        Form(Manager, "/admin/invoices/{invoice}/credit", &[("amount", "100.00"), ("reason", "Damaged"), ("then", "write")]),
        "above your limit", "", Refuses("/invoices/{invoice}/credit-notes", NOTE)),
    row(A::CreditNote, C::NoRight, &[CUSTOMER, DRAFT, ISSUED],
        Disabled(Clerk, INVOICE_PAGE), NO_ROLE, OF_INVOICE, Lacks(&["read", "write"], "/invoices/{invoice}/credit-notes", NOTE)),
    row(A::WriteOff, C::NotIssued, &[CUSTOMER, DRAFT],
        Disabled(Owner, INVOICE_PAGE), "is a draft", OF_INVOICE, Refuses("/invoices/{invoice}/write-offs", WRITTEN_OFF)),
    row(A::WriteOff, C::NoBalance, &[CUSTOMER, DRAFT, ISSUED, FORGIVEN],
        Disabled(Owner, INVOICE_PAGE), "Nothing is due here.", OF_INVOICE, Refuses("/invoices/{invoice}/write-offs", WRITTEN_OFF)),
    row(A::WriteOff, C::AboveDue, &[CUSTOMER, DRAFT, ISSUED],
        Form(Owner, "/admin/invoices/{invoice}/write-off", &[("amount", "100.01"), ("reason", "Goodwill")]), "is more than the", "",
        Refuses("/invoices/{invoice}/write-offs", r#"{"amount": 10001, "reason": "Goodwill"}"#)),
    row(A::WriteOff, C::NeedsApproval, &[CUSTOMER, DRAFT, ISSUED, LIMITED],
        Form(Manager, "/admin/invoices/{invoice}/write-off", &[("amount", "100.00"), ("reason", "Goodwill")]), "above your limit", "",
        Refuses("/invoices/{invoice}/write-offs", WRITTEN_OFF)),
    row(A::WriteOff, C::NoRight, &[CUSTOMER, DRAFT, ISSUED],
        Disabled(Clerk, INVOICE_PAGE), NO_ROLE, OF_INVOICE, Lacks(&["read", "write"], "/invoices/{invoice}/write-offs", WRITTEN_OFF)),
    row(A::LateFee, C::NotIssued, &[CUSTOMER, DRAFT],
        Disabled(Owner, INVOICE_PAGE), "is a draft", OF_INVOICE, Refuses("/invoices/{invoice}/late-fees", FEE)),
    row(A::LateFee, C::NoBalance, &[CUSTOMER, DRAFT, ISSUED, FORGIVEN],
        Disabled(Owner, INVOICE_PAGE), "Nothing is due here.", OF_INVOICE, Refuses("/invoices/{invoice}/late-fees", FEE)),
    row(A::LateFee, C::NotOverdue, &[CUSTOMER, DRAFT, ISSUED],
        Disabled(Owner, INVOICE_PAGE), "not overdue yet", OF_INVOICE, Refuses("/invoices/{invoice}/late-fees", FEE)),
    row(A::LateFee, C::NoRight, &[CUSTOMER, DATED, ISSUED, Step::Days(2)],
        Disabled(Viewer, INVOICE_PAGE), NO_ROLE, OF_INVOICE, Lacks(&["read"], "/invoices/{invoice}/late-fees", FEE)),

    // Money goes back.
    row(A::Refund, C::NothingRefundable, &[CUSTOMER, ORDER, PAID, REFUNDED],
        Disabled(Owner, "/admin/payments/{payment}"), "can still be refunded", "/payments/{payment}/actions",
        Refuses("/payments/{payment}/refunds", BACK)),
    row(A::Refund, C::WindowClosed, &[HASTY, CUSTOMER, ORDER, REQUEST, Step::Pays("{request.url}", VISA), Step::Days(3)],
        Form(Owner, "/admin/payments/{payment}/refunds", &[("amount", "100.00"), ("to", "original"), ("reason", "Sent back")]),
        "no longer takes refunds", "/payments/{payment}/actions", Refuses("/payments/{payment}/refunds", BACK)),
    row(A::Refund, C::NeedsApproval, &[CUSTOMER, ORDER, PAID, LIMITED],
        Form(Manager, "/admin/payments/{payment}/refunds", &[("amount", "100.00"), ("to", "outside"), ("reason", "Sent back")]),
        "above your limit", "", Refuses("/payments/{payment}/refunds", BACK)),
    row(A::Refund, C::NoRight, &[CUSTOMER, ORDER, PAID],
        Disabled(Clerk, "/admin/payments/{payment}"), NO_ROLE, "/payments/{payment}/actions",
        Lacks(&["read", "write", "payments"], "/payments/{payment}/refunds", BACK)),
    row(A::Refund, C::Disputed, &[SANDBOX, CUSTOMER, ORDER, REQUEST, Step::Pays("{request.url}", VISA), Step::Disputes],
        Disabled(Owner, "/admin/payments/{payment}"), "is disputed", "/payments/{payment}/actions",
        Refuses("/payments/{payment}/refunds", BACK)),

    // An order that has come to its end.
    row(A::Amend, C::Closed, &[CUSTOMER, ORDER, CANCELED],
        Disabled(Owner, ORDER_PAGE), "changes no more", OF_ORDER,
        Refuses("/orders/{order}/amendments", r#"{"reason": "items_added",
            "lines": [{"kind": "item", "description": "Bench", "quantity": 1, "unit_amount": 100}]}"#)),
    row(A::Cancel, C::Closed, &[CUSTOMER, ORDER, CANCELED],
        Disabled(Owner, ORDER_PAGE), "canceled", OF_ORDER, Refuses("/orders/{order}/cancel", "{}")),

    // A message to a customer.
    row(A::SendMessage, C::HeldUnpaid, &[CUSTOMER, DRAFT, ISSUED],
        Disabled(Owner, "/admin/customers/{customer}"), "is unpaid", OF_CUSTOMER, Holds("/messages", MESSAGE)),
    row(A::SendMessage, C::NoContact, &[NOBODY],
        Disabled(Owner, "/admin/customers/{customer}"), "no email address", OF_CUSTOMER, Holds("/messages", MESSAGE)),
];
