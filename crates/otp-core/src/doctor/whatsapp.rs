//! The senders, as the provider shows them: token, number, business account, templates, webhooks.

use std::time::Duration;

use crate::channel::whatsapp::ProviderId;
use crate::channel::whatsapp::health::{Quality, Rating};
use crate::channel::whatsapp::template::preflight;
use crate::doctor::{Check, Finding};
use crate::ports::{AccountFacts, Examination, ProviderError, SubscribedApp, TokenFacts};
use crate::time::Timestamp;

/// How long before its end a token is worth a warning.
const TOKEN_NEAR: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The permission to send.
const MESSAGING: &str = "whatsapp_business_messaging";

/// The permission to ask about numbers, templates and accounts.
const MANAGEMENT: &str = "whatsapp_business_management";

/// Meta's codes for a token that is revoked, expired or malformed.
const TOKEN_CODES: [i64; 3] = [0, 102, 190];

/// The smallest tiers of a messaging limit, which an account starts with.
const FIRST_TIERS: [&str; 2] = ["TIER_50", "TIER_250"];

const NEW_TOKEN: &str = "make a permanent token for a system user at Meta, and store it with \
     `otp-server sender set-token`";

const REACH: &str =
    "check whatsapp.base_url and whatsapp.proxy, and whether a firewall lets this machine out";

const ASK_AGAIN: &str = "repeat the command; if it stays, see Meta's status page (metastatus.com)";

const MORE_PERMISSIONS: &str = "give the token the permission whatsapp_business_management";

/// Returns the finding if there is no sender.
pub fn no_senders() -> Finding {
    Finding::warning(
        Check::Senders,
        "there is no sender: no code goes out over WhatsApp",
        "add one with `otp-server sender add`",
    )
}

/// Returns the finding if the token cannot be read from the database.
pub fn token_unreadable(cause: &str) -> Finding {
    Finding::problem(
        Check::Token,
        cause,
        "store the token again with `otp-server sender set-token`",
    )
}

/// Judges the token.
pub fn judge_token(asked: &Result<TokenFacts, ProviderError>, now: Timestamp) -> Finding {
    let facts = match asked {
        Ok(facts) => facts,
        Err(ProviderError::Unavailable(cause)) => {
            let found = format!("WhatsApp gave no valid answer: {cause}");
            return Finding::problem(Check::Token, found, REACH);
        }
        Err(ProviderError::Refused { code, words, .. }) if TOKEN_CODES.contains(code) => {
            let found = format!("Meta refuses the access token: {words}");
            return Finding::problem(Check::Token, found, NEW_TOKEN);
        }
        Err(ProviderError::Refused { words, .. }) => {
            let found = format!("Meta does not show when the access token ends: {words}");
            let remedy =
                "look it up in Meta's access token debugger (developers.facebook.com/tools/debug)";
            return Finding::warning(Check::Token, found, remedy);
        }
    };
    let lacks = |scope: &str| {
        let names_any = !facts.scopes.is_empty();
        names_any && !facts.scopes.iter().any(|granted| granted == scope)
    };
    let is_over = facts.expires_at.is_some_and(|end| end <= now);
    if !facts.is_valid || is_over {
        let found = "Meta does not accept the access token any more";
        Finding::problem(Check::Token, found, NEW_TOKEN)
    } else if lacks(MESSAGING) {
        let found = format!("the access token may not send: it lacks {MESSAGING}");
        Finding::problem(Check::Token, found, NEW_TOKEN)
    } else if let Some(end) = facts.expires_at.filter(|end| end.since(now) <= TOKEN_NEAR) {
        let found = format!("the access token ends on {}", end.to_date());
        Finding::warning(Check::Token, found, NEW_TOKEN)
    } else if lacks(MANAGEMENT) {
        let found = "the access token may not ask about numbers and templates";
        Finding::warning(Check::Token, found, MORE_PERMISSIONS)
    } else {
        let end = facts.expires_at.map_or_else(
            || "has no end".to_owned(),
            |end| format!("ends on {}", end.to_date()),
        );
        Finding::ok(
            Check::Token,
            format!("Meta accepts the access token, which {end}"),
        )
    }
}

