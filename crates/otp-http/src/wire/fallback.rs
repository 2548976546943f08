//! The fallback of a new verification.

use std::time::Duration;

use otp_core::recipient::Recipient;
use otp_core::verification::CodeLifetime;
use otp_core::verification::fallback::{FallbackPlan, InvalidPlan, MAX_STEPS, PlannedStep};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::destination::{ChannelChoice, channel, recipient};
use super::typed_field::{TypedField, nested};
use crate::error::{FieldFault, InvalidField};

/// A step of a fallback: where the code goes if it did not arrive until then.
#[derive(ToSchema)]
#[schema(as = FallbackStep, rename_all = "camelCase")]
#[expect(dead_code, reason = "documents an object that is read field by field")]
pub(crate) struct FallbackStepBody {
    /// The channel, which follows from the recipient as that of the verification does.
    #[schema(value_type = Option<ChannelChoice>, default = "auto")]
    channel: ChannelChoice,
    /// The recipient: a number in E.164 or an e-mail address, who does not get the code already.
    to: String,
    /// How many seconds after the message before it: at most as long as the code is valid. The step is taken
    /// sooner if no message can arrive any more.
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 600, default = 30)]
    after_seconds: u16,
}

/// The names of the fields of each step.
struct Names {
    step: &'static str,
    channel: &'static str,
    to: &'static str,
    after_seconds: &'static str,
}

const NAMES: [Names; MAX_STEPS] = [
    Names {
        step: "fallback[0]",
        channel: "fallback[0].channel",
        to: "fallback[0].to",
        after_seconds: "fallback[0].afterSeconds",
    },
    Names {
        step: "fallback[1]",
        channel: "fallback[1].channel",
        to: "fallback[1].to",
        after_seconds: "fallback[1].afterSeconds",
    },
];

/// Reads the fallback of a code with this lifetime that is sent `to` somebody.
pub(super) fn fallback(
    field: TypedField,
    to: &Recipient,
    lifetime: CodeLifetime,
) -> Result<FallbackPlan, InvalidField> {
    let steps = field.list("fallback")?.unwrap_or_default();
    let too_many = InvalidField::new("fallback", FieldFault::TooManySteps);
    if steps.len() > MAX_STEPS {
        return Err(too_many);
    }
    let steps = steps.into_iter().zip(&NAMES);
    let planned = steps.map(|(step, names)| {
        let step = step.object(names.step)?;
        let missing = InvalidField::new(names.step, FieldFault::NotAnObject);
        planned(step.ok_or(missing)?, names, lifetime)
    });
    let planned: Result<Vec<_>, _> = planned.collect();
    FallbackPlan::try_new(to, planned?, lifetime).map_err(|invalid| match invalid {
        InvalidPlan::TooManySteps => too_many,
        InvalidPlan::SameRecipient(step) => {
            InvalidField::new(NAMES[step].to, FieldFault::SameRecipient)
        }
        InvalidPlan::Wait(step) => not_in_time(NAMES[step].after_seconds, lifetime),
    })
}

fn planned(
    mut step: Map<String, Value>,
    names: &'static Names,
    lifetime: CodeLifetime,
) -> Result<PlannedStep, InvalidField> {
    let to = nested(&mut step, names.to).text(names.to)?;
    let to = to.ok_or(InvalidField::new(names.to, FieldFault::Missing))?;
    let to = recipient(Some(&to));
    let to = to.map_err(|_| InvalidField::new(names.to, FieldFault::NotARecipient))?;
    let chosen = nested(&mut step, names.channel);
    if channel(chosen, names.channel)?.is_some_and(|channel| channel != to.channel()) {
        return Err(InvalidField::new(names.channel, FieldFault::OtherChannel));
    }
    let wait = nested(&mut step, names.after_seconds);
    let wait = wait.number(names.after_seconds, FallbackPlan::waits(lifetime), Some)?;
    Ok(PlannedStep {
        to,
        wait: wait.map_or_else(|| FallbackPlan::default_wait(lifetime), Duration::from_secs),
    })
}

fn not_in_time(field: &'static str, lifetime: CodeLifetime) -> InvalidField {
    let (least, most) = FallbackPlan::waits(lifetime).into_inner();
    InvalidField::new(field, FieldFault::NotBetween(least, most))
}
