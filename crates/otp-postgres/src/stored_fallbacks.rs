//! The rows of fallbacks, as admission, settlement and reviews read and write them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::channel::Channel;
use otp_core::credits::Credits;
use otp_core::ids::{AccountId, MessageId, SubscriptionId, VerificationId};
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::send::SendAttempt;
use otp_core::send::admission::BegunVerification;
use otp_core::time::Timestamp;
use otp_core::verification::fallback::{FallbackUpdate, FallbackWake, SharedCharge};
use otp_rows::rows::{
    ChargedMessageRow, FallbackParts, FallbackRow, FallbackStepRow, wait_seconds,
};

use crate::pipeline::{try_join, try_join3};
use crate::statement::{each, statement};

// Each look-up is a subquery with `OFFSET 0`; `send_ledger/admit.rs` says why.

statement! {
    /// Fallbacks, with what they need of their verifications.
    FallbacksOf { verification_id: [VerificationId] } -> FallbackRow,
    "SELECT fallback.*, verification.api_key_id, verification.language \
     FROM unnest({}) AS wanted (verification_id), LATERAL ( \
         SELECT verification_id, next_step, next_at, look_at FROM fallbacks \
         WHERE fallbacks.verification_id = wanted.verification_id OFFSET 0) AS fallback, LATERAL ( \
         SELECT api_key_id, language FROM verifications \
         WHERE verifications.id = wanted.verification_id OFFSET 0) AS verification"
}

statement! {
    /// The steps of fallbacks.
    StepsOf { verification_id: [VerificationId] } -> FallbackStepRow,
    "SELECT step.* FROM unnest({}) AS wanted (verification_id), LATERAL ( \
         SELECT verification_id, step, channel, recipient, recipient_index, wait_seconds \
         FROM fallback_steps \
         WHERE fallback_steps.verification_id = wanted.verification_id OFFSET 0) AS step"
}

statement! {
    /// The messages of verifications; those of each one oldest first.
    MessagesOf { verification_id: [VerificationId] } -> ChargedMessageRow,
    "SELECT message.* FROM unnest({}) AS wanted (verification_id), LATERAL ( \
         SELECT verification_id, id, channel, status, price, shared_charge, subscription_id \
         FROM messages \
         WHERE messages.verification_id = wanted.verification_id \
         ORDER BY created_at, id OFFSET 0) AS message"
}

/// Loads fallbacks with their steps and messages.
pub(crate) async fn load_fallbacks(
    connection: &AsyncPgConnection,
    ids: &BTreeSet<VerificationId>,
) -> QueryResult<FallbackParts> {
    let wanted = || each(ids, |id| *id);
    let (fallbacks, steps, messages) = try_join3(
        FallbacksOf {
            verification_id: wanted(),
        }
        .rows(connection),
        StepsOf {
            verification_id: wanted(),
        }
        .rows(connection),
        MessagesOf {
            verification_id: wanted(),
        }
        .rows(connection),
    )
    .await?;
    Ok(FallbackParts {
        fallbacks,
        steps,
        messages,
    })
}

statement! {
    /// Adds the fallbacks of new verifications.
    InsertFallbacks {
        verification_id: [VerificationId],
        account_id: [AccountId],
        next_step: [usize],
        next_at: [Timestamp],
        look_at: [Timestamp],
    },
    "INSERT INTO fallbacks (verification_id, account_id, next_step, next_at, look_at) \
     SELECT verification_id, account_id, next_step, next_at, look_at \
     FROM unnest({}, {}, {}, {}, {}) AS new \
         (verification_id, account_id, next_step, next_at, look_at)"
}

statement! {
    /// Adds their steps.
    InsertSteps {
        verification_id: [VerificationId],
        step: [usize],
        account_id: [AccountId],
        channel: [Channel],
        recipient: [Sealed],
        recipient_index: [RecipientIndex],
        wait_seconds: [u32],
    },
    "INSERT INTO fallback_steps \
         (verification_id, step, account_id, channel, recipient, recipient_index, wait_seconds) \
     SELECT verification_id, step, account_id, channel, recipient, recipient_index, wait_seconds \
     FROM unnest({}, {}, {}, {}, {}, {}, {}) AS new \
         (verification_id, step, account_id, channel, recipient, recipient_index, wait_seconds)"
}

