//! Sessions: how long a person stays signed in, and when an action needs a new proof.
//!
//! Source: OWASP ASVS 5.0, sections 7.3 (time-outs) and 7.2 (tokens).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::ids::{AccountId, PersonId, SessionId};
use crate::person::device::Device;
use crate::ports::Randomness;
use crate::time::Timestamp;

/// A session ends after this long without a request of the person.
pub const IDLE: Duration = Duration::from_secs(30 * 60);

/// A session ends this long after the sign-in, whatever the person does.
pub const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);

/// The time for the second factor after the password.
pub const SECOND_FACTOR_TIME: Duration = Duration::from_secs(5 * 60);

/// A proof of the person is new for this long. After that, a dangerous action asks for another.
pub const FRESH: Duration = Duration::from_secs(10 * 60);

/// A request is noted if the last noted one is at least this old.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// The secret of a session, which only the browser has: 256 random bits. Hidden in `Debug`, and erased from memory.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(Zeroizing<[u8; 32]>);

/// The SHA-256 of a token, which is stored and looked up. The bits of a token cannot be guessed, so a fast hash is
/// enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionHash(pub [u8; 32]);

/// The text is not a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a session token")]
pub struct NotASessionToken;

impl SessionToken {
    /// Generates a token.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        randomness.fill(&mut *bytes);
        Self(bytes)
    }

    /// Reads the token in a cookie: 43 characters of base64url (RFC 4648, section 5).
    pub fn parse(text: &str) -> Result<Self, NotASessionToken> {
        let mut bytes = Zeroizing::new([0; 32]);
        // Three bytes are four characters, so a text of another length is not 32 bytes.
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut *bytes);
        match length {
            Ok(32) => Ok(Self(bytes)),
            Ok(_) | Err(_) => Err(NotASessionToken),
        }
    }

    /// Returns the text of the cookie.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.as_slice()))
    }

    /// Returns the token of the session's forms: 43 characters of base64url. Nobody can derive it, or the session's
    /// token from it, without knowing that token.
    pub fn form_token(&self) -> String {
        let hash = Sha256::new()
            .chain_update(b"form-token")
            .chain_update(self.0.as_slice());
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }

    /// Returns whether a text is the token of the session's forms, in a time that tells nothing of it.
    pub fn is_form_token(&self, text: &str) -> bool {
        self.form_token().as_bytes().ct_eq(text.as_bytes()).into()
    }

    /// Returns the hash that is stored.
    pub fn hash(&self) -> SessionHash {
        SessionHash(Sha256::digest(self.0.as_slice()).into())
    }
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// The progress of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the second factor is still to come.
    AwaitingSecondFactor,
    /// The person is signed in.
    SignedIn,
}

impl Stage {
    /// Every stage, for tables and tests.
    pub const ALL: [Self; 2] = [Self::AwaitingSecondFactor, Self::SignedIn];

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::AwaitingSecondFactor => 0,
            Self::SignedIn => 1,
        }
    }

    /// Returns the stage of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Its id, which the person sees in the list of sessions.
    pub id: SessionId,
    /// The hash of its token. At each step of the sign-in it gets a new token.
    pub hash: SessionHash,
    /// The person.
    pub person_id: PersonId,
    /// The browser that has the token.
    pub device: Device,
    /// The progress of the sign-in.
    pub stage: Stage,
    /// The time of the password.
    pub created_at: Timestamp,
    /// The last noted request of the person.
    pub last_seen_at: Timestamp,
    /// The last proof of the person: password or second factor.
    pub proven_at: Timestamp,
    /// The account that the person chose to look at; `None` if they did not choose.
    pub account_id: Option<AccountId>,
}

