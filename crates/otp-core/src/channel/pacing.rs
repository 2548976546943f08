//! Pacing: holds back calls to the provider after refusals and failures, for a limited time.
//!
//! | reason | held back |
//! | --- | --- |
//! | this sender sends too fast to this recipient | messages of this sender to this recipient |
//! | this sender sends too fast | messages of this sender, for the pause the provider asks for |
//! | an operator has to fix something | messages of this sender, until it has been checked |
//! | ten failures or time-outs in a row | messages of this sender, except one probe at a time |
//!
//! This state is bounded, is local to one process and lasts for seconds or minutes; lasting stops of
//! senders are stored. A sender without trouble costs one look-up and no memory.
//!
//! Times are durations since a fixed instant of a monotonic clock, because a clock that is set back must
//! not hold a sender for a day.

mod breaker;
mod hold;
mod pairs;

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use crate::message::Failure;
use crate::ports::{Accepted, ProviderRefusal, RefusalScope, SendError};
use breaker::Breaker;
pub use hold::Hold;
use pairs::Pairs;

/// The pause of a sender that sends too fast, if the provider asks for none.
const THROTTLE_PAUSE: Duration = Duration::from_secs(1);

/// How long a message of a suspected sender waits before it asks again.
const SUSPICION_PAUSE: Duration = Duration::from_secs(1);

/// How long a suspicion lasts that is neither confirmed nor refuted; after that the next message is sent.
const SUSPICION_LIFETIME: Duration = Duration::from_secs(60);

/// How long a sender is still held after its stop was stored.
///
/// By then every message that was routed before the stop has asked for the last time, and every later
/// message finds the stop when it is routed.
const STOP_SETTLES: Duration = Duration::from_secs(5);

/// The state of senders in trouble, and of pairs of sender and recipient that pause.
///
/// `S` identifies a sender and `R` a recipient: see [`Limits`](crate::channel::Limits).
#[derive(Debug)]
pub struct Pacing<S, R> {
    senders: HashMap<S, Trouble>,
    pairs: Pairs<S, R>,
}

impl<S, R> Default for Pacing<S, R> {
    fn default() -> Self {
        Self {
            senders: HashMap::new(),
            pairs: Pairs::default(),
        }
    }
}

/// Whether a call may be made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// The call may be made; its outcome must be reported.
    Granted(Call),
    /// The call must not be made.
    Held(Hold),
}

/// A call that may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Whether it probes if the provider works again.
    is_probe: bool,
}

/// A change of state, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The sender failed too often in a row, so only probes are sent.
    Opened,
    /// The sender works again.
    Closed,
    /// The sender is suspected, so the provider has to be asked about it.
    Suspected,
}

#[derive(Debug)]
struct Trouble {
    breaker: Breaker,
    throttled_until: Option<Duration>,
    suspicion: Option<Suspicion>,
    last: ProviderRefusal,
}

#[derive(Debug, Clone, Copy)]
struct Suspicion {
    until: Duration,
    /// Whether the sender still has to be checked.
    open: bool,
}

impl<S: Copy + Eq + Hash, R: Clone + Eq + Hash> Pacing<S, R> {
    /// Asks for permission to call the provider for a message of this sender to this recipient.
    pub fn ask(&mut self, sender: S, to: &R, now: Duration) -> Permission {
        if let Some(hold) = self.pairs.hold(sender, to, now) {
            return Permission::Held(hold);
        }
        let Some(trouble) = self.senders.get_mut(&sender) else {
            return Permission::Granted(Call { is_probe: false });
        };
        match trouble.ask(now) {
            Ok(is_probe) => Permission::Granted(Call { is_probe }),
            Err(after) => Permission::Held(Hold {
                refusal: trouble.last.clone(),
                after,
            }),
        }
    }

    /// Reports the outcome of a call. If it is a temporary refusal, its `after` is set to the chosen pause.
    pub fn report(
        &mut self,
        (sender, to): (S, &R),
        call: Call,
        outcome: &mut Result<Accepted, SendError>,
        now: Duration,
    ) -> Option<Turn> {
        let (refusal, after) = match outcome {
            Ok(_) => {
                self.pairs.succeeded(sender, to);
                return self.worked(sender, now);
            }
            Err(SendError::Unknown) => return self.failed(sender, call, &no_answer(), now),
            Err(SendError::Refused(refusal)) => (&*refusal, &mut None),
            Err(SendError::Retry { refusal, after }) => (&*refusal, after),
        };
        match refusal.scope {
            RefusalScope::Message
            | RefusalScope::TemplatePaused
            | RefusalScope::TemplateDisabled => self.worked(sender, now),
            RefusalScope::Recipient => {
                *after = Some(self.pairs.slow((sender, to), refusal, *after, now));
                self.worked(sender, now)
            }
            RefusalScope::Sender => {
                let pause = after.unwrap_or(THROTTLE_PAUSE);
                *after = Some(pause);
                let turn = self.failed(sender, call, refusal, now);
                let trouble = self.trouble(sender, refusal);
                trouble.throttled_until = trouble.throttled_until.max(Some(now + pause));
                turn
            }
            RefusalScope::Provider => self.failed(sender, call, refusal, now),
            RefusalScope::SenderUntilFixed => {
                self.failed(sender, call, refusal, now);
                self.suspect(sender, refusal, now)
                    .then_some(Turn::Suspected)
            }
        }
    }

