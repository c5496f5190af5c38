//! Which build this is: the version and, where the build knew it, the commit.
//!
//! Invariant: fixed at compile time; nothing here asks the machine. It is shown by `/healthz` and `owed --version`.

/// The version of the crate, such as `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit, twelve letters, or empty when the build was made without git.
pub const COMMIT: &str = env!("OWED_BUILD_SHA");

/// The build id: `0.1.0+1a2b3c4d5e6f`, or the version alone. What `owed --version` prints after the name.
pub const ID: &str = env!("OWED_BUILD_ID");

/// The build id.
pub const fn id() -> &'static str {
    ID
}
