//! Passwords: Argon2id with the crate's defaults (19 MiB, two passes), on a thread of their own, two at a time.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Each hash takes 19 MiB; two at a time bound the memory that sign-ins can take.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Shortest and longest password, in characters.
pub const LENGTH: std::ops::RangeInclusive<usize> = 12..=256;

/// A hash of no one's password, so that an unknown address takes as long as a wrong password.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

fn hash_now(password: &str) -> Result<String> {
    let hash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|error| Error::Fault(format!("password: {error}")))?;
    Ok(hash.to_string())
}

/// Refuses a password that is too short or too long, else gives its PHC string.
pub async fn hash(password: &str) -> Result<String> {
    if !LENGTH.contains(&password.chars().count()) {
        let detail = format!("a password has {} to {} characters", LENGTH.start(), LENGTH.end());
        return Err(Error::invalid("password", "LENGTH", detail));
    }
    let password = password.to_owned();
    off_the_loop(move || hash_now(&password)).await?
}

/// Whether the password is the one behind the hash. Without a hash it takes as long and is never right.
pub async fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    let password = password.to_owned();
    let known = hash.is_some();
    let hash = hash.map_or_else(|| NOBODY.clone(), str::to_owned);
    let right = off_the_loop(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await?;
    Ok(right && known)
}

async fn off_the_loop<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _turn = TURNS.acquire().await.map_err(|_| Error::Fault("the turns for passwords were closed".to_owned()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Fault(format!("password: {error}")))
}
