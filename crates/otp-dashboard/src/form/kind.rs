//! Kinds of fields: what is typed into them, and how a browser helps.

/// The kind of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// The mail address of a person.
    Email,
    /// The password of a person who signs in.
    Password,
    /// A password that a person chooses.
    NewPassword,
    /// The code in a mail.
    Code,
    /// A code of an authenticator app, or a recovery code.
    AppCode,
    /// The name of a person.
    Name,
    /// The name of an API key.
    KeyName,
    /// The name of a business.
    Company,
    /// The phone number of a business.
    Phone,
    /// The postal address of a business.
    Address,
    /// The mail address of a person who is invited.
    InvitedEmail,
    /// The name of a person who is invited.
    InvitedName,
    /// The URL of a webhook endpoint.
    WebhookUrl,
    /// The description of a webhook endpoint.
    Description,
    /// The notes of a person who orders.
    OrderNotes,
    /// The reason an order is declined.
    DeclineReason,
    /// The credits that an activation grants.
    GrantedCredits,
    /// A note about the payment of an order.
    Payment,
    /// The percentage of a grant at which its balance is low.
    LowBalance,
    /// The country that a price is for, by its code, or `EMAIL`.
    PriceCountry,
    /// A list of prices.
    PriceList,
    /// The name of a plan.
    PlanName,
    /// The price of a plan in money.
    PlanPrice,
    /// The currency of that price.
    Currency,
}

