//! Panics: where they are caught, and how they are reported without their message.
//!
//! The message of a panic may quote the value that caused it, which may be a person's data. Only the place
//! in the source is reported.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use tracing::Level;

thread_local! {
    /// Whether a panic on this thread is caught and reported by [`catch`]'s caller.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
    /// The place of the last panic that is caught.
    static LAST_PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Panicked {
    /// File, line and column; `None` if [`install_hook`] was not called.
    pub(crate) place: Option<String>,
}

/// Runs a future to its end. If it panics, the future is dropped and the panic returned.
pub(crate) async fn catch<F: Future>(future: F) -> Result<F::Output, Panicked> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        IS_CAUGHT.set(true);
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        IS_CAUGHT.set(false);
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked {
                place: LAST_PLACE.take(),
            })),
        }
    })
    .await
}

/// Replaces the standard library's panic hook, which prints the message of every panic: it may quote the
/// value that caused it, such as a phone number. The new hook logs the place in the source alone.
///
/// [`Program`](crate::Program) calls it; a program that starts a [`Gateway`](crate::Gateway) itself does so
/// at its beginning.
pub fn install_hook() {
    std::panic::set_hook(Box::new(|panic| {
        if !note(panic) {
            report(panic);
        }
    }));
}

/// Notes the place of a panic that [`catch`] is going to catch; `false` if it is not.
fn note(panic: &PanicHookInfo<'_>) -> bool {
    let is_caught = IS_CAUGHT.get();
    if is_caught {
        LAST_PLACE.set(place(panic));
    }
    is_caught
}

#[expect(
    clippy::print_stderr,
    reason = "commands that need no settings have no log"
)]
fn report(panic: &PanicHookInfo<'_>) {
    let place = place(panic);
    let place = place.as_deref().unwrap_or("an unknown place");
    if tracing::enabled!(Level::ERROR) {
        tracing::error!(place, "a task panicked");
    } else {
        eprintln!("error: a task panicked at {place}");
    }
}

fn place(panic: &PanicHookInfo<'_>) -> Option<String> {
    panic.location().map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_caught_panic_is_described_by_its_place_alone() {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !note(panic) {
                previous(panic);
            }
        }));
        assert_eq!(catch(async { 7 }).await, Ok(7));
        let secret = "+966551237654";
        let line = line!() + 1;
        let caught = catch(async { panic!("cannot parse {secret}") }).await;
        let place: Result<(), _> = caught;
        let place = place.expect_err("a panic").place.expect("noted");
        assert!(
            place.starts_with(&format!("{}:{line}:", file!())),
            "{place}"
        );
        let again: Result<(), _> = catch(async { std::panic::resume_unwind(Box::new(())) }).await;
        let without_hook = again.expect_err("a panic").place;
        assert_eq!(without_hook, None, "the place of another panic");
    }
}
