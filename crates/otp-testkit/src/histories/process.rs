//! A process of the gateway: the use cases over a store, and what they keep in memory.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ids::VerificationId;
use otp_core::message::ClaimedMessage;
use otp_core::ports::{PortError, ProofSigner};
use otp_core::proof::{Proof, ProofClaims};
use otp_core::receipt::DeliveryReceipt;
use otp_core::turns::Room;
use otp_core::usecases::advance_fallbacks::{AdvanceFallbacks, FallbackRound};
use otp_core::usecases::cancel_verification::{CancelVerification, CancelVerificationError};
use otp_core::usecases::check_verification::{
    CheckVerification, CheckVerificationError, CheckVerificationRequest,
};
use otp_core::usecases::create_verification::{
    CreateVerification, CreateVerificationError, CreateVerificationRequest,
};
use otp_core::usecases::deliver_queued::DeliverQueued;
use otp_core::usecases::expire_pending_messages::ExpirePendingMessages;
use otp_core::usecases::expire_verifications::ExpireVerifications;
use otp_core::usecases::resend_verification::{
    ResendVerification, ResendVerificationError, ResendVerificationRequest,
};
use otp_core::usecases::send_message::SendMessageError;
use otp_core::usecases::show_verification::{ShowVerification, ShowVerificationError};

use super::step::Worker;
use crate::World;

/// A process that runs.
pub(super) struct Process {
    pub(super) world: World,
    expire_messages: ExpirePendingMessages,
    /// The messages that a worker claimed before it was held up.
    held: Vec<ClaimedMessage>,
}

/// A request that may be repeated: it has an idempotency key.
#[derive(Clone)]
pub(super) enum Request {
    Create(CreateVerificationRequest),
    Resend(ResendVerificationRequest),
    Check(CheckVerificationRequest),
}

/// The part of an answer that the promises are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    /// A code was sent, or the provider refused it.
    Sent,
    /// The recipient has to wait.
    CoolingDown(Duration),
    /// The code is right.
    Approved,
    /// The code is wrong.
    Incorrect {
        /// How many wrong guesses are left.
        left: usize,
    },
    /// Nothing was sent or compared.
    Refused,
}

impl Process {
    pub(super) fn new(world: World) -> Self {
        let clock = world.fixture.clock.clone();
        let expire_messages = ExpirePendingMessages::new(world.apply_receipts(), clock);
        Self {
            world,
            expire_messages,
            held: Vec::new(),
        }
    }

    pub(super) async fn answer(&self, request: Request) -> Result<Answered, PortError> {
        match request {
            Request::Create(request) => created(self.create().execute(request).await.err()),
            Request::Resend(request) => resent(self.resend().execute(request).await.err()),
            Request::Check(request) => checked(self.check().execute(request).await.err()),
        }
    }