/// Returns whether other questions with the token are answered.
pub fn may_ask_on(asked: &Result<TokenFacts, ProviderError>) -> bool {
    match asked {
        Ok(facts) => facts.is_valid,
        Err(ProviderError::Unavailable(_)) => false,
        Err(ProviderError::Refused { code, .. }) => !TOKEN_CODES.contains(code),
    }
}

/// Judges the number.
pub fn judge_number(examination: &Examination, is_stopped_by_operator: bool) -> Finding {
    let rating = match examination {
        Examination::Able(rating) => rating,
        Examination::Unable(refusal, _) => {
            let failure = &refusal.failure;
            let found = format!(
                "WhatsApp lets it not send: {}: {}",
                failure.title, failure.reason
            );
            let remedy = "see \"A sender stopped\" in docs/OPERATIONS.md";
            return Finding::problem(Check::Number, found, remedy);
        }
        Examination::NotShown(refusal) => {
            let found = format!("Meta does not show its state: {}", refusal.failure.reason);
            return Finding::warning(Check::Number, found, MORE_PERMISSIONS);
        }
        Examination::Silent => {
            let found = "Meta gave no valid answer about its state";
            return Finding::warning(Check::Number, found, ASK_AGAIN);
        }
    };
    if is_stopped_by_operator {
        let remedy = "run `otp-server sender resume` when it is to send again";
        return Finding::warning(Check::Number, "an operator stopped it", remedy);
    }
    judge_rating(rating)
}

fn judge_rating(rating: &Rating) -> Finding {
    let quality = rating.quality.unwrap_or(Quality::Unknown).as_str();
    let limit = rating.messaging_limit.as_deref();
    let found = format!(
        "quality {quality}, messaging limit {}",
        limit.unwrap_or("not named")
    );
    match rating.quality {
        Some(Quality::Red | Quality::Yellow) => {
            let remedy = "recipients block or report it: send to people who asked for a code only, before Meta \
                 lowers its limit";
            Finding::warning(Check::Number, found, remedy)
        }
        Some(Quality::Green | Quality::Unknown) | None
            if limit.is_some_and(|limit| FIRST_TIERS.contains(&limit)) =>
        {
            let remedy = "verify the business at Meta: the limit is the number of people that it may write to in \
                 24 hours";
            Finding::warning(Check::Number, found, remedy)
        }
        Some(Quality::Green | Quality::Unknown) | None => Finding::ok(Check::Number, found),
    }
}

/// Judges the business account.
pub fn judge_account(asked: &Result<AccountFacts, ProviderError>) -> Finding {
    let facts = match asked {
        Ok(facts) => facts,
        Err(error) => return not_shown(Check::BusinessAccount, "its business account", error),
    };
    let named = |word: &Option<String>| word.as_deref().unwrap_or("not named").to_owned();
    let found = format!(
        "review {}, verification of the business {}",
        named(&facts.review),
        named(&facts.verification)
    );
    let is = |word: &Option<String>, wanted: &str| {
        word.as_ref()
            .is_none_or(|word| word.eq_ignore_ascii_case(wanted))
    };
    if !is(&facts.review, "APPROVED") {
        let remedy =
            "see the account in Meta's Business Support Home: until it is approved, it cannot send";
        Finding::problem(Check::BusinessAccount, found, remedy)
    } else if !is(&facts.verification, "verified") {
        let remedy = "verify the business in Meta's Security Centre: until then its messaging limit stays low";
        Finding::warning(Check::BusinessAccount, found, remedy)
    } else {
        Finding::ok(Check::BusinessAccount, found)
    }
}

