//! Tax in the model (rule 16): what lines come to, and what of a charge's tax goes with a part of it.
//!
//! Invariants: tax is rounded once for all lines of a rate that are posted together, half a cent away from zero, and shared out by
//! the largest remainder, earlier lines first; the parts of a charge's tax never come to more than the whole.

use super::{Kind, Model, cents, whole};

/// What one line costs before tax, and its rate in percent. Below zero: a discount.
#[derive(Debug, Clone, Copy)]
pub struct Price {
    pub net: i64,
    pub rate: Option<i64>,
}

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priced {
    pub gross: i64,
    pub tax: i64,
}

/// A part of a charge, and the tax inside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub n: usize,
    pub tax: i64,
}

/// `a / b` to the nearest whole number, halves away from zero; `b` above zero.
fn nearest(a: i64, b: i64) -> i64 {
    let up = (2 * a.abs() + b) / (2 * b);
    if a < 0 { -up } else { up }
}

/// Lines that are posted together.
pub fn priced(lines: &[Price]) -> Vec<Priced> {
    let mut tax = vec![0; lines.len()];
    let mut rates: Vec<i64> = lines.iter().filter_map(|line| line.rate).collect();
    rates.dedup();
    rates.sort_unstable();
    rates.dedup();
    for rate in rates {
        let of_rate: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].rate == Some(rate)).collect();
        let exact = |at: usize| lines[at].net * rate;
        let mut left = nearest(of_rate.iter().map(|at| exact(*at)).sum(), 100);
        for at in &of_rate {
            tax[*at] = exact(*at).div_euclid(100);
            left -= tax[*at];
        }
        let mut by_remainder = of_rate;
        by_remainder.sort_by_key(|at| (-exact(*at).rem_euclid(100), *at));
        for at in by_remainder.into_iter().take(cents(left)) {
            tax[at] += 1;
        }
    }
    lines.iter().zip(tax).map(|(line, tax)| Priced { gross: line.net + tax, tax }).collect()
}

/// The tax inside the next part: what belongs to all parts so far, less what earlier ones had.
pub(super) fn of_part(gross: i64, tax: i64, so_far: i64, before: i64) -> i64 {
    if so_far == gross { tax - before } else { nearest(tax * so_far, gross) - before }
}

impl Model {
    /// Of a charge so many cents with the tax that belongs to them.
    pub(super) fn part_of(&self, charge: usize, n: usize) -> Part {
        let found = &self.charges[charge];
        let off = found.cents.len() - self.lessenable(charge);
        let tax = of_part(whole(found.cents.len()), found.tax, whole(off + n), 0) - found.tax_off;
        Part { n, tax: tax.clamp(0, (found.tax - found.tax_off).max(0)) }
    }

    /// All that is left of a charge.
    pub(super) fn rest_of(&self, charge: usize) -> Part {
        self.part_of(charge, self.lessenable(charge))
    }

    /// The tax that was taken off all charges together.
    pub fn tax_off(&self) -> i64 {
        self.charges.iter().map(|charge| charge.tax_off).sum()
    }

    /// Tax of what was earned: what the business has to hand on.
    pub fn tax_payable(&self) -> i64 {
        self.charges.iter().filter(|charge| charge.earned).map(|charge| charge.tax - charge.tax_off).sum()
    }

    /// Charged for orders that were neither billed nor completed.
    pub fn not_yet_earned(&self) -> i64 {
        let waits = |at: &usize| self.charges[*at].kind == Kind::Order && !self.charges[*at].earned;
        whole((0..self.charges.len()).filter(waits).map(|at| self.lessenable(at)).sum())
    }

    /// Credit that is set against nothing.
    pub fn free(&self) -> i64 {
        whole(self.credits.iter().map(|credit| credit.free).sum())
    }
}
