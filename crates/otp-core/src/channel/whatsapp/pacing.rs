//! Pacing: which calls to the provider are held back, for how long, and what is said meanwhile.
//!
//! | what the provider says | what is held back |
//! | --- | --- |
//! | the pair of numbers sends too fast | messages of this sender to this recipient |
//! | the sender sends too fast | messages of this sender, for the pause it asks for |
//! | an operator has to mend something | messages of this sender, until somebody asked about it |
//! | ten times in a row that it cannot, or nothing | messages of this sender, but for one probe at a time |
//!
//! It is one process's knowledge, for seconds and minutes, and bounded; what a sender is stopped for
//! lastingly is stored. A sender that has no trouble costs one look-up and no memory.
//!
//! Times are counted from any fixed instant of a clock that never goes back: a clock that is set back
//! must not hold anybody for a day.

mod breaker;
mod hold;
mod pairs;

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use crate::ids::SenderId;
use crate::message::Failure;
use crate::ports::{Accepted, ProviderRefusal, RefusalScope, SendError};
use crate::recipient::PhoneNumber;
use breaker::Breaker;
pub use hold::Hold;
use pairs::Pairs;

/// How long a sender pauses that sends too fast, where the provider names no time.
const THROTTLE_PAUSE: Duration = Duration::from_secs(1);

/// How long a message waits before it asks again whether its sender is still suspected.
const SUSPICION_PAUSE: Duration = Duration::from_secs(1);

/// A suspicion that nobody could confirm or refute lapses; the next message tries the sender out.
const SUSPICION_LIFETIME: Duration = Duration::from_secs(60);

/// How long a sender whose stop was stored is still held: a message that was on its way before has then
/// asked for the last time, and every other one finds the stop when it looks its sender up.
const STOP_SETTLES: Duration = Duration::from_secs(5);

/// What is known of senders in trouble, and of pairs of numbers that pause.
///
/// `S` identifies a sender and `R` a recipient: see [`Limits`](crate::channel::Limits).
#[derive(Debug)]
pub struct Pacing<S = SenderId, R = PhoneNumber> {
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
    /// Make it, and report what came of it.
    Granted(Call),
    /// Do not make it.
    Held(Hold),
}

/// A call that may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Whether it finds out if the provider is well again.
    is_probe: bool,
}

/// What a report changed, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The sender has failed so often in a row that only probes go out.
    Opened,
    /// The sender works again.
    Closed,
    /// The sender is suspected: somebody has to ask the provider about it.
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
    /// Whether somebody still has to find out.
    open: bool,
}

impl<S: Copy + Eq + Hash, R: Clone + Eq + Hash> Pacing<S, R> {
    /// Asks to call the provider for a message of this sender to this recipient.
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

    /// Takes in what came of a call. `after` of the outcome is set to the pause that was decided on.
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

    /// Suspects a sender, also on somebody else's word. Whether it was not suspected before.
    pub fn suspect(&mut self, sender: S, refusal: &ProviderRefusal, now: Duration) -> bool {
        let suspicion = Suspicion {
            until: now + SUSPICION_LIFETIME,
            open: true,
        };
        let trouble = self.trouble(sender, refusal);
        trouble.last = refusal.clone();
        let news = trouble.suspicion.is_none_or(|before| before.until <= now);
        if news {
            trouble.suspicion = Some(suspicion);
        }
        news
    }

    /// The suspected senders about whom nobody has found out yet, and what the provider said.
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

    /// The sender is well: it is not suspected any more.
    pub fn acquit(&mut self, sender: S) {
        if let Some(trouble) = self.senders.get_mut(&sender) {
            trouble.suspicion = None;
        }
    }

    /// The sender was stopped, and that is stored: it is held here until every look-up shows it.
    pub fn convict(&mut self, sender: S, now: Duration) {
        if let Some(trouble) = self.senders.get_mut(&sender) {
            trouble.suspicion = Some(Suspicion {
                until: now + STOP_SETTLES,
                open: false,
            });
        }
    }

    /// The senders whose messages are held back now, but for probes.
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
    /// Whether a call may be made, and if so, whether it is a probe; else when to ask again.
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

/// What is answered while nobody is called because nobody answered.
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
