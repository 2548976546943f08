//! No import circles between the files of a crate: each file can be understood after the files it
//! imports.
//!
//! An import leads to the file that defines the item, through the re-exports of parent modules. So
//! a parent that only declares and re-exports its children is in no circle. Tests do not count.

mod graph;
mod imports;
mod modules;

use super::Finding;
use super::rust_code::code_without_tests;
use super::source::Source;
use graph::{Circle, Graph};
use modules::Modules;

/// The crates that are free of circles.
const CRATES: [&str; 4] = ["otp-core", "otp-dashboard", "otp-edge", "otp-http"];

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    CRATES
        .iter()
        .flat_map(|name| check_crate(&format!("crates/{name}/src/"), sources))
        .collect()
}

fn check_crate(folder: &str, sources: &[Source]) -> Vec<Finding> {
    let mut files = Vec::new();
    let mut modules = Modules::default();
    for source in sources {
        if let Some(file) = source.path.strip_prefix(folder)
            && !is_test(file)
        {
            modules.add(file, &code_without_tests(&source.text), files.len());
            files.push(file);
        }
    }
    let mut graph = Graph::new(files.len());
    for edge in modules.edges() {
        graph.add(edge);
    }
    let circles = graph.circles();
    circles
        .iter()
        .map(|circle| finding(folder, &files, circle))
        .collect()
}

fn is_test(file: &str) -> bool {
    file.ends_with("tests.rs") || file.contains("tests/")
}

fn finding(folder: &str, files: &[&str], circle: &Circle) -> Finding {
    let first = &circle.edges[0];
    let mut route: Vec<&str> = circle.edges.iter().map(|edge| files[edge.from]).collect();
    route.push(files[first.from]);
    let imports: Vec<String> = circle
        .edges
        .iter()
        .map(|edge| format!("`{}`", edge.import))
        .collect();
    let mut message = format!(
        "import circle: {}, by {}",
        route.join(" → "),
        imports.join(", ")
    );
    if circle.members.len() > circle.edges.len() {
        let members: Vec<&str> = circle.members.iter().map(|file| files[*file]).collect();
        message.push_str(&format!(
            "; {} files import each other: {}",
            members.len(),
            members.join(", ")
        ));
    }
    let path = format!("{folder}{}", files[first.from]);
    Finding::line(path, first.line, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a small crate of files with their texts.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files
            .iter()
            .chain(&[("lib.rs", "")])
            .map(|(file, text)| Source::new(&format!("crates/otp-core/src/{file}"), text))
            .collect();
        check(&sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn two_files_that_import_each_other_are_found() {
        let found = found(&[
            ("a.rs", "\nuse crate::b::B;\npub struct A(B);"),
            (
                "b.rs",
                "pub struct B;\nimpl B { fn a() -> super::a::A { x() } }",
            ),
        ]);
        assert_eq!(
            found,
            [
                "crates/otp-core/src/a.rs:2: import circle: a.rs → b.rs → a.rs, by \
              `use crate::b::B`, `super::a::A`"
            ]
        );
    }

    #[test]
    fn a_large_circle_is_one_finding_with_a_shortest_route() {
        let found = found(&[
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "use crate::c::C;"),
            ("c.rs", "use crate::{a::A, d::D};"),
            ("d.rs", "use crate::c::C;"),
            ("e.rs", "use crate::a::A;"),
        ]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].ends_with(
                "c.rs → d.rs → c.rs, by `use crate::d::D`, `use crate::c::C`; \
                 4 files import each other: a.rs, b.rs, c.rs, d.rs"
            ),
            "{found:?}"
        );
    }

    #[test]
    fn an_import_leads_through_re_exports_to_the_file_that_defines_the_item() {
        for parent in [
            "mod a;\nmod b;\npub use a::A;\npub use b::B;",
            "mod a;\nmod b;\npub use self::{a::A, b::*};",
            "mod a;\nmod b;\nmod all { pub use super::{a::A, b::B}; }\npub use all::*;",
        ] {
            let one_way = [
                ("p.rs", parent),
                ("p/a.rs", "pub struct A;"),
                ("p/b.rs", "use super::A;\npub struct B(A);"),
                ("q.rs", "use crate::p::B;"),
            ];
            assert_eq!(found(&one_way), [""; 0], "{parent}");
            let both_ways = [
                ("p.rs", parent),
                ("p/a.rs", "use crate::p::B;\npub struct A;"),
                ("p/b.rs", "use super::A;\npub struct B(A);"),
            ];
            assert_eq!(found(&both_ways).len(), 1, "{parent}");
            assert!(found(&both_ways)[0].contains("p/a.rs → p/b.rs → p/a.rs"));
        }
    }

    #[test]
    fn a_parent_that_uses_what_it_re_exports_can_be_in_a_circle() {
        let child = ("p/a.rs", "use super::P;\npub struct A(P);");
        let re_exports = "mod a;\npub use a::A;\npub struct P;";
        assert_eq!(found(&[("p.rs", re_exports), child]), [""; 0]);
        let uses = "mod a;\npub use a::A;\npub struct P(Box<A>);";
        assert_eq!(found(&[("p.rs", uses), child]).len(), 1);
        let names = "mod a;\npub struct P(Box<a::A>);";
        assert_eq!(found(&[("p.rs", names), child]).len(), 1);
    }

    #[test]
    fn an_imported_module_leads_to_the_items_used_from_it() {
        let endpoint = ("a.rs", "use crate::b;\npub fn a() { b::run(); }");
        assert_eq!(
            found(&[endpoint, ("b.rs", "use crate::a::a;\npub fn run() {}")]).len(),
            1
        );
        assert_eq!(
            found(&[endpoint, ("b.rs", "use crate::a;\npub fn run() {}")]),
            [""; 0]
        );
    }

    #[test]
    fn a_glob_counts_for_the_names_that_are_used() {
        let b = ("b.rs", "use crate::a::A;\npub struct B;\npub struct C;");
        assert_eq!(
            found(&[("a.rs", "use crate::b::*;\npub struct A(B);"), b]).len(),
            1
        );
        assert_eq!(
            found(&[("a.rs", "use crate::b::*;\npub struct A;"), b]),
            [""; 0]
        );
    }

    #[test]
    fn tests_comments_texts_and_other_crates_do_not_count() {
        let b = ("b.rs", "use crate::a::A;");
        for text in [
            "// use crate::b::B;\npub struct A;",
            "/// See [`crate::b::B`].\npub struct A;",
            "const A: &str = \"use crate::b::B;\";",
            "#[cfg(test)]\nmod tests { use crate::b::B; }",
            "use b::B;\nfn f(b: X) { b.run::<u8>(); }",
            "use other::crate_b::B;",
        ] {
            assert_eq!(found(&[("a.rs", text), b]), [""; 0], "{text}");
        }
        let tests = ("a/tests.rs", "use crate::b::B;");
        assert_eq!(
            found(&[("a.rs", "#[cfg(test)]\nmod tests;"), tests, b]),
            [""; 0]
        );
        let other = Source::new("crates/otp-bench/src/a.rs", "use crate::b::B;");
        assert_eq!(check(&[other]), []);
    }
}
