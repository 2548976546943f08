//! Manage the second factor: a person turns it on with a first code, and off again.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::PersonId;
use crate::notice::NoticeKind;
use crate::person::SecurityRecord;
use crate::person::second_factor::{RECOVERY_CODES, RecoveryCode, SecondFactor, TotpSecret};
use crate::ports::{Clock, PortError, Randomness, SecondFactors};
use crate::sealing::{InstallationSealer, Purpose};
use crate::usecases::resume_session::Viewer;
use crate::usecases::tell_person::TellPerson;

/// Manages second factors.
#[derive(Clone)]
pub struct ManageSecondFactor {
    /// Stores them.
    pub factors: Arc<dyn SecondFactors>,
    /// Seals secrets and hashes recovery codes.
    pub installation: Arc<InstallationSealer>,
    /// The name that an app shows beside its codes.
    pub issuer: String,
    /// Tells the person.
    pub tell: TellPerson,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates secrets, codes and ids.
    pub randomness: Arc<dyn Randomness>,
}

/// The secret to enter into an app.
#[derive(Clone)]
pub struct Enrolment {
    /// The URL of the QR code.
    pub url: Zeroizing<String>,
    /// The secret as people type it.
    pub secret: Zeroizing<String>,
}

/// Whether a person has a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactorState {
    /// None.
    Off,
    /// One, with recovery codes.
    On {
        /// The recovery codes that are not used.
        recovery_codes: usize,
    },
}

/// The reason a second factor was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ManageSecondFactorError {
    /// The last proof of the person is too old: they have to prove themselves again.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The person has one already.
    #[error("the person has a second factor already")]
    IsOn,
    /// The person is staff, who may not be without one.
    #[error("staff have a second factor")]
    IsStaff,
    /// There is none, or none that waits for its first code.
    #[error("there is no such second factor")]
    NotFound,
    /// The code is wrong.
    #[error("the code is wrong")]
    Incorrect,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ManageSecondFactor {
    /// Returns whether a person has a second factor.
    pub async fn state(&self, person: PersonId) -> Result<SecondFactorState, PortError> {
        let found = self.factors.find_second_factor(person).await?;
        if !found.is_some_and(|factor| factor.is_on()) {
            return Ok(SecondFactorState::Off);
        }
        let recovery_codes = self.factors.count_recovery_codes(person).await?;
        Ok(SecondFactorState::On { recovery_codes })
    }

    /// Makes a secret for the person's app. Nobody is asked for it until [`confirm`](Self::confirm).
    pub async fn enrol(&self, viewer: &Viewer) -> Result<Enrolment, ManageSecondFactorError> {
        self.require_fresh(viewer)?;
        let (person, randomness) = (viewer.person.id, &*self.randomness);
        let secret = TotpSecret::generate(randomness);
        let text = secret.to_base32();
        let row = person.0.as_bytes();
        let sealed = self
            .installation
            .seal(Purpose::SecondFactor, row, &text, randomness);
        let factor = SecondFactor {
            person_id: person,
            session_id: viewer.session.id,
            secret: sealed,
            confirmed_at: None,
            last_step: 0,
        };
        if !self.factors.enrol_second_factor(&factor).await? {
            return Err(ManageSecondFactorError::IsOn);
        }
        Ok(self.shown(&secret, viewer))
    }

    /// Returns the secret that waits for its first code, to show it again.
    pub async fn enrolment(&self, viewer: &Viewer) -> Result<Enrolment, ManageSecondFactorError> {
        self.require_fresh(viewer)?;
        let secret = self.waiting(viewer).await?;
        Ok(self.shown(&secret, viewer))
    }

    /// Turns the factor on, by a first code of the app, and ends all other sessions of the person. Returns the recovery codes, which are not shown again.
    pub async fn confirm(
        &self,
        viewer: &Viewer,
        code: &str,
    ) -> Result<Vec<RecoveryCode>, ManageSecondFactorError> {
        self.require_fresh(viewer)?;
        let (person, now) = (viewer.person.id, self.clock.now());
        let secret = self.waiting(viewer).await?;
        let step = secret.step_of(code, now);
        let step = step.ok_or(ManageSecondFactorError::Incorrect)?;
        let codes: Vec<_> = (0..RECOVERY_CODES)
            .map(|_| RecoveryCode::generate(&*self.randomness))
            .collect();
        let hash = |code| self.installation.hash_recovery_code(person, code);
        let hashes: Vec<_> = codes.iter().map(hash).collect();
        let kind = NoticeKind::SecondFactorOn { person_id: person };
        let record = self
            .record(AuditAction::AddSecondFactor, person, kind)
            .await?;
        let keep = viewer.session.id;
        let confirmed = self
            .factors
            .confirm_second_factor(person, step, now, &hashes, keep, &record);
        if confirmed.await? {
            Ok(codes)
        } else {
            Err(ManageSecondFactorError::NotFound)
        }
    }

    /// Turns the factor off. Staff cannot: an operator resets that of a person who lost the app.
    pub async fn remove(&self, viewer: &Viewer) -> Result<(), ManageSecondFactorError> {
        self.require_fresh(viewer)?;
        if viewer.staff.is_some() {
            return Err(ManageSecondFactorError::IsStaff);
        }
        let person = viewer.person.id;
        let kind = NoticeKind::SecondFactorOff { person_id: person };
        let record = self
            .record(AuditAction::RemoveSecondFactor, person, kind)
            .await?;
        let keep = Some(viewer.session.id);
        let removed = self.factors.remove_second_factor(person, keep, &record);
        if removed.await? {
            Ok(())
        } else {
            Err(ManageSecondFactorError::NotFound)
        }
    }

    /// Returns the secret that was made in this session, and waits for its first code.
    async fn waiting(&self, viewer: &Viewer) -> Result<TotpSecret, ManageSecondFactorError> {
        let found = self.factors.find_second_factor(viewer.person.id).await?;
        let waiting =
            found.filter(|factor| !factor.is_on() && factor.session_id == viewer.session.id);
        let waiting = waiting.ok_or(ManageSecondFactorError::NotFound)?;
        Ok(open(&self.installation, &waiting)?)
    }

    fn shown(&self, secret: &TotpSecret, viewer: &Viewer) -> Enrolment {
        Enrolment {
            url: secret.to_url(&self.issuer, &viewer.details.email),
            secret: secret.to_base32(),
        }
    }

    fn require_fresh(&self, viewer: &Viewer) -> Result<(), ManageSecondFactorError> {
        if viewer.session.is_fresh_at(self.clock.now()) {
            Ok(())
        } else {
            Err(ManageSecondFactorError::NotFresh)
        }
    }

    async fn record(
        &self,
        action: AuditAction,
        person: PersonId,
        kind: NoticeKind,
    ) -> Result<SecurityRecord, PortError> {
        let at = self.clock.now();
        Ok(SecurityRecord {
            entry: AuditEntry::new(person.actor(), action, person.0, at, &*self.randomness),
            notice: self.tell.notice(person, kind, at).await?,
        })
    }
}

/// Opens the secret of a factor.
pub(super) fn open(
    sealer: &InstallationSealer,
    factor: &SecondFactor,
) -> Result<TotpSecret, PortError> {
    let row = factor.person_id.0.as_bytes();
    let text = sealer.open(Purpose::SecondFactor, row, &factor.secret);
    let text = text.map_err(|error| PortError::Backend(error.into()))?;
    TotpSecret::parse(&text).map_err(|error| PortError::Backend(error.into()))
}
