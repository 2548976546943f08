//! `demo`: everything in one process, to see a code arrive within a minute.

use std::net::SocketAddr;

use actix_web::web;
use base64::Engine as _;
use otp_core::account::{Contact, ContactLine, EmailAddress};
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::contact_number::ContactNumber;
use otp_core::credits::Credits;
use otp_core::ids::TemplateId;
use otp_core::language::LanguageTag;
use otp_core::ports::{Randomness, Storage};
use otp_core::sealing::Sealer;
use otp_core::usecases::add_sender::{NewSender, add_sender};
use otp_core::usecases::create_account::create_account;
use otp_core::usecases::create_api_key::create_api_key;
use otp_core::usecases::grant_subscription::grant_subscription;
use serde_json::json;
use whatsapp_sandbox::{Sandbox, SandboxOptions, WebhookOptions};

use super::Administration;
use super::serve::{Gateway, listen};
use crate::failure::SetupError;
use crate::output::{self, Answer};
use crate::settings::{Settings, Sources};
use crate::system::SystemRandomness;
use crate::wiring::Store;

/// Credits of the sample account.
const CREDITS: i64 = 1_000;

/// The number of the printed example: a Saudi mobile number that the sandbox accepts.
const EXAMPLE_NUMBER: &str = "+966551234567";

pub(super) async fn run(port: u16, json: bool) -> anyhow::Result<Answer> {
    let listener = listen(([127, 0, 0, 1], port).into())
        .map_err(|error| SetupError(format!("{error}; try another with --port")))?;
    let address = listener.local_addr()?;
    let folder = DemoFolder::create()?;
    let webhook = WebhookOptions {
        url: format!("http://{address}/webhooks/whatsapp"),
        app_secret: random_text(),
        verify_token: random_text(),
    };
    let settings = settings(address, &folder, &webhook)?;
    crate::logging::start(&settings.log);
    let store = Store::open_migrated(&settings.database).await?;
    let key = sample_account(&*store.ports(), &Sealer::new(settings.master_key()?)).await?;

    let sandbox = Sandbox::new(SandboxOptions {
        webhook: Some(webhook),
        ..SandboxOptions::default()
    });
    let routes = sandbox.configure();
    let mount = move |app: &mut web::ServiceConfig| {
        app.service(web::scope("/sandbox").configure(routes.clone()));
    };
    let gateway = Gateway::start(&settings, &store, listener, mount)?;
    output::print(&introduction(&gateway.url, &key), json);
    gateway.until_told_to_stop(|| sandbox.close()).await?;
    Ok(Answer::new(
        json!({"stopped": true}),
        "stopped; the demo's data is gone",
    ))
}

/// The demo's own folder, removed with what is in it when the demo ends.
struct DemoFolder(std::path::PathBuf);

impl DemoFolder {
    /// A new folder for its owner alone. Its name is random: a demo that was killed leaves its folder
    /// behind, and in a container the next one has the same process id.
    fn create() -> anyhow::Result<Self> {
        let mut random = [0; 8];
        SystemRandomness.fill(&mut random);
        let name = format!("otp-demo-{:016x}", u64::from_ne_bytes(random));
        let path = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| {
            SetupError(format!(
                "the folder {} cannot be created: {error}",
                path.display()
            ))
        })?;
        Ok(Self(path))
    }
}

impl Drop for DemoFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of its temporary folder.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// The demo has settings of its own and reads neither file nor environment, so that it works the same
/// wherever it is started.
fn settings(
    address: SocketAddr,
    folder: &DemoFolder,
    webhook: &WebhookOptions,
) -> anyhow::Result<Settings> {
    let own = |name: &str, value: String| (format!("OTP__{name}"), value.into());
    let environment = vec![
        own(
            "DATABASE__URL",
            format!("sqlite://{}", folder.0.join("otp.db").display()),
        ),
        own("HTTP__BIND", address.to_string()),
        own("WHATSAPP__BASE_URL", format!("http://{address}/sandbox")),
        own("WHATSAPP__APP_SECRET", webhook.app_secret.clone()),
        own("WHATSAPP__VERIFY_TOKEN", webhook.verify_token.clone()),
        own("SECURITY__MASTER_KEY", random_text()),
        // The sandbox breaks connections where its test numbers ask for it; that is no error of ours.
        own(
            "LOG__LEVEL",
            "warn,actix_http::h1::dispatcher=off".to_owned(),
        ),
    ];
    Ok(Sources {
        file: None,
        environment,
    }
    .load_without_default_file()?)
}

