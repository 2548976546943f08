//! The gate: a slot for each connection, and none beyond the limits.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::task::AtomicWaker;
use metrics::{Counter, Gauge, counter, gauge};

use super::{ConnectionLimits, RequestCount};
use crate::client_address::counted_address;

/// The gauge of open connections.
pub const CONNECTIONS: &str = "otp_http_connections";

/// The counter of connections that were closed because of a limit: at once (`limit` is `total` or
/// `per_ip`), or for a newer one of the same address (`replaced`).
pub const CONNECTIONS_REFUSED: &str = "otp_http_connections_refused_total";

/// Gives slots to connections. The workers of a server share it.
pub(crate) struct Gate {
    limits: ConnectionLimits,
    open: Mutex<Open>,
    requests: RequestCount,
    started: Instant,
    counted: Counted,
}

/// The connections that have a slot.
#[derive(Default)]
struct Open {
    total: usize,
    /// Those that count for their address.
    by_address: HashMap<IpAddr, Vec<Arc<SlotState>>>,
}

struct Counted {
    open: Gauge,
    refused_in_total: Counter,
    refused_per_ip: Counter,
    replaced: Counter,
}

/// State of a slot, by which a connection and the gate know of each other.
#[derive(Debug)]
pub(crate) struct SlotState {
    /// Since when the connection has waited for a request, in microseconds since the gate started;
    /// [`BUSY`] while a request is in progress.
    waits_since: AtomicU64,
    /// Whether another connection has taken the slot.
    is_taken: AtomicBool,
    waker: AtomicWaker,
    started: Instant,
    /// Of all connections.
    requests: RequestCount,
}

const BUSY: u64 = u64::MAX;

impl SlotState {
    fn new(started: Instant, requests: RequestCount) -> Self {
        let state = Self {
            waits_since: AtomicU64::new(BUSY),
            is_taken: AtomicBool::new(false),
            waker: AtomicWaker::new(),
            started,
            requests,
        };
        state.set_idle();
        state
    }

    pub(super) fn requests(&self) -> &RequestCount {
        &self.requests
    }

    pub(super) fn set_busy(&self) {
        self.waits_since.store(BUSY, Ordering::Relaxed);
    }

    pub(super) fn set_idle(&self) {
        let micros = u64::try_from(self.started.elapsed().as_micros());
        let micros = micros.unwrap_or(BUSY).min(BUSY - 1);
        self.waits_since.store(micros, Ordering::Relaxed);
    }

    /// Is ready once another connection has taken the slot.
    pub(super) fn poll_taken(&self, context: &mut Context<'_>) -> Poll<()> {
        self.waker.register(context.waker());
        if self.is_taken.load(Ordering::Acquire) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn take(&self) {
        self.is_taken.store(true, Ordering::Release);
        self.waker.wake();
    }
}

/// The slot of an open connection; dropping it frees the slot.
pub(crate) struct Slot {
    state: Arc<SlotState>,
    gate: Arc<Gate>,
    /// The address it counts for.
    address: Option<IpAddr>,
}

impl Slot {
    pub(super) fn state(&self) -> &Arc<SlotState> {
        &self.state
    }
}

impl Gate {
    #[cfg(test)]
    pub(crate) fn new(limits: ConnectionLimits) -> Arc<Self> {
        Self::counting(limits, RequestCount::default())
    }

    /// Counts the requests on its connections with `requests`.
    pub(crate) fn counting(limits: ConnectionLimits, requests: RequestCount) -> Arc<Self> {
        let refused = |limit| counter!(CONNECTIONS_REFUSED, "limit" => limit);
        Arc::new(Self {
            limits,
            open: Mutex::default(),
            requests,
            started: Instant::now(),
            counted: Counted {
                open: gauge!(CONNECTIONS),
                refused_in_total: refused("total"),
                refused_per_ip: refused("per_ip"),
                replaced: refused("replaced"),
            },
        })
    }

