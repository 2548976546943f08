//! Intake of notifications: the memory that their bodies may use, and how many are applied at once.
//!
//! The path is open to everybody and accepts larger bodies than any other. So the memory is bounded for
//! all callers together; a caller that finds no room is asked to repeat.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{BytesMut, Payload};
use otp_edge::BodyError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::state::WhatsAppWebhook;

/// Longest body that is read, in bytes: Meta reports up to a thousand events at once.
const MAX_BYTES: usize = 4 * 1_024 * 1_024;

/// Most bytes of bodies that are held at once, for all callers together.
const MAX_BYTES_HELD: usize = 16 * MAX_BYTES;

/// Most notifications that are applied at once; more wait, and Meta with them.
const MAX_APPLIED: usize = 256;

/// The entry for notifications.
pub(crate) struct Intake {
    pub(super) webhook: WhatsAppWebhook,
    bytes: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// A notification was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IntakeError {
    NotReceived(BodyError),
    /// Too many bodies are held already.
    NoRoom,
    /// Nothing is applied any more.
    Closed,
}

/// A body, and the room that it occupies.
pub(super) struct HeldBody {
    pub(super) bytes: BytesMut,
    room: Room,
}

impl HeldBody {
    /// Drops the bytes. The room stays occupied by what was read from them.
    pub(super) fn into_room(self) -> Room {
        self.room
    }
}

impl Intake {
    pub(crate) fn new(webhook: WhatsAppWebhook) -> Self {
        Self {
            webhook,
            bytes: Arc::new(Semaphore::new(MAX_BYTES_HELD)),
            turns: Arc::new(Semaphore::new(MAX_APPLIED)),
        }
    }

    /// Receives a body while there is room for it.
    pub(super) async fn receive(
        &self,
        request: &HttpRequest,
        payload: Payload,
    ) -> Result<HeldBody, IntakeError> {
        let mut room = Room::default();
        let admit = |bytes| room.grow(&self.bytes, bytes);
        let bytes = otp_edge::receive(request, payload, MAX_BYTES, admit).await?;
        Ok(HeldBody { bytes, room })
    }

    /// Waits until another notification may be applied.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, IntakeError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        turn.map_err(|_| IntakeError::Closed)
    }
}

/// The room that one body occupies. It is given back when the request ends, however it ends.
#[derive(Debug, Default)]
pub(super) struct Room(Option<OwnedSemaphorePermit>);

impl Room {
    fn grow(&mut self, all: &Arc<Semaphore>, bytes: usize) -> Result<(), IntakeError> {
        let bytes = u32::try_from(bytes).map_err(|_| IntakeError::NoRoom)?;
        let more = Arc::clone(all).try_acquire_many_owned(bytes);
        let more = more.map_err(|_| IntakeError::NoRoom)?;
        match &mut self.0 {
            Some(room) => room.merge(more),
            None => self.0 = Some(more),
        }
        Ok(())
    }
}

impl From<BodyError> for IntakeError {
    fn from(error: BodyError) -> Self {
        Self::NotReceived(error)
    }
}

impl std::fmt::Display for IntakeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotReceived(error) => error.fmt(f),
            Self::NoRoom => f.write_str("too many notifications at once"),
            Self::Closed => f.write_str("notifications are no longer applied"),
        }
    }
}

impl std::error::Error for IntakeError {}

#[cfg(test)]
mod tests {
    use otp_core::keyring::{KeyOwner, MasterKey, MasterKeys};
    use otp_core::ports::{
        MockClock, MockDirectory, MockNoticeOutbox, MockOptOuts, MockProviderWebhook,
        MockRandomness, MockReceipts, MockRecipientIdentities, MockSendLedger, MockSenderHealths,
        MockSenders, MockTemplates,
    };
    use otp_core::usecases::account_sealers::AccountSealers;
    use otp_core::usecases::apply_receipts::ApplyReceipts;
    use otp_core::usecases::apply_sender_events::ApplySenderEvents;
    use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
    use otp_core::usecases::handle_provider_webhook::HandleProviderWebhook;
    use otp_core::usecases::record_consent::RecordConsent;

    use super::*;

    fn intake() -> Intake {
        let receipts = Arc::new(MockReceipts::new());
        let mut randomness = MockRandomness::new();
        randomness.expect_fill().returning(|bytes| bytes.fill(1));
        let randomness = Arc::new(randomness);
        let master_key = MasterKey::generate(&*randomness);
        let master_keys = Arc::new(MasterKeys::new(&master_key, &[]));
        let key = master_keys.generate_key(KeyOwner::Installation, &*randomness);
        let installation = Arc::new(master_keys.installation_sealer(&key).expect("opens"));
        let sealers = AccountSealers {
            directory: Arc::new(MockDirectory::new()),
            master_keys,
        };
        Intake::new(WhatsAppWebhook {
            provider: Arc::new(MockProviderWebhook::new()),
            handle_provider_webhook: HandleProviderWebhook {
                apply_receipts: ApplyReceipts {
                    receipts,
                    ledger: Arc::new(MockSendLedger::new()),
                    identities: Arc::new(MockRecipientIdentities::new()),
                    sealers: sealers.clone(),
                    installation: Arc::clone(&installation),
                    randomness: randomness.clone(),
                },
                record_consent: RecordConsent {
                    opt_outs: Arc::new(MockOptOuts::new()),
                    identities: Arc::new(MockRecipientIdentities::new()),
                    sealers,
                    installation,
                    clock: Arc::new(MockClock::new()),
                    randomness,
                },
                apply_template_events: ApplyTemplateEvents {
                    templates: Arc::new(MockTemplates::new()),
                    senders: Arc::new(MockSenders::new()),
                    outbox: Arc::new(MockNoticeOutbox::new()),
                    clock: Arc::new(MockClock::new()),
                },
                apply_sender_events: ApplySenderEvents {
                    senders: Arc::new(MockSenders::new()),
                    healths: Arc::new(MockSenderHealths::new()),
                    clock: Arc::new(MockClock::new()),
                },
            },
            clock: Arc::new(MockClock::new()),
        })
    }

    #[test]
    fn bodies_are_held_while_there_is_room_and_give_it_back() {
        let intake = intake();
        let mut rooms: Vec<Room> = Vec::new();
        for _ in 0..MAX_BYTES_HELD / MAX_BYTES {
            let mut room = Room::default();
            // In parts, as bodies arrive.
            for _ in 0..4 {
                room.grow(&intake.bytes, MAX_BYTES / 4).expect("room");
            }
            rooms.push(room);
        }
        let mut late = Room::default();
        assert_eq!(late.grow(&intake.bytes, 1), Err(IntakeError::NoRoom));
        rooms.pop();
        late.grow(&intake.bytes, MAX_BYTES).expect("room again");
    }
}
