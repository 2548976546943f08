//! Counts batches, admissions and settlements. It decorates the store behind the batching, so it is called
//! once per batch and not once per send.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use metrics::{counter, histogram};
use otp_core::channel::Channel;
use otp_core::ids::TemplateId;
use otp_core::ports::{PortError, SendLedger};
use otp_core::region::Region;
use otp_core::send::{Admission, Outcome, Refusal, SendAttempt, Settlement};
use otp_core::verification::VerificationPart;

use super::code_counts::CodeCounts;
use super::counted_checks;

/// The histogram of attempts or settlements in a batch.
pub(super) const BATCH_SIZE: &str = "otp_batch_size";
/// The histogram of the time for a batch, including the commit.
pub(super) const BATCH_DURATION: &str = "otp_batch_duration_seconds";
/// The counter of attempts, by decision.
pub(super) const ADMISSIONS: &str = "otp_admissions_total";
/// The counter of settlements, by outcome.
pub(super) const SETTLEMENTS: &str = "otp_settlements_total";

/// Counts the batches of a ledger.
pub(crate) struct CountedLedger {
    inner: Arc<dyn SendLedger>,
    codes: Arc<CodeCounts>,
}

impl CountedLedger {
    /// Decorates `inner`.
    pub(crate) fn new(inner: Arc<dyn SendLedger>, codes: Arc<CodeCounts>) -> Self {
        Self { inner, codes }
    }
}

#[async_trait]
impl SendLedger for CountedLedger {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        let begun = Batch::of("admit", attempts.len());
        let admitted = self.inner.admit(Arc::clone(&attempts)).await;
        begun.end();
        if let Ok(admissions) = &admitted {
            for verdict in admissions.iter().map(verdict) {
                counter!(ADMISSIONS, "verdict" => verdict).increment(1);
            }
            let judged = attempts.iter().zip(admissions);
            self.codes.accepted(judged.clone().filter_map(callers_code));
            for channel in judged.filter_map(created) {
                counted_checks::count(channel, "created");
            }
        }
        admitted
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        let begun = Batch::of("settle", settlements.len());
        let settled = self.inner.settle(Arc::clone(&settlements)).await;
        begun.end();
        if settled.is_ok() {
            for settlement in settlements.iter() {
                let outcome = outcome(&settlement.outcome);
                counter!(SETTLEMENTS, "outcome" => outcome).increment(1);
            }
        }
        settled
    }
}

/// A batch that is running.
pub(super) struct Batch {
    operation: &'static str,
    started: Instant,
}

impl Batch {
    /// Records its size, and begins to measure its time.
    pub(super) fn of(operation: &'static str, size: usize) -> Self {
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        histogram!(BATCH_SIZE, "operation" => operation).record(f64::from(size));
        Self {
            operation,
            started: Instant::now(),
        }
    }

    /// Records its time.
    pub(super) fn end(self) {
        let took = self.started.elapsed().as_secs_f64();
        histogram!(BATCH_DURATION, "operation" => self.operation).record(took);
    }
}

/// Returns the region and the template of an admitted code that the caller checks.
fn callers_code(
    (attempt, admission): (&SendAttempt, &Admission),
) -> Option<(Option<Region>, Option<TemplateId>)> {
    let is_one = attempt.verification.is_none() && matches!(admission, Admission::Admitted);
    let route = attempt.route.as_ref().ok().filter(|_| is_one)?;
    let template = route.whatsapp().map(|route| route.template_id);
    Some((attempt.region, template))
}

/// Returns the channel of a verification that an admission began.
fn created((attempt, admission): (&SendAttempt, &Admission)) -> Option<Channel> {
    let begins = matches!(attempt.verification, Some(VerificationPart::Create(_)));
    let is_admitted = matches!(admission, Admission::AdmittedCode { .. });
    let route = attempt.route.as_ref().ok()?;
    (begins && is_admitted).then(|| route.channel())
}

fn verdict(admission: &Admission) -> &'static str {
    match admission {
        Admission::Admitted | Admission::AdmittedCode { .. } => "admitted",
        Admission::Replayed(_) => "replayed",
        Admission::Refused(refusal) => match refusal {
            Refusal::AccountRestricted => "account_restricted",
            Refusal::AccountClosed => "account_closed",
            Refusal::SenderNumberNotFound => "sender_number_not_found",
            Refusal::EmailSenderNotFound => "email_sender_not_found",
            Refusal::TemplateNotFound => "template_not_found",
            Refusal::RecipientOptedOut => "recipient_opted_out",
            Refusal::CoolingDown { .. } => "cooling_down",
            Refusal::InsufficientBalance => "insufficient_balance",
            Refusal::VerificationNotFound => "verification_not_found",
            Refusal::VerificationOver(_) => "verification_over",
            Refusal::TooManyAttempts { .. } => "too_many_attempts",
            Refusal::FallbackNotDue => "fallback_not_due",
        },
    }
}

fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted(_) => "accepted",
        Outcome::Failed(_) => "failed",
        Outcome::Unknown => "unknown",
        Outcome::Reported(_) => "reported",
        Outcome::ReportedFailed(_) => "reported_failed",
        Outcome::Expired => "expired",
    }
}
