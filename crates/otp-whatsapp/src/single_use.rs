//! A request body that leaves this process at most once, and can be withdrawn until it does.
//!
//! When a call fails or times out, the HTTP client cannot tell reliably whether the provider may
//! have received it. The body can: a message whose body was never read cannot have been accepted.
//! Because another thread may be about to read it, the check withdraws the body: one atomic claim
//! decides which of the two was first.
//!
//! Such a body also cannot be cloned, so no layer below can repeat the call by itself.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Returns a body of these bytes and the means to withdraw it.
pub(crate) fn single_use(payload: Vec<u8>) -> (SingleUseBody, Withdrawal) {
    let claim = Claim::default();
    let body = SingleUseBody {
        payload: Some(payload.into()),
        claim: claim.clone(),
    };
    (body, Withdrawal(claim))
}

pub(crate) struct SingleUseBody {
    payload: Option<Bytes>,
    claim: Claim,
}

/// The means to withdraw a body before it is sent.
pub(crate) struct Withdrawal(Claim);

impl Withdrawal {
    /// Returns whether the body had not been handed out; if so, it never will be.
    pub(crate) fn succeeds(self) -> bool {
        self.0.is_first()
    }
}

/// The body was withdrawn.
#[derive(Debug, thiserror::Error)]
#[error("the message was withdrawn before it was sent")]
pub(crate) struct Withdrawn;

#[derive(Clone, Default)]
struct Claim(Arc<AtomicBool>);

impl Claim {
    fn is_first(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

impl Body for SingleUseBody {
    type Data = Bytes;
    type Error = Withdrawn;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Withdrawn>>> {
        let Some(payload) = self.payload.take() else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(if self.claim.is_first() {
            Ok(Frame::data(payload))
        } else {
            Err(Withdrawn)
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.payload.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        // A known size gives the request a `Content-Length`, which all of Meta's examples have.
        let length = self.payload.as_ref().map_or(0, Bytes::len);
        SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    fn poll(body: &mut SingleUseBody) -> Option<Result<Bytes, Withdrawn>> {
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(body).poll_frame(&mut context) {
            Poll::Ready(frame) => {
                frame.map(|frame| frame.map(|f| f.into_data().expect("no trailers")))
            }
            Poll::Pending => panic!("it has nothing to wait for"),
        }
    }

    #[test]
    fn a_body_that_was_handed_out_cannot_be_withdrawn() {
        let (mut body, withdrawal) = single_use(b"{}".to_vec());
        assert_eq!(poll(&mut body).expect("a frame").expect("data"), "{}");
        assert!(poll(&mut body).is_none(), "handed out once");
        assert!(!withdrawal.succeeds());
    }

    #[test]
    fn a_withdrawn_body_is_never_handed_out() {
        let (mut body, withdrawal) = single_use(b"{}".to_vec());
        assert!(withdrawal.succeeds());
        assert!(poll(&mut body).expect("a frame").is_err());
        assert!(poll(&mut body).is_none());
    }

    #[test]
    fn exactly_one_of_sending_and_withdrawing_succeeds() {
        for _ in 0..1_000 {
            let (mut body, withdrawal) = single_use(b"{}".to_vec());
            let withdrawing = std::thread::spawn(move || withdrawal.succeeds());
            let handed_out = poll(&mut body).expect("a frame").is_ok();
            assert_ne!(withdrawing.join().expect("no panic"), handed_out);
        }
    }
}
