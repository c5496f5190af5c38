//! What each code of an error means. The `type` of a problem leads to its line here.
//!
//! Invariant: a code is published once and never changes its meaning.

/// A code, the status it comes with, and what it means.
pub type Meaning = (&'static str, u16, &'static str);

/// Every published code, by status.
pub const CODES: &[Meaning] = &[
    ("MALFORMED", 400, "The request cannot be understood; `errors` say where."),
    ("BAD_CURSOR", 400, "The cursor belongs to another list, sort or filter. Start again without one."),
    ("UNAUTHENTICATED", 401, "There is no API key, or it does not work (any more)."),
    ("CARD_DECLINED", 402, "The card was declined; no money moved."),
    ("INSUFFICIENT_FUNDS", 402, "There is not enough money behind the card."),
    ("EXPIRED_CARD", 402, "The card has expired."),
    ("INCORRECT_CVC", 402, "The security code is wrong."),
    ("AUTHENTICATION_REQUIRED", 402, "The payer has to confirm on the page in `url`."),
    ("REFUND_FAILED", 402, "The processor did not take the refund; nothing went back."),
    ("CHARGE_FAILED", 402, "The processor refused the charge; the sentence says why. No money moved."),
    ("NO_RIGHT", 403, "The person's role does not allow this."),
    ("NO_SCOPE", 403, "The API key lacks the scope."),
    ("CROSS_ORIGIN", 403, "The form was sent by another site's page."),
    ("NOT_FOUND", 404, "There is no such record, or it belongs to another business."),
    ("METHOD_NOT_ALLOWED", 405, "The address does not take that method."),
    ("TIMEOUT", 408, "The body took too long to arrive."),
    ("NO_BALANCE", 409, "Nothing is due."),
    ("NO_PROCESSOR", 409, "No processor that can be paid online is live."),
    ("PROCESSOR_INCOMPATIBLE", 409, "The processor cannot do this."),
    ("PROCESSOR_REFUSED", 409, "The processor did not take it; the sentence says why."),
    ("NO_CONTACT", 409, "The customer has no address to write to."),
    ("PAYMENT_PENDING", 409, "A payment of the same document is under way, or an invoice for it is out at a processor."),
    ("LINK_REVOKED", 409, "The link was revoked."),
    ("LINK_EXPIRED", 409, "The link has expired."),
    ("VIEW_ONLY", 409, "The link can be looked at but not paid through."),
    ("FULL_ONLY", 409, "The link takes the whole amount only."),
    ("BELOW_MINIMUM", 409, "The amount is below the link's minimum."),
    ("ABOVE_DUE", 409, "The amount is above what is due."),
    ("PERIOD_LOCKED", 409, "The books are locked through that day."),
    ("NO_SAVED_METHOD", 409, "There is no saved method that works."),
    ("METHOD_EXPIRED", 409, "The saved method has expired."),
    ("NOT_AUTHORIZED", 409, "There is no unused authorization for that amount."),
    ("AUTHORIZATION_EXPIRED", 409, "The authorization has expired."),
    ("MISSING_DETAIL", 409, "A detail is missing; the field is named."),
    ("STILL_PENDING", 409, "The application is still pending; its balance is settled inside it."),
    ("ALREADY_INVOICED", 409, "Everything on it is invoiced already."),
    ("MISSING_BILLING_DETAILS", 409, "Billing details are missing."),
    ("NOTHING_REFUNDABLE", 409, "No more than `refundable` can be refunded."),
    ("REFUND_PENDING", 409, "The refund has not gone, so there is nothing to confirm."),
    (
        "NOT_SETTLED",
        409,
        "The processor gives back a part only after it has settled the payment at night; all of it goes back at once.",
    ),
    ("WINDOW_CLOSED", 409, "The processor no longer refunds this payment."),
    ("NEEDS_APPROVAL", 409, "A second person has to approve; send `request_approval`."),
    ("NOT_ISSUED", 409, "The invoice is not issued."),
    ("E_INVOICE_INCOMPLETE", 409, "It cannot be an electronic invoice yet; the sentence names what is missing."),
    ("EXCEEDS_TOTAL", 409, "More than can be credited."),
    ("DATE_OUT_OF_RANGE", 409, "The day must lie between issue and today."),
    ("HELD_UNPAID", 409, "Messages to this customer are held until they have paid."),
    ("NOT_CONFIRMED", 409, "The order is not confirmed."),
    ("NOT_DRAFT", 409, "It is no longer a draft."),
    ("NOT_OVERDUE", 409, "Its due day has not passed, or none was named."),
    ("CURRENCY_MISMATCH", 409, "The currencies differ."),
    ("ALREADY_REVERSED", 409, "It was reversed before."),
    ("PART_PAID", 409, "A part is paid."),
    ("DISPUTED", 409, "The payment is disputed."),
    ("FUTURE_DATE", 409, "The day lies in the future."),
    ("CLOSED", 409, "It has come to its end and changes no more."),
    ("CREDIT_NOTE_STANDS", 409, "A credit note on the invoice stands, so it cannot be voided."),
    ("NOT_REVERSIBLE", 409, "This kind of entry is corrected in another way; the sentence says how."),
    ("NOT_FOR_THIS_KIND", 409, "An order is not approved, an application not completed."),
    ("LAST_OWNER", 409, "A business keeps at least one owner."),
    ("NO_SMTP", 409, "No mail server is configured."),
    ("NOT_SENT", 409, "The mail was not sent, so it cannot have come back."),
    ("ALREADY_SENT", 409, "The mail was sent, or waits to be sent."),
    ("SANDBOX_REFUSED", 409, "The pretend bank refuses; the sentence says why."),
    ("IN_PROGRESS", 409, "The first request with this `Idempotency-Key` is still running."),
    ("TOO_LARGE", 413, "The body is longer than 1 MiB."),
    ("UNSUPPORTED_MEDIA_TYPE", 415, "The body is not of the type this address takes."),
    ("INVALID", 422, "Values cannot be taken; `errors` name the fields."),
    ("DOES_NOT_ADD_UP", 422, "The parts do not add up to what is to be split."),
    ("IDEMPOTENCY_MISMATCH", 422, "The `Idempotency-Key` was used for another request."),
    ("RATE_LIMITED", 429, "Too many tries; `Retry-After` says when."),
    ("FAULT", 500, "Our fault. The request id names it in our log."),
    ("BUSY", 503, "The server is busy and did nothing; `Retry-After` says when."),
    ("NO_SPACE", 503, "The server's disk is full; nothing was recorded."),
];

