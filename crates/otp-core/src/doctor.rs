//! Doctor: judges the facts of an installation, and names a remedy for each fault.
//!
//! The facts are gathered by adapters and by the use cases `diagnose_…`; the rules are here.

pub mod graph_version;
pub mod host;
pub mod mail_server;
pub mod storage;
pub mod whatsapp;

/// A check of an installation, and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// The object of the check if there are several, such as `sender 0199…`.
    pub about: Option<String>,
    /// The facts, in a phrase without personal data and secrets.
    pub found: String,
    /// The judgement.
    pub verdict: Verdict,
}

/// The judgement of a check. Whatever is not right has a remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is to be done.
    Ok,
    /// It works, and may stop working or lacks something.
    Warning {
        /// The remedy, as a request to the operator.
        remedy: String,
    },
    /// Messages are not sent, or a change that was acknowledged may be lost.
    Problem {
        /// The remedy, as a request to the operator.
        remedy: String,
    },
}

/// A check. Its name is part of the output for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Check {
    /// The database can be reached.
    Database,
    /// The migrations are applied.
    Migrations,
    /// The database keeps what it has committed.
    Durability,
    /// The master key opens the keyring.
    Keyring,
    /// There is a sender.
    Senders,
    /// The sender's access token.
    Token,
    /// The sender's number.
    Number,
    /// The sender's business account.
    BusinessAccount,
    /// The sender's templates.
    Template,
    /// The app is subscribed to the business account's webhooks.
    Webhook,
    /// The version of the Graph API.
    ApiVersion,
    /// The mail server accepts a sign-in.
    MailServer,
    /// The clock.
    Clock,
    /// The limit of open files.
    OpenFiles,
    /// The public URL.
    PublicUrl,
    /// The place of the master key.
    MasterKey,
}

impl Finding {
    /// Creates a finding that asks for nothing.
    pub fn ok(check: Check, found: impl Into<String>) -> Self {
        Self::new(check, found.into(), Verdict::Ok)
    }

    /// Creates a warning.
    pub fn warning(check: Check, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        let remedy = remedy.into();
        Self::new(check, found.into(), Verdict::Warning { remedy })
    }

    /// Creates a problem.
    pub fn problem(check: Check, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        let remedy = remedy.into();
        Self::new(check, found.into(), Verdict::Problem { remedy })
    }

    fn new(check: Check, found: String, verdict: Verdict) -> Self {
        Self {
            check,
            about: None,
            found,
            verdict,
        }
    }

    /// Returns the finding about this object.
    #[must_use]
    pub fn about(self, about: &str) -> Self {
        Self {
            about: Some(about.to_owned()),
            ..self
        }
    }
}

impl Verdict {
    /// Returns the name in the output.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning { .. } => "warning",
            Self::Problem { .. } => "problem",
        }
    }

    /// Returns the remedy; `None` if nothing is to be done.
    pub fn remedy(&self) -> Option<&str> {
        match self {
            Self::Ok => None,
            Self::Warning { remedy } | Self::Problem { remedy } => Some(remedy),
        }
    }

    /// Returns whether it is a problem.
    pub const fn is_problem(&self) -> bool {
        matches!(self, Self::Problem { .. })
    }
}

impl Check {
    /// Returns the name for programs; with spaces for underscores, it is that for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Migrations => "migrations",
            Self::Durability => "durability",
            Self::Keyring => "keyring",
            Self::Senders => "senders",
            Self::Token => "token",
            Self::Number => "number",
            Self::BusinessAccount => "business_account",
            Self::Template => "template",
            Self::Webhook => "webhook",
            Self::ApiVersion => "api_version",
            Self::MailServer => "mail_server",
            Self::Clock => "clock",
            Self::OpenFiles => "open_files",
            Self::PublicUrl => "public_url",
            Self::MasterKey => "master_key",
        }
    }
}
