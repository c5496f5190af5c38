//! Keeps what a processor's description has against the bodies of one fake, until the fake goes away.
//!
//! Invariant: nothing that was found is lost: dropping the judge fails the test. Limits: of one shape the first
//! [`JUDGED`] bodies are looked at, and after them every hundredth, so that long loops stay short.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::spec::Spec;

const JUDGED: usize = 100;

#[derive(Default)]
pub struct Judge {
    judged: Mutex<HashMap<String, usize>>,
    complaints: Mutex<Vec<String>>,
}

impl Judge {
    /// Holds a body against a schema by its name.
    pub fn hold(&self, spec: &Spec, schema: &str, body: &Value) {
        let seen = {
            let mut judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
            let seen = judged.entry(schema.to_owned()).or_default();
            *seen += 1;
            *seen
        };
        if seen <= JUDGED || seen.is_multiple_of(100) {
            for complaint in spec.against(schema, body) {
                self.complain(format!("{schema}: {complaint} in {body}"));
            }
        }
    }

    pub fn complain(&self, complaint: String) {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).push(complaint);
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let complaints = self.complaints.get_mut().unwrap_or_else(PoisonError::into_inner);
        assert!(complaints.is_empty() || std::thread::panicking(), "not as published: {complaints:#?}");
    }
}
