//! What the rules look at: the tree's files and packages, read once.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, Metadata};

/// Everything the rules look at.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) sources: Vec<Source>,
    pub(super) packages: Vec<Package>,
    pub(super) root_manifest: Source,
    /// The names of the architecture decisions' files.
    pub(super) decisions: Vec<String>,
    /// The files of the migrations, such as `migrations/postgres/<name>/up.sql`.
    pub(super) migrations: Vec<Source>,
}

/// A file with its path from the root of the repository.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

/// A package of the workspace, with what it names in its manifest.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest: Source,
    pub(super) dependencies: Vec<Dependency>,
}

/// A dependency as a package names it.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Only for its tests, examples and benchmarks.
    pub(super) for_tests: bool,
}

impl Source {
    /// The lines with their numbers that are not comments alone.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    #[cfg(test)]
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }
}

impl Tree {
    pub(super) fn load(metadata: Metadata) -> Result<Self> {
        let root = metadata.workspace_root.into_std_path_buf();
        let mut sources = Vec::new();
        for folder in ["crates", "tests", "xtask"] {
            for path in files_below(&root, folder)? {
                if path.ends_with(".rs") {
                    sources.push(read(&root, path)?);
                }
            }
        }
        let names = |folder: &str| -> Result<Vec<String>> {
            let files = files_below(&root, folder)?;
            let prefix = format!("{folder}/");
            Ok(files
                .iter()
                .filter_map(|path| path.strip_prefix(&prefix))
                .map(str::to_owned)
                .collect())
        };
        let packages = metadata.packages.into_iter().map(|package| {
            let manifest = package.manifest_path.strip_prefix(&root)?.to_string();
            Ok(Package {
                name: package.name.to_string(),
                manifest: read(&root, manifest)?,
                dependencies: package
                    .dependencies
                    .into_iter()
                    .map(|dependency| Dependency {
                        name: dependency.name,
                        for_tests: dependency.kind == DependencyKind::Development,
                    })
                    .collect(),
            })
        });
        Ok(Self {
            sources,
            packages: packages.collect::<Result<_>>()?,
            root_manifest: read(&root, "Cargo.toml".to_owned())?,
            decisions: names("docs/adr")?,
            migrations: files_below(&root, "migrations")?
                .into_iter()
                .map(|path| read(&root, path))
                .collect::<Result<_>>()?,
        })
    }
}

/// The paths of all files in the folder, from the root and in order; none if it does not exist.
fn files_below(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        if !path.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&path).with_context(|| folder.clone())? {
            let entry = entry.with_context(|| folder.clone())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type().with_context(|| name.clone())?.is_dir();
            match (is_folder, name.as_str()) {
                (true, "target") => {}
                (true, _) => folders.push(format!("{folder}/{name}")),
                (false, _) => files.push(format!("{folder}/{name}")),
            }
        }
    }
    files.sort();
    Ok(files)
}

fn read(root: &Path, path: String) -> Result<Source> {
    let text = fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
    Ok(Source { path, text })
}