#[cfg(test)]
mod tests {
    use books::refusal::Code;

    use super::*;

    #[test]
    fn every_refusal_of_the_books_has_its_meaning() {
        // These two are answered as an invalid field and as a fault of ours.
        let elsewhere = [Code::InvalidAmount, Code::Fault];
        for code in Code::ALL.iter().filter(|code| !elsewhere.contains(code)) {
            assert!(CODES.iter().any(|(known, _, _)| *known == code.as_str()), "{}", code.as_str());
        }
    }

    #[test]
    fn the_statuses_are_those_that_are_sent() {
        for code in Code::ALL.iter().filter(|code| **code != Code::Fault) {
            let Some((_, status, _)) = CODES.iter().find(|(known, _, _)| *known == code.as_str()) else { continue };
            let sent = crate::respond::Problem::from(match code {
                Code::NotFound => engine::error::Error::NotFound,
                code => engine::error::Error::refused(code.as_str(), ""),
            });
            assert_eq!(sent.status.as_u16(), *status, "{}", code.as_str());
        }
    }

    #[test]
    fn each_code_stands_once_and_in_order_of_status() {
        for (at, (code, status, _)) in CODES.iter().enumerate() {
            assert!(CODES[..at].iter().all(|(before, _, _)| before != code), "{code}");
            assert!(CODES[..at].iter().all(|(_, before, _)| before <= status), "{code}");
        }
    }
}
