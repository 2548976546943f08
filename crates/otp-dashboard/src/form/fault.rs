//! Faults: what is wrong with a typed text.

use otp_core::person::password::RefusedPassword;

/// A fault of the typed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not an e-mail address.
    NoEmailAddress,
    /// There is no password.
    NoPassword,
    /// A new password is too short.
    PasswordTooShort {
        /// The least number of characters.
        least: usize,
    },
    /// A new password is too long.
    PasswordTooLong {
        /// The greatest number of characters.
        most: usize,
    },
    /// A new password is easy to guess.
    PasswordGuessable,
    /// There is no code.
    NoCode,
    /// The code is wrong.
    WrongCode {
        /// How many wrong codes are still allowed.
        left: usize,
    },
    /// There is no code of the app.
    NoAppCode,
    /// The code of the app is wrong, or was used.
    WrongAppCode,
    /// The password is not the person's.
    WrongPassword,
    /// There is no name, or none that fits on a line.
    NoName,
    /// There is no name of a key, or none that fits on a line.
    NoKeyName,
    /// There is no company, or none that fits on a line.
    NoCompany,
    /// It is not a phone number.
    NoPhoneNumber,
    /// The address does not fit on a line.
    LongAddress,
    /// It is not a URL.
    NoUrl,
    /// The URL is too long.
    LongUrl,
    /// The URL does not begin with `https`.
    UrlWithoutTls,
    /// The URL has a user name or a password.
    UrlWithPassword,
    /// The URL has a fragment.
    UrlWithFragment,
    /// The host of the URL is not on the public internet.
    PrivateUrl,
    /// The description does not fit on a line.
    LongDescription,
    /// Notes are too long.
    LongNotes,
    /// There is no reason, or none that fits on a line.
    NoReason,
    /// It is not a number of credits.
    NoCredits,
    /// A note about a payment does not fit on a line.
    LongPayment,
    /// It is not a percentage below 100.
    NoPercentage,
    /// There is no such country with phone numbers.
    NoPriceCountry,
    /// A list has no price.
    EmptyPriceList,
    /// A list has another first line.
    PriceListHeader,
    /// A line of a list has other columns.
    PriceListColumns {
        /// The line.
        line: usize,
    },
    /// A line of a list names no country with phone numbers.
    PriceListCountry {
        /// The line.
        line: usize,
    },
    /// A line of a list has no number of credits.
    PriceListCredits {
        /// The line.
        line: usize,
    },
    /// A line of a list names a country again.
    PriceListTwice {
        /// The line.
        line: usize,
    },
    /// There is no name of a plan, or none that fits on a line.
    NoPlanName,
    /// Another plan has the name.
    PlanNameTaken,
    /// It is not an amount of money in its currency.
    NoPlanPrice,
    /// It is not the code of a currency.
    NoCurrency,
}

