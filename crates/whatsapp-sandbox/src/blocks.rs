//! What a test forbids: tokens that count no more, numbers and accounts that may not send.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use serde_json::{Value, json};

use crate::{codes::look_up, graph_error::GraphError};

/// More than this of either are refused, so that a test that runs wild stays small.
const MOST: usize = 1_000;

/// Why a number or an account may not send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) code: u32,
    /// Until when; none where it is for good, and then its health says so too.
    pub(crate) until: Option<Instant>,
}

/// Everything that is forbidden.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    revoked: BTreeSet<String>,
    objects: BTreeMap<String, Block>,
}

impl Blocks {
    /// From now on these tokens are refused, and no others.
    pub(crate) fn revoke(&mut self, tokens: BTreeSet<String>) -> Result<(), String> {
        if tokens.len() > MOST {
            return Err(format!("at most {MOST} tokens"));
        }
        self.revoked = tokens;
        Ok(())
    }

    pub(crate) fn is_revoked(&self, token: &str) -> bool {
        self.revoked.contains(token)
    }

    /// Blocks a number or an account.
    pub(crate) fn put(&mut self, id: &str, block: Block) -> Result<(), String> {
        if !self.objects.contains_key(id) && self.objects.len() >= MOST {
            return Err(format!("there are already {MOST} blocks"));
        }
        self.objects.insert(id.to_owned(), block);
        Ok(())
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        self.objects.remove(id).is_some()
    }

    /// The refusal of a send from this number of this account, if it is blocked.
    pub(crate) fn refusal(&self, number: &str, waba: &str, now: Instant) -> Option<GraphError> {
        let block = [number, waba]
            .iter()
            .filter_map(|id| self.objects.get(*id))
            .find(|block| block.until.is_none_or(|until| now < until))?;
        let error = GraphError::of(block.code);
        Some(match block.code {
            0 | 190 => error,
            _ => error.because("Answered so because a test has blocked the number or its account"),
        })
    }

    /// The `health_status` of a number.
    pub(crate) fn health(&self, number: &str, waba: &str) -> Value {
        let entity = |kind: &str, id: &str| {
            let block = self.objects.get(id).filter(|block| block.until.is_none());
            let mut entity = json!({
                "entity_type": kind,
                "id": id,
                "can_send_message": "AVAILABLE",
            });
            if let Some(block) = block {
                entity["can_send_message"] = json!("BLOCKED");
                entity["errors"] = json!([{
                    "error_code": block.code,
                    "error_description": look_up(block.code).title,
                    "possible_solution": "Remove the block by the control API.",
                }]);
            }
            (block.is_some(), entity)
        };
        let (number, waba) = (entity("PHONE_NUMBER", number), entity("WABA", waba));
        json!({
            "can_send_message": if number.0 || waba.0 { "BLOCKED" } else { "AVAILABLE" },
            "entities": [number.1, waba.1],
        })
    }
}
