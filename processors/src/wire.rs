//! How amounts stand in JSON that goes to or comes from a processor, or is kept as evidence of what it said.
//!
//! Invariant: whole minor units beside an upper-case currency, `{"minor": 35550, "currency": "USD"}`; never a decimal.

/// For `#[serde(with = "wire::money")]`.
pub mod money {
    use books::money::{Currency, Money};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Amount {
        minor: i64,
        currency: Currency,
    }

    pub fn serialize<S: Serializer>(money: &Money, to: S) -> Result<S::Ok, S::Error> {
        Amount { minor: money.minor, currency: money.currency }.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
        let amount = Amount::deserialize(from)?;
        Ok(Money::new(amount.minor, amount.currency))
    }
}
