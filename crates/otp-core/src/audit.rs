//! The audit trail: who changed what or looked at whose data, and when. It is append-only.
//!
//! The actor says from where: a person acts through the pages, an operator at the command line of the host. Addresses of
//! networks are personal data, which an entry that is never removed must not contain.

pub mod chain;

use uuid::Uuid;

use crate::ids::{AuditEntryId, PersonId, parse_uuid};
use crate::ports::Randomness;
use crate::time::Timestamp;

/// The subject of actions on what the gateway has only one of, as its prices: no id.
pub const GATEWAY: Uuid = Uuid::nil();

/// An entry of the audit trail. It contains no personal data of recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditEntryId,
    /// The time of the action.
    pub at: Timestamp,
    /// The person or program that acted.
    pub actor: Actor,
    /// The action.
    pub action: AuditAction,
    /// The id of what it was done to.
    pub subject: Uuid,
}

impl AuditEntry {
    /// Makes the entry of an action that is taken now.
    pub fn new(
        actor: Actor,
        action: AuditAction,
        subject: Uuid,
        now: Timestamp,
        randomness: &dyn Randomness,
    ) -> Self {
        Self {
            id: AuditEntryId::generate(now, randomness),
            at: now,
            actor,
            action,
            subject,
        }
    }
}

/// An audited action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditAction {
    /// The recipient of a message was shown in the clear.
    RevealRecipient,
    /// A reviewer number was entered. The subject is the account.
    AddReviewerNumber,
    /// A reviewer number was removed. The subject is the account.
    RemoveReviewerNumber,
    /// A person signed up, and opened an account. The subject is the account.
    SignUp,
    /// A person set a new password without the old one, after a proof of the mail address. The subject is the person.
    ResetPassword,
    /// A person replaced the password. The subject is the person.
    ChangePassword,
    /// An operator added a person to an account. The subject is the person.
    AddPerson,
    /// A person turned on the second factor. The subject is the person.
    AddSecondFactor,
    /// A person turned off the second factor. The subject is the person.
    RemoveSecondFactor,
    /// A person was invited to the staff. The subject is the person.
    InviteStaff,
    /// A person of the staff got another role, or a first one. The subject is the person.
    GiveStaffRole,
    /// A person is no longer staff. The subject is the person.
    RemoveStaff,
    /// Somebody was invited to the team of an account. The subject is the account, as in the other actions on invitations.
    InviteMember,
    /// An invitation to a team was withdrawn.
    WithdrawInvitation,
    /// An invitation to a team was declined.
    DeclineInvitation,
    /// A person accepted an invitation to a team.
    JoinTeam,
    /// A person in the team of an account got another role. The subject is the person.
    GiveAccountRole,
    /// A person left the team of an account, or was removed from it. The subject is the person.
    RemoveMember,
    /// A person ordered a plan. The subject is the order, as in the other actions on orders.
    PlaceOrder,
    /// A person withdrew an order.
    WithdrawOrder,
    /// The contact details of the account of an order were shown in the clear.
    RevealOrderContact,
    /// The person who ordered was contacted.
    NoteOrderContact,
    /// An order was activated: its credits were granted.
    ActivateOrder,
    /// An order was declined.
    DeclineOrder,
    /// An account was created. The subject is the account.
    CreateAccount,
    /// The contact details of an account were shown in the clear. The subject is the account.
    RevealAccountContact,
    /// Values of an account were replaced, its standing included. The subject is the account.
    ChangeAccount,
    /// An API key was created. The subject is the key, as in the other actions on keys.
    CreateApiKey,
    /// An API key got a successor.
    RotateApiKey,
    /// An API key was revoked.
    RevokeApiKey,
    /// A plan was created. The subject is the plan.
    CreatePlan,
    /// A plan was retired. The subject is the plan.
    RetirePlan,
    /// Prices were set. The subject is the gateway ([`GATEWAY`]).
    SetPrices,
    /// A price was removed. The subject is the gateway.
    UnsetPrice,
    /// Credits were granted. The subject is the subscription.
    GrantSubscription,
    /// A subscription was revoked. The subject is the subscription.
    RevokeSubscription,
    /// A sender was added to an account. The subject is the sender, as in the other actions on senders.
    AddSender,
    /// The access token of a sender was replaced.
    ReplaceAccessToken,
    /// A sender was stopped.
    StopSender,
    /// A sender was resumed.
    ResumeSender,
    /// A sender was removed.
    RemoveSender,
    /// A template was added to a sender. The subject is the template.
    AddTemplate,
    /// A webhook endpoint was created. The subject is the endpoint, as in the other actions on endpoints.
    CreateWebhookEndpoint,
    /// Values of a webhook endpoint were replaced.
    ChangeWebhookEndpoint,
    /// A webhook endpoint got a new secret.
    RotateWebhookSecret,
    /// A webhook endpoint was removed.
    RemoveWebhookEndpoint,
}

