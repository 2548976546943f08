//! CSV: tables for spreadsheets.
//!
//! Sources: RFC 4180; OWASP, "CSV Injection": a cell that a spreadsheet would calculate begins with an apostrophe.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use otp_edge::NO_STORE;

/// The characters with which spreadsheets begin a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A table.
#[derive(Debug)]
pub(crate) struct Csv(String);

impl Csv {
    /// Returns a table with these column headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        // Without the mark at the beginning, Excel reads another encoding.
        let mut csv = Self("\u{feff}".to_owned());
        csv.push(headings);
        csv
    }

    /// Adds a line.
    pub(crate) fn push<T: AsRef<str>>(&mut self, cells: &[T]) {
        let cells: Vec<_> = cells.iter().map(|cell| escaped(cell.as_ref())).collect();
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }

    /// Answers with the table as a file of this name.
    pub(crate) fn answer(self, name: &str) -> HttpResponse {
        file(name, self.0)
    }
}

/// Answers with a table that is written already, as a file of this name.
pub(crate) fn file(name: &str, table: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header(NO_STORE)
        .body(table)
}

fn escaped(cell: &str) -> String {
    let mark = if cell.starts_with(FORMULA) { "'" } else { "" };
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{mark}{}\"", cell.replace('"', "\"\""))
    } else {
        format!("{mark}{cell}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_calculated_and_none_ends_early() {
        for (cell, expected) in [
            ("", ""),
            ("Sent", "Sent"),
            ("+9665••••••67", "'+9665••••••67"),
            ("=1+1", "'=1+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("a,b", "\"a,b\""),
            ("=\"a\"\n", "\"'=\"\"a\"\"\n\""),
        ] {
            assert_eq!(escaped(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn a_table_has_its_headings_and_a_line_for_each_row() {
        let mut csv = Csv::new(&["id", "to"]);
        csv.push(&["1", "+1"]);
        assert_eq!(csv.0, "\u{feff}id,to\r\n1,'+1\r\n");
    }
}
