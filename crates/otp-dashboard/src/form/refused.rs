//! Refusals: why a form is refused although every field is filled in.

use std::time::Duration;

use actix_web::http::StatusCode;
use otp_core::cooldown::whole_seconds;

/// The reason a form is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Nobody has this address, or the password is another. The page does not say which.
    WrongPassword,
    /// There were too many wrong passwords.
    ManyPasswords {
        /// How long to wait.
        wait: Duration,
    },
    /// A code was sent a moment ago.
    CodeSent {
        /// How long to wait.
        wait: Duration,
    },
    /// There were too many wrong codes.
    ManyCodes {
        /// How long to wait.
        wait: Duration,
    },
    /// The code is used, expired or replaced by a later one.
    CodeOver,
    /// A person has this address already.
    AddressTaken,
    /// Nobody has this address.
    NobodyHasAddress,
    /// The account has too many keys.
    ManyKeys,
    /// Nobody could give roles any more.
    LastAdmin,
    /// The account has too many webhook endpoints.
    ManyEndpoints,
    /// The account has too many open orders.
    ManyOrders,
    /// Nobody could give roles in the team any more.
    LastOwner,
    /// The person is in the team already.
    AlreadyMember,
    /// The address is invited already.
    AlreadyInvited,
    /// The team is as large as a team may be.
    TeamFull,
    /// The account invited too many people lately.
    ManyInvitations,
    /// No invitation to the address is open.
    NotInvited,
    /// The gateway sends no mail.
    NoMailServer,
}

impl Refused {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 18] = {
        let wait = Duration::from_secs(30);
        [
            Self::WrongPassword,
            Self::ManyPasswords { wait },
            Self::CodeSent { wait },
            Self::ManyCodes { wait },
            Self::CodeOver,
            Self::AddressTaken,
            Self::NobodyHasAddress,
            Self::ManyKeys,
            Self::LastAdmin,
            Self::ManyEndpoints,
            Self::ManyOrders,
            Self::LastOwner,
            Self::AlreadyMember,
            Self::AlreadyInvited,
            Self::TeamFull,
            Self::ManyInvitations,
            Self::NotInvited,
            Self::NoMailServer,
        ]
    };

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::WrongPassword => "refused-wrong-password",
            Self::ManyPasswords { .. } => "refused-many-passwords",
            Self::CodeSent { .. } => "refused-code-sent",
            Self::ManyCodes { .. } => "refused-many-codes",
            Self::CodeOver => "refused-code-over",
            Self::AddressTaken => "refused-address-taken",
            Self::NobodyHasAddress => "refused-nobody",
            Self::ManyKeys => "refused-many-keys",
            Self::LastAdmin => "refused-last-admin",
            Self::ManyEndpoints => "refused-many-endpoints",
            Self::ManyOrders => "refused-many-orders",
            Self::LastOwner => "refused-last-owner",
            Self::AlreadyMember => "refused-already-member",
            Self::AlreadyInvited => "refused-already-invited",
            Self::TeamFull => "refused-team-full",
            Self::ManyInvitations => "refused-many-invitations",
            Self::NotInvited => "refused-not-invited",
            Self::NoMailServer => "refused-no-mail",
        }
    }

    /// Returns the wait in the words, if there is one: minutes and seconds, such as `0:30`.
    pub(crate) fn wait(self) -> Option<String> {
        match self {
            Self::ManyPasswords { wait } | Self::CodeSent { wait } | Self::ManyCodes { wait } => {
                let seconds = whole_seconds(wait);
                let (minutes, seconds) = (seconds / 60, seconds % 60);
                Some(match minutes / 60 {
                    0 => format!("{minutes}:{seconds:02}"),
                    hours => format!("{hours}:{:02}:{seconds:02}", minutes % 60),
                })
            }
            Self::WrongPassword
            | Self::CodeOver
            | Self::AddressTaken
            | Self::NobodyHasAddress
            | Self::ManyKeys
            | Self::LastAdmin
            | Self::ManyEndpoints
            | Self::ManyOrders
            | Self::LastOwner
            | Self::AlreadyMember
            | Self::AlreadyInvited
            | Self::TeamFull
            | Self::ManyInvitations
            | Self::NotInvited
            | Self::NoMailServer => None,
        }
    }

    /// Returns the status of the answer.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::WrongPassword
            | Self::CodeOver
            | Self::AddressTaken
            | Self::NobodyHasAddress
            | Self::ManyKeys
            | Self::LastAdmin
            | Self::ManyEndpoints
            | Self::ManyOrders
            | Self::LastOwner
            | Self::AlreadyMember
            | Self::AlreadyInvited
            | Self::TeamFull
            | Self::ManyInvitations
            | Self::NotInvited => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ManyPasswords { .. } | Self::CodeSent { .. } | Self::ManyCodes { .. } => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::NoMailServer => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_written_as_clocks_write_it() {
        for (seconds, expected) in [
            (0, "0:00"),
            (30, "0:30"),
            (90, "1:30"),
            (900, "15:00"),
            (3_661, "1:01:01"),
            (86_400, "24:00:00"),
        ] {
            let wait = Duration::from_secs(seconds);
            assert_eq!(
                Refused::ManyCodes { wait }.wait().as_deref(),
                Some(expected)
            );
        }
        assert_eq!(Refused::CodeOver.wait(), None);
    }
}
