//! The plan of a fallback, as the caller names it.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::{DEFAULT_WAIT, MAX_STEPS};
use crate::recipient::Recipient;
use crate::verification::CodeLifetime;

/// A step as it is planned. Its channel follows from the recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// The recipient.
    pub to: Recipient,
    /// How long after the message before it, in whole seconds.
    pub wait: Duration,
}

/// The steps of a fallback. Without any, there is no fallback.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FallbackPlan(Vec<PlannedStep>);

/// The reason a plan is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPlan {
    /// It has more than [`MAX_STEPS`].
    #[error("more than two steps")]
    TooManySteps,
    /// The recipient of the step with this number gets the code already.
    #[error("a step leads to a recipient who gets the code already")]
    SameRecipient(usize),
    /// The step with this number waits for no time, or longer than the code is valid.
    #[error("a step waits for no time, or longer than the code is valid")]
    Wait(usize),
}

impl FallbackPlan {
    /// Accepts steps that lead to different recipients, none of them `to`.
    pub fn try_new(
        to: &Recipient,
        steps: Vec<PlannedStep>,
        lifetime: CodeLifetime,
    ) -> Result<Self, InvalidPlan> {
        if steps.len() > MAX_STEPS {
            return Err(InvalidPlan::TooManySteps);
        }
        for (number, step) in steps.iter().enumerate() {
            let earlier = steps.iter().take(number).map(|step| &step.to);
            if earlier.chain([to]).any(|earlier| *earlier == step.to) {
                return Err(InvalidPlan::SameRecipient(number));
            }
            if !Self::waits(lifetime).contains(&step.wait.as_secs()) {
                return Err(InvalidPlan::Wait(number));
            }
        }
        Ok(Self(steps))
    }

    /// Returns how many seconds a step of a code with this lifetime may wait.
    pub fn waits(lifetime: CodeLifetime) -> RangeInclusive<u64> {
        1..=lifetime.get().as_secs()
    }

    /// Returns how long a step of a code with this lifetime waits if the caller does not say.
    pub fn default_wait(lifetime: CodeLifetime) -> Duration {
        DEFAULT_WAIT.min(lifetime.get())
    }

    /// Returns the steps in their order.
    pub fn steps(&self) -> &[PlannedStep] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipient::EmailAddress;

    fn step(address: &str, seconds: u64) -> PlannedStep {
        let to = EmailAddress::parse(address).expect("an address").into();
        let wait = Duration::from_secs(seconds);
        PlannedStep { to, wait }
    }

    #[test]
    fn a_plan_has_two_steps_at_most_each_to_somebody_new_and_in_time() {
        let to = step("a@example.com", 1).to;
        let lifetime = CodeLifetime::try_new(60).expect("a lifetime");
        for (steps, expected) in [
            (vec![], Ok(0)),
            (vec![("b@example.com", 1)], Ok(1)),
            (vec![("b@example.com", 60), ("c@example.com", 60)], Ok(2)),
            (vec![("b@example.com", 0)], Err(InvalidPlan::Wait(0))),
            (
                vec![("b@example.com", 9), ("c@example.com", 61)],
                Err(InvalidPlan::Wait(1)),
            ),
            (
                vec![("a@example.com", 9)],
                Err(InvalidPlan::SameRecipient(0)),
            ),
            (
                vec![("b@example.com", 9), ("b@example.com", 9)],
                Err(InvalidPlan::SameRecipient(1)),
            ),
            (
                vec![
                    ("b@example.com", 9),
                    ("c@example.com", 9),
                    ("d@example.com", 9),
                ],
                Err(InvalidPlan::TooManySteps),
            ),
        ] {
            let planned = steps.iter().map(|(address, wait)| step(address, *wait));
            let plan = FallbackPlan::try_new(&to, planned.collect(), lifetime);
            assert_eq!(plan.map(|plan| plan.steps().len()), expected, "{steps:?}");
        }
    }
}