/// A stored text names no audited action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no audited action has that name")]
pub struct UnknownAuditAction;

impl AuditAction {
    /// Returns the name that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RevealRecipient => "RevealRecipient",
            Self::AddReviewerNumber => "AddReviewerNumber",
            Self::RemoveReviewerNumber => "RemoveReviewerNumber",
            Self::SignUp => "SignUp",
            Self::ResetPassword => "ResetPassword",
            Self::ChangePassword => "ChangePassword",
            Self::AddPerson => "AddPerson",
            Self::AddSecondFactor => "AddSecondFactor",
            Self::RemoveSecondFactor => "RemoveSecondFactor",
            Self::InviteStaff => "InviteStaff",
            Self::GiveStaffRole => "GiveStaffRole",
            Self::RemoveStaff => "RemoveStaff",
            Self::InviteMember => "InviteMember",
            Self::WithdrawInvitation => "WithdrawInvitation",
            Self::DeclineInvitation => "DeclineInvitation",
            Self::JoinTeam => "JoinTeam",
            Self::GiveAccountRole => "GiveAccountRole",
            Self::RemoveMember => "RemoveMember",
            Self::PlaceOrder => "PlaceOrder",
            Self::WithdrawOrder => "WithdrawOrder",
            Self::RevealOrderContact => "RevealOrderContact",
            Self::NoteOrderContact => "NoteOrderContact",
            Self::ActivateOrder => "ActivateOrder",
            Self::DeclineOrder => "DeclineOrder",
            Self::CreateAccount => "CreateAccount",
            Self::RevealAccountContact => "RevealAccountContact",
            Self::ChangeAccount => "ChangeAccount",
            Self::CreateApiKey => "CreateApiKey",
            Self::RotateApiKey => "RotateApiKey",
            Self::RevokeApiKey => "RevokeApiKey",
            Self::CreatePlan => "CreatePlan",
            Self::RetirePlan => "RetirePlan",
            Self::SetPrices => "SetPrices",
            Self::UnsetPrice => "UnsetPrice",
            Self::GrantSubscription => "GrantSubscription",
            Self::RevokeSubscription => "RevokeSubscription",
            Self::AddSender => "AddSender",
            Self::ReplaceAccessToken => "ReplaceAccessToken",
            Self::StopSender => "StopSender",
            Self::ResumeSender => "ResumeSender",
            Self::RemoveSender => "RemoveSender",
            Self::AddTemplate => "AddTemplate",
            Self::CreateWebhookEndpoint => "CreateWebhookEndpoint",
            Self::ChangeWebhookEndpoint => "ChangeWebhookEndpoint",
            Self::RotateWebhookSecret => "RotateWebhookSecret",
            Self::RemoveWebhookEndpoint => "RemoveWebhookEndpoint",
        }
    }

    /// Reads a stored name.
    pub fn parse(text: &str) -> Result<Self, UnknownAuditAction> {
        match text {
            "RevealRecipient" => Ok(Self::RevealRecipient),
            "AddReviewerNumber" => Ok(Self::AddReviewerNumber),
            "RemoveReviewerNumber" => Ok(Self::RemoveReviewerNumber),
            "SignUp" => Ok(Self::SignUp),
            "ResetPassword" => Ok(Self::ResetPassword),
            "ChangePassword" => Ok(Self::ChangePassword),
            "AddPerson" => Ok(Self::AddPerson),
            "AddSecondFactor" => Ok(Self::AddSecondFactor),
            "RemoveSecondFactor" => Ok(Self::RemoveSecondFactor),
            "InviteStaff" => Ok(Self::InviteStaff),
            "GiveStaffRole" => Ok(Self::GiveStaffRole),
            "RemoveStaff" => Ok(Self::RemoveStaff),
            "InviteMember" => Ok(Self::InviteMember),
            "WithdrawInvitation" => Ok(Self::WithdrawInvitation),
            "DeclineInvitation" => Ok(Self::DeclineInvitation),
            "JoinTeam" => Ok(Self::JoinTeam),
            "GiveAccountRole" => Ok(Self::GiveAccountRole),
            "RemoveMember" => Ok(Self::RemoveMember),
            "PlaceOrder" => Ok(Self::PlaceOrder),
            "WithdrawOrder" => Ok(Self::WithdrawOrder),
            "RevealOrderContact" => Ok(Self::RevealOrderContact),
            "NoteOrderContact" => Ok(Self::NoteOrderContact),
            "ActivateOrder" => Ok(Self::ActivateOrder),
            "DeclineOrder" => Ok(Self::DeclineOrder),
            "CreateAccount" => Ok(Self::CreateAccount),
            "RevealAccountContact" => Ok(Self::RevealAccountContact),
            "ChangeAccount" => Ok(Self::ChangeAccount),
            "CreateApiKey" => Ok(Self::CreateApiKey),
            "RotateApiKey" => Ok(Self::RotateApiKey),
            "RevokeApiKey" => Ok(Self::RevokeApiKey),
            "CreatePlan" => Ok(Self::CreatePlan),
            "RetirePlan" => Ok(Self::RetirePlan),
            "SetPrices" => Ok(Self::SetPrices),
            "UnsetPrice" => Ok(Self::UnsetPrice),
            "GrantSubscription" => Ok(Self::GrantSubscription),
            "RevokeSubscription" => Ok(Self::RevokeSubscription),
            "AddSender" => Ok(Self::AddSender),
            "ReplaceAccessToken" => Ok(Self::ReplaceAccessToken),
            "StopSender" => Ok(Self::StopSender),
            "ResumeSender" => Ok(Self::ResumeSender),
            "RemoveSender" => Ok(Self::RemoveSender),
            "AddTemplate" => Ok(Self::AddTemplate),
            "CreateWebhookEndpoint" => Ok(Self::CreateWebhookEndpoint),
            "ChangeWebhookEndpoint" => Ok(Self::ChangeWebhookEndpoint),
            "RotateWebhookSecret" => Ok(Self::RotateWebhookSecret),
            "RemoveWebhookEndpoint" => Ok(Self::RemoveWebhookEndpoint),
            _ => Err(UnknownAuditAction),
        }
    }
}

