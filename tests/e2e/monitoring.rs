//! `packaging/monitoring`: every metric and label of the dashboard and of the alert rules exists.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use otp_e2e::world::{answer, client, recipient};
use otp_e2e::{Database, FakeReceiver, Running, World, meta, on_every_store};
use serde_json::{Value, json};

const DASHBOARD: &str = include_str!("../../packaging/monitoring/dashboard.json");
const ALERTS: &str = include_str!("../../packaging/monitoring/alerts.yaml");
const OPERATIONS: &str = include_str!("../../docs/OPERATIONS.md");

/// The longest time that the test waits for a metric.
const PATIENCE: Duration = Duration::from_secs(20);

/// Labels that Prometheus adds to what it reads.
const OF_PROMETHEUS: [&str; 2] = ["job", "instance"];

on_every_store! {
    /// A server that has done a bit of everything exports whatever is asked for.
    the_dashboard_and_the_rules_ask_for_what_a_server_exports;
}

/// An expression of PromQL, as far as this test reads it: there is no small library that does.
#[derive(Debug, Default)]
struct Expression {
    text: String,
    /// The metrics, with what selects among them.
    selectors: Vec<(String, Vec<Matcher>)>,
    /// The labels by which values are grouped or matched.
    groups: BTreeSet<String>,
}

/// A comparison of a label.
#[derive(Debug)]
struct Matcher {
    label: String,
    /// `None` for a pattern.
    value: Option<String>,
}

/// Words that are followed by a list of labels in parentheses.
const GROUPING: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

/// Words that are neither a metric nor always followed by parentheses.
const OPERATORS: [&str; 8] = ["and", "or", "unless", "bool", "offset", "sum", "min", "max"];

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

impl Expression {
    fn read(text: &str) -> Self {
        let mut read = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if !is_word(c) || c.is_ascii_digit() {
                // The range of a selector, such as [5m], has no labels.
                let skipped = if c == '[' {
                    rest.find(']').expect("a range")
                } else {
                    0
                };
                rest = &rest[skipped + c.len_utf8()..];
                if c.is_ascii_digit() {
                    rest = rest.trim_start_matches(is_word);
                }
                continue;
            }
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let word = &rest[..end];
            rest = rest[end..].trim_start();
            if GROUPING.contains(&word) {
                let close = rest.find(')').expect("a list of labels");
                let labels = rest[1..close].split(',').map(str::trim);
                read.groups.extend(labels.map(str::to_owned));
                rest = &rest[close + 1..];
            } else if rest.starts_with('{') {
                let close = rest.find('}').expect("a selector");
                let labels = rest[1..close].split(',').map(matcher).collect();
                read.selectors.push((word.to_owned(), labels));
                rest = &rest[close + 1..];
            } else if !rest.starts_with('(') && !OPERATORS.contains(&word) {
                read.selectors.push((word.to_owned(), Vec::new()));
            }
        }
        read
    }
}

/// Reads a comparison such as `stage="verified"`.
fn matcher(text: &str) -> Matcher {
    let end = text.find(|c| !is_word(c)).expect("an operator");
    let (label, rest) = text.split_at(end);
    let (operator, value) = rest.split_at(rest.find('"').expect("a value"));
    let is_exact = matches!(operator, "=" | "!=");
    let value = value.trim_matches('"').to_owned();
    Matcher {
        label: label.to_owned(),
        value: is_exact.then_some(value),
    }
}

/// Returns every expression of the dashboard, with the labels that its legend shows.
fn of_dashboard() -> Vec<(Expression, String)> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels
        .iter()
        .filter_map(|panel| panel["targets"].as_array());
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let expressions = targets.flatten().map(|target| {
        let query = text(&target["expr"]).replace("$__rate_interval", "5m");
        (Expression::read(&query), text(&target["legendFormat"]))
    });
    expressions.collect()
}

/// A rule, as far as this test reads it.
struct Rule {
    name: &'static str,
    expression: Expression,
    /// By the name of the field, without quotes.
    fields: BTreeMap<&'static str, String>,
}

