//! Bodies of requests: received whole, within a size and a deadline.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::rt::time::timeout;
use actix_web::web::{BytesMut, Payload};
use futures_util::StreamExt;

/// Limits of a body: its size, and the time that it may take to arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    /// The longest body, in bytes.
    pub max_bytes: usize,
    /// How long it may take to arrive, from the end of its head.
    pub deadline: Duration,
}

/// A body was not received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is larger than allowed.
    #[error("the body is too large")]
    TooLarge,
    /// It did not arrive in time.
    #[error("the body did not arrive in time")]
    TimedOut,
    /// The connection ended before the body did.
    #[error("the body is incomplete")]
    Incomplete,
}

/// Receives a body within its limits. `admit` is asked before each part is kept, with its length, and
/// may refuse it.
pub async fn receive<E: From<BodyError>>(
    request: &HttpRequest,
    payload: Payload,
    limits: BodyLimits,
    admit: impl FnMut(usize) -> Result<(), E>,
) -> Result<BytesMut, E> {
    let declared = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    if declared
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: u64| length > limits.max_bytes as u64)
    {
        return Err(BodyError::TooLarge.into());
    }
    let collected = timeout(limits.deadline, collect(payload, limits.max_bytes, admit)).await;
    collected.map_err(|_| BodyError::TimedOut)?
}

async fn collect<E: From<BodyError>>(
    mut payload: Payload,
    max_bytes: usize,
    mut admit: impl FnMut(usize) -> Result<(), E>,
) -> Result<BytesMut, E> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| BodyError::Incomplete)?;
        if bytes.len() + chunk.len() > max_bytes {
            return Err(BodyError::TooLarge.into());
        }
        admit(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use actix_web::FromRequest;
    use actix_web::dev;
    use actix_web::error::PayloadError;
    use actix_web::test::TestRequest;
    use actix_web::web::Bytes;
    use futures_util::{Stream, stream};

    use super::*;

    const LIMITS: BodyLimits = BodyLimits {
        max_bytes: 16,
        deadline: Duration::from_secs(3),
    };

    async fn received(
        chunks: impl Stream<Item = Result<Bytes, PayloadError>> + 'static,
        declared: Option<u64>,
        admit: impl FnMut(usize) -> Result<(), BodyError>,
    ) -> Result<BytesMut, BodyError> {
        let mut request = TestRequest::post();
        if let Some(length) = declared {
            request = request.insert_header((CONTENT_LENGTH, length));
        }
        let request = request.to_http_request();
        let mut payload = dev::Payload::Stream {
            payload: chunks.boxed_local(),
        };
        let payload = Payload::from_request(&request, &mut payload).await;
        receive(&request, payload.expect("a payload"), LIMITS, admit).await
    }

    fn chunk(bytes: &'static [u8]) -> Result<Bytes, PayloadError> {
        Ok(Bytes::from_static(bytes))
    }

    #[tokio::test]
    async fn chunks_are_put_together() {
        let whole = stream::iter([chunk(b"{\"a\""), chunk(b":1"), chunk(b"}")]);
        let bytes = received(whole, None, |_| Ok(())).await;
        assert_eq!(bytes.as_deref(), Ok(&b"{\"a\":1}"[..]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_times_out() {
        let began = tokio::time::Instant::now();
        let endless = stream::iter([chunk(b"{")]).chain(stream::pending());
        let result = received(endless, None, |_| Ok(())).await;
        assert_eq!(result, Err(BodyError::TimedOut));
        assert_eq!(began.elapsed(), LIMITS.deadline);
    }

    #[tokio::test]
    async fn a_body_whose_connection_ends_is_incomplete() {
        let broken = stream::iter([chunk(b"{"), Err(PayloadError::Incomplete(None))]);
        let result = received(broken, None, |_| Ok(())).await;
        assert_eq!(result, Err(BodyError::Incomplete));
    }

    #[tokio::test]
    async fn a_body_that_declares_too_much_is_refused_unread() {
        let unread = stream::poll_fn(|_| panic!("the body is read"));
        let result = received(unread, Some(17), |_| Ok(())).await;
        assert_eq!(result, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn a_body_without_a_length_is_cut_off_at_the_limit() {
        for (chunks, fits) in [(16, true), (17, false), (1_000_000_000, false)] {
            let flood = stream::repeat_with(|| chunk(b"x")).take(chunks);
            let result = received(flood, None, |_| Ok(())).await;
            assert_eq!(result.is_ok(), fits, "{chunks} bytes");
        }
    }

    #[tokio::test]
    async fn a_part_that_is_not_admitted_ends_the_body() {
        let mut admitted = Vec::new();
        let parts = stream::iter([chunk(b"ab"), chunk(b"c"), chunk(b"d")]);
        let result = received(parts, None, |bytes| {
            admitted.push(bytes);
            if bytes == 1 {
                Err(BodyError::TooLarge)
            } else {
                Ok(())
            }
        });
        assert_eq!(result.await, Err(BodyError::TooLarge));
        assert_eq!(admitted, [2, 1]);
    }
}
