//! Shares of the server's memory: how many bytes of bodies are held, in total and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A share of memory. Clones are the same share.
#[derive(Clone)]
pub(super) struct Share {
    /// Most bytes that are held for all addresses together.
    total: usize,
    /// Most bytes that are held for one address.
    per_address: usize,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// The share is used up, or the address's part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoRoom;

impl Share {
    pub(super) fn new(total: usize, per_address: usize) -> Self {
        Self {
            total,
            per_address,
            held: Arc::default(),
        }
    }

    /// Returns room in this share, which is empty at first.
    pub(super) fn room(&self, address: IpAddr) -> Room {
        Room {
            share: self.clone(),
            address,
            bytes: 0,
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The room that one body occupies. It is given back when the request ends, however it ends.
pub(super) struct Room {
    share: Share,
    address: IpAddr,
    bytes: usize,
}

impl Room {
    /// Occupies more bytes, or none of them.
    pub(super) fn grow(&mut self, more: usize) -> Result<(), NoRoom> {
        let Share {
            total, per_address, ..
        } = self.share;
        if more == 0 {
            return Ok(());
        }
        let mut held = self.share.held();
        let of_address = held.by_address.get(&self.address).copied();
        let of_address = of_address.unwrap_or_default() + more;
        if held.total + more > total || of_address > per_address {
            return Err(NoRoom);
        }
        held.total += more;
        held.by_address.insert(self.address, of_address);
        drop(held);
        self.bytes += more;
        Ok(())
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut held = self.share.held();
        held.total -= self.bytes;
        if let Some(of_address) = held.by_address.get_mut(&self.address) {
            *of_address -= self.bytes;
            if *of_address == 0 {
                held.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn an_address_has_no_more_than_its_part_and_gets_back_what_it_gave_up() {
        let share = Share::new(100, 10);
        let mut first = share.room(address(1));
        let mut second = share.room(address(1));
        assert_eq!((first.grow(4), first.grow(2)), (Ok(()), Ok(())));
        assert_eq!((second.grow(5), second.grow(4)), (Err(NoRoom), Ok(())));
        let mut other = share.room(address(2));
        assert_eq!((other.grow(10), other.grow(1)), (Ok(()), Err(NoRoom)));
        drop(first);
        assert_eq!((second.grow(7), second.grow(6)), (Err(NoRoom), Ok(())));
        assert_eq!(second.bytes(), 10);
    }

    #[test]
    fn all_addresses_together_have_no_more_than_the_share() {
        let share = Share::new(25, 10);
        let mut rooms: Vec<_> = (1..=3).map(|number| share.room(address(number))).collect();
        let grown: Vec<_> = rooms.iter_mut().map(|room| room.grow(10)).collect();
        assert_eq!(grown, [Ok(()), Ok(()), Err(NoRoom)]);
        assert_eq!(rooms[2].grow(5), Ok(()));
        rooms.remove(0);
        assert_eq!(rooms[1].grow(5), Ok(()));
        drop(rooms);
        let held = share.held();
        assert_eq!(held.total, 0);
        assert!(held.by_address.is_empty(), "addresses are forgotten");
    }
}