    /// Marks a sender as suspected; returns whether that is new.
    pub fn suspect(&mut self, sender: S, refusal: &ProviderRefusal, now: Duration) -> bool {
        let suspicion = Suspicion {
            until: now + SUSPICION_LIFETIME,
            open: true,
        };
        let trouble = self.trouble(sender, refusal);
        trouble.last = refusal.clone();
        let is_new = trouble.suspicion.is_none_or(|before| before.until <= now);
        if is_new {
            trouble.suspicion = Some(suspicion);
        }
        is_new
    }

    /// Returns the suspected senders that still have to be checked, with the provider's refusals.
    pub fn suspects(&self, now: Duration) -> Vec<(S, ProviderRefusal)> {
        let open = |suspicion: Suspicion| suspicion.open && now < suspicion.until;
        let suspected = self
            .senders
            .iter()
            .filter(|(_, trouble)| trouble.suspicion.is_some_and(open));
        suspected
            .map(|(sender, trouble)| (*sender, trouble.last.clone()))
            .collect()
    }

    /// Clears the suspicion of a sender that may send.
    pub fn clear_suspicion(&mut self, sender: S) {
        if let Some(trouble) = self.senders.get_mut(&sender) {
            trouble.suspicion = None;
        }
    }

    /// Holds a sender whose stop was stored, until every look-up shows the stop.
    pub fn confirm_suspicion(&mut self, sender: S, now: Duration) {
        if let Some(trouble) = self.senders.get_mut(&sender) {
            trouble.suspicion = Some(Suspicion {
                until: now + STOP_SETTLES,
                open: false,
            });
        }
    }

    /// Returns the senders whose messages are held back now, except for probes.
    pub fn open_breakers(&self) -> impl Iterator<Item = S> {
        let open =
            |(sender, trouble): (&S, &Trouble)| (!trouble.breaker.is_closed()).then_some(*sender);
        self.senders.iter().filter_map(open)
    }

    fn trouble(&mut self, sender: S, refusal: &ProviderRefusal) -> &mut Trouble {
        self.senders.entry(sender).or_insert_with(|| Trouble {
            breaker: Breaker::default(),
            throttled_until: None,
            suspicion: None,
            last: refusal.clone(),
        })
    }

    fn worked(&mut self, sender: S, now: Duration) -> Option<Turn> {
        let trouble = self.senders.get_mut(&sender)?;
        let was_closed = trouble.breaker.is_closed();
        trouble.breaker.succeeded();
        let throttled = trouble.throttled_until.is_some_and(|until| now < until);
        if !throttled && trouble.suspicion.is_none() {
            self.senders.remove(&sender);
        }
        (!was_closed).then_some(Turn::Closed)
    }

    fn failed(
        &mut self,
        sender: S,
        call: Call,
        refusal: &ProviderRefusal,
        now: Duration,
    ) -> Option<Turn> {
        let trouble = self.trouble(sender, refusal);
        trouble.last = refusal.clone();
        let was_closed = trouble.breaker.is_closed();
        trouble.breaker.failed(call.is_probe, now);
        (was_closed && !trouble.breaker.is_closed()).then_some(Turn::Opened)
    }
}

impl Trouble {
    /// Returns whether the call is a probe; `Err` is the wait before asking again.
    fn ask(&mut self, now: Duration) -> Result<bool, Duration> {
        if let Some(suspicion) = self.suspicion {
            if now < suspicion.until {
                return Err(SUSPICION_PAUSE.min(suspicion.until - now));
            }
            self.suspicion = None;
        }
        if let Some(until) = self.throttled_until {
            if now < until {
                return Err(until - now);
            }
            self.throttled_until = None;
        }
        self.breaker.ask(now)
    }
}

/// Returns the refusal to answer with if the provider gave no answer.
fn no_answer() -> ProviderRefusal {
    ProviderRefusal {
        http_status: None,
        message: "The provider does not answer.".to_owned(),
        failure: Failure {
            code: None,
            title: "No answer".to_owned(),
            reason: "The provider did not answer several times in a row; the message was not sent."
                .to_owned(),
        },
        scope: RefusalScope::Provider,
    }
}

#[cfg(test)]
mod tests;