/// 32 random bytes in base64: a master key, or a secret of the demo's two halves.
fn random_text() -> String {
    let mut bytes = [0; 32];
    SystemRandomness.fill(&mut bytes);
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// An account with key, credits, sender and templates.
async fn sample_account(storage: &dyn Storage, sealer: &Sealer) -> anyhow::Result<String> {
    let world = Administration::WORLD;
    let contact = Contact {
        name: ContactLine::parse("Demo")?,
        email: EmailAddress::parse("demo@example.com")?,
        phone: ContactNumber::parse(whatsapp_sandbox::DEFAULT_DISPLAY_PHONE_NUMBER)?,
        company: ContactLine::parse("Demo Company")?,
        address: None,
    };
    let english = LanguageTag::parse("en")?;
    let account = create_account(storage, world, sealer, &contact, english)
        .await?
        .id;
    let (_, key) = create_api_key(storage, world, account, "demo".to_owned(), None).await?;
    grant_subscription(storage, world, account, Credits::new(CREDITS)?, None).await?;
    let sender = NewSender {
        account_id: account,
        phone_number_id: ProviderId::parse(whatsapp_sandbox::DEFAULT_PHONE_NUMBER_ID)?,
        waba_id: ProviderId::parse(whatsapp_sandbox::DEFAULT_WABA_ID)?,
        phone: ContactNumber::parse(whatsapp_sandbox::DEFAULT_DISPLAY_PHONE_NUMBER)?,
        access_token: AccessToken::parse("demo-token")?,
    };
    let sender = add_sender(storage, world, sealer, sender).await?;
    for language in whatsapp_sandbox::DEFAULT_TEMPLATE_LANGUAGES {
        let template = AuthenticationTemplate::vouched_for(
            TemplateId::generate(world.0.now(), world.1),
            sender.id,
            TemplateName::parse(whatsapp_sandbox::DEFAULT_TEMPLATE_NAME)?,
            LanguageTag::parse(language)?,
            world.0.now(),
        );
        storage.add_template(&template).await?;
    }
    Ok(key.expose().to_owned())
}

fn introduction(url: &str, key: &str) -> Answer {
    let body =
        format!(r#"{{"otpCode":"482913","toPhoneE164":"{EXAMPLE_NUMBER}","languageCode":"en"}}"#);
    let curl = format!(
        "curl -X POST {url}/SendMessage -H 'Content-Type: application/json' \
         -H 'X-Api-Key: {key}' -d '{body}'"
    );
    let text = format!(
        "The gateway is running, with a WhatsApp sandbox and a sample account of {CREDITS} credits.\n\n\
         API key       {key}\n\
         the phone     {url}/sandbox/\n\
         API reference {url}/docs\n\n\
         Send a code, and see it arrive on the phone:\n\n  {curl}\n\n\
         Stop with Ctrl-C; the data is gone then."
    );
    let json = json!({
        "url": url,
        "apiKey": key,
        "phone": format!("{url}/sandbox/"),
        "docs": format!("{url}/docs"),
        "curl": curl,
    });
    Answer::new(json, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_folder_of_a_demo_is_its_owners_alone_and_in_nobodys_way() {
        use std::os::unix::fs::PermissionsExt;

        let left_behind = DemoFolder::create().expect("a folder");
        let folder = DemoFolder::create().expect("another folder, in the same process");
        assert_ne!(left_behind.0, folder.0);
        let mode = std::fs::metadata(&folder.0)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        let path = folder.0.clone();
        drop(folder);
        assert!(!path.exists());
    }
}
