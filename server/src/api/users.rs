//! People who sign in.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use books::ids::UserId;
use engine::flows::call::Call;
use engine::flows::manage_users::{NewUser as Adding, add_user, disable_user, set_role};
use engine::store::user::{self, User as Row};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::access::{Reads, Sets};
use super::lists::List;
use super::replies::written_down;
use super::values::Role;
use crate::app::App;
use crate::json::{self, Id, Nothing, StrictJson};
use crate::respond::Problem;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/users", get(list).post(add))
        .route("/api/v1/users/{id}/role", post(change_role))
        .route("/api/v1/users/{id}/disable", post(disable))
}

#[derive(OpenApi)]
#[openapi(paths(list, add, change_role, disable))]
pub struct Description;

/// A person who signs in.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    id: String,
    email: String,
    name: String,
    #[schema(value_type = Role)]
    role: String,
    #[schema(format = DateTime)]
    disabled_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Row> for User {
    fn from(row: Row) -> User {
        User {
            id: row.id.to_string(),
            email: row.email,
            name: row.name,
            role: row.role.as_str().to_owned(),
            disabled_at: row.disabled_at.map(|at| at.to_rfc3339()),
            created_at: row.created_at.to_rfc3339(),
        }
    }
}

async fn shown(app: &App, call: &Call, id: &str) -> Result<User, Problem> {
    let rows = user::list(&app.services.db, call.business).await?;
    rows.into_iter().find(|row| row.id.to_string() == id).map(User::from).ok_or_else(Problem::not_found)
}

/// The people of the business, oldest first
#[utoipa::path(get, path = "/api/v1/users", tag = "users", responses((status = 200, description = "All users", body = List<User>)))]
async fn list(State(app): State<Arc<App>>, Reads(caller): Reads) -> Result<Response, Problem> {
    let rows = user::list(&app.services.db, caller.business).await?;
    Ok(json::answer(StatusCode::OK, &List::whole(rows.into_iter().map(User::from).collect())))
}

/// Somebody who shall be able to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    #[schema(format = Email, max_length = 200)]
    email: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    role: Role,
    #[schema(format = Password)]
    password: String,
}

/// Add a person
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = NewUser,
    responses((status = 201, description = "The user", body = User)))]
async fn add(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    StrictJson { value: new, request_hash }: StrictJson<NewUser>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let adding = Adding { email: new.email, name: new.name, role: new.role.0, password: new.password };
    let act = add_user(&app.services.db, &call, adding);
    let show = async |_: Option<UserId>, id: String| shown(&app, &call, &id).await;
    written_down(&app, &call, StatusCode::CREATED, act, show, UserId::to_string).await
}

/// Another role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    role: Role,
}

/// Give a person another role; the last owner stays one
#[utoipa::path(post, path = "/api/v1/users/{id}/role", tag = "users", params(("id" = String, Path, description = "`usr_…`")),
    request_body = NewRole, responses((status = 200, description = "The user", body = User)))]
async fn change_role(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<UserId>,
    StrictJson { value: new, request_hash }: StrictJson<NewRole>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = set_role(&app.services.db, &call, id, new.role.0);
    let show = async |_: Option<()>, id: String| shown(&app, &call, &id).await;
    written_down(&app, &call, StatusCode::OK, act, show, |()| id.to_string()).await
}

/// Disable a person; all their sessions end
#[utoipa::path(post, path = "/api/v1/users/{id}/disable", tag = "users", params(("id" = String, Path, description = "`usr_…`")),
    responses((status = 200, description = "The user", body = User)))]
async fn disable(
    State(app): State<Arc<App>>,
    Sets(caller): Sets,
    Id(id): Id<UserId>,
    StrictJson { request_hash, .. }: StrictJson<Nothing>,
) -> Result<Response, Problem> {
    let call = caller.call(request_hash);
    let act = disable_user(&app.services.db, &call, id);
    let show = async |_: Option<()>, id: String| shown(&app, &call, &id).await;
    written_down(&app, &call, StatusCode::OK, act, show, |()| id.to_string()).await
}