    /// Gives a slot to a connection from `peer`, or refuses it.
    pub(crate) fn admit(self: &Arc<Self>, peer: Option<SocketAddr>) -> Option<Slot> {
        let peer = peer.map_or(Ipv6Addr::UNSPECIFIED.into(), |peer| peer.ip());
        let peer = peer.to_canonical();
        let is_proxy = self.limits.trusted_proxies.contains(peer);
        let address = (!is_proxy).then(|| counted_address(peer));
        let state = Arc::new(SlotState::new(self.started, self.requests.clone()));
        let mut open = self.open();
        if open.total >= self.limits.total {
            self.counted.refused_in_total.increment(1);
            return None;
        }
        if let Some(address) = address {
            let of_the_address = open.by_address.entry(address).or_default();
            if of_the_address.len() >= self.limits.per_ip {
                let Some(longest) = longest_waiting(of_the_address) else {
                    self.counted.refused_per_ip.increment(1);
                    return None;
                };
                of_the_address.swap_remove(longest).take();
                self.counted.replaced.increment(1);
            }
            of_the_address.push(Arc::clone(&state));
        }
        open.total += 1;
        drop(open);
        self.counted.open.increment(1.0);
        Some(Slot {
            state,
            gate: Arc::clone(self),
            address,
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the connection that has waited longest for a request, if any waits.
fn longest_waiting(connections: &[Arc<SlotState>]) -> Option<usize> {
    let waiting = connections.iter().enumerate().filter_map(|(index, state)| {
        let since = state.waits_since.load(Ordering::Relaxed);
        (since != BUSY).then_some((since, index))
    });
    waiting.min().map(|(_, index)| index)
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.gate.open();
        open.total -= 1;
        if let Some(address) = self.address {
            let mut is_last = false;
            if let Some(of_the_address) = open.by_address.get_mut(&address) {
                // One that was taken is not there any more.
                of_the_address.retain(|state| !Arc::ptr_eq(state, &self.state));
                is_last = of_the_address.is_empty();
            }
            if is_last {
                open.by_address.remove(&address);
            }
        }
        drop(open);
        self.gate.counted.open.decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_address::TrustedProxies;

    fn gate(total: usize, per_ip: usize) -> Arc<Gate> {
        Gate::new(ConnectionLimits {
            total,
            per_ip,
            trusted_proxies: TrustedProxies::parse(&["10.0.0.0/8"]).expect("a network"),
        })
    }

    fn admit(gate: &Arc<Gate>, peer: &str) -> Option<Slot> {
        gate.admit(Some(SocketAddr::new(
            peer.parse().expect("an address"),
            4711,
        )))
    }

    fn is_taken(slot: &Slot) -> bool {
        slot.state.is_taken.load(Ordering::Acquire)
    }

    #[test]
    fn there_are_no_more_connections_than_the_total_and_a_freed_slot_is_given_again() {
        let gate = gate(3, 2);
        let proxied: Vec<_> = (0..3).map(|_| admit(&gate, "10.0.0.1")).collect();
        assert!(
            proxied.iter().all(Option::is_some),
            "a proxy has no limit of its own"
        );
        assert!(admit(&gate, "203.0.113.9").is_none());
        drop(proxied);
        let slot = admit(&gate, "203.0.113.9");
        assert!(slot.is_some());
        assert_eq!(gate.open().total, 1);
        drop(slot);
        assert_eq!(gate.open().total, 0);
        assert!(gate.open().by_address.is_empty(), "addresses are forgotten");
    }

    #[test]
    fn a_further_connection_of_an_address_replaces_the_one_that_waits_longest() {
        let gate = gate(100, 3);
        let slots: Vec<_> = (0..3)
            .map(|_| admit(&gate, "203.0.113.9").expect("a slot"))
            .collect();
        slots[0].state.set_busy();
        let other = admit(&gate, "203.0.113.10").expect("another address");
        let fourth = admit(&gate, "203.0.113.9").expect("it replaces");
        let taken: Vec<_> = slots.iter().map(is_taken).collect();
        assert_eq!(taken, [false, true, false]);
        assert!(!is_taken(&other));
        let fifth = admit(&gate, "203.0.113.9").expect("it replaces");
        assert!(is_taken(&slots[2]));
        for slot in [&fourth, &fifth] {
            slot.state.set_busy();
        }
        assert!(admit(&gate, "203.0.113.9").is_none(), "all have requests");
        slots[0].state.set_idle();
        assert!(admit(&gate, "203.0.113.9").is_some());
    }

    #[test]
    fn a_64_of_ipv6_is_one_address() {
        let gate = gate(100, 1);
        let first = admit(&gate, "2001:db8:1:2::1").expect("a slot");
        first.state.set_busy();
        assert!(admit(&gate, "2001:db8:1:2:ffff::9").is_none());
        assert!(admit(&gate, "2001:db8:1:3::1").is_some());
        let mapped = admit(&gate, "::ffff:203.0.113.9").expect("a slot");
        mapped.state.set_busy();
        assert!(admit(&gate, "203.0.113.9").is_none());
    }
}
