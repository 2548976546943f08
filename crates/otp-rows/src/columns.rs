//! The columns: a line here makes a type of the core a column in both databases.

use diesel::sql_types::{BigInt, Binary, Bool, Integer, SmallInt, Text};
use otp_core::account::AccountStanding;
use otp_core::api_key::ApiKeyHash;
use otp_core::audit::chain::AuditHash;
use otp_core::audit::{Actor, AuditAction};
use otp_core::channel::Channel;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::health::{Quality, StoppedBy};
use otp_core::channel::whatsapp::template::{CodeExpiry, TemplateName, TemplateStatus, TimeToLive};
use otp_core::credits::Credits;
use otp_core::credits::ledger::EntryKind;
use otp_core::idempotency::{Fingerprint, IdempotencyKey, RequestKeyHash};
use otp_core::ids::{
    AccountId, ApiKeyId, AuditEntryId, InvitationId, MessageId, NoticeId, OrderId, PersonId,
    PlanId, ProofKeyId, ReviewerNumberId, SenderId, SessionId, SubscriptionId, TemplateId,
    VerificationId, WebhookEndpointId, WebhookEventId,
};
use otp_core::keyring::{KeyOwner, MasterKeyId, WrappedKey};
use otp_core::language::LanguageTag;
use otp_core::message::{CodeOutcome, EventSource, MessageStatus};
use otp_core::notice::{Announced, LowBalance, MutedTopics, NoticeState};
use otp_core::opt_out::{ConsentRequest, ConsentSource};
use otp_core::order::{ContactWay, DeclineReason, OrderStatus};
use otp_core::person::AccountRole;
use otp_core::person::device::{Browser, Device, System};
use otp_core::person::password::PasswordHash;
use otp_core::person::second_factor::RecoveryHash;
use otp_core::person::session::{SessionHash, Stage};
use otp_core::person::staff::StaffRole;
use otp_core::plan::Currency;
use otp_core::pricing::PriceKey;
use otp_core::proof::{ProofPublicKey, ProofSubject};
use otp_core::region::Region;
use otp_core::sealing::{IdentityIndex, PersonIndex, ProviderMessageIndex, RecipientIndex, Sealed};
use otp_core::test_number::TestNumber;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_core::verification::{
    Alphabet, CheckKey, CheckResult, CodeHash, CodeLength, HashedContext, TransactionHash,
    VerificationStatus,
};
use otp_core::webhook::endpoint::EndpointStanding;
use otp_core::webhook::{DeliveryState, EventFilter, WantedEvents, WebhookEventKind};
use uuid::Uuid;

use crate::column::{Column, Raw};
use crate::encoding::{Id, Instant};

/// Implements [`Column`]: the type, the SQL type, how it is read, how it is written.
macro_rules! column {
    ($core:ty as $sql:ty, |$raw:ident| $read:expr, |$value:ident| $write:expr) => {
        impl Column for $core {
            type Sql = $sql;
            const NAME: &'static str = stringify!($core);

            fn read($raw: Raw<'_, Self>) -> Option<Self> {
                $read
            }

            fn write(&self) -> Raw<'_, Self> {
                let $value = self;
                $write
            }
        }
    };
}

macro_rules! ids {
    ($($core:ident),* $(,)?) => {
        $(column!(
            $core as Id,
            |id| Some($core(Uuid::from_bytes(*id))),
            |value| value.0.as_bytes()
        );)*
    };
}

/// Types with a number: `code` and `from_code`.
macro_rules! codes {
    ($($core:ident),* $(,)?) => {
        $(column!($core as SmallInt, |code| $core::from_code(code), |value| value.code());)*
    };
}

/// Types with a text form: `as_str` and `parse`.
macro_rules! texts {
    ($($core:ident),* $(,)?) => {
        $(column!($core as Text, |text| $core::parse(text).ok(), |value| value.as_str());)*
    };
}

/// Types of 32 bytes: hashes and blind indexes.
macro_rules! hashes {
    ($($core:ident),* $(,)?) => {
        $(column!($core as Binary, |bytes| bytes.try_into().ok().map($core), |value| &value.0);)*
    };
}

ids!(
    AccountId,
    ApiKeyId,
    AuditEntryId,
    IdempotencyKey,
    InvitationId,
    MessageId,
    NoticeId,
    OrderId,
    PersonId,
    PlanId,
    ProofKeyId,
    ReviewerNumberId,
    SenderId,
    SessionId,
    SubscriptionId,
    TemplateId,
    VerificationId,
    WebhookEndpointId,
    WebhookEventId,
);

