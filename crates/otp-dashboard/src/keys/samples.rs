//! The states of the list of keys.

use actix_web::http::StatusCode;
use otp_core::api_key::ApiKeyMode;
use otp_core::time::Timestamp;

use super::mapping::{KeyState, ShownKey};
use super::{KeysPage, NewKey};
use crate::form::{Fault, Field, FieldKind, Refused};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::samples::Samples;

fn key(number: u8, name: &str, state: KeyState) -> ShownKey {
    let hint = match state {
        KeyState::Active { is_test: true, .. } => "otp_test_9aQ2…",
        KeyState::Active { .. } | KeyState::Expired | KeyState::Revoked => "otp_live_7kQx…",
    };
    ShownKey {
        id: format!("00000000-0000-7000-8000-0000000000{number:02}"),
        name: name.to_owned(),
        hint: hint.to_owned(),
        state,
        created_at: Timestamp::from_unix_millis(1_790_000_000_000),
        last_used_on: (!number.is_multiple_of(3)).then(|| "2026-11-28".to_owned()),
    }
}

impl ShownKey {
    /// Returns one key in each state, for the states of pages.
    pub(crate) fn several() -> Vec<Self> {
        let active = |is_test, days_left: Option<u64>| KeyState::Active {
            is_test,
            expires_at: days_left.map(|_| Timestamp::from_unix_millis(1_796_000_000_000)),
            days_left: days_left.filter(|days| *days < 8),
        };
        vec![
            key(1, "prod-2", active(false, None)),
            key(2, "prod", active(false, Some(6))),
            key(3, "متجر بغداد", active(false, Some(90))),
            key(4, "ci", active(true, None)),
            key(5, "old-shop", KeyState::Revoked),
            key(6, "<b>\"'&</b><script>alert(1)</script>", KeyState::Expired),
        ]
    }
}

impl Samples for KeysPage {
    const NAME: &'static str = "keys";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |keys| Self::new(page.clone(), Frame::sample(Place::Keys), keys, true);
        let made = |mode, secret: &str| Self {
            new: Some(NewKey {
                name: "prod-2".to_owned(),
                secret: secret.to_owned(),
                mode,
            }),
            ..sample(ShownKey::several())
        };
        let live = "otp_live_BjfLmJOjyrG5Nyv3BFswWJ8Sj1ST5EtcFkIWMd31XIC32jOXo";
        let test = "otp_test_BjfLmJOjyrG5Nyv3BFswWJ8Sj1ST5EtcFkIWMd31XIC32jOXo";
        let fault = Self {
            name: Field::new(FieldKind::KeyName, "", Some(Fault::NoKeyName)),
            mode: ApiKeyMode::Test,
            days: 90,
            ..sample(ShownKey::several())
        };
        let many = Self {
            refused: Some(Refused::ManyKeys),
            ..sample(ShownKey::several())
        };
        let viewer = Self {
            may_manage: false,
            ..sample(ShownKey::several())
        };
        vec![
            ("empty", StatusCode::OK, sample(Vec::new())),
            ("several", StatusCode::OK, sample(ShownKey::several())),
            ("made-live", StatusCode::OK, made(ApiKeyMode::Live, live)),
            ("made-test", StatusCode::OK, made(ApiKeyMode::Test, test)),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, fault),
            ("many", StatusCode::UNPROCESSABLE_ENTITY, many),
            ("viewer", StatusCode::OK, viewer),
        ]
    }
}
