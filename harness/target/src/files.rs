//! The files of a target's containers, or for the provisioning of pools that run already: read once, beside the target's file; those that are templates
//! are rendered for each pool of each walk, for names and groups differ from one to the next.
//!
//! A template (Jinja, by [minijinja]) speaks of what [`Deployed`] has, and of secrets by
//! `secret("NAME")`. What is not there is an error, never an empty text.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde::Serialize;

use crate::file::Target;
use crate::runs::{Files, Runs};
use crate::secret::Secrets;
use model::host::{HostName, Site};
use model::topology::{Pool, Routing};

/// The ending of a template.
const TEMPLATE: &str = ".j2";

/// How many files a target may have, and how many bytes in all: configuration, no archive.
const MOST_FILES: usize = 1_000;
const MOST_BYTES: u64 = 16 << 20;

/// The files of a target, as they are beside its own.
#[derive(Clone, Debug, Default)]
pub struct TargetFiles {
    /// By the `from` of [`Files`]: each file below it, with its path relative to that.
    sources: BTreeMap<String, Vec<Source>>,
}

/// One file.
#[derive(Clone, Debug)]
struct Source {
    /// Where it was found.
    path: PathBuf,
    /// Below [`Files::at`], without the ending of a template; empty for a file that is named itself.
    below: String,
    content: Content,
    executable: bool,
}

#[derive(Clone, Debug)]
enum Content {
    Bytes(Vec<u8>),
    Template(String),
}

/// A file as a container finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// Its path, below wherever its [`Files::at`] begins.
    pub path: String,
    /// What is in it.
    pub content: Vec<u8>,
    /// Whether it may be run, as its source may.
    pub executable: bool,
}

/// Why a target's files cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// One cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// There are too many, or they are too large.
    #[error(
        "{} has more than {MOST_FILES} files or {} MiB: name what the containers need, and no more",
        .0.display(),
        MOST_BYTES >> 20
    )]
    TooMany(PathBuf),
    /// A template is not text, is none, or speaks of something that is not there.
    #[error("{}:{line}: {what}", path.display())]
    Template {
        /// The file.
        path: PathBuf,
        /// The line at fault, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

/// What a template can speak of: the host that its file is for, both pools, and who takes part. Everything
/// has the names by which actors call, register and are called in this walk.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deployed {
    /// The SIP domain of everybody's address, as the target's file names it; none, if it names none.
    pub domain: Option<String>,
    /// The host that the file is for.
    pub host: DeployedHost,
    /// All hosts, by their names.
    pub hosts: BTreeMap<HostName, DeployedHost>,
    /// The primary pool.
    pub primary: DeployedPool,
    /// The backup pool.
    pub backup: DeployedPool,
    /// The pool of the host's site; none, if it is neither's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool: Option<DeployedPool>,
    /// The other one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner: Option<DeployedPool>,
    /// All agents, of both pools.
    pub agents: Vec<DeployedAgent>,
    /// All response groups, of both pools.
    pub groups: Vec<DeployedGroup>,
    /// Who calls, without being registered.
    pub callers: Vec<DeployedOutsider>,
    /// Who is called from outside, without being registered.
    pub callees: Vec<DeployedOutsider>,
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeployedHost {
    /// Its name.
    pub name: HostName,
    /// What it goes down with: `primary`, `backup` or `neither`.
    pub site: Site,
    /// Its address.
    pub address: String,
}

/// A pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeployedPool {
    /// `primary` or `backup`.
    pub name: Pool,
    /// What the target calls it: `words`.
    pub word: String,
    /// The address of its host.
    pub address: String,
    /// The address of its database's host.
    pub database: String,
    /// Where it is to listen for SIP.
    pub sip: u16,
    /// Where it is to listen for HTTP.
    pub http: u16,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeployedAgent {
    /// The user part of the agent's address.
    pub name: String,
    /// `primary` or `backup`: the pool that the agent is homed in.
    pub home: Pool,
    /// Whom registrations that are challenged are to be by: as `sip-digest` has it, else the name.
    pub user: String,
    /// The password that goes with that; none where `sip-digest` says nothing.
    pub password: Option<String>,
}

/// A response group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeployedGroup {
    /// The user part that is called.
    pub name: String,
    /// `primary` or `backup`: the pool that owns it.
    pub owner: Pool,
    /// Whether agents are hidden from callers.
    pub anonymous: bool,
    /// Whether agents sign in by hand.
    pub formal: bool,
    /// `parallel`, `serial`, `round-robin`, `longest-idle` or `attendant`.
    pub routing: Routing,
    /// How long an agent is alerted, in seconds.
    pub alert_time: u64,
    /// How long a call waits for an agent before it is ended, in seconds; none: for ever.
    pub queue_timeout: Option<u64>,
    /// The names of its agents, in the order in which they are asked.
    pub members: Vec<String>,
}

/// A caller or callee: with a telephone and without a registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeployedOutsider {
    /// The user part of its address.
    pub name: String,
    /// Where it takes SIP: address and port.
    pub sip: String,
}

impl TargetFiles {
    /// Reads the files of all that `target` runs, or that its pools are provisioned with. Its own file is
    /// in `beside`.
    ///
    /// # Errors
    ///
    /// [`FilesError`]; a template that is malformed is told here.
    pub fn read(target: &Target, beside: &Path) -> Result<TargetFiles, FilesError> {
        let all: Vec<&Files> = match &target.runs {
            Runs::Embedded => Vec::new(),
            Runs::Containers(containers) => {
                let containers = containers.all();
                containers.flat_map(|container| &container.files).collect()
            }
            Runs::Addresses(running) => running.provision.files.iter().collect(),
        };
        let mut sources = BTreeMap::new();
        for files in all {
            if !sources.contains_key(&files.from) {
                let found = find(&beside.join(&files.from))?;
                sources.insert(files.from.clone(), found);
            }
        }
        Ok(TargetFiles { sources })
    }

