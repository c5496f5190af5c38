//! The program itself: as its own process, and with the typesetter behind the server's own tests.

mod killed;
mod printed;
mod render_worker;

#[path = "../../src/papers.rs"]
mod papers;

/// What the server's tests lend: an installation on both databases, and random business with its second opinion. They are built
/// there without the typesetter.
#[allow(dead_code, unused_imports, reason = "the server's tests use more of it")]
#[path = "../../../server/tests/it"]
mod lent {
    pub mod kit;

    pub mod admin {
        pub mod browser;
    }

    pub mod desks {
        pub mod office;

        pub mod random {
            pub mod acts;
            pub mod driver;
            pub mod figures;
            pub mod model;
            pub mod shop;
            pub mod visits;
        }
    }
}

use lent::{admin, desks, kit};
