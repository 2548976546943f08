//! The warnings that an API key is about to expire.

use std::time::Duration;

use crate::api_key::ApiKey;
use crate::notice::{MailNotice, NoticeKind};
use crate::time::Timestamp;
use crate::webhook::{WebhookEvent, WebhookEventKind};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The time of each warning before the expiry: a week ahead, and again on the last day.
const WARNINGS: [Duration; 2] = [DAY, Duration::from_secs(7 * 24 * 60 * 60)];

/// The time between the first warning and the expiry.
pub const FIRST_WARNING: Duration = WARNINGS[1];

/// Returns the notice that is due for a key at `now`. A warning due before the key was created is
/// left out: the holder of a three-day key knows that it expires soon. If two warnings are due, the
/// later one counts.
pub fn expiring_key(key: &ApiKey, now: Timestamp) -> Option<MailNotice> {
    let (expires_at, ahead) = due_warning(key, now)?;
    let kind = NoticeKind::KeyExpiring {
        api_key_id: key.id,
        hint: key.hint.clone(),
        expires_at,
    };
    // A key whose expiry changes is announced again.
    let occasion = format!(
        "{} {} {}",
        key.id,
        expires_at.unix_millis(),
        ahead.as_secs()
    );
    Some(MailNotice::new(key.account_id, kind, &occasion, None, now))
}

/// Returns the event for endpoints that tells the same, with the time at which the warning was due: whenever it is
/// derived, it is the same event.
pub fn expiring_key_event(key: &ApiKey, now: Timestamp) -> Option<WebhookEvent> {
    let (expires_at, ahead) = due_warning(key, now)?;
    let kind = WebhookEventKind::ApiKeyExpiring;
    Some(WebhookEvent::new(
        key.account_id,
        kind,
        key.id.0,
        expires_at - ahead,
    ))
}

/// Returns when a key expires, and how far ahead of that the warning was due that is given at `now`.
fn due_warning(key: &ApiKey, now: Timestamp) -> Option<(Timestamp, Duration)> {
    let expires_at = key.expires_at.filter(|expiry| now < *expiry)?;
    if key.revoked_at.is_some() {
        return None;
    }
    let ahead = WARNINGS
        .into_iter()
        .find(|ahead| expires_at.since(now) <= *ahead)?;
    (expires_at.since(key.created_at) > ahead).then_some((expires_at, ahead))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::api_key::ApiKeyHash;
    use crate::ids::{AccountId, ApiKeyId};

    const HOUR: u64 = 3_600;
    const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

    /// Returns a key created `age` hours ago that expires in `left` hours.
    fn key(age: u64, left: u64) -> ApiKey {
        ApiKey {
            id: ApiKeyId(Uuid::nil()),
            account_id: AccountId(Uuid::nil()),
            name: String::new(),
            hash: ApiKeyHash([0; 32]),
            hint: "otp_live_abcd".to_owned(),
            created_at: NOW - Duration::from_secs(age * HOUR),
            expires_at: Some(NOW + Duration::from_secs(left * HOUR)),
            revoked_at: None,
            last_used_on: None,
        }
    }

    #[test]
    fn a_key_is_announced_a_week_and_a_day_before_it_expires() {
        for (age, left, expected) in [
            (1_000, 169, false),
            (1_000, 168, true),
            (1_000, 1, true),
            (1_000, 0, false),
            // Valid for three days: announced on the last.
            (1, 71, false),
            (60, 12, true),
            (1, 23, false),
        ] {
            let notice = expiring_key(&key(age, left), NOW);
            assert_eq!(notice.is_some(), expected, "{age} h old, {left} h left");
        }
        let revoked = ApiKey {
            revoked_at: Some(NOW),
            ..key(1_000, 12)
        };
        assert_eq!(expiring_key(&revoked, NOW), None);
        let endless = ApiKey {
            expires_at: None,
            ..key(1_000, 12)
        };
        assert_eq!(expiring_key(&endless, NOW), None);
    }

    #[test]
    fn each_warning_is_one_notice_however_often_the_key_is_checked() {
        let key = key(1_000, 168);
        let at = |hours| {
            let now = NOW + Duration::from_secs(hours * HOUR);
            expiring_key(&key, now).map(|notice| notice.id)
        };
        assert_eq!(at(0), at(143));
        assert_ne!(at(143), at(144));
        assert_eq!(at(144), at(167));
    }

    #[test]
    fn each_warning_is_one_event_too() {
        let key = key(1_000, 168);
        let at = |hours| expiring_key_event(&key, NOW + Duration::from_secs(hours * HOUR));
        assert_eq!(at(0), at(143));
        assert_ne!(at(143), at(144));
        assert_eq!(at(144), at(167));
        assert_eq!(at(168), None);
        let event = at(144).expect("an event");
        assert_eq!(event.at, NOW + Duration::from_secs(144 * HOUR));
        assert_eq!(
            (event.account_id, event.subject),
            (key.account_id, key.id.0)
        );
    }
}
