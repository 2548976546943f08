//! The behaviours that tests set for single numbers. They override the table of test numbers.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use crate::{behaviour::Behaviour, life::Life};

const MAX_SCRIPTS: usize = 10_000;

/// The behaviour of one number.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) behaviour: Behaviour,
    /// The life of an accepted message. `None` keeps the life of the table, or the default one.
    pub(crate) life: Option<Arc<Life>>,
    /// The number of sends that are left. `None` is unlimited.
    pub(crate) times: Option<u32>,
}

/// Scripts by the digits of the number.
#[derive(Debug, Default)]
pub(crate) struct Scripts(BTreeMap<String, Script>);

impl Scripts {
    pub(crate) fn put(&mut self, digits: &str, script: Script) -> Result<(), String> {
        if !self.0.contains_key(digits) && self.0.len() >= MAX_SCRIPTS {
            return Err(format!("at most {MAX_SCRIPTS} numbers have a script"));
        }
        self.0.insert(digits.to_owned(), script);
        Ok(())
    }

    /// Returns the script for the next send to this number, and counts that send.
    pub(crate) fn take(&mut self, digits: &str) -> Option<Script> {
        let script = self.0.get_mut(digits)?;
        let taken = script.clone();
        if let Some(times) = &mut script.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(digits);
            }
        }
        Some(taken)
    }
}

impl Script {
    pub(crate) fn to_json(&self, digits: &str) -> Value {
        let mut value = self.behaviour.to_json();
        value["number"] = json!(format!("+{digits}"));
        value["times"] = json!(self.times);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_ends_after_its_number_of_sends() {
        let mut scripts = Scripts::default();
        let script = |times| Script {
            behaviour: Behaviour::refuse(131_016),
            life: None,
            times,
        };
        let take = |scripts: &mut Scripts| scripts.take("1").map(|script| script.behaviour);
        scripts.put("1", script(Some(2))).expect("room");
        assert_eq!(take(&mut scripts), Some(Behaviour::refuse(131_016)));
        assert_eq!(take(&mut scripts), Some(Behaviour::refuse(131_016)));
        assert_eq!(take(&mut scripts), None);
        scripts.put("1", script(None)).expect("room");
        assert!(take(&mut scripts).is_some());
        assert_eq!(take(&mut scripts), take(&mut scripts));
    }
}
