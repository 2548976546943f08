//! What tests ask of single numbers, over and above the table of test numbers.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use crate::{behaviour::Behaviour, life::Life};

/// More scripts than this are refused.
const MOST_SCRIPTS: usize = 10_000;

/// A behaviour for one number, for its next few sends or until it is taken back.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) behaviour: Behaviour,
    /// What becomes of an accepted message; `None` is what the table or the default says.
    pub(crate) life: Option<Arc<Life>>,
    /// How many sends are left; `None` is all of them.
    pub(crate) times: Option<u32>,
}

/// Scripts by the digits of the number.
#[derive(Debug, Default)]
pub(crate) struct Scripts(BTreeMap<String, Script>);

impl Scripts {
    pub(crate) fn put(&mut self, digits: &str, script: Script) -> Result<(), String> {
        if !self.0.contains_key(digits) && self.0.len() >= MOST_SCRIPTS {
            return Err(format!("there are already {MOST_SCRIPTS} scripts"));
        }
        self.0.insert(digits.to_owned(), script);
        Ok(())
    }

    pub(crate) fn get(&self, digits: &str) -> Option<&Script> {
        self.0.get(digits)
    }

    pub(crate) fn remove(&mut self, digits: &str) -> bool {
        self.0.remove(digits).is_some()
    }

    /// The script for the next send to the number, which uses one of its times.
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

    pub(crate) fn to_json(&self) -> Value {
        let script = |(digits, script): (&String, &Script)| script.to_json(digits);
        json!({ "numbers": self.0.iter().map(script).collect::<Vec<_>>() })
    }
}

impl Script {
    pub(crate) fn to_json(&self, digits: &str) -> Value {
        let mut value = self.behaviour.to_json();
        value["life"] = json!(self.life.as_deref());
        value["number"] = json!(format!("+{digits}"));
        value["times"] = json!(self.times);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_with_times_ends_after_them() {
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
