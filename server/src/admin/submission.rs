//! A form that was sent about one thing: what nearly every button of these pages comes to.
//!
//! Invariants, in this order: who sent it is known and has the role; the address names a thing; the form can be read and
//! carries a key. Left out: forms about nothing yet, which are read one extractor at a time.

use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use engine::flows::call::Call;

use super::again;
use crate::app::App;
use crate::auth::Staff;
use crate::forms::Form;
use crate::json::Id;

/// A form sent by somebody who is at least a `Role` about the thing that the path names.
pub struct Submission<Role, Thing> {
    pub id: Thing,
    pub staff: Staff,
    /// In their name, under the form's key.
    pub call: Call,
    pub typed: Form,
    role: PhantomData<Role>,
}

impl<Role, Thing> FromRequest<Arc<App>> for Submission<Role, Thing>
where
    Role: FromRequestParts<Arc<App>, Rejection = Response> + Into<Staff> + Send,
    Thing: FromStr + Send,
{
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let staff = Role::from_request_parts(&mut parts, app).await?.into();
        let Id(id) = Id::from_request_parts(&mut parts, app).await.map_err(IntoResponse::into_response)?;
        let mut typed = Form::from_request(Request::from_parts(parts, body), app).await.map_err(IntoResponse::into_response)?;
        let call = again::call(&staff, &mut typed).map_err(IntoResponse::into_response)?;
        Ok(Submission { id, staff, call, typed, role: PhantomData })
    }
}