impl Session {
    /// Begins the session of a person whose proof was right.
    pub fn begin(
        (id, person_id): (SessionId, PersonId),
        token: &SessionToken,
        device: Device,
        stage: Stage,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            hash: token.hash(),
            person_id,
            device,
            stage,
            created_at: now,
            last_seen_at: now,
            proven_at: now,
            account_id: None,
        }
    }

    /// Returns the time from which the session no longer exists, if no further request comes.
    pub fn ends_at(&self) -> Timestamp {
        match self.stage {
            Stage::AwaitingSecondFactor => self.created_at + SECOND_FACTOR_TIME,
            Stage::SignedIn => (self.last_seen_at + IDLE).min(self.created_at + LONGEST),
        }
    }

    /// Returns whether the session exists.
    pub fn exists_at(&self, now: Timestamp) -> bool {
        now < self.ends_at()
    }

    /// Returns whether a dangerous action may go on without another proof.
    pub fn is_fresh_at(&self, now: Timestamp) -> bool {
        self.stage == Stage::SignedIn && self.exists_at(now) && now < self.proven_at + FRESH
    }

    /// Returns the session after a request of the person; `None` if there is nothing to note. Most requests note
    /// nothing, so they cost no write.
    pub fn after_request(&self, now: Timestamp) -> Option<Self> {
        let is_due = self.stage == Stage::SignedIn
            && self.exists_at(now)
            && now >= self.last_seen_at + NOTED_EVERY;
        is_due.then_some(Self {
            last_seen_at: now,
            ..*self
        })
    }

    /// Returns the session of a person who chose to look at this account.
    #[must_use]
    pub fn looking_at(&self, account: AccountId) -> Self {
        Self {
            account_id: Some(account),
            ..*self
        }
    }

    /// Returns the session after a proof of the person, under a new token: whoever knew the one before is out.
    #[must_use]
    pub fn after_proof(&self, token: &SessionToken, now: Timestamp) -> Self {
        Self {
            hash: token.hash(),
            stage: Stage::SignedIn,
            last_seen_at: now,
            proven_at: now,
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const START: Timestamp = Timestamp::from_unix_millis(1_764_000_000_000);

    struct Fixed(u8);

    impl Randomness for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn session(stage: Stage) -> Session {
        let ids = (SessionId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let device = Device::of_user_agent(None);
        Session::begin(
            ids,
            &SessionToken::generate(&Fixed(1)),
            device,
            stage,
            START,
        )
    }

    fn after(seconds: u64) -> Timestamp {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_read_as_it_is_written_and_hidden_in_logs() {
        let token = SessionToken::generate(&Fixed(7));
        let text = token.expose();
        assert_eq!(text.len(), 43);
        assert_eq!(SessionToken::parse(&text), Ok(token.clone()));
        assert_eq!(format!("{token:?}"), "SessionToken(…)");
        assert_ne!(token.hash().0, [7; 32]);
        for other in [
            "",
            "a",
            &text[1..],
            &format!("{}A", &*text),
            &"*".repeat(43),
            &"A".repeat(44),
        ] {
            assert_eq!(SessionToken::parse(other), Err(NotASessionToken), "{other}");
        }
    }

    #[test]
    fn the_token_of_a_form_belongs_to_its_session() {
        let (token, other) = (Fixed(7), Fixed(8));
        let (token, other) = (
            SessionToken::generate(&token),
            SessionToken::generate(&other),
        );
        let of_form = token.form_token();
        assert_eq!(of_form.len(), 43);
        assert!(token.is_form_token(&of_form) && !other.is_form_token(&of_form));
        assert_ne!(of_form, *token.expose());
        for text in ["", "x", &of_form[1..], &*token.expose()] {
            assert!(!token.is_form_token(text), "{text}");
        }
    }

    #[test]
    fn a_session_ends_half_an_hour_after_the_last_request() {
        let session = session(Stage::SignedIn);
        assert!(session.exists_at(after(30 * 60 - 1)));
        assert!(!session.exists_at(after(30 * 60)));
    }

    #[test]
    fn a_session_ends_twelve_hours_after_the_sign_in_whatever_the_person_does() {
        let mut session = session(Stage::SignedIn);
        for minutes in (0..12 * 60).step_by(5) {
            let now = after(minutes * 60);
            session = session.after_request(now).unwrap_or(session);
            assert!(session.exists_at(now), "{minutes} min");
        }
        assert!(session.exists_at(after(12 * 60 * 60 - 1)));
        assert!(!session.exists_at(after(12 * 60 * 60)));
        assert_eq!(session.after_request(after(12 * 60 * 60)), None);
    }

    #[test]
    fn the_second_factor_has_five_minutes_which_no_request_prolongs() {
        let session = session(Stage::AwaitingSecondFactor);
        assert!(session.exists_at(after(5 * 60 - 1)));
        assert!(!session.exists_at(after(5 * 60)));
        assert_eq!(session.after_request(after(4 * 60)), None);
        assert!(!session.is_fresh_at(START), "half a sign-in proves nothing");
    }

    #[test]
    fn a_proof_is_new_for_ten_minutes() {
        let session = session(Stage::SignedIn);
        let session = session.after_request(after(8 * 60)).expect("noted");
        assert!(session.is_fresh_at(after(10 * 60 - 1)));
        assert!(!session.is_fresh_at(after(10 * 60)));
        let proven = session.after_proof(&SessionToken::generate(&Fixed(9)), after(20 * 60));
        assert!(proven.is_fresh_at(after(20 * 60)));
    }

    #[test]
    fn a_proof_renews_the_token_and_not_the_twelve_hours() {
        let before = session(Stage::AwaitingSecondFactor);
        let token = SessionToken::generate(&Fixed(2));
        let signed_in = before.after_proof(&token, after(60));
        assert_eq!(
            (signed_in.stage, signed_in.hash),
            (Stage::SignedIn, token.hash())
        );
        assert_ne!(signed_in.hash, before.hash);
        assert_eq!(signed_in.created_at, START);
    }

    #[test]
    fn requests_are_noted_once_a_minute() {
        let session = session(Stage::SignedIn);
        assert_eq!(session.after_request(after(59)), None);
        let noted = session.after_request(after(60)).expect("noted");
        assert_eq!(noted.last_seen_at, after(60));
    }

    proptest! {
        /// Whatever a person does and whenever, no session is longer than twelve hours, and none exists after half an
        /// hour and a minute without a request.
        #[test]
        fn no_session_outlives_its_bounds(pauses in proptest::collection::vec(0..3_600_u64, 1..60)) {
            let mut session = session(Stage::SignedIn);
            let (mut now, mut last) = (START, START);
            for pause in pauses {
                now = now + Duration::from_secs(pause);
                let exists = session.exists_at(now);
                prop_assert!(!exists || now < START + LONGEST);
                prop_assert!(!exists || now.since(last) < IDLE);
                prop_assert!(exists || now >= START + LONGEST || now.since(last) >= IDLE - NOTED_EVERY);
                if exists {
                    last = now;
                    session = session.after_request(now).unwrap_or(session);
                }
            }
        }
    }
}