    pub(super) async fn cancel(&self, id: VerificationId) -> Result<(), PortError> {
        let fixture = &self.world.fixture;
        let cancel = CancelVerification {
            ledger: fixture.store.clone(),
            show: self.show(),
            clock: fixture.clock.clone(),
        };
        match cancel.execute(fixture.account, id).await {
            Err(
                CancelVerificationError::Port(error)
                | CancelVerificationError::Show(ShowVerificationError::Port(error)),
            ) => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    pub(super) async fn report(&self, receipt: DeliveryReceipt) -> Result<(), PortError> {
        let applied = self.world.apply_receipts().execute(vec![receipt]).await;
        applied.map(drop)
    }

    pub(super) async fn work(&mut self, worker: Worker) -> Result<(), PortError> {
        match worker {
            Worker::All => {
                self.expire_verifications().await?;
                self.advance().await?;
                self.deliver().await?;
                self.expire_messages.execute().await?;
            }
            Worker::Fallbacks => drop(self.advance().await?),
            Worker::Queue => self.deliver().await?,
            Worker::QueueHeldUp => {
                let claimed = self.queue().claim(&Room::for_all(MOST)).await?;
                self.held.extend(claimed);
            }
            Worker::QueueGoesOn => {
                for claimed in std::mem::take(&mut self.held) {
                    self.queue().deliver(claimed).await?;
                }
            }
            Worker::Verifications => self.expire_verifications().await?,
            Worker::Messages => drop(self.expire_messages.execute().await?),
        }
        Ok(())
    }

    async fn advance(&self) -> Result<FallbackRound, PortError> {
        let advance = AdvanceFallbacks {
            fallbacks: self.world.fixture.store.clone(),
            send: self.world.send_message.clone(),
        };
        advance.execute().await
    }

    async fn deliver(&self) -> Result<(), PortError> {
        let queue = self.queue();
        queue.settle_abandoned().await?;
        for claimed in queue.claim(&Room::for_all(MOST)).await? {
            queue.deliver(claimed).await?;
        }
        Ok(())
    }

    async fn expire_verifications(&self) -> Result<(), PortError> {
        let expire = ExpireVerifications {
            ledger: self.world.fixture.store.clone(),
            clock: self.world.fixture.clock.clone(),
        };
        expire.execute().await.map(drop)
    }

    fn queue(&self) -> DeliverQueued {
        DeliverQueued {
            queue: self.world.fixture.store.clone(),
            verifications: self.world.fixture.store.clone(),
            send: self.world.send_message.clone(),
        }
    }

    fn show(&self) -> ShowVerification {
        let fixture = &self.world.fixture;
        ShowVerification {
            verifications: fixture.store.clone(),
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
        }
    }

    fn create(&self) -> CreateVerification {
        CreateVerification {
            send: self.world.send_message.clone(),
            show: self.show(),
        }
    }

    fn resend(&self) -> ResendVerification {
        ResendVerification {
            send: self.world.send_message.clone(),
            show: self.show(),
            fallbacks: self.world.fixture.store.clone(),
        }
    }

    fn check(&self) -> CheckVerification {
        let fixture = &self.world.fixture;
        CheckVerification {
            directory: fixture.store.clone(),
            ledger: fixture.store.clone(),
            verifications: fixture.store.clone(),
            sealers: fixture.sealers(),
            proofs: Arc::new(NoProof),
            clock: fixture.clock.clone(),
        }
    }
}

/// More than a history ever queues.
const MOST: usize = 100;

struct NoProof;

#[async_trait]
impl ProofSigner for NoProof {
    async fn sign(&self, _: &ProofClaims) -> Result<Proof, PortError> {
        Ok(Proof::new("proof".to_owned()))
    }
}

fn created(error: Option<CreateVerificationError>) -> Result<Answered, PortError> {
    match error {
        None => Ok(Answered::Sent),
        Some(CreateVerificationError::Send(error)) => refused(error),
        Some(
            CreateVerificationError::Port(error)
            | CreateVerificationError::Show(ShowVerificationError::Port(error)),
        ) => Err(error),
        Some(
            CreateVerificationError::TooManyAttempts { .. } | CreateVerificationError::Show(_),
        ) => Ok(Answered::Refused),
    }
}

fn resent(error: Option<ResendVerificationError>) -> Result<Answered, PortError> {
    match error {
        None => Ok(Answered::Sent),
        Some(ResendVerificationError::Send(error)) => refused(error),
        Some(
            ResendVerificationError::Port(error)
            | ResendVerificationError::Show(ShowVerificationError::Port(error)),
        ) => Err(error),
        Some(_) => Ok(Answered::Refused),
    }
}

fn refused(error: SendMessageError) -> Result<Answered, PortError> {
    if let SendMessageError::CoolingDown { wait } = error {
        Ok(Answered::CoolingDown(wait))
    } else if let SendMessageError::RefusedByProvider { .. } = error {
        Ok(Answered::Sent)
    } else if let SendMessageError::Port(error) = error {
        Err(error)
    } else {
        Err(PortError::Backend(error.into()))
    }
}

fn checked(error: Option<CheckVerificationError>) -> Result<Answered, PortError> {
    match error {
        None => Ok(Answered::Approved),
        Some(CheckVerificationError::CodeIncorrect {
            attempts_left: left,
        }) => Ok(Answered::Incorrect { left }),
        Some(CheckVerificationError::Port(error)) => Err(error),
        Some(_) => Ok(Answered::Refused),
    }
}
