//! A processor's fake in the processor's place: what an installation needs of one to be pointed at it.

use fakes::authorize_net::AuthorizeNetFake;
use fakes::paypal::PayPalFake;
use fakes::square::SquareFake;
use fakes::stripe::StripeFake;

/// A fake that listens until it is dropped.
pub trait Fake: Sized {
    /// The kind of processor it stands for.
    const KIND: &'static str;

    /// Begins to listen. `now`: seconds since 1970.
    async fn begin(now: i64) -> Self;

    /// Where it listens.
    fn address(&self) -> &str;
}

macro_rules! fakes {
    ($($fake:ident = $kind:literal;)+) => {$(
        impl Fake for $fake {
            const KIND: &'static str = $kind;

            async fn begin(now: i64) -> $fake {
                $fake::start(now).await
            }

            fn address(&self) -> &str {
                &self.base_url
            }
        }
    )+};
}

fakes! {
    StripeFake = "stripe";
    SquareFake = "square";
    PayPalFake = "paypal";
    AuthorizeNetFake = "authorize_net";
}
