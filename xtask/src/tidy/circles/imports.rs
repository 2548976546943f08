//! The imports, paths and definitions in a file's code.

use std::collections::{HashMap, HashSet};

/// A `use` of one name, or of all names of a module.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    /// The name it has here; `None` for `*`.
    pub(super) name: Option<String>,
    /// A `pub use`: it offers the name to others.
    pub(super) is_public: bool,
    pub(super) line: usize,
}

/// The code of a module: a whole file, or an inline module of it.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// Empty for the file itself, the name of the module otherwise.
    pub(super) inline_path: Vec<String>,
    pub(super) imports: Vec<Import>,
    /// Paths of two or more names outside of imports, with their first line.
    pub(super) paths: HashMap<Vec<String>, usize>,
    /// Names that are used without a path, with their first line.
    pub(super) names: HashMap<String, usize>,
    /// Names of items that are defined here.
    pub(super) defined: HashSet<String>,
}

/// Reads code without comments, literals and tests; the file itself comes first.
pub(super) fn read(code: &str) -> Vec<Code> {
    let tokens = tokens(code);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        modules: vec![Code::default()],
        open: vec![(0, 0)],
        depth: 0,
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.modules
}

/// A name, `::`, or any other character.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    line: usize,
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = code;
    let mut line = 1;
    while let Some(next) = rest.chars().next() {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_part(next) {
            rest.find(|c| !is_part(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            next.len_utf8()
        };
        if next == '\n' {
            line += 1;
        } else if !next.is_whitespace() {
            let text = &rest[..length];
            tokens.push(Token { text, line });
        }
        rest = &rest[length..];
    }
    tokens
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    modules: Vec<Code>,
    /// The modules around the current token, with the depth of braces inside them.
    open: Vec<(usize, usize)>,
    depth: usize,
}

const DEFINITIONS: [&str; 8] = [
    "struct", "enum", "union", "trait", "type", "fn", "const", "static",
];

impl<'a> Reader<'a> {
    fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    fn before(&self) -> &'a str {
        self.at.checked_sub(1).map_or("", |at| self.text(at))
    }

    fn innermost(&self) -> (usize, usize) {
        self.open.last().copied().unwrap_or_default()
    }

    fn module(&mut self) -> &mut Code {
        let (module, _) = self.innermost();
        &mut self.modules[module]
    }

    fn step(&mut self) {
        let text = self.text(self.at);
        match text {
            "{" => self.depth += 1,
            "}" => {
                self.depth = self.depth.saturating_sub(1);
                if self.open.len() > 1 && self.depth < self.innermost().1 {
                    self.open.pop();
                }
            }
            "use" if self.text(self.at + 1) != "<" => return self.import(),
            "mod" => return self.inline_module(),
            _ if is_name(text) && !DEFINITIONS.contains(&text) => return self.path(),
            _ => {}
        }
        self.at += 1;
    }

    fn inline_module(&mut self) {
        let name = self.text(self.at + 1);
        if self.text(self.at + 2) == "{" {
            let mut inline_path = self.module().inline_path.clone();
            inline_path.push(name.to_owned());
            self.depth += 1;
            self.open.push((self.modules.len(), self.depth));
            self.modules.push(Code {
                inline_path,
                ..Code::default()
            });
        }
        self.at += 3;
    }

    fn import(&mut self) {
        // `pub use` or `pub(crate) use`.
        let is_public = matches!(self.before(), "pub" | ")");
        self.at += 1;
        let mut found = Vec::new();
        self.tree(&[], &mut found);
        for (path, name, line) in found {
            self.module().imports.push(Import {
                path,
                name,
                is_public,
                line,
            });
        }
    }

    /// Reads a tree of imports below a path.
    fn tree(&mut self, above: &[String], found: &mut Vec<(Vec<String>, Option<String>, usize)>) {
        let mut path = above.to_vec();
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        loop {
            let text = self.text(self.at);
            self.at += 1;
            match text {
                "::" => {}
                "*" => return found.push((path, None, line)),
                "{" => {
                    while !matches!(self.text(self.at), "}" | "") {
                        self.tree(&path, found);
                        if self.text(self.at) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                // `a::{self}` imports `a`.
                "self" if !path.is_empty() => {}
                _ if is_name(text) => path.push(text.to_owned()),
                _ => return,
            }
            if self.text(self.at) == "::" {
                continue;
            }
            if is_name(text) {
                let mut name = path.last().cloned();
                if self.text(self.at) == "as" {
                    name = Some(self.text(self.at + 1).to_owned());
                    self.at += 2;
                }
                return found.push((path, name, line));
            }
        }
    }

    /// Reads a path or a name, and whether it is defined here.
    fn path(&mut self) {
        let before = self.before();
        let line = self.tokens[self.at].line;
        let mut path = vec![self.text(self.at).to_owned()];
        self.at += 1;
        while self.text(self.at) == "::" && is_name(self.text(self.at + 1)) {
            path.push(self.text(self.at + 1).to_owned());
            self.at += 2;
        }
        let is_macro = before == "!" && self.at > 2 && self.text(self.at - 3) == "macro_rules";
        if DEFINITIONS.contains(&before) || is_macro {
            if self.depth == self.innermost().1 {
                self.module().defined.extend(path);
            }
            return;
        }
        // A method, the rest of a path, a lifetime, a field or a binding.
        let is_other = matches!(before, "." | "::" | "'" | "let") || self.text(self.at) == ":";
        if is_other {
            return;
        }
        let first = path[0].clone();
        self.module().names.entry(first).or_insert(line);
        if path.len() > 1 {
            self.module().paths.entry(path).or_insert(line);
        }
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_of_imports_are_read_name_by_name() {
        let code = read("use a::{self, b::{C as D, E}, f::*};\npub(crate) use g::H;");
        let imports: Vec<String> = code[0]
            .imports
            .iter()
            .map(|import| {
                let name = import.name.as_deref().unwrap_or("*");
                format!(
                    "{} {name} {} {}",
                    import.path.join("::"),
                    import.is_public,
                    import.line
                )
            })
            .collect();
        assert_eq!(
            imports,
            [
                "a a false 1",
                "a::b::C D false 1",
                "a::b::E E false 1",
                "a::f * false 1",
                "g::H H true 2"
            ]
        );
    }

    #[test]
    fn paths_names_and_definitions_are_distinguished() {
        let code = read("struct A { b: c::D }\nfn e() -> F { x.g::<H>(); i::<J>(); l!(); }");
        assert_eq!(code[0].paths.keys().collect::<Vec<_>>(), [&["c", "D"]]);
        let mut names: Vec<&str> = code[0].names.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["F", "H", "J", "c", "i", "l", "x"]);
        assert_eq!(
            code[0].defined,
            HashSet::from(["A".to_owned(), "e".to_owned()])
        );
    }

    #[test]
    fn inline_modules_have_imports_of_their_own() {
        let code = read("mod a { use b::C; }\nuse d::E;\nmod f;\nuse g::H;");
        assert_eq!(code.len(), 2);
        assert_eq!(code[1].inline_path, ["a"]);
        assert_eq!((code[0].imports.len(), code[1].imports.len()), (2, 1));
    }
}
