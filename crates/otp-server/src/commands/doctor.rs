//! `doctor`

use std::path::Path;
use std::sync::Arc;

use otp_core::doctor::host::{self, MasterKeyPlace};
use otp_core::doctor::{Finding, Verdict, storage};
use otp_core::ports::{MailServerProbe, ProviderInspector, SenderExaminer, Storage};
use otp_core::usecases::account_sealers::AccountSealers;
use otp_core::usecases::diagnose_clock::DiagnoseClock;
use otp_core::usecases::diagnose_mail_server::DiagnoseMailServer;
use otp_core::usecases::diagnose_senders::DiagnoseSenders;
use otp_core::usecases::diagnose_storage::DiagnoseStorage;
use otp_core::usecases::preflight_templates::PreflightTemplates;
use otp_core::usecases::sync_templates::TemplatePorts;
use serde_json::json;

use crate::adapters;
use crate::output::{self, Answer};
use crate::overrides::Overrides;
use crate::settings::{Settings, Sources};
use crate::store::{self, Store};
use crate::system;

/// Checks everything that can be checked, whatever else is wrong.
pub(super) async fn run(
    sources: &Sources,
    overrides: Overrides,
    json: bool,
) -> anyhow::Result<Answer> {
    let settings = sources.load_for_serving()?;
    crate::logging::start(&settings.log);
    output::name_database(&store::shown(&settings.database, &overrides)?, json);
    let doctor = Doctor {
        settings,
        overrides,
    };
    let mut findings = doctor.about_storage().await?;
    findings.push(doctor.mail_server()?.execute().await);
    if let Some(clock) = doctor.clock()? {
        findings.push(clock.execute().await);
    }
    findings.extend(doctor.about_host(sources.master_key_file().as_deref()));
    Ok(shown(&findings))
}

/// The settings and adapters of the installation.
struct Doctor {
    settings: Settings,
    overrides: Overrides,
}

impl Doctor {
    /// Checks the database, and the senders that are stored in it if they can be read.
    async fn about_storage(&self) -> anyhow::Result<Vec<Finding>> {
        let store = Store::open_for_diagnosis(&self.settings, &self.overrides).await;
        let storage = match store {
            Ok(store) => store.ports(),
            Err(error) => return Ok(vec![storage::judge_unreached(&error.to_string())]),
        };
        let diagnosis = DiagnoseStorage {
            schema: storage.clone(),
            durability: storage.clone(),
            keyring: storage.clone(),
            master_keys: Arc::clone(self.settings.master_keys()?),
        };
        let diagnosis = diagnosis.execute().await;
        let mut findings = diagnosis.findings;
        if diagnosis.is_readable
            && let Some(senders) = self.senders(&storage)?
        {
            let has_secrets = self.settings.whatsapp.webhook.is_some();
            findings.extend(senders.execute(has_secrets).await?);
        }
        Ok(findings)
    }

    /// Returns `None` if WhatsApp is not asked about the senders of another transport.
    fn senders(&self, storage: &Arc<dyn Storage>) -> anyhow::Result<Option<DiagnoseSenders>> {
        let (Some(examiner), Some(inspector)) = (self.examiner()?, self.inspector()?) else {
            return Ok(None);
        };
        let sealers = AccountSealers {
            directory: storage.clone(),
            master_keys: Arc::clone(self.settings.master_keys()?),
        };
        let ports = TemplatePorts {
            templates: storage.clone(),
            registry: adapters::template_registry(&self.settings, &self.overrides)?,
            sealers,
            clock: self.overrides.clock(),
            randomness: self.overrides.randomness(),
        };
        Ok(Some(DiagnoseSenders {
            senders: storage.clone(),
            healths: storage.clone(),
            examiner,
            inspector,
            templates: PreflightTemplates {
                ports,
                accounts: storage.clone(),
            },
            clock: self.overrides.clock(),
        }))
    }

    fn examiner(&self) -> anyhow::Result<Option<Arc<dyn SenderExaminer>>> {
        Ok(adapters::sender_examiner(&self.settings, &self.overrides)?)
    }

    fn inspector(&self) -> anyhow::Result<Option<Arc<dyn ProviderInspector>>> {
        Ok(adapters::provider_inspector(
            &self.settings,
            &self.overrides,
        )?)
    }

    fn clock(&self) -> anyhow::Result<Option<DiagnoseClock>> {
        let clock = self.overrides.clock();
        let inspector = self.inspector()?;
        Ok(inspector.map(|inspector| DiagnoseClock { clock, inspector }))
    }

    fn mail_server(&self) -> anyhow::Result<DiagnoseMailServer> {
        let mailer = adapters::mailer(&self.settings)?;
        Ok(DiagnoseMailServer {
            probe: mailer.map(|mailer| mailer as Arc<dyn MailServerProbe>),
        })
    }

    fn about_host(&self, master_key_file: Option<&Path>) -> Vec<Finding> {
        let open_files = u64::try_from(system::max_open_files()).unwrap_or(u64::MAX);
        let place = master_key_file.map_or(MasterKeyPlace::Settings, |path| MasterKeyPlace::File {
            path: path.display().to_string(),
            mode: system::file_mode(path),
        });
        vec![
            host::judge_open_files(open_files),
            host::judge_public_url(self.settings.http.public_url.as_deref()),
            host::judge_master_key(&place),
        ]
    }
}

/// Shows a line for each finding. A problem makes the program end with exit code 1.
fn shown(findings: &[Finding]) -> Answer {
    let problems = findings.iter().filter(|one| one.verdict.is_problem());
    let warnings = findings
        .iter()
        .filter(|one| matches!(one.verdict, Verdict::Warning { .. }));
    let (problems, warnings) = (problems.count(), warnings.count());
    let checks = findings.iter().map(|one| {
        json!({
            "check": one.check.as_str(),
            "about": one.about,
            "verdict": one.verdict.as_str(),
            "found": one.found,
            "remedy": one.verdict.remedy(),
        })
    });
    let checks: Vec<_> = checks.collect();
    let json = json!({"problems": problems, "warnings": warnings, "checks": checks});
    let lines: Vec<_> = findings.iter().map(line).collect();
    Answer::new(json, lines.join("\n")).failing_if(problems > 0)
}

fn line(finding: &Finding) -> String {
    let verdict = finding.verdict.as_str();
    let check = finding.check.as_str().replace('_', " ");
    let about = finding.about.as_ref();
    let about = about.map_or_else(String::new, |about| format!("{about}, "));
    let remedy = finding.verdict.remedy();
    let remedy = remedy.map_or_else(String::new, |remedy| format!(" → {remedy}"));
    // The words of a provider may contain line breaks.
    let found = finding
        .found
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    format!("{verdict:<8} {about}{check}: {found}{remedy}")
}

#[cfg(test)]
mod tests {
    use otp_core::doctor::Check;

    use super::*;

    #[test]
    fn a_finding_is_a_line_with_its_remedy() {
        let findings = [
            Finding::ok(Check::OpenFiles, "65536"),
            Finding::problem(Check::Token, "Meta's\nwords", "make one").about("sender 7"),
        ];
        let answer = shown(&findings);
        let expected = "ok       open files: 65536\n\
                        problem  sender 7, token: Meta's words → make one";
        assert_eq!(answer.text, expected);
        assert_eq!(answer.json["problems"], 1);
        assert_eq!(answer.json["checks"][0]["remedy"], serde_json::Value::Null);
    }
}
