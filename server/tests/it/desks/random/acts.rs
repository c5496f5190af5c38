//! What is done at random, through the API and in the model: the same act, and the same answer to whether it can be done.
//!
//! Each act is a word, a weight and a function; the functions stand by what they are about.

mod by_hand;
mod credit_notes;
mod holds;
mod invoices;
mod left_open;
mod money_in;
mod money_out;
mod orders;
mod payers;
mod portal;
mod processor_invoices;
mod second_person;
mod time;
mod wallet;

use super::shop::Shop;

macro_rules! kinds {
    ($($name:ident = $weight:literal),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($name),* }

        /// Each as often as its weight says.
        const KINDS: &[(Kind, u64)] = &[$((Kind::$name, $weight)),*];
    };
}

kinds! {
    Order = 9, Application = 6, Add = 5, Remove = 6, Discount = 2, Cancel = 1, Complete = 2, Approve = 5, End = 3,
    BillOrder = 10, BillLines = 4, BillCharges = 3, Draft = 3, Void = 4, CreditNote = 7, CreditLines = 6, GiveUp = 9, Uncollectible = 2,
    LateFee = 8, ReverseWriteOff = 10,
    Cash = 4, Split = 4, InPerson = 3, Nearly = 5, PayLink = 4, PayRequest = 6, Declined = 2, Debit = 7, Saved = 5, Hold = 6, HoldEnds = 6,
    Portal = 7, LeavesOpen = 5, ComesBack = 5, SaysNo = 2, Confirms = 3, Lost = 3, IssueAndCharge = 3, Scheduled = 4,
    Invoiced = 5, PaidThere = 8, Recalled = 4,
    Refund = 6, Asked = 7, DeskRefund = 4, Dispute = 4, Decide = 8, Reverse = 3, ReverseCharge = 3, Reapply = 5, PayOut = 4,
    ChargeByHand = 4, CreditByHand = 2, Adjust = 2, Earlier = 5, Lock = 1, Switch = 2, Tolerate = 2, Message = 1, Days = 13,
}

impl Kind {
    pub fn all() -> impl Iterator<Item = Kind> {
        KINDS.iter().map(|(kind, _)| *kind)
    }
}

/// An act, with numbers that choose among what exists when it is done.
#[derive(Debug, Clone, Copy)]
pub struct Act(pub Kind, pub u64, pub u64, pub u64);

impl Act {
    pub fn thrown([which, a, b, c]: [u64; 4]) -> Act {
        let mut left = which % KINDS.iter().map(|(_, weight)| weight).sum::<u64>();
        for (kind, weight) in KINDS {
            if left < *weight {
                return Act(*kind, a % 1_000, b % 1_000, c % 1_000);
            }
            left -= weight;
        }
        unreachable!("the weights come to their sum")
    }
}

impl Shop<'_> {
    /// Does it on both sides. Answers whether it was done, or what they disagree about.
    pub async fn does(&mut self, act: &Act) -> Result<bool, String> {
        let Act(kind, a, b, c) = *act;
        match kind {
            Kind::Order | Kind::Application => self.order(kind == Kind::Application, a, b).await,
            Kind::Add | Kind::Remove | Kind::Discount => self.amend(kind, a, b).await,
            Kind::Cancel | Kind::Complete | Kind::Approve => self.decide(kind, a).await,
            Kind::End => self.end(a, b).await,
            Kind::BillOrder => self.bill_order(a, b).await,
            Kind::BillLines | Kind::BillCharges => self.bill(kind, a, b).await,
            Kind::Draft => self.draft(a, b).await,
            Kind::Void => self.void(a, b).await,
            Kind::CreditNote | Kind::CreditLines => self.credit_note(kind, a, b, c).await,
            Kind::GiveUp | Kind::Uncollectible => self.give_up(kind == Kind::Uncollectible, a, b).await,
            Kind::LateFee => self.late_fee(a, b).await,
            Kind::ReverseWriteOff => self.reverse_write_off(a).await,
            Kind::Cash | Kind::Split | Kind::InPerson => self.cash(kind, a, b, c).await,
            Kind::Nearly => self.nearly(a, b).await,
            Kind::PayLink | Kind::PayRequest => self.pays(kind == Kind::PayRequest, a, b).await,
            Kind::Declined => self.declined(a, b).await,
            Kind::Debit => self.debit(a, b, c).await,
            Kind::Saved => self.saved(a, b).await,
            Kind::Hold => self.hold(a, b, c).await,
            Kind::HoldEnds => self.hold_ends(a, b, c).await,
            Kind::LeavesOpen => self.leaves_open(a, b).await,
            Kind::ComesBack => self.comes_back(a).await,
            Kind::Portal => self.portal(a, b, c).await,
            Kind::SaysNo => self.says_no(a, b).await,
            Kind::Confirms => self.confirms(a, b, c).await,
            Kind::Lost => self.lost(a, b, c).await,
            Kind::IssueAndCharge => self.issue_and_charge(a, b, c).await,
            Kind::Scheduled => self.scheduled(a, b).await,
            Kind::Invoiced => self.invoiced(a).await,
            Kind::PaidThere | Kind::Recalled => self.ends_there(kind == Kind::PaidThere, a).await,
            Kind::Refund => self.refund(a, b, c).await,
            Kind::Asked => self.asked(a, b, c).await,
            Kind::DeskRefund | Kind::Dispute | Kind::Decide => self.at_the_bank(kind, a, b).await,
            Kind::Reverse | Kind::ReverseCharge => self.reverse(kind == Kind::ReverseCharge, a).await,
            Kind::Reapply => self.reapply(a, b, c).await,
            Kind::PayOut => self.pay_out(a).await,
            Kind::ChargeByHand | Kind::CreditByHand | Kind::Adjust => self.by_hand(kind, a, b).await,
            Kind::Earlier => self.earlier(a, b, c).await,
            Kind::Lock => self.lock(a, b).await,
            Kind::Switch => self.switch(a).await,
            Kind::Tolerate => self.tolerate(a).await,
            Kind::Message => self.message().await,
            Kind::Days => self.days(a).await,
        }
    }
}
