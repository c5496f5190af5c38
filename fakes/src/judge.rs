//! Keeps what a processor's description has against the bodies of one fake, until the fake goes away.
//!
//! Invariant: nothing that was found is lost: a fake that goes away asks its judge to [`Judge::speak_up`], which fails the test.
//! The judge does not do that by itself, because it is dropped with the listener, inside the runtime, where a panic is heard by
//! nobody. Limits: of one shape the first [`JUDGED`] bodies are looked at, and after them every hundredth, so that long loops
//! stay short.

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

    /// What did not agree so far.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fails the test when something did not agree.
    pub fn speak_up(&self) {
        let complaints = self.complaints();
        assert!(complaints.is_empty() || std::thread::panicking(), "not as published: {complaints:#?}");
    }
}