impl Fault {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 38] = [
        Self::NoEmailAddress,
        Self::NoPassword,
        Self::PasswordTooShort { least: 12 },
        Self::PasswordTooLong { most: 256 },
        Self::PasswordGuessable,
        Self::NoCode,
        Self::WrongCode { left: 4 },
        Self::NoAppCode,
        Self::WrongAppCode,
        Self::WrongPassword,
        Self::NoName,
        Self::NoKeyName,
        Self::NoCompany,
        Self::NoPhoneNumber,
        Self::LongAddress,
        Self::NoUrl,
        Self::LongUrl,
        Self::UrlWithoutTls,
        Self::UrlWithPassword,
        Self::UrlWithFragment,
        Self::PrivateUrl,
        Self::LongDescription,
        Self::LongNotes,
        Self::NoReason,
        Self::NoCredits,
        Self::LongPayment,
        Self::NoPercentage,
        Self::NoPriceCountry,
        Self::EmptyPriceList,
        Self::PriceListHeader,
        Self::PriceListColumns { line: 3 },
        Self::PriceListCountry { line: 3 },
        Self::PriceListCredits { line: 3 },
        Self::PriceListTwice { line: 3 },
        Self::NoPlanName,
        Self::PlanNameTaken,
        Self::NoPlanPrice,
        Self::NoCurrency,
    ];

    /// Returns whether it is a fault of the code in a mail.
    pub(crate) const fn is_of_code(self) -> bool {
        matches!(self, Self::NoCode | Self::WrongCode { .. })
    }

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::NoEmailAddress => "fault-email",
            Self::NoPassword => "fault-password-missing",
            Self::PasswordTooShort { .. } => "fault-password-short",
            Self::PasswordTooLong { .. } => "fault-password-long",
            Self::PasswordGuessable => "fault-password-guessable",
            Self::NoCode => "fault-code-missing",
            Self::WrongCode { .. } => "fault-code-wrong",
            Self::NoAppCode => "fault-app-code-missing",
            Self::WrongAppCode => "fault-app-code-wrong",
            Self::WrongPassword => "fault-password-wrong",
            Self::NoName => "fault-name",
            Self::NoKeyName => "fault-key-name",
            Self::NoCompany => "fault-company",
            Self::NoPhoneNumber => "fault-phone",
            Self::LongAddress => "fault-address",
            Self::NoUrl => "fault-url",
            Self::LongUrl => "fault-url-long",
            Self::UrlWithoutTls => "fault-url-tls",
            Self::UrlWithPassword => "fault-url-password",
            Self::UrlWithFragment => "fault-url-fragment",
            Self::PrivateUrl => "fault-url-private",
            Self::LongDescription => "fault-description",
            Self::LongNotes => "fault-order-notes",
            Self::NoReason => "fault-decline-reason",
            Self::NoCredits => "fault-credits",
            Self::LongPayment => "fault-payment",
            Self::NoPercentage => "fault-low-balance",
            Self::NoPriceCountry => "fault-price-country",
            Self::EmptyPriceList => "fault-price-list-empty",
            Self::PriceListHeader => "fault-price-list-header",
            Self::PriceListColumns { .. } => "fault-price-list-columns",
            Self::PriceListCountry { .. } => "fault-price-list-country",
            Self::PriceListCredits { .. } => "fault-price-list-credits",
            Self::PriceListTwice { .. } => "fault-price-list-twice",
            Self::NoPlanName => "fault-plan-name",
            Self::PlanNameTaken => "fault-plan-name-taken",
            Self::NoPlanPrice => "fault-plan-price",
            Self::NoCurrency => "fault-currency",
        }
    }

    /// Returns the number in the words, if there is one.
    pub(crate) const fn number(self) -> Option<usize> {
        match self {
            Self::PasswordTooShort { least } => Some(least),
            Self::PasswordTooLong { most } => Some(most),
            Self::WrongCode { left } => Some(left),
            Self::PriceListColumns { line }
            | Self::PriceListCountry { line }
            | Self::PriceListCredits { line }
            | Self::PriceListTwice { line } => Some(line),
            Self::NoEmailAddress
            | Self::NoPassword
            | Self::PasswordGuessable
            | Self::NoCode
            | Self::NoAppCode
            | Self::WrongAppCode
            | Self::WrongPassword
            | Self::NoName
            | Self::NoKeyName
            | Self::NoCompany
            | Self::NoPhoneNumber
            | Self::LongAddress
            | Self::NoUrl
            | Self::LongUrl
            | Self::UrlWithoutTls
            | Self::UrlWithPassword
            | Self::UrlWithFragment
            | Self::PrivateUrl
            | Self::LongDescription
            | Self::LongNotes
            | Self::NoReason
            | Self::NoCredits
            | Self::LongPayment
            | Self::NoPercentage
            | Self::NoPriceCountry
            | Self::EmptyPriceList
            | Self::PriceListHeader
            | Self::NoPlanName
            | Self::PlanNameTaken
            | Self::NoPlanPrice
            | Self::NoCurrency => None,
        }
    }
}

impl From<RefusedPassword> for Fault {
    fn from(refused: RefusedPassword) -> Self {
        match refused {
            RefusedPassword::TooShort { least } => Self::PasswordTooShort { least },
            RefusedPassword::TooLong { most } => Self::PasswordTooLong { most },
            RefusedPassword::Guessable => Self::PasswordGuessable,
        }
    }
}