    /// Of these, what is found on the host that `deployed` speaks of.
    ///
    /// # Errors
    ///
    /// [`FilesError::Template`].
    pub fn render(
        &self,
        files: &[Files],
        deployed: &Deployed,
        secrets: &Secrets,
    ) -> Result<Vec<RenderedFile>, FilesError> {
        let environment = environment(secrets);
        let mut rendered = Vec::new();
        for Files { from, at } in files {
            for source in self.sources.get(from).into_iter().flatten() {
                rendered.push(RenderedFile {
                    path: match source.below.as_str() {
                        "" => at.clone(),
                        below => format!("{}/{below}", at.trim_end_matches('/')),
                    },
                    content: source.render(&environment, deployed)?,
                    executable: source.executable,
                });
            }
        }
        Ok(rendered)
    }
}

impl Source {
    fn read(path: &Path, below: String) -> Result<Source, FilesError> {
        let unreadable = |cause| unreadable(path, cause);
        let executable = is_executable(&fs::metadata(path).map_err(unreadable)?);
        let bytes = fs::read(path).map_err(unreadable)?;
        let content = match path.to_str().is_some_and(|path| path.ends_with(TEMPLATE)) {
            false => Content::Bytes(bytes),
            true => Content::Template(template(path, bytes)?),
        };
        Ok(Source {
            path: path.to_owned(),
            below: below
                .strip_suffix(TEMPLATE)
                .map_or(below.clone(), str::to_owned),
            content,
            executable,
        })
    }

    fn render(
        &self,
        environment: &Environment<'_>,
        deployed: &Deployed,
    ) -> Result<Vec<u8>, FilesError> {
        match &self.content {
            Content::Bytes(bytes) => Ok(bytes.clone()),
            Content::Template(text) => environment
                .render_str(text, Serde(deployed))
                .map(String::into_bytes)
                .map_err(|error| template_error(&self.path, &error)),
        }
    }
}

/// The file at `path`, or all files below it, in the order of their paths.
fn find(path: &Path) -> Result<Vec<Source>, FilesError> {
    let metadata = fs::metadata(path).map_err(|cause| unreadable(path, cause))?;
    let mut found = Vec::new();
    let mut bytes = 0;
    if metadata.is_file() {
        bounded(path, &metadata, 1, &mut bytes)?;
        return Ok(vec![Source::read(path, String::new())?]);
    }
    let mut directories = vec![(path.to_owned(), String::new())];
    while let Some((directory, below)) = directories.pop() {
        let entries = fs::read_dir(&directory).map_err(|cause| unreadable(&directory, cause))?;
        for entry in entries {
            let entry = entry.map_err(|cause| unreadable(&directory, cause))?;
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            let file = entry.path();
            let metadata = fs::metadata(&file).map_err(|cause| unreadable(&file, cause))?;
            match metadata.is_dir() {
                // A link to a directory above would lead round in a circle for ever.
                true if name.matches('/').count() < 16 => directories.push((file, name + "/")),
                true => return Err(FilesError::TooMany(path.to_owned())),
                false => {
                    bounded(path, &metadata, found.len() + 1, &mut bytes)?;
                    found.push(Source::read(&file, name)?);
                }
            }
        }
    }
    found.sort_by(|one, other| one.below.cmp(&other.below));
    Ok(found)
}

/// That there are not too many files, nor too much in them.
fn bounded(
    path: &Path,
    metadata: &fs::Metadata,
    files: usize,
    bytes: &mut u64,
) -> Result<(), FilesError> {
    *bytes += metadata.len();
    match files > MOST_FILES || *bytes > MOST_BYTES {
        true => Err(FilesError::TooMany(path.to_owned())),
        false => Ok(()),
    }
}

/// The text of a template that can be parsed.
fn template(path: &Path, bytes: Vec<u8>) -> Result<String, FilesError> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        FilesError::Template {
            path: path.to_owned(),
            line: 1 + good.iter().filter(|byte| **byte == b'\n').count(),
            what: "it is not UTF-8; leave out `.j2` for a file that is no template".to_owned(),
        }
    })?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax());
    let parsed = environment.template_from_str(&text).map(drop);
    match parsed {
        Ok(()) => Ok(text),
        Err(error) => Err(template_error(path, &error)),
    }
}

/// Whatever is undefined is an error. Nothing is escaped: these are no web pages.
fn environment(secrets: &Secrets) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_syntax(syntax());
    let secrets = secrets.clone();
    environment.add_function("secret", move |name: String| {
        let value = secrets.value(&name).map(str::to_owned);
        value.ok_or_else(|| {
            let what = format!("the secret `{name}` is not declared: add it under `secrets:`");
            minijinja::Error::new(ErrorKind::InvalidOperation, what)
        })
    });
    environment
}

/// A line with nothing but a tag leaves nothing; the file ends as its template does.
fn syntax() -> SyntaxConfig {
    let mut syntax = SyntaxConfig::builder();
    syntax
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true);
    // The delimiters are the usual ones, which are never in each other's way.
    syntax.build().unwrap_or_default()
}

fn template_error(path: &Path, error: &minijinja::Error) -> FilesError {
    let kind = error.kind().to_string();
    FilesError::Template {
        path: path.to_owned(),
        line: error.line().unwrap_or(1),
        what: match error.detail() {
            Some(detail) => format!("{kind}: {detail}"),
            None => kind,
        },
    }
}

fn unreadable(path: &Path, cause: io::Error) -> FilesError {
    let path = path.to_owned();
    FilesError::Unreadable { path, cause }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