/// The name of a person or program that acts: 1 to 200 characters on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(String);

/// The text is not the name of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of an actor has 1 to 200 characters on one line")]
pub struct InvalidActor;

impl Actor {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, InvalidActor> {
        let fits = (1..=200).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidActor)
        }
    }

    /// Returns the gateway as the actor of what nobody asked for.
    pub fn gateway() -> Self {
        Self("gateway".to_owned())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the person who acts; `None` for an operator, a program and the gateway.
    pub fn person(&self) -> Option<PersonId> {
        let id = self.0.strip_prefix(PERSON)?;
        parse_uuid(id).ok().map(PersonId)
    }
}

/// Precedes the id in the name of a person.
const PERSON: &str = "person ";

impl PersonId {
    /// Returns what the audit trail calls the person, without personal data.
    pub fn actor(self) -> Actor {
        Actor(format!("{PERSON}{self}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_has_a_name_on_one_line() {
        assert_eq!(
            Actor::parse("uid 0").map(|actor| actor.0),
            Ok("uid 0".to_owned())
        );
        for text in ["", "a\nb", &"x".repeat(201)] {
            assert_eq!(Actor::parse(text), Err(InvalidActor));
        }
    }

    #[test]
    fn a_person_reads_back_from_the_actor_and_nobody_else_does() {
        let person = PersonId(Uuid::from_u128(7));
        assert_eq!(person.actor().person(), Some(person));
        let pretender = format!("person {person} (uid 1000)");
        let pretender = Actor::parse(&pretender).expect("an actor");
        for other in [pretender, Actor::gateway()] {
            assert_eq!(other.person(), None);
        }
    }

    #[test]
    fn an_action_reads_back_as_written() {
        let action = AuditAction::RevealRecipient;
        assert_eq!(AuditAction::parse(action.as_str()), Ok(action));
        assert_eq!(AuditAction::parse("Reveal"), Err(UnknownAuditAction));
    }
}
