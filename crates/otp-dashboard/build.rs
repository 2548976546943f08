//! Renders the guide's Markdown once, when the program is built. A page without its Arabic half, or a heading without an
//! id, stops the build.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most events of Markdown pass as they are"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream, html,
};

/// The pages, in the order of the contents.
const PAGES: [&str; 8] = [
    "start",
    "send",
    "check",
    "verifications",
    "webhooks",
    "errors",
    "test-numbers",
    "limits",
];

const LANGUAGES: [&str; 2] = ["en", "ar"];

/// The programs of each sample: the ending of the file, and the names of its language for people and in Markdown.
const PROGRAMS: [(&str, &str, &str); 4] = [
    ("sh", "curl", "sh"),
    ("js", "JavaScript", "js"),
    ("py", "Python", "python"),
    ("php", "PHP", "php"),
];

#[expect(
    clippy::disallowed_methods,
    reason = "cargo names the folder by this variable"
)]
fn main() {
    println!("cargo::rerun-if-changed=guide");
    let mut source = String::new();
    write_samples(&mut source);
    writeln!(source, "pub(super) static PAGES: &[Chapter] = &[").expect("text");
    for slug in PAGES {
        let halves = LANGUAGES.map(|language| Half::read(language, slug));
        let outline = |half: &Half| half.sections.iter().map(|(id, _)| id.clone()).collect();
        let [english, arabic]: [Vec<String>; 2] = [outline(&halves[0]), outline(&halves[1])];
        assert_eq!(english, arabic, "the sections of {slug}");
        let [english, arabic] = halves.each_ref().map(Half::source);
        writeln!(
            source,
            "Chapter {{ slug: {slug:?}, english: {english}, arabic: {arabic} }},"
        )
        .expect("text");
    }
    writeln!(source, "];").expect("text");
    let folder = env::var_os("OUT_DIR").expect("cargo names the folder");
    fs::write(Path::new(&folder).join("guide.rs"), source).expect("written");
}

fn write_samples(source: &mut String) {
    let mut samples: BTreeMap<String, Vec<(&str, &str, String)>> = BTreeMap::new();
    let files = fs::read_dir("guide/samples").expect("a folder of samples");
    for file in files {
        let path = file.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        samples.entry(name.into_owned()).or_default();
    }
    writeln!(source, "pub(super) static SAMPLES: &[Sample] = &[").expect("text");
    for (name, programs) in &mut samples {
        for (ending, language, fence) in PROGRAMS {
            let path = format!("guide/samples/{name}.{ending}");
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            programs.push((language, fence, text));
        }
        writeln!(
            source,
            "Sample {{ name: {name:?}, programs: &{programs:?} }},"
        )
        .expect("text");
    }
    writeln!(source, "];").expect("text");
}

/// A page in one language.
struct Half {
    title: String,
    lead: String,
    sections: Vec<(String, String)>,
    /// Rust expressions.
    parts: Vec<String>,
    markdown: String,
}

impl Half {
    fn read(language: &str, slug: &str) -> Self {
        let path = format!("guide/{language}/{slug}.md");
        let markdown = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let options = Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES;
        let events: Vec<_> = TextMergeStream::new(Parser::new_ext(&markdown, options)).collect();
        let mut half = Self {
            title: String::new(),
            lead: String::new(),
            sections: Vec::new(),
            parts: Vec::new(),
            markdown: markdown.clone(),
        };
        let body = half.read_head(&events, &path);
        half.read_body(body, &path);
        half
    }

