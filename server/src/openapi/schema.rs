//! The shape of errors in the description. The bodies themselves are written in `respond.rs`; a test holds the two equal.

use utoipa::ToSchema;

/// Why a request was not answered as hoped (RFC 9457). Some codes bring further members, such as `payment` or `refundable`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its description is used")]
pub struct Problem {
    /// A link to what the code means.
    r#type: String,
    /// A few words for the status.
    title: String,
    /// The status, once more.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The reason in one upper-case word.
    code: String,
    /// A sentence that says what to do.
    detail: String,
    /// Names this request in our log.
    request_id: String,
    /// What is wrong with which field, when input was bad.
    errors: Option<Vec<FieldProblem>>,
}

/// What is wrong with one field.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its description is used")]
pub struct FieldProblem {
    /// Path of the field, such as `lines[2].quantity`; empty when it is about the whole body.
    field: String,
    /// The reason in one upper-case word.
    code: String,
    /// A sentence for people.
    detail: String,
}
