//! Tests of the space watch: a full storage is not ready, and is ready again once it has room.

use std::sync::Arc;

use otp_core::ports::{
    MockSendLedger, MockStorageHealth, MockVerificationLedger, OutOfSpace, PortError, SendLedger,
    StorageHealth, VerificationLedger,
};
use otp_hot_path::SpaceWatch;

fn full() -> PortError {
    PortError::Unavailable(Box::new(OutOfSpace("no space left".to_owned())))
}

fn away() -> PortError {
    PortError::Unavailable("away".into())
}

/// A watch whose ledger fails in this way, and whose checks of the space end so, one after the other.
fn watch(
    refused: fn() -> PortError,
    spaces: impl IntoIterator<Item = Result<(), PortError>>,
) -> SpaceWatch {
    let mut ledger = MockSendLedger::new();
    ledger.expect_admit().returning(move |_| Err(refused()));
    ledger.expect_settle().returning(move |_| Err(refused()));
    let mut health = MockStorageHealth::new();
    health.expect_check().returning(|| Ok(()));
    let mut order = mockall::Sequence::new();
    for space in spaces {
        health
            .expect_check_space()
            .times(1)
            .in_sequence(&mut order)
            .return_once(move || space);
    }
    let mut checks = MockVerificationLedger::new();
    checks
        .expect_check_codes()
        .returning(move |_| Err(refused()));
    SpaceWatch::new(Arc::new(ledger), Arc::new(checks), Arc::new(health))
}

#[tokio::test]
async fn a_full_storage_is_not_ready_until_it_has_room() {
    let watch = watch(full, [Err(full()), Err(full()), Ok(()), Ok(()), Ok(())]);
    watch.check().await.expect("nothing was refused yet");
    watch.admit(Arc::from([])).await.expect_err("full");
    for _ in 0..2 {
        let error = watch.check().await.expect_err("still full");
        assert!(error.is_out_of_space(), "{error:?}");
    }
    // There is room again: ready, though no send has come, and the space is not checked any more.
    for _ in 0..3 {
        watch.check().await.expect("room");
    }
    watch.settle(Arc::from([])).await.expect_err("full again");
    watch.check().await.expect("room");
    let checked = watch.check_codes(Arc::from([])).await;
    checked.expect_err("full again");
    watch.check().await.expect("room");
}

#[tokio::test]
async fn another_failure_is_not_taken_for_a_full_storage() {
    let watch = watch(away, []);
    watch.admit(Arc::from([])).await.expect_err("away");
    watch.check().await.expect("the space is not checked");
}

#[tokio::test]
async fn a_storage_that_cannot_check_its_space_is_not_held_back() {
    let watch = watch(full, [Err(PortError::Backend("not permitted".into()))]);
    watch.admit(Arc::from([])).await.expect_err("full");
    for _ in 0..2 {
        watch.check().await.expect("the next send will show");
    }
}
