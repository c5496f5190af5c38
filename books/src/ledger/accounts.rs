//! The chart of accounts, with the text each account is stored and shown by.
//!
//! Invariant: the text never changes. A clearing account exists for each kind of processor (`clearing:stripe`), so that
//! a new processor needs no change here. Left out: accounts of staff's own making.

use std::fmt;
use std::str::FromStr;

/// An account of the general ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LedgerAccount {
    /// Asset, the control account: what customers owe less what is theirs.
    Receivable,
    /// Liability: charged on orders that were not yet invoiced, completed or approved.
    Uninvoiced,
    /// Income from orders, invoices and charges, without tax.
    Revenue,
    /// Liability: tax charged and not yet handed over.
    TaxPayable,
    /// Asset: cash, checks and transfers taken outside of a processor.
    Cash,
    /// Asset: captured by a kind of processor and not yet paid out by it.
    Clearing(String),
    /// Asset: the bank account that processors pay out to.
    Bank,
    /// Expense: what processors keep for their work.
    ProcessorFees,
    /// Paid out for charges that are not in these books, until somebody says what they were.
    Suspense,
    /// Asset: held back by a processor while a dispute is open.
    DisputedFunds,
    /// Expense: given up.
    BadDebt,
    /// Expense: a few cents not asked for.
    SmallDifferences,
    /// Credits and deductions staff made on the money balance.
    Adjustments,
    /// Income from late fees.
    LateFees,
}

/// Text that names no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a ledger account")]
pub struct NotAnAccount;

const CLEARING: &str = "clearing:";

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LedgerAccount::Receivable => f.write_str("receivable"),
            LedgerAccount::Uninvoiced => f.write_str("uninvoiced"),
            LedgerAccount::Revenue => f.write_str("revenue"),
            LedgerAccount::TaxPayable => f.write_str("tax_payable"),
            LedgerAccount::Cash => f.write_str("cash"),
            LedgerAccount::Clearing(kind) => write!(f, "{CLEARING}{kind}"),
            LedgerAccount::Bank => f.write_str("bank"),
            LedgerAccount::ProcessorFees => f.write_str("processor_fees"),
            LedgerAccount::Suspense => f.write_str("suspense"),
            LedgerAccount::DisputedFunds => f.write_str("disputed_funds"),
            LedgerAccount::BadDebt => f.write_str("bad_debt"),
            LedgerAccount::SmallDifferences => f.write_str("small_differences"),
            LedgerAccount::Adjustments => f.write_str("adjustments"),
            LedgerAccount::LateFees => f.write_str("late_fees"),
        }
    }
}

impl FromStr for LedgerAccount {
    type Err = NotAnAccount;
    fn from_str(text: &str) -> Result<Self, NotAnAccount> {
        Ok(match text {
            "receivable" => LedgerAccount::Receivable,
            "uninvoiced" => LedgerAccount::Uninvoiced,
            "revenue" => LedgerAccount::Revenue,
            "tax_payable" => LedgerAccount::TaxPayable,
            "cash" => LedgerAccount::Cash,
            "bank" => LedgerAccount::Bank,
            "processor_fees" => LedgerAccount::ProcessorFees,
            "suspense" => LedgerAccount::Suspense,
            "disputed_funds" => LedgerAccount::DisputedFunds,
            "bad_debt" => LedgerAccount::BadDebt,
            "small_differences" => LedgerAccount::SmallDifferences,
            "adjustments" => LedgerAccount::Adjustments,
            "late_fees" => LedgerAccount::LateFees,
            other => {
                let kind = other.strip_prefix(CLEARING).filter(|kind| is_a_kind(kind)).ok_or(NotAnAccount)?;
                LedgerAccount::Clearing(kind.to_owned())
            }
        })
    }
}

/// A processor's kind as in its registry: lower-case letters, digits and underscores.
fn is_a_kind(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl serde::Serialize for LedgerAccount {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for LedgerAccount {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_read_back() {
        let names = "receivable uninvoiced revenue tax_payable cash clearing:authorize_net bank processor_fees suspense disputed_funds bad_debt \
                     small_differences adjustments late_fees";
        for name in names.split_whitespace() {
            assert_eq!(name.parse::<LedgerAccount>().map(|account| account.to_string()), Ok(name.to_owned()));
        }
        for bad in ["", "Cash", "clearing", "clearing:", "clearing:Stripe", "clearing:a b"] {
            assert_eq!(bad.parse::<LedgerAccount>(), Err(NotAnAccount), "{bad:?}");
        }
    }
}
