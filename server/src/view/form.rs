//! What a form holds: each field's text as it was typed, and what is wrong with it.
//!
//! Invariant: an invalid form returns itself with everything that was typed, so nobody types it twice.

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    pub value: String,
    /// What is wrong, as a sentence; shown at the field.
    pub error: Option<String>,
}

impl Field {
    pub fn of(value: impl Into<String>) -> Field {
        Field { value: value.into(), error: None }
    }

    pub fn wrong(value: impl Into<String>, error: impl Into<String>) -> Field {
        Field { value: value.into(), error: Some(error.into()) }
    }

    /// Whether a checkbox of this name is ticked.
    pub fn is_on(&self) -> bool {
        self.value == "on"
    }
}

/// Something that may be ticked in a list, such as an address to notify or a line to take off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    pub value: String,
    pub label: String,
    pub hint: String,
    pub ticked: bool,
}
