//! What tests ask of single numbers, over and above the table of test numbers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::behaviour::Behaviour;

/// More scripts than this are refused.
const MOST_SCRIPTS: usize = 10_000;

/// A behaviour for one number, for its next few sends or until it is taken back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    pub(crate) behaviour: Behaviour,
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

    /// The behaviour for the next send to the number, which uses one of the script's times.
    pub(crate) fn take(&mut self, digits: &str) -> Option<Behaviour> {
        let script = self.0.get_mut(digits)?;
        let behaviour = script.behaviour;
        if let Some(times) = &mut script.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(digits);
            }
        }
        Some(behaviour)
    }

    pub(crate) fn to_json(&self) -> Value {
        let script = |(digits, script): (&String, &Script)| script.to_json(digits);
        json!({ "numbers": self.0.iter().map(script).collect::<Vec<_>>() })
    }
}

impl Script {
    pub(crate) fn to_json(self, digits: &str) -> Value {
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
    fn a_script_with_times_ends_after_them() {
        let mut scripts = Scripts::default();
        let behaviour = Behaviour::refuse(131_016);
        scripts
            .put(
                "1",
                Script {
                    behaviour,
                    times: Some(2),
                },
            )
            .expect("room");
        assert_eq!(scripts.take("1"), Some(behaviour));
        assert_eq!(scripts.take("1"), Some(behaviour));
        assert_eq!(scripts.take("1"), None);
        scripts
            .put(
                "1",
                Script {
                    behaviour,
                    times: None,
                },
            )
            .expect("room");
        assert_eq!(scripts.take("1"), scripts.take("1"));
    }
}