    /// Reads the title and the lead, and returns what follows them.
    fn read_head<'a>(&mut self, events: &'a [Event<'a>], path: &str) -> &'a [Event<'a>] {
        let is_title =
            |event: &Event<'_>| matches!(event, Event::End(TagEnd::Heading(HeadingLevel::H1)));
        let title = events.iter().position(is_title);
        let title = title.unwrap_or_else(|| panic!("{path}: no title"));
        let (head, body) = events.split_at(title + 1);
        self.title = plain(head);
        let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::Paragraph));
        let lead = body.iter().position(is_end);
        let lead = lead.unwrap_or_else(|| panic!("{path}: no lead"));
        let (lead, body) = body.split_at(lead + 1);
        self.lead = html_of(lead[1..lead.len() - 1].iter().cloned().map(isolated));
        body
    }

    fn read_body(&mut self, events: &[Event<'_>], path: &str) {
        let mut html: Vec<Event<'_>> = Vec::new();
        let mut rest = events.iter();
        while let Some(event) = rest.next() {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    self.flush(&mut html);
                    let CodeBlockKind::Fenced(language) = kind else {
                        panic!("{path}: a block of code without a language");
                    };
                    let text = rest.next().map(|event| plain(std::slice::from_ref(event)));
                    let text = text.unwrap_or_default();
                    self.parts.push(format!(
                        "Part::Code {{ language: {:?}, text: {text:?} }}",
                        &**language
                    ));
                    rest.next();
                }
                Event::Start(Tag::Paragraph) => {
                    let name = rest.as_slice().first().and_then(placeholder);
                    match name {
                        Some(name) => {
                            self.flush(&mut html);
                            self.parts.push(part_of(name, path));
                            rest.nth(1);
                        }
                        None => html.push(event.clone()),
                    }
                }
                Event::Start(Tag::Heading { id, .. }) => {
                    let id = id.as_deref();
                    let id = id.unwrap_or_else(|| panic!("{path}: a heading without an id"));
                    let until = rest.as_slice().iter();
                    let text: Vec<_> = until
                        .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
                        .cloned()
                        .collect();
                    self.sections.push((id.to_owned(), plain(&text)));
                    html.push(event.clone());
                }
                Event::Start(Tag::Table(_)) => {
                    let named = self.sections.last();
                    let (id, _) =
                        named.unwrap_or_else(|| panic!("{path}: a table before a heading"));
                    let start = format!(
                        "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-labelledby=\"{id}\">"
                    );
                    html.push(Event::Html(start.into()));
                    html.push(event.clone());
                }
                Event::End(TagEnd::Table) => {
                    html.push(event.clone());
                    html.push(Event::Html("</div>\n".into()));
                }
                Event::Html(_) | Event::InlineHtml(_) => panic!("{path}: HTML in the Markdown"),
                event => html.push(isolated(event.clone())),
            }
        }
        self.flush(&mut html);
    }

    fn flush(&mut self, html: &mut Vec<Event<'_>>) {
        if !html.is_empty() {
            let text = html_of(html.drain(..));
            self.parts.push(format!("Part::Html({text:?})"));
        }
    }

    fn source(&self) -> String {
        format!(
            "Half {{ title: {:?}, lead: {:?}, sections: &{:?}, parts: &[{}], markdown: {:?} }}",
            self.title,
            self.lead,
            self.sections,
            self.parts.join(", "),
            self.markdown
        )
    }
}

/// Code runs from left to right in every language.
fn isolated(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Code(text) => {
            let text = html_of([Event::Text(text)].into_iter());
            Event::InlineHtml(CowStr::from(format!("<code dir=\"ltr\">{text}</code>")))
        }
        event => event,
    }
}

/// Returns the name between the braces of a paragraph that is a placeholder.
fn placeholder<'a>(event: &'a Event<'a>) -> Option<&'a str> {
    let Event::Text(text) = event else {
        return None;
    };
    text.strip_prefix("{{")?.strip_suffix("}}")
}

fn part_of(name: &str, path: &str) -> String {
    match name {
        "errors" => "Part::Errors".to_owned(),
        "test-numbers" => "Part::TestNumbers".to_owned(),
        "limits" => "Part::Limits".to_owned(),
        name => match name.strip_prefix("sample ") {
            Some(sample) => format!("Part::Sample({sample:?})"),
            None => panic!("{path}: no placeholder has the name {name}"),
        },
    }
}

fn html_of<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    let mut text = String::new();
    html::push_html(&mut text, events);
    text
}

/// Returns the text without its marks.
fn plain(events: &[Event<'_>]) -> String {
    let texts = events.iter().filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(&**text),
        _ => None,
    });
    texts.collect()
}
