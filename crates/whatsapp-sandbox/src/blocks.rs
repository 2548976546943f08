//! Revoked access tokens, and blocked numbers and accounts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{DEFAULT_WABA_ID, codes::look_up, graph_error::GraphError};

const MAX_TOKENS: usize = 1_000;

/// Everything that a test has blocked.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    tokens: BTreeSet<String>,
    /// The error code of each blocked number or account. The control API accepts existing ids only,
    /// which bounds this map.
    objects: BTreeMap<String, u32>,
}

impl Blocks {
    /// Replaces the set of revoked tokens.
    pub(crate) fn revoke(&mut self, tokens: BTreeSet<String>) -> Result<(), String> {
        if tokens.len() > MAX_TOKENS {
            return Err(format!("at most {MAX_TOKENS} tokens"));
        }
        self.tokens = tokens;
        Ok(())
    }

    pub(crate) fn is_revoked(&self, token: &str) -> bool {
        self.tokens.contains(token)
    }

    pub(crate) fn put(&mut self, id: &str, code: u32) {
        self.objects.insert(id.to_owned(), code);
    }

    /// Removes a block, and returns whether there was one.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        self.objects.remove(id).is_some()
    }

    /// Returns the refusal of a send from this number, if the number or its account is blocked.
    pub(crate) fn refusal(&self, phone_number_id: &str) -> Option<GraphError> {
        let code = [phone_number_id, DEFAULT_WABA_ID]
            .iter()
            .find_map(|id| self.objects.get(*id))?;
        let error = GraphError::of(*code);
        Some(match code {
            0 | 190 => error,
            _ => error.because("A test has blocked the number or its account"),
        })
    }

    /// Returns the `health_status` of a number.
    pub(crate) fn health(&self, phone_number_id: &str) -> Value {
        let entity = |kind: &str, id: &str| {
            let mut entity = json!({
                "entity_type": kind,
                "id": id,
                "can_send_message": "AVAILABLE",
            });
            if let Some(code) = self.objects.get(id) {
                entity["can_send_message"] = json!("BLOCKED");
                entity["errors"] = json!([{
                    "error_code": code,
                    "error_description": look_up(*code).title,
                    "possible_solution": "Remove the block with the control API.",
                }]);
            }
            entity
        };
        let is_blocked = self.refusal(phone_number_id).is_some();
        json!({
            "can_send_message": if is_blocked { "BLOCKED" } else { "AVAILABLE" },
            "entities": [entity("PHONE_NUMBER", phone_number_id), entity("WABA", DEFAULT_WABA_ID)],
        })
    }
}
