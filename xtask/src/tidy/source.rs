//! The files and packages that the rules check, read once.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, Metadata};

/// The repository, as the rules see it.
#[derive(Debug)]
pub(super) struct Tree {
    /// The files in Rust.
    pub(super) sources: Vec<Source>,
    /// Other files with prose: documentation, texts, pages, settings, SQL, scripts.
    pub(super) documents: Vec<Source>,
    pub(super) packages: Vec<Package>,
    pub(super) root_manifest: Source,
    /// The file names of the architecture decisions.
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

/// A package of the workspace, as its manifest describes it.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest: Source,
    pub(super) dependencies: Vec<Dependency>,
}

/// A dependency in a package's manifest.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Used by tests, examples and benchmarks only.
    pub(super) for_tests: bool,
}

impl Source {
    /// The lines with their numbers, without those that hold only a comment.
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

/// The folders that are read; files directly in the root are read as well.
const FOLDERS: [&str; 7] = [
    "config",
    "crates",
    "docs",
    "examples",
    "migrations",
    "tests",
    "xtask",
];

/// The extensions of files with prose, apart from Rust.
const DOCUMENTS: [&str; 9] = ["css", "ftl", "html", "js", "md", "mjs", "py", "sql", "toml"];

impl Tree {
    pub(super) fn load(metadata: Metadata) -> Result<Self> {
        let root = metadata.workspace_root.into_std_path_buf();
        let mut paths = files_in_root(&root)?;
        for folder in FOLDERS {
            paths.extend(files_below(&root, folder)?);
        }
        let mut sources = Vec::new();
        let mut documents = Vec::new();
        for path in paths {
            match path.rsplit_once('.') {
                Some((_, "rs")) => sources.push(read(&root, path)?),
                Some((_, extension)) if DOCUMENTS.contains(&extension) => {
                    documents.push(read(&root, path)?);
                }
                Some(_) | None => {}
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
            documents,
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

/// A local settings file, which git ignores as well.
const LOCAL: &str = "otp.toml";

/// The names of the files directly in the root, in order.
fn files_in_root(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root).context("cannot read the root")? {
        let entry = entry.context("cannot read the root")?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().with_context(|| name.clone())?.is_file();
        if is_file && name != LOCAL {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

/// The paths from the root of all files below the folder, in order; empty if it does not exist.
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
                (true, "target" | "node_modules") => {}
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
