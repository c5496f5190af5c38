//! Pretend processors that listen on this machine, for tests of `processors` and of the server alike. Nothing that is handed
//! out contains them. The program `fakes` is one of them as a process of its own, with its page for payers ([`hosted`]).
//!
//! Invariants: a fake keeps the idempotency rule of the processor it stands for, and its own truth of what was taken; what
//! it is sent and what it answers is held against the processor's published description ([`spec`]), and whatever does not
//! agree fails the test when the fake goes away. Left out on purpose: smallest and largest charges, rights of keys, speed.

pub mod authorize_net;
pub mod courier;
pub mod fault;
pub mod form;
pub mod hosted;
pub mod http;
pub mod judge;
pub mod paypal;
pub mod spec;
pub mod square;
pub mod stripe;

pub use fault::Fault;
