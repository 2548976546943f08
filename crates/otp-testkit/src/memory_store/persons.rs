//! Persons, their sessions, and attempts to sign in, in memory.

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use otp_core::audit::AuditEntry;
use otp_core::ids::{AccountId, PersonId, SessionId};
use otp_core::keyring::KeyOwner;
use otp_core::notice::MailNotice;
use otp_core::person::device::Device;
use otp_core::person::password::PasswordHash;
use otp_core::person::second_factor::{RecoveryHash, SecondFactor};
use otp_core::person::session::{Session, SessionHash, Stage};
use otp_core::person::sign_in::{SignInFailures, SignInLink};
use otp_core::person::{Membership, NewHolder, Person, SecurityRecord};
use otp_core::ports::{Persons, PortError, SecondFactors, Sessions, SignInAttempts, SignInLinks};
use otp_core::sealing::{PersonIndex, Sealed};
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;

use super::{MemoryStore, State, conflict};

/// The rows about people.
#[derive(Debug, Default)]
pub(super) struct PersonRows {
    persons: Vec<Person>,
    memberships: Vec<Membership>,
    sessions: Vec<Session>,
    failures: Vec<(PersonIndex, SignInFailures)>,
    links: Vec<SignInLink>,
    second_factors: Vec<SecondFactor>,
    recovery_codes: BTreeSet<(PersonId, RecoveryHash)>,
    known_devices: HashSet<(PersonId, Device)>,
}

#[async_trait]
impl Persons for MemoryStore {
    async fn open_account(&self, new: &NewHolder, entry: &AuditEntry) -> Result<bool, PortError> {
        let mut state = self.state();
        if state.people.has_address(new.person.email_index) {
            return Ok(false);
        }
        let owner = KeyOwner::Account(new.account.id);
        state.keyring.insert(owner, new.key.clone());
        state.accounts.push(new.account.clone());
        state.join(&new.person, new.membership, entry);
        Ok(true)
    }

    async fn join_account(
        &self,
        person: &Person,
        membership: &Membership,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        if state.people.has_address(person.email_index) {
            return Ok(false);
        }
        state.require_account(membership.account_id)?;
        state.join(person, *membership, entry);
        Ok(true)
    }

    async fn find_person(&self, id: PersonId) -> Result<Option<Person>, PortError> {
        let state = self.state();
        let mut persons = state.people.persons.iter();
        Ok(persons.find(|person| person.id == id).cloned())
    }

    async fn find_person_by_email(&self, email: PersonIndex) -> Result<Option<Person>, PortError> {
        let state = self.state();
        let mut persons = state.people.persons.iter();
        Ok(persons.find(|person| person.email_index == email).cloned())
    }

    async fn list_memberships(&self, person: PersonId) -> Result<Vec<Membership>, PortError> {
        let mut found = self.state().people.memberships.clone();
        found.retain(|membership| membership.person_id == person);
        found.sort_by_key(|membership| (membership.since, membership.account_id));
        Ok(found)
    }

    async fn set_password(
        &self,
        person: PersonId,
        password: &PasswordHash,
        keep: Option<Session>,
        record: &SecurityRecord,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let is_kept = |keep: &Session| {
            let mut sessions = state.people.sessions.iter();
            sessions.any(|session| (session.id, session.hash) == (keep.id, keep.hash))
        };
        if keep.as_ref().is_some_and(|keep| !is_kept(keep)) {
            return Ok(false);
        }
        let Some(found) = state.people.person_mut(person) else {
            return Ok(false);
        };
        found.password = password.clone();
        state.people.end_all(person, keep.map(|keep| keep.id));
        state.people.links.retain(|link| link.person_id != person);
        state.keep_record(record);
        Ok(true)
    }

    async fn set_details(
        &self,
        person: PersonId,
        name: &Sealed,
        language: UiLanguage,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let Some(found) = state.people.person_mut(person) else {
            return Ok(false);
        };
        (found.name, found.language) = (name.clone(), language);
        Ok(true)
    }

    async fn rehash_password(
        &self,
        person: PersonId,
        before: &PasswordHash,
        after: &PasswordHash,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        let found = state.people.person_mut(person);
        if let Some(found) = found.filter(|found| found.password == *before) {
            found.password = after.clone();
        }
        Ok(())
    }
}

#[async_trait]
impl Sessions for MemoryStore {
    async fn begin_session(
        &self,
        session: &Session,
        password: &PasswordHash,
        instead_of: Option<SessionHash>,
        notices: &[MailNotice],
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let person = state.people.person_mut(session.person_id);
        if person.is_none_or(|person| person.password != *password) {
            return Ok(false);
        }
        let factor = state.people.second_factor_mut(session.person_id);
        let is_on = factor.is_some_and(|factor| factor.is_on());
        if is_on && session.stage == Stage::SignedIn {
            return Ok(false);
        }
        let sessions = &mut state.people.sessions;
        sessions.retain(|other| Some(other.hash) != instead_of);
        sessions.push(*session);
        let device = (session.person_id, session.device);
        state.people.known_devices.insert(device);
        state.enqueue(notices.to_vec());
        Ok(true)
    }

