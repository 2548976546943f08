//! One error for several callers.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use otp_core::ports::PortError;

/// Copies an error for one of several callers. A copy reads like the error: it has the same words and the
/// same causes.
pub(crate) fn shared(error: &Arc<PortError>) -> PortError {
    let source: Box<dyn Error + Send + Sync> = match error.out_of_space() {
        Some(full) => Box::new(full.clone()),
        None => Box::new(SharedCause(Arc::clone(error))),
    };
    match &**error {
        PortError::Conflict(_) => PortError::Conflict(source),
        PortError::Locked(accounts) => PortError::Locked(accounts.clone()),
        PortError::Unavailable(_) => PortError::Unavailable(source),
        PortError::Backend(_) => PortError::Backend(source),
    }
}

/// The cause of a shared error. The error itself is not the cause of its copies: a log, which joins an
/// error and its causes, would repeat its words.
#[derive(Debug)]
struct SharedCause(Arc<PortError>);

impl fmt::Display for SharedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.source() {
            Some(cause) => fmt::Display::fmt(cause, f),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl Error for SharedCause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()?.source()
    }
}

#[cfg(test)]
mod tests {
    use otp_core::ports::OutOfSpace;

    use super::*;

    #[derive(Debug)]
    struct Broken(std::io::Error);

    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the connection broke")
        }
    }

    impl Error for Broken {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn words(error: &PortError) -> Vec<String> {
        let mut all = vec![error.to_string()];
        let mut cause = error.source();
        while let Some(error) = cause {
            all.push(error.to_string());
            cause = error.source();
        }
        all
    }

    fn broken() -> Box<Broken> {
        Box::new(Broken(std::io::Error::other("reset by peer")))
    }

    #[test]
    fn a_copy_says_what_the_error_says_and_says_it_once() {
        let errors = [
            PortError::Unavailable(broken()),
            PortError::Backend(broken()),
            PortError::Conflict("taken".into()),
            PortError::Locked(Default::default()),
        ];
        for error in errors.map(Arc::new) {
            let copy = shared(&error);
            assert_eq!(
                std::mem::discriminant(&copy),
                std::mem::discriminant(&*error)
            );
            assert_eq!(words(&copy), words(&error));
            // A decorator copies the copies of another.
            assert_eq!(words(&shared(&Arc::new(copy))), words(&error));
        }
    }

    #[test]
    fn a_copy_of_a_full_backend_is_full() {
        let full = PortError::Unavailable(Box::new(OutOfSpace("disk full".to_owned())));
        let full = Arc::new(full);
        let copy = shared(&full);
        assert!(copy.is_out_of_space());
        assert_eq!(words(&copy), words(&full));
    }
}
