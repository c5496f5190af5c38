//! The acts that are made up, and how often each comes.

use books::entry::Side;
use proptest::prelude::*;

/// An act with numbers that pick among what exists.
#[derive(Debug, Clone)]
pub enum Act {
    Order { gross: Vec<i64>, taxed: bool, less: bool, back: i64 },
    Add { order: usize, gross: i64 },
    Remove { order: usize, line: usize, discount: i64 },
    Cancel { order: usize },
    Earn { order: usize },
    InvoiceOrder { order: usize, due_in: i64 },
    InvoiceLines { gross: i64, due_in: i64 },
    InvoiceCharges { skip: usize },
    Void { invoice: usize, keep: bool },
    Pay { amount: i64, targets: Vec<(usize, Option<i64>)>, card: bool, account: bool, held: bool, back: i64 },
    Refund { payment: usize, amount: i64, reopens: Option<(usize, i64)> },
    Return { payment: usize, amount: Option<i64> },
    Credit { invoice: usize, amount: i64, to: usize, keep: bool, back: i64 },
    CreditLine { invoice: usize, line: usize, amount: i64 },
    WriteOff { target: usize, amount: Option<i64> },
    Fee { invoice: usize, amount: i64 },
    ByHand { side: Side, amount: i64, back: i64 },
    Adjust { amount: i64 },
    Reverse { entry: usize },
    Move { payment: usize, targets: Vec<(usize, Option<i64>)> },
    Payout { amount: i64 },
    Hold { entry: usize, held: bool },
    Reserve { amount: i64, target: usize },
    Release,
    ReserveRefund { payment: usize, amount: i64, goes_out: bool },
    Settings { apply_free: bool, tolerance: i64, lock_back: Option<i64> },
    Days { pass: i64 },
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![1_i64..200, (1_i64..40).prop_map(|n| n * 500), Just(1), Just(10_000)]
}

fn targets() -> impl Strategy<Value = Vec<(usize, Option<i64>)>> {
    prop::collection::vec((any::<usize>(), prop::option::of(amount())), 0..3)
}

/// Anything that can happen.
pub fn act() -> impl Strategy<Value = Act> {
    let n = any::<usize>;
    let back = || prop_oneof![4 => Just(0_i64), 1 => 1_i64..40];
    prop_oneof![
        1 => (prop::collection::vec(amount(), 1..4), any::<bool>(), any::<bool>(), back())
            .prop_map(|(gross, taxed, less, back)| Act::Order { gross, taxed, less, back }),
        1 => (n(), amount()).prop_map(|(order, gross)| Act::Add { order, gross }),
        1 => (n(), n(), prop_oneof![Just(0), amount()]).prop_map(|(order, line, discount)| Act::Remove { order, line, discount }),
        1 => n().prop_map(|order| Act::Cancel { order }),
        1 => n().prop_map(|order| Act::Earn { order }),
        1 => (n(), -10_i64..30).prop_map(|(order, due_in)| Act::InvoiceOrder { order, due_in }),
        1 => (amount(), -10_i64..30).prop_map(|(gross, due_in)| Act::InvoiceLines { gross, due_in }),
        1 => n().prop_map(|skip| Act::InvoiceCharges { skip }),
        1 => (n(), any::<bool>()).prop_map(|(invoice, keep)| Act::Void { invoice, keep }),
        3 => (amount(), targets(), any::<bool>(), any::<bool>(), any::<bool>(), back())
            .prop_map(|(amount, targets, card, account, held, back)| Act::Pay { amount, targets, card, account, held, back }),
        1 => (n(), amount(), prop::option::of((n(), amount())))
            .prop_map(|(payment, amount, reopens)| Act::Refund { payment, amount, reopens }),
        1 => (n(), prop::option::of(amount())).prop_map(|(payment, amount)| Act::Return { payment, amount }),
        2 => (n(), amount(), 0_usize..4, any::<bool>(), back())
            .prop_map(|(invoice, amount, to, keep, back)| Act::Credit { invoice, amount, to, keep, back }),
        1 => (n(), n(), amount()).prop_map(|(invoice, line, amount)| Act::CreditLine { invoice, line, amount }),
        1 => (n(), prop::option::of(amount())).prop_map(|(target, amount)| Act::WriteOff { target, amount }),
        1 => (n(), amount()).prop_map(|(invoice, amount)| Act::Fee { invoice, amount }),
        1 => (any::<bool>(), amount(), back()).prop_map(|(charge, amount, back)| {
            Act::ByHand { side: if charge { Side::Charge } else { Side::Credit }, amount, back }
        }),
        1 => (-5_000_i64..5_000).prop_map(|amount| Act::Adjust { amount }),
        2 => n().prop_map(|entry| Act::Reverse { entry }),
        1 => (n(), targets()).prop_map(|(payment, targets)| Act::Move { payment, targets }),
        1 => amount().prop_map(|amount| Act::Payout { amount }),
        1 => (n(), any::<bool>()).prop_map(|(entry, held)| Act::Hold { entry, held }),
        1 => (amount(), n()).prop_map(|(amount, target)| Act::Reserve { amount, target }),
        1 => Just(Act::Release),
        1 => (n(), amount(), any::<bool>()).prop_map(|(payment, amount, goes_out)| Act::ReserveRefund { payment, amount, goes_out }),
        1 => (any::<bool>(), prop_oneof![Just(0), 1_i64..600], prop::option::of(1_i64..20))
            .prop_map(|(apply_free, tolerance, lock_back)| Act::Settings { apply_free, tolerance, lock_back }),
        1 => (1_i64..20).prop_map(|pass| Act::Days { pass }),
    ]
}