/// Judges the subscription to webhooks. `app` is the one that the token was made for.
pub fn judge_webhook(
    asked: &Result<Vec<SubscribedApp>, ProviderError>,
    app: Option<&ProviderId>,
    has_secrets: bool,
) -> Finding {
    let apps = match asked {
        Ok(apps) => apps,
        Err(error) => return not_shown(Check::Webhook, "its webhook subscriptions", error),
    };
    // An app that Meta leaves nameless may be ours.
    let is_ours = |one: &SubscribedApp| one.id.is_none() || app.is_none() || one.id.as_ref() == app;
    let is_subscribed = apps.iter().any(is_ours);
    match (has_secrets, is_subscribed) {
        (true, true) => {
            let found = "the app gets the webhooks of the business account";
            Finding::ok(Check::Webhook, found)
        }
        (true, false) => Finding::problem(
            Check::Webhook,
            "the app does not get the webhooks of the business account: statuses stop at Sent",
            "subscribe it: POST /WABA_ID/subscribed_apps with the sender's token, or in WhatsApp Manager",
        ),
        (false, _) => Finding::warning(
            Check::Webhook,
            "whatsapp.app_secret is not set: statuses stop at Sent, and nobody can opt out by STOP",
            "see \"Receipts\" in docs/OPERATIONS.md",
        ),
    }
}

fn not_shown(check: Check, what: &str, error: &ProviderError) -> Finding {
    match error {
        ProviderError::Refused { words, .. } => {
            let found = format!("Meta does not show {what}: {words}");
            Finding::warning(check, found, MORE_PERMISSIONS)
        }
        ProviderError::Unavailable(cause) => {
            let found = format!("Meta gave no valid answer about {what}: {cause}");
            Finding::warning(check, found, ASK_AGAIN)
        }
    }
}

/// Judges a template, a sender without templates, or an account's default language.
pub fn judge_template(check: &preflight::Check) -> Finding {
    use preflight::Subject;
    let (about, name) = match &check.subject {
        Subject::Template(sender, name, language) => {
            let name = format!("{} in {language}", name.as_str());
            (format!("sender {}", sender.0), name)
        }
        Subject::Sender(sender) => (format!("sender {}", sender.0), "templates".to_owned()),
        Subject::DefaultLanguage(account, language) => {
            let name = format!("default language {language}");
            (format!("account {}", account.0), name)
        }
    };
    let prevents = |problem: &&preflight::Problem| problem.prevents_sending();
    let worst = check
        .problems
        .iter()
        .find(prevents)
        .or(check.problems.first());
    let Some(worst) = worst else {
        return Finding::ok(Check::Template, format!("{name} can send")).about(&about);
    };
    let problems: Vec<_> = check.problems.iter().map(ToString::to_string).collect();
    let found = format!("{name}: {}", problems.join("; "));
    let finding = if check.would_send() {
        Finding::warning(Check::Template, found, template_remedy(worst))
    } else {
        Finding::problem(Check::Template, found, template_remedy(worst))
    };
    finding.about(&about)
}

fn template_remedy(problem: &preflight::Problem) -> &'static str {
    use preflight::Problem;
    match problem {
        Problem::NotAtProvider | Problem::OutOfDate(_) => "run `otp-server template sync`",
        Problem::NotApproved(_) => "see its status and reason in WhatsApp Manager",
        Problem::NotAuthentication(_) | Problem::NoCodeButton => {
            "create an authentication template with `otp-server template create`, and remove this one"
        }
        Problem::OutlastsCode(_) => {
            "shorten its time to live in WhatsApp Manager: a code that arrives expired only confuses"
        }
        Problem::NoTemplates => {
            "run `otp-server template create`, or `template sync` if there are some at Meta"
        }
        Problem::NotAsked(_) => {
            "run `otp-server template preflight` when the sender's other problems are solved"
        }
        Problem::NotCovered => {
            "create a template in this language, or change the account's with `otp-server account edit`"
        }
    }
}

#[cfg(test)]
mod tests;
