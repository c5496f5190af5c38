//! Entries by hand in the model, also for an earlier day, and the settings that decide how credit is used.

use books::calendar::Day;

use super::{Kind, Model, cents};

impl Model {
    pub fn by_hand(&mut self, charge: bool, amount: i64, due: Option<Day>) {
        self.by_hand_on(self.today, charge, amount, due);
    }

    /// It counts from that day on: what is older is due earlier, and is applied first.
    pub fn by_hand_on(&mut self, day: Day, charge: bool, amount: i64, due: Option<Day>) {
        if charge {
            let at = self.charge(Kind::ByHand, cents(amount), due);
            self.charges[at].on = day;
        } else {
            let at = self.give(amount, false, false);
            self.credits[at].on = day;
        }
        self.settle();
    }
}
