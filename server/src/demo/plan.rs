//! What each customer will do, week by week: drawn once from a fixed seed, so that every demo tells the same story.

/// How many weeks the business has lived through.
pub const WEEKS: i64 = 104;
pub const WEEK_SECONDS: i64 = 7 * 86_400;

/// Seconds from the beginning of a week to the hour at which its deeds are done: another weekday and hour each week.
pub fn hour_of(week: i64) -> i64 {
    (week * 2 % 5) * 86_400 + (week * 97 % 480) * 60
}

/// One thing that happens between the business and a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// An order with so many lines, beginning at this work.
    Order {
        work: usize,
        lines: usize,
        draft: bool,
    },
    /// Percent of what is due on the latest order, by check or transfer.
    Pay {
        percent: i64,
        kind: &'static str,
    },
    /// A line more on the latest order, for this reason.
    Add {
        work: usize,
        reason: &'static str,
    },
    /// The latest order's first line is taken off.
    Remove,
    /// The latest order's amount due is asked for by mail.
    Ask,
    /// An invoice for what the latest order still owes, due after so many days.
    Bill {
        due_days: i64,
    },
    /// A yearly service is written up as an invoice, which is still a draft.
    Draft,
    /// The payer pays the request with this test card.
    PayOnline {
        card: &'static str,
    },
    Complete,
    Cancel,
    /// A charge by hand, in cents, due after so many days.
    Charge {
        cents: i64,
        due_days: i64,
    },
    /// A credit by hand, in cents.
    Credit {
        cents: i64,
    },
    /// A payment link for the balance.
    Link,
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    /// 0 to `sides` − 1.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }

    fn place(&mut self, sides: usize) -> usize {
        usize::try_from(self.roll(sides as u64)).unwrap_or(0)
    }

    fn weeks(&mut self, most: u64) -> i64 {
        i64::try_from(self.roll(most)).unwrap_or(0)
    }
}

/// The deeds of the n-th customer with their weeks, in order.
pub fn of_customer(n: usize) -> Vec<(i64, Deed)> {
    let mut dice = Dice(0x9E37_79B9 + n as u64 * 7919);
    let mut deeds = Vec::new();
    let mut week = 1 + dice.weeks(36);
    while week < WEEKS - 12 {
        week += one_order(&mut dice, week, &mut deeds);
        week += 14 + dice.weeks(44);
    }
    ending(n, &mut dice, &mut deeds);
    deeds.retain(|(week, _)| *week < WEEKS);
    deeds
}

/// An order that runs its whole course. Answers how many weeks it took.
fn one_order(dice: &mut Dice, week: i64, deeds: &mut Vec<(i64, Deed)>) -> i64 {
    deeds.push((week, Deed::Order { work: dice.place(14), lines: 1 + dice.place(3), draft: false }));
    if dice.roll(3) > 0 {
        deeds.push((week, Deed::Pay { percent: 40, kind: "bank_transfer" }));
    }
    if dice.roll(3) == 0 {
        let reason = ["items_added", "shipping", "extra_service"][dice.place(3)];
        deeds.push((week + 1, Deed::Add { work: dice.place(14), reason }));
    }
    if dice.roll(12) == 0 {
        deeds.push((week + 1, Deed::Remove));
    }
    match dice.roll(4) {
        0 => deeds.push((week + 3, Deed::Pay { percent: 100, kind: "check" })),
        1 => {
            deeds.push((week + 1, Deed::Bill { due_days: 14 }));
            deeds.push((week + 3, Deed::Pay { percent: 100, kind: "bank_transfer" }));
        }
        _ => {
            deeds.push((week + 2, Deed::Ask));
            deeds.push((week + 3, Deed::PayOnline { card: "4242424242424242" }));
        }
    }
    deeds.push((week + 4, Deed::Complete));
    4
}

/// How things stand today: some owe, some are late, some have credit, one cancelled, most are square.
fn ending(n: usize, dice: &mut Dice, deeds: &mut Vec<(i64, Deed)>) {
    // The latest week with deeds, and one some weeks before it, so that not everything is of the same age.
    let last = WEEKS - 1;
    let late = last - dice.weeks(5);
    let order = Deed::Order { work: dice.place(14), lines: 1 + dice.place(2), draft: false };
    let by_card = |card| vec![(late - 3, order), (late - 2, Deed::Ask), (late, Deed::PayOnline { card })];
    let story: Vec<(i64, Deed)> = match n % 10 {
        0 => vec![(late - 4, Deed::Charge { cents: 18_500, due_days: 14 })],
        1 => {
            vec![(late - 3, order), (late - 3, Deed::Pay { percent: 50, kind: "check" }), (late - 1, Deed::Bill { due_days: 14 })]
        }
        2 => vec![(late - 5, Deed::Charge { cents: 42_000, due_days: 14 }), (last - 4, Deed::Link)],
        3 => vec![(late, Deed::Credit { cents: 5_000 })],
        4 => by_card("4000000000009995"),
        5 if n == 15 => vec![(last, Deed::Draft)],
        5 => vec![(last, Deed::Order { work: dice.place(14), lines: 1, draft: true })],
        6 => vec![(last - 2, order), (last - 1, Deed::Ask), (last, Deed::PayOnline { card: "000123456789" })],
        7 => vec![(late - 1, order), (late, Deed::Cancel)],
        8 => vec![(last - 1 - dice.weeks(2), Deed::Charge { cents: 64_000, due_days: 30 })],
        // One card's owner disputes it, one bank takes its debit back.
        9 if n == 29 => by_card("4000000000000259"),
        9 if n == 39 => by_card("000222222227"),
        _ => by_card("4242424242424242"),
    };
    deeds.extend(story);
}
