//! Passwords hashed with Argon2id, off the threads that serve requests.
//!
//! Source: RFC 9106; the parameters are those of the OWASP cheat sheet on password storage.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc;
use argon2::password_hash::{Error, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use otp_core::person::password::{Password, PasswordHash};
use otp_core::ports::{PasswordMatch, Passwords, PortError, Randomness};
use tokio::sync::Semaphore;

use crate::system;

/// Bytes of memory that one hash takes, in KiB. It is what makes many guesses at a time expensive.
const MEMORY: u32 = 19 * 1024;

/// Passes over that memory.
const PASSES: u32 = 2;

/// Threads of one hash.
const LANES: u32 = 1;

/// Bytes of a salt.
const SALT: usize = 16;

/// Hashes that wait or are worked on at a time; more are refused. At two processors that is about a second.
const LONGEST_QUEUE: usize = 64;

/// Hashes passwords, at most one for each processor at a time: more would take memory and bring nothing.
pub(crate) struct Argon2Passwords {
    randomness: Arc<dyn Randomness>,
    processors: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// The queue is full: somebody tries many passwords.
#[derive(Debug, thiserror::Error)]
#[error("{LONGEST_QUEUE} passwords are being hashed or wait for it")]
struct QueueIsFull;

impl Argon2Passwords {
    pub(crate) fn new(randomness: Arc<dyn Randomness>) -> Self {
        Self {
            randomness,
            processors: Arc::new(Semaphore::new(system::processors())),
            queue: Arc::new(Semaphore::new(LONGEST_QUEUE)),
        }
    }

    /// Runs work of some tens of milliseconds, when there is a place.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, PortError> {
        let place = Arc::clone(&self.queue).try_acquire_owned();
        let place = place.map_err(|_| PortError::Unavailable(QueueIsFull.into()))?;
        let processor = Arc::clone(&self.processors).acquire_owned().await;
        let processor = processor.map_err(|error| PortError::Backend(error.into()))?;
        let worked = tokio::task::spawn_blocking(move || {
            let worked = work();
            drop((processor, place));
            worked
        });
        let worked = worked
            .await
            .map_err(|error| PortError::Backend(error.into()))?;
        worked.map_err(|error| PortError::Backend(error.into()))
    }
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash_password(&self, password: &Password) -> Result<PasswordHash, PortError> {
        let mut salt = [0; SALT];
        self.randomness.fill(&mut salt);
        let password = password.clone();
        self.run(move || hash(&password, &salt)).await
    }

    async fn match_password(
        &self,
        password: &Password,
        hash: Option<PasswordHash>,
    ) -> Result<PasswordMatch, PortError> {
        let password = password.clone();
        self.run(move || matches(&password, hash.as_ref())).await
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY, PASSES, LANES, None);
    let params = params.expect("these parameters are allowed");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &Password, salt: &[u8]) -> Result<PasswordHash, Error> {
    let hash: phc::PasswordHash =
        argon2().hash_password_with_salt(password.expose().as_bytes(), salt)?;
    Ok(PasswordHash(hash.to_string()))
}

fn matches(password: &Password, stored: Option<&PasswordHash>) -> Result<PasswordMatch, Error> {
    // A person who does not exist has a hash that is as much work, and of which nobody knows the password.
    static NOBODY: LazyLock<String> = LazyLock::new(|| {
        let nobody = Password::typed(String::new());
        hash(&nobody, &[0; SALT]).map_or_else(|_| String::new(), |hash| hash.0)
    });
    let text = stored.map_or(NOBODY.as_str(), |stored| &stored.0);
    let parsed = phc::PasswordHash::new(text)?;
    match argon2().verify_password(password.expose().as_bytes(), &parsed) {
        Ok(()) if stored.is_none() => Ok(PasswordMatch::Wrong),
        Ok(()) if is_weak(&parsed) => Ok(PasswordMatch::RightButWeaklyHashed),
        Ok(()) => Ok(PasswordMatch::Right),
        Err(Error::PasswordInvalid) => Ok(PasswordMatch::Wrong),
        Err(error) => Err(error),
    }
}

/// Returns whether a hash was made with other parameters than today's.
fn is_weak(hash: &phc::PasswordHash) -> bool {
    let ours = argon2();
    let same = Params::try_from(hash).is_ok_and(|params| {
        let ours = ours.params();
        (params.m_cost(), params.t_cost(), params.p_cost())
            == (ours.m_cost(), ours.t_cost(), ours.p_cost())
    });
    !same || hash.algorithm != Algorithm::Argon2id.ident()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::system::SystemRandomness;

    fn passwords() -> Argon2Passwords {
        Argon2Passwords::new(Arc::new(SystemRandomness))
    }

    fn typed(text: &str) -> Password {
        Password::typed(text.to_owned())
    }

    /// Compares a typed text with a hash.
    async fn matched(text: &str, hash: Option<PasswordHash>) -> Result<PasswordMatch, PortError> {
        passwords().match_password(&typed(text), hash).await
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_no_other() {
        let right = typed("maroon-tulip-ferry");
        let hash = passwords().hash_password(&right).await.expect("hashed");
        let begin = "$argon2id$v=19$m=19456,t=2,p=1$";
        assert!(hash.0.starts_with(begin), "{}", hash.0);
        let again = passwords().hash_password(&right).await.expect("hashed");
        assert_ne!(hash, again, "each has a salt of its own");
        for (text, expected) in [
            ("maroon-tulip-ferry", PasswordMatch::Right),
            ("maroon-tulip-ferrz", PasswordMatch::Wrong),
            ("", PasswordMatch::Wrong),
        ] {
            let matched = matched(text, Some(hash.clone())).await;
            assert_eq!(matched.expect("compared"), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn nobody_has_a_password_not_even_the_empty_one() {
        for text in ["", "maroon-tulip-ferry"] {
            let matched = matched(text, None).await;
            assert_eq!(matched.expect("compared"), PasswordMatch::Wrong);
        }
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_weak() {
        let params = Params::new(8 * 1024, 1, 1, None).expect("allowed");
        let weaker = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash: phc::PasswordHash = weaker
            .hash_password_with_salt(b"maroon-tulip-ferry", &[7; SALT])
            .expect("hashed");
        let matched = matched("maroon-tulip-ferry", Some(PasswordHash(hash.to_string()))).await;
        assert_eq!(
            matched.expect("compared"),
            PasswordMatch::RightButWeaklyHashed
        );
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_takes_again_when_it_is_empty() {
        let passwords = passwords();
        let password = typed("maroon-tulip-ferry");
        let hash = || passwords.hash_password(&password);
        let mut waiting = Vec::new();
        for _ in 0..LONGEST_QUEUE {
            let mut one = Box::pin(hash());
            assert!((&mut one).now_or_never().is_none());
            waiting.push(one);
        }
        let refused = hash().await;
        assert!(
            matches!(refused, Err(PortError::Unavailable(_))),
            "{refused:?}"
        );
        drop(waiting);
        let processors = system::processors();
        let all = u32::try_from(processors).expect("few");
        let _idle = passwords.processors.acquire_many(all).await;
        assert!(passwords.queue.available_permits() >= LONGEST_QUEUE - processors);
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_matches_nothing() {
        let hash = PasswordHash("$argon2id$damaged".to_owned());
        assert!(matched("maroon-tulip-ferry", Some(hash)).await.is_err());
    }
}