    async fn known_devices(&self, person: PersonId) -> Result<Vec<Device>, PortError> {
        let state = self.state();
        let known = state.people.known_devices.iter();
        let of_person = known.filter(|(of, _)| *of == person);
        Ok(of_person.map(|(_, device)| *device).collect())
    }

    async fn find_session(&self, hash: SessionHash) -> Result<Option<Session>, PortError> {
        let state = self.state();
        let mut sessions = state.people.sessions.iter();
        Ok(sessions.find(|session| session.hash == hash).copied())
    }

    async fn replace_session(
        &self,
        before: SessionHash,
        after: &Session,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let mut sessions = state.people.sessions.iter_mut();
        let found = sessions.find(|session| (session.id, session.hash) == (after.id, before));
        Ok(found.map(|session| *session = *after).is_some())
    }

    async fn end_session(&self, person: PersonId, id: SessionId) -> Result<bool, PortError> {
        let sessions = &mut self.state().people.sessions;
        let before = sessions.len();
        sessions.retain(|session| (session.person_id, session.id) != (person, id));
        Ok(sessions.len() < before)
    }

    async fn end_sessions(&self, person: PersonId, keep: SessionId) -> Result<(), PortError> {
        self.state().people.end_all(person, Some(keep));
        Ok(())
    }

    async fn list_sessions(&self, person: PersonId) -> Result<Vec<Session>, PortError> {
        let mut sessions = self.state().people.sessions.clone();
        sessions.retain(|session| session.person_id == person);
        sessions.sort_by_key(|session| std::cmp::Reverse((session.last_seen_at, session.id)));
        Ok(sessions)
    }

    async fn forget_sessions(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        let sessions = &mut self.state().people.sessions;
        sessions.sort_by_key(|session| session.last_seen_at);
        let old = sessions.partition_point(|session| session.last_seen_at < before);
        Ok(sessions.drain(..old.min(limit)).count())
    }
}

#[async_trait]
impl SignInAttempts for MemoryStore {
    async fn count_attempt(
        &self,
        email: PersonIndex,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        let failures = &mut self.state().people.failures;
        let counted = failures.iter().position(|(other, _)| *other == email);
        let before = counted.map_or_else(SignInFailures::default, |at| failures[at].1);
        if let Some(again) = before.may_try_at(now) {
            return Ok(Some(again));
        }
        let after = before.after_another(now);
        match counted {
            Some(at) => failures[at].1 = after,
            None => failures.push((email, after)),
        }
        Ok(None)
    }

    async fn clear_attempts(&self, email: PersonIndex) -> Result<(), PortError> {
        let failures = &mut self.state().people.failures;
        failures.retain(|(other, _)| *other != email);
        Ok(())
    }

    async fn forget_attempts(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        let failures = &mut self.state().people.failures;
        failures.sort_by_key(|(_, failures)| failures.last_at);
        let old = failures.partition_point(|(_, failures)| failures.last_at < Some(before));
        Ok(failures.drain(..old.min(limit)).count())
    }
}

#[async_trait]
impl SignInLinks for MemoryStore {
    async fn add_sign_in_link(&self, link: &SignInLink) -> Result<(), PortError> {
        let people = &mut self.state().people;
        let mut persons = people.persons.iter();
        if !persons.any(|person| person.id == link.person_id) {
            return Err(conflict("the person does not exist"));
        }
        people.links.push(*link);
        Ok(())
    }

    async fn take_sign_in_link(&self, hash: SessionHash) -> Result<Option<SignInLink>, PortError> {
        let links = &mut self.state().people.links;
        let place = links.iter().position(|link| link.hash == hash);
        Ok(place.map(|place| links.remove(place)))
    }

    async fn forget_sign_in_links(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, PortError> {
        let links = &mut self.state().people.links;
        links.sort_by_key(|link| link.expires_at);
        let old = links.partition_point(|link| link.expires_at < before);
        Ok(links.drain(..old.min(limit)).count())
    }
}

#[async_trait]
impl SecondFactors for MemoryStore {
    async fn enrol_second_factor(&self, factor: &SecondFactor) -> Result<bool, PortError> {
        let mut state = self.state();
        let people = &mut state.people;
        if !people
            .persons
            .iter()
            .any(|person| person.id == factor.person_id)
        {
            return Err(conflict("the person does not exist"));
        }
        if let Some(kept) = people.second_factor_mut(factor.person_id) {
            if kept.confirmed_at.is_some() {
                return Ok(false);
            }
            *kept = factor.clone();
        } else {
            people.second_factors.push(factor.clone());
        }
        Ok(true)
    }

