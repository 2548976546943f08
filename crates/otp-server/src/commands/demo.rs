//! `demo`: everything in one process, to see a code arrive within a minute.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::web;
use base64::Engine as _;
use otp_core::account::{Contact, ContactLine};
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::contact_number::ContactNumber;
use otp_core::credits::Credits;
use otp_core::language::LanguageTag;
use otp_core::person::staff::StaffRole;
use otp_core::person::{AccountRole, PersonalDetails};
use otp_core::ports::Randomness;
use otp_core::recipient::EmailAddress;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::add_person::NewPerson;
use otp_core::usecases::add_sender::NewSender;
use otp_core::usecases::add_template::ApprovedTemplate;
use otp_core::usecases::create_account::NewAccount;
use otp_core::usecases::create_api_key::NewApiKey;
use otp_core::usecases::grant_subscription::NewSubscription;
use otp_core::usecases::manage_staff::Invitation;
use otp_dashboard::sign_in_link_path;
use serde_json::json;
use whatsapp_sandbox::{GatewayLinks, Sandbox, SandboxOptions, WebhookOptions};

use super::{Administration, operator, staff_operator};
use crate::failure::SetupError;
use crate::gateway::{Gateway, StopSignals, listen};
use crate::output::{self, Answer};
use crate::overrides::Overrides;
use crate::settings::{Settings, SettingsError};
use crate::store::Store;
use crate::system::SystemRandomness;

/// Credits of the sample account.
const CREDITS: i64 = 1_000;

/// The number in the printed example: a Saudi mobile number that the sandbox accepts.
const EXAMPLE_NUMBER: &str = "+966551234567";

/// Another number, so that the verification does not wait for the cooldown of the first send.
const VERIFIED_NUMBER: &str = "+9647901234567";

pub(super) async fn run(
    bind: SocketAddr,
    overrides: Overrides,
    json: bool,
) -> anyhow::Result<Answer> {
    let listener = listen(bind)
        .map_err(|error| SetupError::new(format!("{error}; try another with --port")))?;
    let bound = listener.local_addr()?;
    let address = from_this_machine(bound);
    let folder = DemoFolder::create()?;
    let webhook = WebhookOptions {
        url: format!("http://{address}/webhooks/whatsapp"),
        app_secret: random_text(),
        verify_token: random_text(),
    };
    // The sandbox takes it over below, when it knows the sample account's key.
    let mail = listen((Ipv4Addr::LOCALHOST, 0).into())?;
    let smtp_url = format!("smtp://{}?tls=none", mail.local_addr()?);
    let settings = settings(bound, &folder, &webhook, &smtp_url, json)?;
    crate::logging::start(&settings.log);
    let (store, keys) = Store::open_new(&settings, &overrides).await?;
    let overrides = Overrides {
        storage: Some(store.ports()),
        ..overrides
    };
    let administration =
        Administration::new(store.ports(), keys, settings.clone(), overrides.clone());
    let sample = sample_account(&administration).await?;

    let sandbox = Sandbox::new(SandboxOptions {
        webhook: Some(webhook),
        gateway: Some(GatewayLinks {
            command: first_send(&format!("http://{address}"), &sample.key),
            docs: "/docs".to_owned(),
        }),
        read_consent: Some(super::sandbox::read_consent),
        ..SandboxOptions::default()
    });
    sandbox.receive_mail(mail)?;
    let routes = sandbox.configure();
    let builder = Gateway::builder(settings)
        .with_overrides(overrides)
        .with_routes(move |app| {
            app.service(web::scope("/sandbox").configure(routes.clone()));
        });
    let signals = StopSignals::catch()?;
    let gateway = builder.start(listener).await?;
    if !bound.ip().is_loopback() {
        output::note(&format!("warning: {}", exposed(bound)), json);
    }
    output::print(
        &introduction(&format!("http://{address}"), &sample, &smtp_url),
        json,
    );
    let stopped = async {
        signals.received().await;
        // Its phone page keeps connections open.
        sandbox.close();
    };
    let serving = gateway.serve_until(stopped);
    signals.or_end_at_once(serving).await??;
    Ok(Answer::new(
        json!({"stopped": true}),
        "stopped; the data of the demo is deleted",
    ))
}

/// Returns the address at which this machine reaches a listener on `bound`.
fn from_this_machine(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, bound.port())
}

/// Returns what is at stake if other machines reach the demo.
fn exposed(bound: SocketAddr) -> String {
    let port = bound.port();
    let mut words = format!(
        "whoever reaches port {port} of this machine reads the codes on the phone's page, and sends with \
         the key that it shows; nothing is encrypted. Stop the demo when you have seen it."
    );
    if bound.ip().is_unspecified() {
        words.push_str(" From another machine, use this machine's name or address in the URLs.");
    }
    words
}

/// The folder of a demo; dropping it deletes the folder with its content.
struct DemoFolder(std::path::PathBuf);

