//! The output of commands: text for people, or with `--json` one JSON value for programs.

use std::io::Write;
use std::process::ExitCode;

use serde_json::Value;

/// The output of a command, in both forms.
pub(crate) struct Answer {
    /// For programs: one value with keys in camelCase.
    pub(crate) json: Value,
    /// For people.
    pub(crate) text: String,
    /// Whether the program ends with exit code 1.
    failed: bool,
}

impl Answer {
    pub(crate) fn new(json: Value, text: impl Into<String>) -> Self {
        Self {
            json,
            text: text.into(),
            failed: false,
        }
    }

    /// Shows a list of objects: as an array, or as a table of these columns.
    pub(crate) fn table(rows: Vec<Value>, columns: &[&str]) -> Self {
        let text = table(&rows, columns);
        Self {
            json: Value::Array(rows),
            text,
            failed: false,
        }
    }

    /// Shows one object: as it is, or with one key and value per line.
    pub(crate) fn object(object: Value) -> Self {
        let text = object.as_object().map(|fields| {
            let width = fields
                .keys()
                .map(|key| key.chars().count())
                .max()
                .unwrap_or_default();
            // The id comes first, because the next command needs it.
            let id = fields.iter().filter(|(key, _)| *key == "id");
            let others = fields.iter().filter(|(key, _)| *key != "id");
            let lines = id
                .chain(others)
                .map(|(key, value)| format!("{key:<width$}  {}", cell(value)));
            lines.collect::<Vec<_>>().join("\n")
        });
        Self {
            text: text.unwrap_or_default(),
            json: object,
            failed: false,
        }
    }

    /// Makes the program end with exit code 1 if it `failed`.
    pub(crate) fn failing_if(self, failed: bool) -> Self {
        Self { failed, ..self }
    }
}

/// Prints how far a command is, on standard error: standard output carries its answer only.
pub(crate) fn progress(text: &str) {
    // A reader that has gone does not stop the work.
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Names the database of a command on standard error, so that nobody changes the wrong one unnoticed.
pub(crate) fn name_database(database: &str, json: bool) {
    if json {
        progress(&serde_json::json!({"database": database}).to_string());
    } else {
        progress(&format!("database: {database}"));
    }
}

/// Prints a remark on standard error.
pub(crate) fn note(text: &str, json: bool) {
    if json {
        progress(&serde_json::json!({"note": text}).to_string());
    } else {
        progress(text);
    }
}

/// Prints the answer on standard output. A reader that ends early (`| head`) is not a failure.
pub(crate) fn print(answer: &Answer, json: bool) -> ExitCode {
    let text = if json {
        answer.json.to_string()
    } else {
        answer.text.clone()
    };
    let code = ExitCode::from(u8::from(answer.failed));
    if text.is_empty() {
        return code;
    }
    match writeln!(std::io::stdout().lock(), "{text}") {
        Ok(()) => code,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => code,
        Err(error) => {
            let error = anyhow::anyhow!("failed to write standard output: {error}");
            crate::failure::report(&error, json)
        }
    }
}

fn table(rows: &[Value], columns: &[&str]) -> String {
    if rows.is_empty() {
        return "none".to_owned();
    }
    let header = columns.iter().map(|column| (*column).to_owned()).collect();
    let cells = rows
        .iter()
        .map(|row| columns.iter().map(|column| cell(&row[*column])).collect());
    let lines: Vec<Vec<String>> = std::iter::once(header).chain(cells).collect();
    let widths: Vec<_> = (0..columns.len())
        .map(|i| {
            lines
                .iter()
                .map(|line| line[i].chars().count())
                .max()
                .unwrap_or_default()
        })
        .collect();
    let align = |line: &Vec<String>| {
        let padded = line
            .iter()
            .zip(&widths)
            .map(|(text, width)| format!("{text:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(align).collect::<Vec<_>>().join("\n")
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_is_aligned_and_an_empty_one_says_none() {
        let rows = vec![
            json!({"id": "a", "credits": 10}),
            json!({"id": "bcd", "credits": null}),
        ];
        let answer = Answer::table(rows, &["id", "credits"]);
        assert_eq!(answer.text, "id   credits\na    10\nbcd  -");
        assert_eq!(Answer::table(Vec::new(), &["id"]).text, "none");
    }

    #[test]
    fn an_object_is_printed_line_by_line() {
        assert_eq!(
            Answer::object(json!({"id": "a", "accountId": "n"})).text,
            "id         a\naccountId  n"
        );
    }
}
