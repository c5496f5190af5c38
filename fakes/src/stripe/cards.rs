//! The parts that cards play. Tokens are named as Stripe's test tokens are, where there is one.

/// A card or bank account, by what comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    Pays,
    Declined,
    InsufficientFunds,
    Expired,
    IncorrectCvc,
    /// Its bank wants to hear its holder, each time.
    Confirms,
    RefundFails,
    /// Disputed half a day later.
    Disputed,
    /// A bank account: settled after three days.
    DebitSettles,
    /// A bank account: settled after three days, taken back after five.
    DebitReturned,
}

impl Card {
    pub const ALL: [(Card, &'static str); 10] = [
        (Card::Pays, "pm_card_visa"),
        (Card::Declined, "pm_card_visa_chargeDeclined"),
        (Card::InsufficientFunds, "pm_card_visa_chargeDeclinedInsufficientFunds"),
        (Card::Expired, "pm_card_chargeDeclinedExpiredCard"),
        (Card::IncorrectCvc, "pm_card_chargeDeclinedIncorrectCvc"),
        (Card::Confirms, "pm_card_authenticationRequired"),
        (Card::RefundFails, "pm_card_refundFail"),
        (Card::Disputed, "pm_card_createDispute"),
        (Card::DebitSettles, "pm_usBankAccount_success"),
        (Card::DebitReturned, "pm_usBankAccount_disputed"),
    ];

    pub fn token(self) -> &'static str {
        Card::ALL.iter().find(|(card, _)| *card == self).map_or("", |(_, token)| token)
    }

    pub(crate) fn of_token(token: &str) -> Option<Card> {
        Card::ALL.iter().find(|(_, known)| *known == token).map(|(card, _)| *card)
    }

    pub(crate) fn is_debit(self) -> bool {
        matches!(self, Card::DebitSettles | Card::DebitReturned)
    }

    /// Stripe's `code` and `decline_code`, when its bank says no.
    pub(crate) fn refusal(self) -> Option<(&'static str, &'static str)> {
        match self {
            Card::Declined => Some(("card_declined", "generic_decline")),
            Card::InsufficientFunds => Some(("card_declined", "insufficient_funds")),
            Card::Expired => Some(("expired_card", "expired_card")),
            Card::IncorrectCvc => Some(("incorrect_cvc", "incorrect_cvc")),
            _ => None,
        }
    }
}