/// Returns every rule. Each field of the file is one line.
fn rules() -> Vec<Rule> {
    let rules = ALERTS.split("- alert: ").skip(1).map(|rule| {
        let (name, rest) = rule.split_once('\n').expect("a name");
        let fields = rest.lines().filter_map(|line| line.trim().split_once(": "));
        let plain = |text: &str| text.trim_matches('\'').replace("''", "'");
        let fields: BTreeMap<_, _> = fields.map(|(field, text)| (field, plain(text))).collect();
        Rule {
            name,
            expression: Expression::read(&fields["expr"]),
            fields,
        }
    });
    rules.collect()
}

/// The labels of each exported metric, with their values.
type Exported = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn read_page(page: &str) -> Exported {
    let mut exported = Exported::new();
    for line in page
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let end = line.find(['{', ' ']).expect("a metric");
        let labels = exported.entry(line[..end].to_owned()).or_default();
        if let Some((inside, _)) = line[end..].rsplit_once("} ") {
            for label in inside[1..].split("\",") {
                let (name, value) = label.split_once("=\"").expect("a label");
                let values = labels.entry(name.to_owned()).or_default();
                values.insert(value.trim_end_matches('"').to_owned());
            }
        }
    }
    exported
}

/// Returns what is wrong with the expression: a metric, label or value that no server exports.
fn faults(expression: &Expression, exported: &Exported) -> Vec<String> {
    let mut faults = Vec::new();
    let mut known: BTreeSet<&str> = OF_PROMETHEUS.into();
    for (metric, matchers) in &expression.selectors {
        // Prometheus itself makes this one.
        if metric == "up" {
            continue;
        }
        let Some(labels) = exported.get(metric) else {
            faults.push(format!("no metric {metric}"));
            continue;
        };
        known.extend(labels.keys().map(String::as_str));
        for Matcher { label, value } in matchers {
            if OF_PROMETHEUS.contains(&label.as_str()) {
                continue;
            }
            let Some(values) = labels.get(label) else {
                faults.push(format!("{metric} has no label {label}"));
                continue;
            };
            let is_known = |value: &String| {
                values.contains(value) || OPERATIONS.contains(&format!("`{value}`"))
            };
            if !value.as_ref().is_none_or(is_known) {
                faults.push(format!("{metric} has no {label} {value:?}"));
            }
        }
    }
    let grouped = expression
        .groups
        .iter()
        .filter(|label| !known.contains(label.as_str()));
    faults.extend(grouped.map(|label| format!("no metric has the label {label}")));
    faults
}

/// Returns the names between double braces.
fn placeholders(text: &str) -> Vec<String> {
    let parts = text.split("{{").skip(1);
    let names = parts.map(|part| part.split("}}").next().expect("a name").trim().to_owned());
    names
        .map(|name| name.trim_start_matches("$labels.").to_owned())
        .collect()
}

fn all_faults(page: &str) -> Vec<String> {
    let exported = read_page(page);
    let dashboard = of_dashboard();
    let rules = rules();
    let of_dashboard = dashboard.iter().map(|(expression, _)| expression);
    let expressions = of_dashboard.chain(rules.iter().map(|rule| &rule.expression));
    expressions
        .flat_map(|expression| {
            let found = faults(expression, &exported).into_iter();
            found.map(|fault| format!("{fault}: {}", expression.text))
        })
        .collect()
}

async fn the_dashboard_and_the_rules_ask_for_what_a_server_exports(database: Database) {
    let mut world = World::with_webhook(database, 100).await;
    world.send_mail();
    world.set("WEBHOOKS__ALLOW_PRIVATE_TARGETS", "true");
    let server = world.serve();
    let _receiver = work(&world, &server).await;
    // What background workers do is counted a moment later.
    let url = format!("{}/metrics", server.url());
    let mut last = Vec::new();
    let complete = async {
        loop {
            let page = client().get(&url).send().await.expect("an answer");
            last = all_faults(&page.text().await.expect("a page"));
            if last.is_empty() {
                return;
            }
            otp_e2e::pause_between_polls().await;
        }
    };
    let completed = tokio::time::timeout(PATIENCE, complete).await.is_ok();
    assert!(completed, "{last:#?}");
}

