//! Intake of notifications: the memory that their bodies may use, and how many are applied at once.
//!
//! The path is open to everybody and accepts larger bodies than any other, and nobody can tell whose a
//! body is before all of it has arrived. So bodies that are not verified have a share of the memory of
//! their own, and each address a part of it. Ordinary notifications have a few kilobytes. The beginning
//! of each body has a share apart from the rest, so that large bodies that stall leave room for them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::{BytesMut, Payload};
use otp_edge::{BodyLimits, TrustedProxies, client_address, counted_address};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use super::refusals::{Refusal, RefusalLog};
use super::share::{NoRoom, Room, Share};
use crate::state::WhatsAppWebhook;

const KIB: usize = 1_024;
const MIB: usize = 1_024 * KIB;

/// The limits of a body. Meta reports up to a thousand events at once.
const LIMITS: BodyLimits = BodyLimits {
    max_bytes: 4 * MIB,
    deadline: Duration::from_secs(5),
};

/// The beginning of a body, in bytes.
const BEGINNING: usize = 64 * KIB;

/// Most notifications that are applied at once; more wait, and Meta with them.
const MAX_APPLIED: usize = 256;

/// The entry for notifications.
pub(crate) struct Intake {
    pub(super) webhook: WhatsAppWebhook,
    pub(super) refusals: RefusalLog,
    trusted_proxies: TrustedProxies,
    shares: Shares,
    turns: Arc<Semaphore>,
}

/// The memory for bodies, 64 MiB in total.
struct Shares {
    beginnings: Share,
    rests: Share,
    verified: Share,
}

impl Shares {
    fn new() -> Self {
        Self {
            beginnings: Share::new(8 * MIB, 2 * MIB),
            rests: Share::new(24 * MIB, 8 * MIB),
            // The provider's own, from a few addresses.
            verified: Share::new(32 * MIB, 32 * MIB),
        }
    }

    fn unverified(&self, address: IpAddr) -> UnverifiedRoom {
        UnverifiedRoom {
            beginning: self.beginnings.room(address),
            rest: self.rests.room(address),
        }
    }
}

/// The room of a body that is not verified.
struct UnverifiedRoom {
    beginning: Room,
    rest: Room,
}

impl UnverifiedRoom {
    fn grow(&mut self, more: usize) -> Result<(), NoRoom> {
        let of_beginning = more.min(BEGINNING - self.beginning.bytes());
        self.beginning.grow(of_beginning)?;
        self.rest.grow(more - of_beginning)
    }
}

/// A body that is not verified, and the room that it occupies.
pub(super) struct UnverifiedBody {
    pub(super) bytes: BytesMut,
    _room: UnverifiedRoom,
    verified: Room,
}

impl UnverifiedBody {
    /// Drops the bytes, whose signature is valid. Their room among the verified bodies stays taken, because
    /// the notifications that were read from them are still in memory.
    pub(super) fn into_verified_room(self) -> Result<Room, NoRoom> {
        let mut room = self.verified;
        room.grow(self.bytes.len())?;
        Ok(room)
    }
}

impl Intake {
    pub(crate) fn new(webhook: WhatsAppWebhook, trusted_proxies: TrustedProxies) -> Self {
        Self {
            webhook,
            refusals: RefusalLog::default(),
            trusted_proxies,
            shares: Shares::new(),
            turns: Arc::new(Semaphore::new(MAX_APPLIED)),
        }
    }

    /// Receives a body while there is room for it.
    pub(super) async fn receive(
        &self,
        request: &HttpRequest,
        payload: Payload,
    ) -> Result<UnverifiedBody, Refusal> {
        let address = counted_address(client_address(request, &self.trusted_proxies));
        let mut room = self.shares.unverified(address);
        let admit = |bytes| room.grow(bytes).map_err(Refusal::from);
        let bytes = otp_edge::receive(request, payload, LIMITS, admit).await?;
        Ok(UnverifiedBody {
            bytes,
            _room: room,
            verified: self.shares.verified.room(address),
        })
    }

    /// Waits until another notification may be applied.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        Arc::clone(&self.turns).acquire_owned().await
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    /// Returns the room of a body of which this much has arrived, in parts, before there was no more.
    fn stalled(shares: &Shares, address: IpAddr, bytes: usize) -> UnverifiedRoom {
        let mut room = shares.unverified(address);
        let mut parts = (0..bytes).step_by(16 * KIB);
        let _ = parts.try_for_each(|_| room.grow(16 * KIB));
        room
    }

    #[test]
    fn stalled_bodies_of_an_address_leave_room_for_its_small_ones_and_for_all_of_others() {
        let shares = Shares::new();
        let _stalled: Vec<_> = (0..17)
            .map(|_| stalled(&shares, address(1), LIMITS.max_bytes))
            .collect();
        assert_eq!(shares.unverified(address(1)).grow(BEGINNING), Ok(()));
        let large = shares.unverified(address(1)).grow(BEGINNING + KIB);
        assert_eq!(large, Err(NoRoom));
        let mut of_another = shares.unverified(address(2));
        assert_eq!(of_another.grow(LIMITS.max_bytes), Ok(()));
        assert_eq!(shares.verified.room(address(1)).grow(32 * MIB), Ok(()));
    }

    #[test]
    fn many_addresses_hold_no_more_than_the_shares() {
        let shares = Shares::new();
        let rooms: Vec<_> = (0..1_000)
            .map(|number| stalled(&shares, address(number), LIMITS.max_bytes))
            .collect();
        let held = |room: &UnverifiedRoom| room.beginning.bytes() + room.rest.bytes();
        let held: usize = rooms.iter().map(held).sum();
        assert!((31 * MIB..=32 * MIB).contains(&held), "{held} bytes");
    }
}
