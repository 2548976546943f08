//! A request that is prepared for judgement.

use std::sync::Arc;
use std::time::Duration;

use crate::channel::whatsapp::{AccessToken, Route};
use crate::idempotency::IdempotencyKey;
use crate::language::LanguageTag;
use crate::recipient::{PhoneNumber, Recipient};
use crate::sealing::AccountSealer;
use crate::send::{NoProvider, Refusal, RoutedTo, SendAttempt};
use crate::test_number::TestNumber;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use crate::usecases::authenticate::Caller;
use crate::verification::{OwnCode, VerificationPart};

/// The least time from the deadline of a hand-over to the end of its message's lifetime. The call may wait
/// for admission and end after the deadline, and then its outcome has to be recorded: a message that
/// expires before that is refunded although the answer says that it was sent.
pub(super) const LEAST_REST: Duration = Duration::from_secs(20);

/// The part of a request that is judged.
#[derive(Clone, Copy)]
pub(in crate::usecases) struct SendRequest<'a> {
    pub(in crate::usecases) caller: Caller,
    pub(in crate::usecases) to: &'a Recipient,
    pub(in crate::usecases) language: Option<&'a LanguageTag>,
    pub(in crate::usecases) notice_language: Option<UiLanguage>,
    pub(in crate::usecases) idempotency_key: Option<IdempotencyKey>,
}

/// A request ready to be judged, and its route.
pub(in crate::usecases) struct Prepared<'a> {
    pub(in crate::usecases) attempt: SendAttempt,
    pub(in crate::usecases) route: Result<PreparedRoute<'a>, Refusal>,
    pub(in crate::usecases) sealer: Arc<AccountSealer>,
    /// The instant from which the code of the message is refused; `None` if a caller checks the code.
    pub(in crate::usecases) code_expires_at: Option<Timestamp>,
}

/// The route of a request, with what its hand-over needs.
pub(in crate::usecases) enum PreparedRoute<'a> {
    /// The request hands the message over to WhatsApp.
    WhatsApp(Route<'a>, AccessToken, PhoneNumber),
    /// The request hands the message over to the test inbox.
    Test(NoProvider, Recipient),
    /// The message goes to nobody: its recipient is a reviewer number with this code.
    Withheld(NoProvider, OwnCode),
    /// The hand-over is queued.
    Queued(RoutedTo),
}

impl PreparedRoute<'_> {
    /// Returns the route as admission records it.
    pub(super) fn routed_to(&self) -> RoutedTo {
        match self {
            Self::WhatsApp(route, ..) => RoutedTo::WhatsApp((*route).into()),
            Self::Test(route, _) | Self::Withheld(route, _) => RoutedTo::NoProvider(route.clone()),
            Self::Queued(routed_to) => routed_to.clone(),
        }
    }
}

impl Prepared<'_> {
    /// Returns the code of the reviewer number that it goes to, if it is one.
    pub(in crate::usecases) fn reviewer_code(&self) -> Option<&OwnCode> {
        match &self.route {
            Ok(PreparedRoute::Withheld(_, code)) => Some(code),
            Ok(
                PreparedRoute::WhatsApp(..) | PreparedRoute::Test(..) | PreparedRoute::Queued(_),
            )
            | Err(_) => None,
        }
    }

    /// Returns the test number that a test key sends to, if it is one.
    pub(in crate::usecases) fn test_number(&self) -> Option<TestNumber> {
        match &self.route {
            Ok(PreparedRoute::Test(_, to)) => TestNumber::to(to),
            Ok(
                PreparedRoute::WhatsApp(..)
                | PreparedRoute::Withheld(..)
                | PreparedRoute::Queued(_),
            )
            | Err(_) => None,
        }
    }

    /// Makes it a message of a verification whose code is refused from `expires_at` on.
    ///
    /// A queued message is handed over before that or never, so its lifetime ends soon after.
    pub(in crate::usecases) fn carry_code(
        &mut self,
        part: VerificationPart,
        expires_at: Timestamp,
    ) {
        self.code_expires_at = Some(expires_at);
        let attempt = &mut self.attempt;
        attempt.verification = Some(part);
        if attempt.is_queued() {
            attempt.expires_at = expires_at + LEAST_REST;
        }
    }
}