/// Makes the server send, settle, verify, take a receipt, and call a customer's endpoint.
async fn work(world: &World, server: &Running) -> FakeReceiver {
    let receiver = FakeReceiver::start().await;
    let endpoint = json!({"url": receiver.url("/hook")});
    let created = answer(world.post(server, "/v1/webhook-endpoints").json(&endpoint)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let sent = world.send_to(server, &recipient(1)).await;
    assert_eq!(sent.message_status(), "Sent");
    let delivered = world.sandbox.status(sent.id(), "delivered").await;
    let forged = meta::status(sent.id(), "failed");
    meta::report(server, &[delivered, forged]).await;
    let outcome = format!("/v1/messages/{}/outcome", sent.id());
    let verified = json!({"outcome": "verified"});
    let recorded = answer(world.post(server, &outcome).json(&verified)).await;
    assert!(recorded.status < 300, "{recorded:?}");
    let to = json!({"to": recipient(2)});
    let created = answer(world.post(server, "/v1/verifications").json(&to)).await;
    assert_eq!(created.status, 201, "{created:?}");
    receiver
}

#[test]
fn a_rule_says_what_happened_what_to_do_and_how_to_see_it() {
    let rules = rules();
    let names: BTreeSet<_> = rules.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), rules.len(), "each name once");
    assert!(rules.len() >= 20, "{names:?}");
    let headings = OPERATIONS
        .lines()
        .filter_map(|line| line.strip_prefix("##"));
    let anchors: BTreeSet<_> = headings
        .map(|line| line.trim_start_matches('#').trim().to_lowercase())
        .map(|heading| heading.replace(' ', "-").replace([',', '\'', '`'], ""))
        .collect();
    for rule in &rules {
        for field in ["summary", "todo", "trigger", "for"] {
            let is_there = rule.fields.get(field).is_some_and(|text| !text.is_empty());
            assert!(is_there, "{} has no {field}", rule.name);
        }
        let section = rule.fields["section"].strip_prefix("docs/OPERATIONS.md#");
        let section = section.expect("a section of the page");
        assert!(
            anchors.contains(section),
            "{}: no section {section}",
            rule.name
        );
        for field in ["summary", "todo"] {
            for label in placeholders(&rule.fields[field]) {
                let groups = &rule.expression.groups;
                assert!(groups.contains(&label), "{}: no label {label}", rule.name);
            }
        }
    }
}

#[test]
fn a_legend_shows_labels_that_the_query_keeps() {
    let dashboard = of_dashboard();
    assert!(dashboard.len() >= 30, "{}", dashboard.len());
    for (expression, legend) in dashboard {
        for label in placeholders(&legend) {
            let is_kept = expression.groups.contains(&label) || label == "instance";
            assert!(is_kept, "{legend}: {}", expression.text);
        }
    }
}

#[test]
fn a_wrong_metric_label_or_value_is_found() {
    let page = "# TYPE a counter\na{x=\"1\",y=\"two, three\"} 1\nb 2\n";
    let exported = read_page(page);
    for (expression, expected) in [
        ("sum by (x) (rate(a{y=\"two, three\"}[5m])) / 0.5 > b", 0),
        ("rate(c_total[5m])", 1),
        ("a{z=\"1\"}", 1),
        ("a{x=\"nobody documents this\"}", 1),
        ("a{x=~\"any.*\",job=\"otp\"} and on (instance) b", 0),
        ("sum by (z) (a)", 1),
        ("b{x=\"1\"} unless a", 1),
        ("a{x!=\"nobody documents this\"}", 1),
        ("up == 0", 0),
    ] {
        // The comma in the value is one that the files do not use.
        let read = Expression::read(&expression.replace("{y=\"two, three\"}", "{y=~\"two.*\"}"));
        let found = faults(&read, &exported);
        assert_eq!(found.len(), expected, "{expression}: {found:?}");
    }
}