/// Adds the fallbacks of verifications that a batch of sends began.
pub(crate) async fn insert_fallbacks(
    mut connection: &AsyncPgConnection,
    attempts: &[SendAttempt],
    begun: &[BegunVerification],
) -> QueryResult<()> {
    let rows = begun.iter().filter_map(|begun| {
        let attempt = attempts.get(begun.attempt)?;
        let (new, first) = attempt.begun_fallback()?;
        Some((new, first, attempt.account_id))
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let insert = InsertFallbacks {
        verification_id: each(&rows, |(new, ..)| new.id),
        account_id: each(&rows, |(.., account)| *account),
        next_step: each(&rows, |(_, first, _)| first.next_step),
        next_at: each(&rows, |(_, first, _)| first.next_at),
        look_at: each(&rows, |(_, first, _)| first.look_at),
    };
    let steps = || {
        rows.iter().flat_map(|(new, _, account)| {
            let steps = new.fallback.iter().enumerate();
            steps.map(|(number, step)| (new.id, number, *account, step))
        })
    };
    let insert_steps = InsertSteps {
        verification_id: each(steps(), |(id, ..)| id),
        step: each(steps(), |(_, number, ..)| number),
        account_id: each(steps(), |(_, _, account, _)| account),
        channel: each(steps(), |(.., step)| step.channel),
        recipient: each(steps(), |(.., step)| step.recipient.clone()),
        recipient_index: each(steps(), |(.., step)| step.recipient_index),
        wait_seconds: steps().map(|(.., step)| wait_seconds(step)).collect(),
    };
    let mut second = connection;
    try_join(
        insert.execute(&mut connection),
        insert_steps.execute(&mut second),
    )
    .await?;
    Ok(())
}

statement! {
    /// Writes new states of fallbacks.
    UpdateFallbacks {
        verification_id: [VerificationId],
        next_step: [usize],
        next_at: [Timestamp],
        look_at: [Timestamp],
    },
    "UPDATE fallbacks SET \
         next_step = new.next_step, next_at = new.next_at, look_at = new.look_at \
     FROM unnest({}, {}, {}, {}) AS new (verification_id, next_step, next_at, look_at) \
     WHERE fallbacks.verification_id = new.verification_id"
}

/// Writes the new states of fallbacks.
pub(crate) async fn update_fallbacks(
    mut connection: &AsyncPgConnection,
    updates: &BTreeMap<VerificationId, FallbackUpdate>,
) -> QueryResult<()> {
    if updates.is_empty() {
        return Ok(());
    }
    let update = UpdateFallbacks {
        verification_id: each(updates.keys(), |id| *id),
        next_step: each(updates.values(), |update| update.next_step),
        next_at: each(updates.values(), |update| update.next_at),
        look_at: each(updates.values(), |update| update.look_at),
    };
    update.execute(&mut connection).await?;
    Ok(())
}

statement! {
    /// Writes what messages cost that share a charge. They are locked first, in the order in which settlements
    /// lock them.
    ShareCharges {
        message_id: [MessageId],
        id: [MessageId],
        shared_charge: [Credits],
        subscription_id: [Option<SubscriptionId>],
    },
    "WITH locked AS MATERIALIZED ( \
         SELECT id FROM messages WHERE id = ANY({}) ORDER BY id FOR NO KEY UPDATE) \
     UPDATE messages SET \
         shared_charge = new.shared_charge, subscription_id = new.subscription_id \
     FROM unnest({}, {}, {}) AS new (id, shared_charge, subscription_id) \
         JOIN locked ON locked.id = new.id \
     WHERE messages.id = new.id"
}

/// Writes what messages cost that share a charge.
pub(crate) async fn share_charges(
    mut connection: &AsyncPgConnection,
    charges: &BTreeMap<MessageId, SharedCharge>,
) -> QueryResult<()> {
    if charges.is_empty() {
        return Ok(());
    }
    let share = ShareCharges {
        message_id: each(charges.keys(), |id| *id),
        id: each(charges.keys(), |id| *id),
        shared_charge: each(charges.values(), |shared| shared.charge),
        subscription_id: each(charges.values(), |shared| shared.subscription_id),
    };
    share.execute(&mut connection).await?;
    Ok(())
}

statement! {
    /// Makes fallbacks due. One that is over begins again if the row says so.
    WakeFallbacks {
        verification_id: [VerificationId],
        account_id: [AccountId],
        reopens: [bool],
        at: [Timestamp],
    },
    "INSERT INTO fallbacks (verification_id, account_id, next_step, next_at, look_at) \
     SELECT woken.verification_id, woken.account_id, 0, woken.at, woken.at \
     FROM unnest({}, {}, {}, {}) AS woken (verification_id, account_id, reopens, at) \
     WHERE woken.reopens OR EXISTS ( \
         SELECT FROM fallbacks WHERE fallbacks.verification_id = woken.verification_id) \
     ON CONFLICT (verification_id) DO UPDATE SET look_at = LEAST(fallbacks.look_at, excluded.look_at)"
}

/// Makes fallbacks due.
pub(crate) async fn wake_fallbacks(
    mut connection: &AsyncPgConnection,
    wakes: &BTreeMap<VerificationId, FallbackWake>,
) -> QueryResult<()> {
    if wakes.is_empty() {
        return Ok(());
    }
    let wake = WakeFallbacks {
        verification_id: each(wakes.keys(), |id| *id),
        account_id: each(wakes.values(), |wake| wake.account_id),
        reopens: each(wakes.values(), |wake| wake.reopens),
        at: each(wakes.values(), |wake| wake.at),
    };
    wake.execute(&mut connection).await?;
    Ok(())
}

statement! {
    /// Removes fallbacks that are over, with their steps.
    RemoveFallbacks { verification_id: [VerificationId], with_steps: [VerificationId] },
    "WITH removed AS (DELETE FROM fallbacks WHERE verification_id = ANY({})) \
     DELETE FROM fallback_steps WHERE verification_id = ANY({})"
}

/// Removes fallbacks that are over.
pub(crate) async fn remove_fallbacks(
    mut connection: &AsyncPgConnection,
    over: &BTreeSet<VerificationId>,
) -> QueryResult<()> {
    if over.is_empty() {
        return Ok(());
    }
    let remove = RemoveFallbacks {
        verification_id: each(over, |id| *id),
        with_steps: each(over, |id| *id),
    };
    remove.execute(&mut connection).await?;
    Ok(())
}
