//! The requests of a history: made, and made again.

use std::time::Duration;

use otp_core::channel::Channel;
use otp_core::idempotency::{IdempotencyKey, RequestKey};
use otp_core::ids::VerificationId;
use otp_core::usecases::check_verification::CheckVerificationRequest;
use otp_core::usecases::create_verification::{CodeSource, CreateVerificationRequest};
use otp_core::usecases::resend_verification::ResendVerificationRequest;
use otp_core::verification::fallback::{FallbackPlan, PlannedStep};
use otp_core::verification::{Alphabet, CodeLength, CodeLifetime, Context, Guess, Metadata};
use proptest::prelude::{TestCaseError, prop_assert, prop_assert_eq};
use uuid::Uuid;

use super::Reopen;
use super::book::Kept;
use super::process::{Answered, Request};
use super::run::Run;
use super::step::Person;

/// A request that was made.
#[derive(Clone)]
pub(super) struct Last {
    request: Request,
    /// Its answer; `None` if the process died over it.
    answer: Option<Answered>,
    /// Whether it sent a message or compared a guess.
    had_an_effect: bool,
}

impl<R: Reopen> Run<R> {
    pub(super) fn key(&mut self) -> u32 {
        self.keys += 1;
        self.keys
    }

    fn message_key(&mut self) -> IdempotencyKey {
        IdempotencyKey(Uuid::from_u128(self.key().into()))
    }

    /// The request that created a verification, once more.
    pub(super) fn creation_of(&mut self, id: VerificationId) -> CreateVerificationRequest {
        CreateVerificationRequest {
            idempotency_key: Some(self.message_key()),
            ..self.created[&id].clone()
        }
    }

    pub(super) fn resending(
        &mut self,
        id: VerificationId,
        channel: Option<Channel>,
    ) -> ResendVerificationRequest {
        ResendVerificationRequest {
            caller: self.process.world.caller(),
            id,
            channel,
            notice_language: None,
            idempotency_key: Some(self.message_key()),
        }
    }

    pub(super) fn creation(
        &mut self,
        to: Person,
        fallback: &[(Person, u64)],
        lifetime: u64,
    ) -> CreateVerificationRequest {
        let to = to.recipient();
        let lifetime = CodeLifetime::try_new(lifetime).expect("a lifetime");
        let steps = fallback.iter().map(|(to, seconds)| PlannedStep {
            to: to.recipient(),
            wait: Duration::from_secs(*seconds),
        });
        let fallback = FallbackPlan::try_new(&to, steps.collect(), lifetime).expect("a plan");
        CreateVerificationRequest {
            caller: self.process.world.caller(),
            to,
            fallback,
            code: CodeSource::Generated(CodeLength::DEFAULT, Alphabet::Numeric),
            lifetime,
            language: None,
            transaction: None,
            metadata: Metadata::default(),
            context: Context::default(),
            notice_language: None,
            idempotency_key: Some(self.message_key()),
        }
    }

    /// Makes a request. One that waits for a cooldown is made once more after it.
    pub(super) async fn request(&mut self, request: Request, waits: bool) -> Kept {
        let answer = self
            .faults
            .survived(self.process.answer(request.clone()))
            .await;
        let answer = self.survived(answer).await?;
        if let Some(Answered::CoolingDown(wait)) = answer
            && waits
        {
            self.pass(wait);
            return Box::pin(self.request(request, false)).await;
        }
        let before = self.book.effects();
        self.read(matches!(request, Request::Resend(_))).await?;
        let had_an_effect = self.book.effects() > before;
        if let (Request::Create(request), true, Some(new)) =
            (&request, had_an_effect, self.book.nth(0))
        {
            self.created.insert(new.id, request.clone());
        }
        self.last = Some(Last {
            request,
            answer,
            had_an_effect,
        });
        Ok(())
    }

    /// Enters the code of a verification, or another one.
    pub(super) async fn guess(&mut self, nth: usize, shift: u32) -> Kept {
        let Some(of) = self.book.nth(nth) else {
            return Ok(());
        };
        let code: u32 = of.code.parse().expect("digits");
        let typed = format!("{:06}", (code + shift) % 1_000_000);
        let counts = self.book.may_guess(of, self.now());
        let id = of.id;
        let key = self.key().to_string();
        let api_key = self.process.world.fixture.api_key;
        let request = CheckVerificationRequest {
            caller: self.process.world.caller(),
            id,
            guess: Guess::parse(&typed).expect("a guess"),
            transaction: None,
            idempotency_key: Some(RequestKey::parse(api_key, &key).expect("a key")),
        };
        self.request(Request::Check(request), false).await?;
        let last = self.last.as_ref().expect("a request was made");
        prop_assert_eq!(
            last.had_an_effect,
            counts,
            "whether a guess at {} was compared with its code",
            id
        );
        let Some(answer) = last.answer else {
            return Ok(());
        };
        match answer {
            Answered::Approved => prop_assert!(counts && shift == 0, "{id} was approved"),
            Answered::Incorrect { .. } => {
                prop_assert!(counts && shift != 0, "the right code of {id} is incorrect");
            }
            Answered::Refused => prop_assert!(!counts, "a guess at {id} was refused"),
            Answered::Sent | Answered::CoolingDown(_) => {
                return Err(TestCaseError::fail("a check sent something"));
            }
        }
        Ok(())
    }

    /// Makes the last request again. It has no second effect.
    pub(super) async fn repeat(&mut self) -> Kept {
        let Some(first) = self.last.clone() else {
            return Ok(());
        };
        let before = self.book.effects();
        self.request(first.request.clone(), false).await?;
        if !first.had_an_effect {
            return Ok(());
        }
        let after = self.book.effects();
        prop_assert_eq!(before, after, "a repeated request had an effect");
        let again = self.last.as_ref().and_then(|last| last.answer);
        if let (Some(first @ Answered::Incorrect { .. }), Some(again)) = (first.answer, again) {
            prop_assert_eq!(first, again, "a repeated guess has another answer");
        }
        self.last = Some(first);
        Ok(())
    }
}