impl FieldKind {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 24] = [
        Self::Email,
        Self::Password,
        Self::NewPassword,
        Self::Code,
        Self::AppCode,
        Self::Name,
        Self::KeyName,
        Self::Company,
        Self::Phone,
        Self::Address,
        Self::InvitedEmail,
        Self::InvitedName,
        Self::WebhookUrl,
        Self::Description,
        Self::OrderNotes,
        Self::DeclineReason,
        Self::GrantedCredits,
        Self::Payment,
        Self::LowBalance,
        Self::PriceCountry,
        Self::PriceList,
        Self::PlanName,
        Self::PlanPrice,
        Self::Currency,
    ];

    /// Returns the name of the field, which is also its id in the page.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Password => "password",
            Self::NewPassword => "new-password",
            Self::Code => "code",
            Self::AppCode => "app-code",
            Self::Name => "name",
            Self::KeyName => "key-name",
            Self::Company => "company",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::InvitedEmail => "invited-email",
            Self::InvitedName => "invited-name",
            Self::WebhookUrl => "url",
            Self::Description => "description",
            Self::OrderNotes => "order-notes",
            Self::DeclineReason => "decline-reason",
            Self::GrantedCredits => "credits",
            Self::Payment => "payment",
            Self::LowBalance => "low-balance",
            Self::PriceCountry => "country",
            Self::PriceList => "price-list",
            Self::PlanName => "plan-name",
            Self::PlanPrice => "price",
            Self::Currency => "currency",
        }
    }

    pub(crate) const fn label_key(self) -> &'static str {
        match self {
            Self::Email => "field-email",
            Self::Password => "field-password",
            Self::NewPassword => "field-new-password",
            Self::Code => "field-code",
            Self::AppCode => "field-app-code",
            Self::Name => "field-name",
            Self::KeyName => "field-key-name",
            Self::Company => "field-company",
            Self::Phone => "field-phone",
            Self::Address => "field-address",
            Self::InvitedEmail => "field-invited-email",
            Self::InvitedName => "field-invited-name",
            Self::WebhookUrl => "field-webhook-url",
            Self::Description => "field-description",
            Self::OrderNotes => "field-order-notes",
            Self::DeclineReason => "field-decline-reason",
            Self::GrantedCredits => "field-credits",
            Self::Payment => "field-payment",
            Self::LowBalance => "field-low-balance",
            Self::PriceCountry => "field-price-country",
            Self::PriceList => "field-price-list",
            Self::PlanName => "field-plan-name",
            Self::PlanPrice => "field-plan-price",
            Self::Currency => "field-currency",
        }
    }

    /// Returns the key of the words that say what to type, if that is not obvious.
    pub(crate) const fn hint_key(self) -> Option<&'static str> {
        match self {
            Self::NewPassword => Some("hint-new-password"),
            Self::KeyName => Some("hint-key-name"),
            Self::Phone => Some("hint-phone"),
            Self::Address => Some("hint-address"),
            Self::InvitedName => Some("hint-invited-name"),
            Self::WebhookUrl => Some("hint-webhook-url"),
            Self::OrderNotes => Some("hint-order-notes"),
            Self::DeclineReason => Some("hint-decline-reason"),
            Self::Payment => Some("hint-payment"),
            Self::LowBalance => Some("hint-low-balance"),
            Self::PriceCountry => Some("hint-price-country"),
            Self::PriceList => Some("hint-price-list"),
            Self::PlanName => Some("hint-plan-name"),
            Self::PlanPrice => Some("hint-plan-price"),
            Self::Currency => Some("hint-currency"),
            Self::Email
            | Self::GrantedCredits
            | Self::InvitedEmail
            | Self::Password
            | Self::Code
            | Self::AppCode
            | Self::Name
            | Self::Company
            | Self::Description => None,
        }
    }

    /// Returns the type of the `input` element.
    pub(crate) const fn input_type(self) -> &'static str {
        match self {
            Self::Email | Self::InvitedEmail => "email",
            Self::Password | Self::NewPassword => "password",
            Self::Phone => "tel",
            Self::WebhookUrl => "url",
            Self::PlanName
            | Self::PlanPrice
            | Self::Currency
            | Self::PriceCountry
            | Self::PriceList
            | Self::Code
            | Self::AppCode
            | Self::Name
            | Self::KeyName
            | Self::Company
            | Self::Address
            | Self::InvitedName
            | Self::Description
            | Self::OrderNotes
            | Self::DeclineReason
            | Self::GrantedCredits
            | Self::LowBalance
            | Self::Payment => "text",
        }
    }

    /// Returns the value by which browsers and password managers know the field (WCAG 2.2, 1.3.5).
    pub(crate) const fn autocomplete(self) -> &'static str {
        match self {
            Self::Email => "username",
            Self::Password => "current-password",
            Self::NewPassword => "new-password",
            Self::Code | Self::AppCode => "one-time-code",
            Self::Name => "name",
            Self::PlanName
            | Self::PlanPrice
            | Self::Currency
            | Self::PriceCountry
            | Self::PriceList
            | Self::KeyName
            | Self::WebhookUrl
            | Self::Description
            | Self::InvitedEmail
            | Self::InvitedName
            | Self::OrderNotes
            | Self::DeclineReason
            | Self::GrantedCredits
            | Self::LowBalance
            | Self::Payment => "off",
            Self::Company => "organization",
            Self::Phone => "tel",
            Self::Address => "street-address",
        }
    }

    /// Returns the keys that a phone's keyboard shows, if they are not those of its type.
    pub(crate) const fn input_mode(self) -> Option<&'static str> {
        match self {
            Self::PlanPrice => Some("decimal"),
            Self::Code | Self::GrantedCredits | Self::LowBalance => Some("numeric"),
            // A recovery code has letters.
            Self::PlanName
            | Self::Currency
            | Self::PriceCountry
            | Self::PriceList
            | Self::AppCode
            | Self::Email
            | Self::Password
            | Self::NewPassword
            | Self::Name
            | Self::KeyName
            | Self::Company
            | Self::Phone
            | Self::Address
            | Self::InvitedEmail
            | Self::InvitedName
            | Self::WebhookUrl
            | Self::Description
            | Self::OrderNotes
            | Self::DeclineReason
            | Self::Payment => None,
        }
    }

    /// Returns the direction of what is typed: from left to right in every language, or that of its first letter.
    pub(crate) const fn dir(self) -> &'static str {
        match self {
            Self::PlanPrice
            | Self::Currency
            | Self::PriceCountry
            | Self::PriceList
            | Self::Email
            | Self::Password
            | Self::NewPassword
            | Self::Code
            | Self::AppCode
            | Self::Phone
            | Self::InvitedEmail
            | Self::WebhookUrl
            | Self::LowBalance
            | Self::GrantedCredits => "ltr",
            Self::PlanName
            | Self::Name
            | Self::KeyName
            | Self::Company
            | Self::Address
            | Self::InvitedName
            | Self::Description
            | Self::OrderNotes
            | Self::DeclineReason
            | Self::Payment => "auto",
        }
    }

    /// Returns whether the form cannot be sent without it.
    pub(crate) const fn is_required(self) -> bool {
        match self {
            Self::PlanPrice
            | Self::Currency
            | Self::Address
            | Self::InvitedName
            | Self::Description
            | Self::OrderNotes
            | Self::Payment => false,
            Self::PlanName
            | Self::PriceCountry
            | Self::PriceList
            | Self::Email
            | Self::Password
            | Self::NewPassword
            | Self::Code
            | Self::AppCode
            | Self::Name
            | Self::KeyName
            | Self::Company
            | Self::Phone
            | Self::InvitedEmail
            | Self::WebhookUrl
            | Self::DeclineReason
            | Self::LowBalance
            | Self::GrantedCredits => true,
        }
    }

    /// Returns whether a page may show the typed text.
    pub(super) const fn is_repeated(self) -> bool {
        match self {
            Self::Password | Self::NewPassword | Self::AppCode => false,
            Self::PlanName
            | Self::PlanPrice
            | Self::Currency
            | Self::PriceCountry
            | Self::PriceList
            | Self::Email
            | Self::Code
            | Self::Name
            | Self::KeyName
            | Self::Company
            | Self::Phone
            | Self::Address
            | Self::InvitedEmail
            | Self::InvitedName
            | Self::WebhookUrl
            | Self::Description
            | Self::OrderNotes
            | Self::DeclineReason
            | Self::GrantedCredits
            | Self::LowBalance
            | Self::Payment => true,
        }
    }
}
