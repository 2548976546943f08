//! A connection that ends when its next request does not begin in time, or when its slot is taken.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep_until};

use super::activity::Activity;
use super::gate::Slot;

/// A byte stream with the activity on it.
pub(crate) struct Connection<Io> {
    io: Io,
    activity: Rc<Activity>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Released when the connection is dropped.
    slot: Slot,
}

impl<Io> Connection<Io> {
    pub(crate) fn new(io: Io, slot: Slot) -> Self {
        Self {
            io,
            activity: Activity::new(Arc::clone(slot.state())),
            timer: None,
            slot,
        }
    }

    pub(crate) fn activity(&self) -> &Rc<Activity> {
        &self.activity
    }

    /// Is ready when the next request has not begun in time.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let Some(deadline) = self.activity.deadline() else {
            return Poll::Pending;
        };
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    /// Is ready when another connection has taken the slot, and no request is in progress.
    fn poll_taken(&self, context: &mut Context<'_>) -> Poll<io::Error> {
        ready!(self.slot.state().poll_taken(context));
        if self.activity.has_request() {
            return Poll::Pending;
        }
        Poll::Ready(io::ErrorKind::ConnectionAborted.into())
    }

    /// Returns what was written, unless the deadline has passed. An answer is the last thing that is
    /// written before the wait for the next request, so this sets the timer of that wait.
    fn in_time(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match self.poll_deadline(context) {
            Poll::Ready(late) => Poll::Ready(Err(late)),
            Poll::Pending => written,
        }
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Connection<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.io).poll_read(context, buffer);
        if read.is_ready() {
            if buffer.filled().len() > before {
                self.activity.received();
            }
            return read;
        }
        if let Poll::Ready(end) = self.poll_taken(context) {
            return Poll::Ready(Err(end));
        }
        self.poll_deadline(context).map(Err)
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Connection<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(context, bytes);
        self.in_time(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(context, slices);
        self.in_time(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::connections::{ConnectionLimits, Gate, RequestCount};
    use crate::deadlines::{HEAD_DEADLINE, KEEP_ALIVE};

    fn connection() -> (DuplexStream, Connection<DuplexStream>) {
        let (client, io) = duplex(1_024);
        let slot = Gate::new(ConnectionLimits::none()).admit(None);
        (client, Connection::new(io, slot.expect("a slot")))
    }

    /// Reads until the connection ends, and returns when and why.
    async fn end(connection: &mut Connection<DuplexStream>) -> (Duration, io::ErrorKind) {
        let begun = Instant::now();
        let mut received = Vec::new();
        let error = connection.read_to_end(&mut received).await;
        (begun.elapsed(), error.expect_err("an end").kind())
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_opened_in_advance_waits_as_long_as_an_idle_one() {
        let (_client, mut connection) = connection();
        let ended = end(&mut connection).await;
        assert_eq!(ended, (KEEP_ALIVE, io::ErrorKind::TimedOut));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_head_has_its_time_from_its_first_byte() {
        let (mut client, mut connection) = connection();
        let waited = Duration::from_secs(60);
        let begin = async {
            sleep(waited).await;
            client.write_all(b"G").await.expect("received");
        };
        let (ended, ()) = tokio::join!(end(&mut connection), begin);
        assert_eq!(ended, (waited + HEAD_DEADLINE, io::ErrorKind::TimedOut));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_trickles_has_as_much_time_as_one_that_stalls() {
        for pause in [1, 3_600] {
            let (mut client, mut connection) = connection();
            drop(connection.activity().begin());
            let trickle = async {
                loop {
                    client.write_all(b"x").await.expect("received");
                    sleep(Duration::from_secs(pause)).await;
                }
            };
            tokio::select! {
                ended = end(&mut connection) => {
                    assert_eq!(ended, (HEAD_DEADLINE, io::ErrorKind::TimedOut), "{pause}");
                }
                () = trickle => {}
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_began_together_with_the_last_request_ends_after_the_keep_alive() {
        let (mut client, mut connection) = connection();
        client
            .write_all(b"GET / HTTP/1.1\r\n\r\nG")
            .await
            .expect("received");
        let mut both = [0; 64];
        let read = connection.read(&mut both).await.expect("received");
        assert_eq!(read, 19);
        drop(connection.activity().begin());
        let ended = end(&mut connection).await;
        assert_eq!(ended, (KEEP_ALIVE + HEAD_DEADLINE, io::ErrorKind::TimedOut));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_in_progress_is_not_timed_here() {
        let (mut client, mut connection) = connection();
        let in_progress = connection.activity().begin();
        client.write_all(b"a body").await.expect("received");
        let mut bytes = [0; 6];
        connection.read_exact(&mut bytes).await.expect("received");
        let hour = Duration::from_secs(3_600);
        let waited = tokio::time::timeout(hour, end(&mut connection)).await;
        assert!(waited.is_err(), "{waited:?}");
        connection.write_all(b"an answer").await.expect("written");
        drop(in_progress);
        let ended = end(&mut connection).await;
        assert_eq!(ended, (KEEP_ALIVE + HEAD_DEADLINE, io::ErrorKind::TimedOut));
    }

    #[tokio::test]
    async fn a_request_counts_until_it_ends() {
        let requests = RequestCount::default();
        let gate = Gate::counting(ConnectionLimits::none(), requests.clone());
        let connections: Vec<_> = (0..2)
            .map(|_| Connection::new(duplex(1).1, gate.admit(None).expect("a slot")))
            .collect();
        assert_eq!(requests.get(), 0);
        let begun: Vec<_> = connections
            .iter()
            .map(|connection| connection.activity().begin())
            .collect();
        assert_eq!(requests.get(), 2);
        // A connection may break before its request has ended.
        drop(connections);
        assert_eq!(requests.get(), 2);
        drop(begun);
        assert_eq!(requests.get(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_whose_slot_is_taken_ends_once_it_has_no_request() {
        let limits = ConnectionLimits {
            per_ip: 1,
            ..ConnectionLimits::none()
        };
        let gate = Gate::new(limits);
        let (_client, io) = duplex(1_024);
        let mut first = Connection::new(io, gate.admit(None).expect("a slot"));
        let in_progress = first.activity().begin();
        assert!(gate.admit(None).is_none(), "it has a request");
        drop(in_progress);
        let second = async {
            sleep(Duration::from_secs(1)).await;
            gate.admit(None).expect("the slot of the first")
        };
        let (ended, _second) = tokio::join!(end(&mut first), second);
        let second_later = (Duration::from_secs(1), io::ErrorKind::ConnectionAborted);
        assert_eq!(ended, second_later);
    }
}
