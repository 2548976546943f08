//! The status of a verification.

/// The status of a verification. It leaves `Pending` once, for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerificationStatus {
    /// The code may be checked.
    Pending,
    /// The code was entered correctly.
    Approved,
    /// The code's lifetime is over.
    Expired,
    /// The caller canceled it, or a newer verification of the recipient took its place.
    Canceled,
    /// No guess is left.
    Exhausted,
}

/// The end of a verification whose checks, resends and cancellations are refused for good.
///
/// An exhausted verification is not among them: its refusal says how long to wait for a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerificationOver {
    /// It was approved.
    Approved,
    /// Its lifetime is over.
    Expired,
    /// It was canceled or replaced.
    Canceled,
}

/// How a verification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ended {
    /// It is refused for good.
    Over(VerificationOver),
    /// No guess is left.
    Exhausted,
}

impl VerificationStatus {
    /// All statuses.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Approved,
        Self::Expired,
        Self::Canceled,
        Self::Exhausted,
    ];

    /// Returns how the verification ended; `None` while it is pending.
    pub const fn ended(self) -> Option<Ended> {
        match self {
            Self::Pending => None,
            Self::Approved => Some(Ended::Over(VerificationOver::Approved)),
            Self::Expired => Some(Ended::Over(VerificationOver::Expired)),
            Self::Canceled => Some(Ended::Over(VerificationOver::Canceled)),
            Self::Exhausted => Some(Ended::Exhausted),
        }
    }

    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Approved => "Approved",
            Self::Expired => "Expired",
            Self::Canceled => "Canceled",
            Self::Exhausted => "Exhausted",
        }
    }

    /// Returns the status of a name on the wire.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Approved => 1,
            Self::Expired => 2,
            Self::Canceled => 3,
            Self::Exhausted => 4,
        }
    }

    /// Returns the status of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_number_reads_back() {
        for status in VerificationStatus::ALL {
            assert_eq!(VerificationStatus::from_code(status.code()), Some(status));
        }
        assert_eq!(VerificationStatus::from_code(5), None);
    }

    #[test]
    fn statuses_have_their_names_on_the_wire() {
        let names = VerificationStatus::ALL.map(VerificationStatus::as_str);
        assert_eq!(
            names,
            ["Pending", "Approved", "Expired", "Canceled", "Exhausted"]
        );
        for status in VerificationStatus::ALL {
            assert_eq!(VerificationStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(VerificationStatus::parse("pending"), None);
    }
}
