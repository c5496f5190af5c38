//! A form with a file in it: the file's text becomes the value of its field.
//!
//! Invariant: what arrives is a [`Form`] like any other, with the same digest of what was asked. Limits: those of every body; files
//! are text in UTF-8. Left out: pictures, which are no text and have a handler of their own.

use axum::extract::{FromRequest, Multipart, OriginalUri, Request};

use super::Form;
use crate::respond::Problem;

/// A form sent as `multipart/form-data`. A file that was chosen replaces what was typed into the field of its name.
pub struct Upload(pub Form);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Upload, Problem> {
        let method = request.method().as_str().to_owned();
        let original = request.extensions().get::<OriginalUri>().map(|OriginalUri(uri)| uri.path().to_owned());
        let path = original.unwrap_or_else(|| request.uri().path().to_owned());
        let mut parts =
            Multipart::from_request(request, state).await.map_err(|_| Problem::unsupported_media_type("multipart/form-data"))?;
        let mut form = Form::default();
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let (name, is_file) = (part.name().unwrap_or_default().to_owned(), part.file_name().is_some());
            let bytes = part.bytes().await.map_err(unreadable)?;
            if is_file && bytes.is_empty() {
                continue;
            }
            let text = String::from_utf8(bytes.to_vec()).ok().filter(|text| !text.contains('\0'));
            let text = text.ok_or_else(|| Problem::malformed("The file is not a text in UTF-8.", Vec::new()))?;
            form.put(name, text, is_file);
        }
        form.request_hash = form.digest(&method, &path);
        Ok(Upload(form))
    }
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> Problem {
    match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(crate::json::MAX_BODY),
        _ => Problem::malformed("The file did not arrive whole. Choose it again.", Vec::new()),
    }
}
