//! The story language: one act or question a line, as a bookkeeper would say it.
//!
//! ```text
//! today 2026-01-10 · lock 2026-01-31 · application off · tolerance 0.05
//! order O-1 380 100 [tax 36] [due DAY] [on DAY]      an order of two lines, named O-1.1 (with the tax) and O-1.2
//! amend O-1 add 75.50 [tax 5] · amend O-1 remove O-1.2 · amend O-1 discount 20 · cancel O-1 · complete O-1
//! invoice INV-1 of O-1 [due DAY] · invoice INV-1 lines 100 [tax 8.25] · invoice INV-1 bills C-1 C-2 · void INV-1 [keep]
//! pay P-1 200 [for O-1 [120] INV-1 …] [card] [on DAY] [held] [account] · move P-1 [INV-2 50 …] · apply · hold P-1 · unhold P-1
//! refund P-1 30 [reopens INV-1 30 …] · return P-1 [50] [dispute] · payout X-1 50
//! dispute P-1 · dispute P-1 won · dispute P-1 won back [for INV-1 …]
//! credit INV-1 70 as CN-1 [to balance 30 card 20 outside 5] [keep] [on DAY] · writeoff W-1 INV-1 [40] · fee F-1 INV-1 5
//! charge C-1 150 [due DAY] [on DAY] · give M-1 50 · adjust A-1 -20 · reverse C-1 as R-1
//! reserve R-1 355.50 [for O-1] · release R-1
//! ? balance · ? O-1 · ? P-1 · ? journal O-1 · ? as at DAY · ? ageing DAY · ? entries
//! ```
//! A line that is refused answers `refused CODE`; every other answer comes from a `?`.

mod answers;
mod corrections;
mod invoices;
mod money;
mod names;
mod orders;
mod words;

use std::collections::HashMap;

use books::account::{Reserved, When};
use books::ids::{EntryId, InvoiceId, OrderId, OrderLineId, PaymentId};
use books::refusal::Refusal;

use crate::shop::{Shop, Touch, day};
use words::Words;

/// Runs a story and compares its answers, line by line.
pub fn check(story: &str, expect: &str) {
    let teller = Teller::told(story);
    let want: Vec<&str> = expect.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(teller.answers.join("\n"), want.join("\n"), "\n--- story ---\n{story}");
}

/// The business as a story leaves it.
pub fn after(story: &str) -> Shop {
    Teller::told(story).shop
}

/// What a name in a story stands for.
#[derive(Debug, Clone)]
enum Named {
    Order(OrderId),
    Invoice(InvoiceId),
    Payment(PaymentId),
    Entry(EntryId),
    Line(OrderLineId),
    Reserved(Vec<Reserved>),
}

struct Teller {
    shop: Shop,
    names: HashMap<String, Named>,
    answers: Vec<String>,
}

impl Teller {
    fn told(story: &str) -> Teller {
        let mut teller = Teller { shop: Shop::open(), names: HashMap::new(), answers: Vec::new() };
        for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
            teller.tell(line);
        }
        teller
    }

    fn tell(&mut self, line: &str) {
        let mut words = Words(line.split_whitespace().collect());
        let told = match words.next() {
            "?" => {
                let answer = self.answer(&mut words);
                self.answers.extend(answer);
                Ok(())
            }
            "today" => {
                self.shop.basis.today = day(words.next());
                Ok(())
            }
            "lock" => {
                self.shop.basis.locked_through = Some(day(words.next()));
                Ok(())
            }
            "application" => {
                self.shop.basis.apply_free = words.next() == "on";
                Ok(())
            }
            "tolerance" => {
                self.shop.basis.tolerance = self.amount(words.next());
                Ok(())
            }
            verb => self.act(verb, &mut words),
        };
        if let Err(refusal) = told {
            self.answers.push(format!("refused {}", refusal.code()));
        }
        assert!(words.0.is_empty(), "{line}: {:?} was not understood", words.0);
    }

    fn act(&mut self, verb: &str, words: &mut Words<'_>) -> Result<(), Refusal> {
        match verb {
            "order" => self.order(words),
            "amend" => self.amend(words),
            "cancel" => self.cancel(words),
            "complete" | "approve" => {
                let order = self.order_id(words.next());
                self.shop.act(&[Touch::Order(order)], |account, _| account.recognize_order(order, When::Today))
            }
            "invoice" => self.invoice(words),
            "void" => self.void(words),
            "pay" => self.pay(words),
            "move" => self.move_money(words),
            "apply" => self.shop.act(&[], |account, _| account.apply_free_credit()),
            "hold" => {
                let entry = self.entry_id(words.next());
                self.shop.act(&[Touch::Entry(entry)], |account, _| account.hold(entry))
            }
            "unhold" => {
                let entry = self.entry_id(words.next());
                self.shop.act(&[Touch::Entry(entry)], |account, _| account.unhold(entry))
            }
            "refund" => self.refund(words),
            "return" => self.return_payment(words),
            "payout" => self.payout(words),
            "credit" => self.credit_note(words),
            "writeoff" => self.write_off(words),
            "fee" => self.fee(words),
            "charge" | "give" | "adjust" => self.by_hand(verb, words),
            "reverse" => self.reverse(words),
            "reserve" => self.reserve(words),
            "release" => {
                let Named::Reserved(parts) = self.named(words.next()) else { panic!("release what was reserved") };
                let touched: Vec<Touch> = parts.iter().map(|part| Touch::Entry(part.charge)).collect();
                self.shop.act(&touched, |account, _| account.release(&parts))
            }
            "dispute" => self.dispute(words),
            other => panic!("{other} is not a verb of stories"),
        }
    }
}