    async fn find_second_factor(
        &self,
        person: PersonId,
    ) -> Result<Option<SecondFactor>, PortError> {
        Ok(self.state().people.second_factor_mut(person).cloned())
    }

    async fn confirm_second_factor(
        &self,
        person: PersonId,
        step: i64,
        at: Timestamp,
        recovery_codes: &[RecoveryHash],
        keep: SessionId,
        record: &SecurityRecord,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let waiting = state.people.second_factor_mut(person);
        let Some(factor) = waiting.filter(|factor| factor.confirmed_at.is_none()) else {
            return Ok(false);
        };
        (factor.confirmed_at, factor.last_step) = (Some(at), step);
        let codes = recovery_codes.iter().map(|hash| (person, *hash));
        state.people.recovery_codes.extend(codes);
        state.people.end_all(person, Some(keep));
        state.keep_record(record);
        Ok(true)
    }

    async fn use_step(&self, person: PersonId, step: i64) -> Result<bool, PortError> {
        let mut state = self.state();
        let factor = state.people.second_factor_mut(person);
        let unused = factor.filter(|factor| factor.last_step < step);
        Ok(unused.map(|factor| factor.last_step = step).is_some())
    }

    async fn use_recovery_code(
        &self,
        person: PersonId,
        code: RecoveryHash,
    ) -> Result<bool, PortError> {
        Ok(self.state().people.recovery_codes.remove(&(person, code)))
    }

    async fn count_recovery_codes(&self, person: PersonId) -> Result<usize, PortError> {
        let state = self.state();
        let codes = state.people.recovery_codes.iter();
        Ok(codes.filter(|(of, _)| *of == person).count())
    }

    async fn remove_second_factor(
        &self,
        person: PersonId,
        keep: Option<SessionId>,
        record: &SecurityRecord,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let people = &mut state.people;
        let before = people.second_factors.len();
        people
            .second_factors
            .retain(|factor| factor.person_id != person);
        people.recovery_codes.retain(|(of, _)| *of != person);
        let removed = people.second_factors.len() < before;
        if removed {
            people.end_all(person, keep);
            state.keep_record(record);
        }
        Ok(removed)
    }
}

impl PersonRows {
    fn second_factor_mut(&mut self, person: PersonId) -> Option<&mut SecondFactor> {
        let mut factors = self.second_factors.iter_mut();
        factors.find(|factor| factor.person_id == person)
    }

    fn has_address(&self, email: PersonIndex) -> bool {
        let mut persons = self.persons.iter();
        persons.any(|person| person.email_index == email)
    }

    /// Adds a person, and returns whether nobody had the mail address.
    pub(super) fn add(&mut self, person: &Person) -> bool {
        let is_new = !self.has_address(person.email_index);
        if is_new {
            self.persons.push(person.clone());
        }
        is_new
    }

    /// Returns the memberships of an account.
    pub(super) fn members(&self, account: AccountId) -> Vec<Membership> {
        let mut members = self.memberships.clone();
        members.retain(|member| member.account_id == account);
        members.sort_by_key(|member| (member.since, member.person_id));
        members
    }

    /// Replaces a membership of an account, and deletes one.
    pub(super) fn write_membership(
        &mut self,
        account: AccountId,
        member: Option<Membership>,
        removed: Option<PersonId>,
    ) {
        let replaced = member.map(|member| member.person_id);
        self.memberships.retain(|other| {
            let person = Some(other.person_id);
            other.account_id != account || (person != replaced && person != removed)
        });
        self.memberships.extend(member);
    }

    /// Returns whether there is a person with this id.
    pub(super) fn has(&self, id: PersonId) -> bool {
        self.persons.iter().any(|person| person.id == id)
    }

    fn person_mut(&mut self, id: PersonId) -> Option<&mut Person> {
        self.persons.iter_mut().find(|person| person.id == id)
    }

    fn end_all(&mut self, person: PersonId, keep: Option<SessionId>) {
        self.sessions
            .retain(|session| session.person_id != person || Some(session.id) == keep);
    }
}

impl State {
    pub(super) fn keep_record(&mut self, record: &SecurityRecord) {
        self.enqueue(record.notice.iter().cloned().collect());
        self.append_audit(&record.entry);
    }

    fn join(&mut self, person: &Person, membership: Membership, entry: &AuditEntry) {
        self.people.persons.push(person.clone());
        self.people.memberships.push(membership);
        self.append_audit(entry);
    }
}
