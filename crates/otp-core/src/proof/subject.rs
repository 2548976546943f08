//! The name of a recipient in a proof.

/// The kind of name that a recipient has in proofs, as an operator decided for the account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProofSubject {
    /// A pseudonym: the same one for the same recipient of the account, and another one for other accounts.
    #[default]
    Pseudonym,
    /// The phone number or e-mail address.
    Recipient,
}

impl ProofSubject {
    /// Every value, for tables and tests.
    pub const ALL: [Self; 2] = [Self::Pseudonym, Self::Recipient];

    /// Returns the name that operators see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pseudonym => "Pseudonym",
            Self::Recipient => "Recipient",
        }
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Pseudonym => 0,
            Self::Recipient => 1,
        }
    }

    /// Returns the value of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.code() == code)
    }
}
