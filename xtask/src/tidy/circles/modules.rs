//! The modules of a crate, and the files that define their items.

use std::collections::HashMap;

use super::graph::Edge;
use super::imports::{self, Code, Import};

/// The modules of a crate, by path from its root.
#[derive(Debug, Default)]
pub(super) struct Modules {
    modules: Vec<Module>,
    by_path: HashMap<Vec<String>, usize>,
}

#[derive(Debug)]
struct Module {
    path: Vec<String>,
    file: usize,
    code: Code,
}

/// The meaning of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Module(usize),
    /// An item, defined in this file.
    Item(usize),
}

/// Re-exports of re-exports are followed this far; more of them are an endless circle.
const MAX_DEPTH: usize = 16;

impl Modules {
    /// Adds a file by its path in `src`; the code is without comments, literals and tests.
    pub(super) fn add(&mut self, path: &str, code: &str, file: usize) {
        let path = path.trim_end_matches(".rs");
        let root: Vec<String> = match path {
            "lib" | "main" => Vec::new(),
            _ => path.split('/').map(str::to_owned).collect(),
        };
        for code in imports::read(code) {
            let path = [root.as_slice(), &code.inline_path].concat();
            self.by_path.insert(path.clone(), self.modules.len());
            self.modules.push(Module { path, file, code });
        }
    }

    /// The imports between files, by `use` and by paths in code.
    pub(super) fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (id, module) in self.modules.iter().enumerate() {
            let mut add = |target: Option<Target>, import: String, line: usize| {
                if let Some(Target::Item(to)) = target {
                    edges.push(Edge {
                        from: module.file,
                        to,
                        import,
                        line,
                    });
                }
            };
            for import in &module.code.imports {
                let text = format!("use {}", import.path.join("::"));
                let target = self.resolve(id, &import.path, 0);
                match &import.name {
                    // A re-export is an import only if its file uses the name as well.
                    Some(name) if import.is_public && !module.code.names.contains_key(name) => {}
                    Some(_) => add(target, text, import.line),
                    None => {
                        for (name, line) in &module.code.names {
                            add(
                                self.imported(target, name),
                                format!("{text}::{name}"),
                                *line,
                            );
                        }
                    }
                }
            }
            for (path, line) in &module.code.paths {
                add(self.resolve(id, path, 0), path.join("::"), *line);
            }
        }
        // The order of the maps is arbitrary; a report is not.
        edges.sort_by(|a, b| {
            (a.from, a.to, a.line, &a.import).cmp(&(b.from, b.to, b.line, &b.import))
        });
        edges
    }

    /// Resolves a name through a glob import of the target.
    fn imported(&self, glob: Option<Target>, name: &str) -> Option<Target> {
        match glob {
            Some(Target::Module(module)) => self.member(module, name, 0),
            Some(Target::Item(_)) | None => None,
        }
    }

    /// Follows a path from inside a module; `None` if it leads out of the crate.
    fn resolve(&self, from: usize, path: &[String], depth: usize) -> Option<Target> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (first, mut rest) = path.split_first()?;
        let mut target = match first.as_str() {
            "crate" => self.module(&[])?,
            "self" => Target::Module(from),
            "super" => self.parent(from)?,
            name => self.member(from, name, depth)?,
        };
        while let (Target::Module(module), Some((name, tail))) = (target, rest.split_first()) {
            target = match name.as_str() {
                "super" => self.parent(module)?,
                // A name that no text defines is defined by a macro of this module.
                name => self
                    .member(module, name, depth)
                    .unwrap_or(Target::Item(self.modules[module].file)),
            };
            rest = tail;
        }
        Some(target)
    }

    /// Resolves a name in a module: a child, a definition, an import, or a part of a glob import.
    fn member(&self, module: usize, name: &str, depth: usize) -> Option<Target> {
        if depth > MAX_DEPTH {
            return None;
        }
        let Module { path, file, code } = &self.modules[module];
        let child = [path.as_slice(), &[name.to_owned()]].concat();
        if let Some(child) = self.module(&child) {
            return Some(child);
        }
        if code.defined.contains(name) {
            return Some(Target::Item(*file));
        }
        let is_named = |import: &&Import| import.name.as_deref() == Some(name);
        // `use name::…` is about another crate, not about itself.
        let is_itself = |import: &&Import| import.path.first().is_some_and(|first| first == name);
        let mut named = code.imports.iter().filter(is_named);
        if let Some(import) = named.find(|import| !is_itself(import)) {
            return self.resolve(module, &import.path, depth + 1);
        }
        let globs = code.imports.iter().filter(|import| import.name.is_none());
        globs
            .filter(|import| !is_itself(import))
            .filter_map(|import| self.resolve(module, &import.path, depth + 1))
            .find_map(|target| match target {
                Target::Module(glob) => self.member(glob, name, depth + 1),
                Target::Item(_) => None,
            })
    }

    fn module(&self, path: &[String]) -> Option<Target> {
        self.by_path.get(path).copied().map(Target::Module)
    }

    fn parent(&self, module: usize) -> Option<Target> {
        let (_, parent) = self.modules[module].path.split_last()?;
        self.module(parent)
    }
}
