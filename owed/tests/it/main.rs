//! The program itself, as its own process: what only the whole binary can show, on both databases.

mod killed;
#[path = "../../../server/tests/it/kit/place.rs"]
mod place;
mod render_worker;

/// Runs a test's future on a runtime of its own.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(work)
}