impl DemoFolder {
    /// Creates a folder that only its owner can read. Its name is random: a demo that was killed leaves its
    /// folder behind, and in a container the next one has the same process id.
    fn create() -> anyhow::Result<Self> {
        let mut random = [0; 8];
        SystemRandomness.fill(&mut random);
        let name = format!("otp-demo-{:016x}", u64::from_ne_bytes(random));
        let path = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| {
            SetupError::new(format!(
                "failed to create the folder {}: {error}",
                path.display()
            ))
        })?;
        Ok(Self(path))
    }
}

impl Drop for DemoFolder {
    fn drop(&mut self) {
        // If this fails, the system deletes its temporary files some time.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Returns the settings of a demo that listens on `bound`. It reads neither file nor environment, so that it
/// works the same everywhere.
fn settings(
    bound: SocketAddr,
    folder: &DemoFolder,
    webhook: &WebhookOptions,
    smtp_url: &str,
    json: bool,
) -> Result<Settings, SettingsError> {
    let (database, address) = (folder.0.join("otp.db"), from_this_machine(bound));
    // The receiver of a developer's webhooks runs on the same machine. If other machines reach the demo, whoever
    // has the key that it shows could use it to call hosts of this machine's network.
    let allow_private_targets = if bound.ip().is_loopback() {
        "true"
    } else {
        "false"
    };
    Settings::with([
        (
            "database.url",
            format!("sqlite://{}", database.display()).as_str(),
        ),
        ("http.bind", &address.to_string()),
        ("whatsapp.base_url", &format!("http://{address}/sandbox")),
        ("whatsapp.app_secret", &webhook.app_secret),
        ("whatsapp.verify_token", &webhook.verify_token),
        ("smtp.url", smtp_url),
        ("mail.from", "Demo <otp@demo.example>"),
        ("security.master_key", &random_text()),
        ("webhooks.allow_private_targets", allow_private_targets),
        // The sandbox breaks connections for some of its test numbers, which is not an error here.
        ("log.level", "warn,actix_http::h1::dispatcher=off"),
        ("log.format", if json { "json" } else { "text" }),
    ])
}

/// Returns 32 random bytes in base64: a master key, or a secret shared by gateway and sandbox.
fn random_text() -> String {
    let mut bytes = [0; 32];
    SystemRandomness.fill(&mut bytes);
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The ways into the sample account.
pub(crate) struct Sample {
    /// Its API key.
    pub(crate) key: String,
    /// The path that signs its owner in, once.
    sign_in: String,
    /// The path that signs a person of the staff in, once.
    staff_sign_in: String,
}

/// Creates an account with an owner, credits, sender and templates.
pub(crate) async fn sample_account(administration: &Administration) -> anyhow::Result<Sample> {
    let contact = Contact {
        name: ContactLine::parse("Demo")?,
        email: EmailAddress::parse("demo@example.com")?,
        phone: ContactNumber::parse(whatsapp_sandbox::DEFAULT_DISPLAY_PHONE_NUMBER)?,
        company: ContactLine::parse("Demo Company")?,
        address: None,
    };
    let new = NewAccount {
        contact,
        default_language: LanguageTag::parse("en")?,
        rules: administration.new_account_rules(),
    };
    let account_id = administration
        .create_account()?
        .execute(new, staff_operator()?)
        .await?
        .id;
    let new = NewApiKey {
        account_id,
        name: "demo".to_owned(),
        expires_at: None,
    };
    let (_, key) = administration
        .create_api_key()
        .execute(new, AccountActor::Operator(operator()?))
        .await?;
    let new = NewSubscription {
        account_id,
        credits: Credits::new(CREDITS)?,
        plan_id: None,
    };
    administration
        .grant_subscription()
        .execute(new, staff_operator()?)
        .await?;
    let new = NewSender {
        account_id,
        phone_number_id: ProviderId::parse(whatsapp_sandbox::DEFAULT_PHONE_NUMBER_ID)?,
        waba_id: ProviderId::parse(whatsapp_sandbox::DEFAULT_WABA_ID)?,
        phone: ContactNumber::parse(whatsapp_sandbox::DEFAULT_DISPLAY_PHONE_NUMBER)?,
        access_token: AccessToken::parse("demo-token")?,
    };
    let sender = administration
        .add_sender()?
        .execute(new, staff_operator()?)
        .await?;
    for language in whatsapp_sandbox::DEFAULT_TEMPLATE_LANGUAGES {
        let approved = ApprovedTemplate {
            sender_id: sender.id,
            name: TemplateName::parse(whatsapp_sandbox::DEFAULT_TEMPLATE_NAME)?,
            language: LanguageTag::parse(language)?,
        };
        administration
            .add_template()
            .execute(approved, staff_operator()?)
            .await?;
    }
    let new = NewPerson {
        account_id,
        details: PersonalDetails {
            email: EmailAddress::parse("demo@example.com")?,
            name: ContactLine::parse("Demo")?,
        },
        role: AccountRole::Owner,
    };
    let owner = administration
        .add_person()?
        .execute(new, staff_operator()?)
        .await?;
    let invited = Invitation {
        email: EmailAddress::parse("staff@example.com")?,
        name: Some(ContactLine::parse("Demo staff")?),
        language: UiLanguage::English,
        role: StaffRole::Admin,
    };
    let by = staff_operator()?;
    let staff = administration.manage_staff()?.invite(by, invited).await?;
    Ok(Sample {
        key: key.expose().to_owned(),
        sign_in: sign_in_link_path(&owner.token),
        staff_sign_in: sign_in_link_path(&staff),
    })
}

/// Returns the address of a page. Browsers keep the cookies of pages over plain HTTP for `localhost` only.
fn page(url: &str, path: &str) -> String {
    let url = url
        .replace("//127.0.0.1:", "//localhost:")
        .replace("//[::1]:", "//localhost:");
    url + path
}

/// Returns the command that sends the first code. It ends the answer with a line break (`-w`), so that
/// the shell's prompt starts on a line of its own.
fn first_send(url: &str, key: &str) -> String {
    let body =
        format!(r#"{{"otpCode":"482913","toPhoneE164":"{EXAMPLE_NUMBER}","languageCode":"en"}}"#);
    format!(
        "curl -X POST {url}/SendMessage -H 'Content-Type: application/json' \
         -H 'X-Api-Key: {key}' -w '\\n' -d '{body}'"
    )
}

/// Returns the commands that create a verification and check its code.
fn first_verification(url: &str, key: &str) -> (String, String) {
    let post = |path: &str, body: &str| {
        format!(
            "curl -X POST {url}{path} -H 'Content-Type: application/json' \
             -H 'X-Api-Key: {key}' -w '\\n' -d '{body}'"
        )
    };
    let create = post(
        "/v1/verifications",
        &format!(r#"{{"to":"{VERIFIED_NUMBER}","languageCode":"en"}}"#),
    );
    let check = post("/v1/verifications/ID/check", r#"{"code":"CODE"}"#);
    (create, check)
}

fn introduction(url: &str, sample: &Sample, smtp_url: &str) -> Answer {
    let key = &sample.key;
    let dashboard = page(url, &sample.sign_in);
    let staff = page(url, &sample.staff_sign_in);
    let curl = first_send(url, key);
    let (create, check) = first_verification(url, key);
    let text = format!(
        "The gateway is running, with a WhatsApp sandbox and a sample account of {CREDITS} credits.\n\n\
         API key       {key}\n\
         the phone     {url}/sandbox/\n\
         the dashboard {dashboard}\n\
         staff's pages {staff}\n\
         API reference {url}/docs\n\n\
         Send a code, and see it arrive on the phone:\n\n  {curl}\n\n\
         Or let the gateway make the code and check it, with ID from the answer and CODE from the \
         phone:\n\n  {create}\n\n  {check}\n\n\
         Stop with Ctrl-C; the data is gone then."
    );
    let json = json!({
        "url": url,
        "apiKey": key,
        "phone": format!("{url}/sandbox/"),
        "dashboard": dashboard,
        "staff": staff,
        "docs": format!("{url}/docs"),
        "curl": curl,
        "verificationCurl": create,
        "checkCurl": check,
        "smtpUrl": smtp_url,
    });
    Answer::new(json, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_shows_what_the_demo_prints() {
        let readme = include_str!("../../../../README.md");
        let begin = readme.find("The gateway is running").expect("it begins");
        let shown = &readme[begin..];
        let shown = &shown[..shown.find("\n```").expect("it ends")];
        let key = shown
            .split_whitespace()
            .find(|word| word.starts_with("otp_live_"));
        let sample = Sample {
            key: key.expect("the key is shown whole once").to_owned(),
            sign_in: "/sign-in/link/…".to_owned(),
            staff_sign_in: "/sign-in/link/…".to_owned(),
        };
        let printed = introduction("http://127.0.0.1:8080", &sample, "").text;
        let header = |key: &str| format!("X-Api-Key: {key}'");
        // In the command the README shortens the key.
        assert_eq!(
            shown,
            printed.replace(&header(&sample.key), &header("otp_live_…"))
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_of_a_demo_is_private_has_a_name_of_its_own_and_is_deleted() {
        use std::os::unix::fs::PermissionsExt;

        let left_behind = DemoFolder::create().expect("a folder");
        let folder = DemoFolder::create().expect("another folder, in the same process");
        assert_ne!(left_behind.0, folder.0);
        let mode = std::fs::metadata(&folder.0)
            .expect("it exists")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        let path = folder.0.clone();
        drop(folder);
        assert!(!path.exists());
    }
}
