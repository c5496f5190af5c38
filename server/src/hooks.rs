//! Webhooks of processors: `POST /hooks/{connection}`.
//!
//! Invariant: a delivery is verified and stored before it is answered, and believed only as a hint. Forged or unknown: 400,
//! nothing happens, nothing is fetched.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use engine::jobs::follow_processor::receive_hook;

use crate::app::App;
use crate::respond::Problem;

/// The longest delivery taken, in bytes.
const LONGEST: usize = 256 * 1024;

pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/hooks/{connection}", post(receive)).layer(axum::extract::DefaultBodyLimit::max(LONGEST))
}

async fn receive(
    State(app): State<Arc<App>>,
    Path(connection): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let refused = || Problem::malformed("This delivery is not signed by a processor that is connected here.", Vec::new());
    let connection = connection.parse().map_err(|_| refused())?;
    let sent: Vec<(String, String)> =
        headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect();
    let url = app.public_url.link(uri.path());
    if receive_hook(&app.services, connection, &url, &sent, &body).await? { Ok(StatusCode::OK) } else { Err(refused()) }
}