/// The acts that the cent-by-cent opinion follows, with small amounts and no dating back.
pub fn plain_act() -> impl Strategy<Value = Act> {
    let n = any::<usize>;
    let cents = || 1_i64..90;
    prop_oneof![
        2 => prop::collection::vec(cents(), 1..4).prop_map(|gross| Act::Order { gross, taxed: true, less: false, back: 0 }),
        1 => (n(), cents()).prop_map(|(order, gross)| Act::Add { order, gross }),
        2 => (n(), n(), prop_oneof![Just(0), 1_i64..30])
            .prop_map(|(order, line, discount)| Act::Remove { order, line, discount }),
        1 => n().prop_map(|order| Act::Cancel { order }),
        2 => (n(), -10_i64..30).prop_map(|(order, due_in)| Act::InvoiceOrder { order, due_in }),
        2 => (cents(), -10_i64..30).prop_map(|(gross, due_in)| Act::InvoiceLines { gross, due_in }),
        1 => n().prop_map(|invoice| Act::Void { invoice, keep: true }),
        4 => (cents(), prop::collection::vec((n(), prop::option::of(1_i64..60)), 0..3)).prop_map(|(amount, targets)| {
            Act::Pay { amount, targets, card: false, account: false, held: false, back: 0 }
        }),
        2 => (n(), cents()).prop_map(|(payment, amount)| Act::Refund { payment, amount, reopens: None }),
        1 => (n(), prop::option::of(cents())).prop_map(|(payment, amount)| Act::Return { payment, amount }),
        2 => (n(), cents()).prop_map(|(invoice, amount)| Act::Credit { invoice, amount, to: 0, keep: true, back: 0 }),
        1 => (n(), prop::option::of(cents())).prop_map(|(target, amount)| Act::WriteOff { target, amount }),
        1 => (any::<bool>(), cents()).prop_map(|(charge, amount)| {
            Act::ByHand { side: if charge { Side::Charge } else { Side::Credit }, amount, back: 0 }
        }),
        1 => (1_i64..20).prop_map(|pass| Act::Days { pass }),
    ]
}