codes!(
    AccountRole,
    AccountStanding,
    Alphabet,
    Announced,
    Browser,
    Channel,
    CheckResult,
    CodeOutcome,
    ConsentRequest,
    ConsentSource,
    ContactWay,
    DeliveryState,
    Device,
    EndpointStanding,
    EntryKind,
    EventSource,
    MessageStatus,
    NoticeState,
    OrderStatus,
    ProofSubject,
    Quality,
    StaffRole,
    Stage,
    StoppedBy,
    System,
    TestNumber,
    UiLanguage,
    VerificationStatus,
    WebhookEventKind,
);

texts!(
    Actor,
    AuditAction,
    Currency,
    DeclineReason,
    LanguageTag,
    PriceKey,
    ProviderId,
    Region,
    TemplateName,
    TemplateStatus,
);

hashes!(
    ApiKeyHash,
    AuditHash,
    CheckKey,
    CodeHash,
    Fingerprint,
    IdentityIndex,
    PersonIndex,
    ProofPublicKey,
    ProviderMessageIndex,
    RecipientIndex,
    RecoveryHash,
    SessionHash,
    TransactionHash,
    RequestKeyHash,
);

column!(Timestamp as Instant, |instant| Some(instant), |value| {
    *value
});
column!(Uuid as Id, |id| Some(Uuid::from_bytes(*id)), |value| value
    .as_bytes());
column!(
    Sealed as Binary,
    |bytes| Some(Sealed(bytes.to_vec())),
    |value| &value.0
);
column!(
    PasswordHash as Text,
    |text| Some(PasswordHash(text.to_owned())),
    |value| &value.0
);
column!(
    HashedContext as Binary,
    |bytes| Some(HashedContext(bytes.to_vec())),
    |value| &value.0
);
column!(
    KeyOwner as Id,
    |id| Some(KeyOwner::from_id(Uuid::from_bytes(*id))),
    |value| value.as_bytes()
);
column!(
    WrappedKey as Binary,
    |bytes| Some(WrappedKey(bytes.to_vec())),
    |value| &value.0
);
column!(
    MasterKeyId as Binary,
    |bytes| bytes.try_into().ok().map(MasterKeyId),
    |value| &value.0
);
column!(
    CodeLength as SmallInt,
    |length| CodeLength::restore(length),
    |value| value.get().into()
);
column!(
    LowBalance as SmallInt,
    |percent| LowBalance::try_new(u8::try_from(percent).ok()?).ok(),
    |value| value.percent().into()
);
column!(
    MutedTopics as SmallInt,
    |mask| MutedTopics::from_mask(mask),
    |value| value.mask()
);
column!(
    Credits as Integer,
    |amount| Credits::new(amount.into()).ok(),
    // It fits: `Credits::MAX` is below 2^31.
    |value| i32::try_from(value.get()).unwrap_or(i32::MAX)
);
column!(
    TimeToLive as Integer,
    |seconds| TimeToLive::from_seconds(seconds.into()),
    // It fits: the core accepts no more than `i32::MAX` seconds.
    |value| i32::try_from(value.seconds()).unwrap_or(i32::MAX)
);
column!(
    CodeExpiry as Integer,
    |minutes| CodeExpiry::from_minutes(minutes.into()).ok(),
    |value| value.minutes().into()
);
column!(
    EventFilter as Integer,
    |mask| EventFilter::from_mask(mask),
    |value| value.mask()
);
column!(
    WantedEvents as Integer,
    |mask| WantedEvents::from_mask(mask),
    |value| value.mask()
);

// Values that need no rule of the core.

column!(String as Text, |text| Some(text.to_owned()), |value| value);
column!(bool as Bool, |value| Some(value), |value| *value);
column!(i16 as SmallInt, |number| Some(number), |value| *value);
column!(i32 as Integer, |number| Some(number), |value| *value);
column!(i64 as BigInt, |number| Some(number), |value| *value);
column!(
    u64 as BigInt,
    |number| u64::try_from(number).ok(),
    |value| i64::try_from(*value).unwrap_or(i64::MAX)
);
column!(
    usize as Integer,
    |number| usize::try_from(number).ok(),
    |value| i32::try_from(*value).unwrap_or(i32::MAX)
);
column!(
    u16 as Integer,
    |number| u16::try_from(number).ok(),
    |value| (*value).into()
);
column!(
    u32 as Integer,
    |number| u32::try_from(number).ok(),
    |value| i32::try_from(*value).unwrap_or(i32::MAX)
);
