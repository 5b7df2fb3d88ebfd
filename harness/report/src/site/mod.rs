//! The runs of a directory, as pages for a browser: which there are with their verdicts over time, each
//! run's reports, and two runs compared. Reads; writes nothing. What a server adds to it is HTTP.
//!
//! - `listed`: the runs of the directory.
//! - `pages`: what is made here for the eye. The templates escape all that comes from a run.

mod listed;
mod pages;

use std::fs;
use std::path::{Path, PathBuf};

use model::bounded;

use crate::report::LONGEST;
use crate::reports::{REPORTS, html};

/// A directory of runs, to be looked at.
#[derive(Clone, Debug)]
pub struct Site {
    dir: PathBuf,
}

/// What is found under a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A page made here.
    Page(String),
    /// A run's page, which others may have made: nothing is to be believed of it.
    Report(Vec<u8>),
    /// Another report of a run, as text.
    Text(Vec<u8>),
    /// Another report of a run, which is no text.
    Binary(Vec<u8>),
    /// Nothing.
    Nothing,
}

impl Site {
    /// Of the runs in `dir`, which need not be there yet.
    pub fn new(dir: &Path) -> Self {
        let dir = dir.to_owned();
        Site { dir }
    }

    /// What is under a path: `/` is the list of runs, `/RUN/FILE` a report of one, and `/diff` with
    /// the query `before=RUN&after=RUN` compares two. What is no run in the list is not found, so nothing outside of
    /// the directory is.
    pub fn find(&self, path: &str, query: &str) -> Found {
        match path {
            "/" => Found::Page(pages::list(&listed::runs(&self.dir))),
            "/diff" => self.compared(query).map_or(Found::Nothing, Found::Page),
            path => self.report(path).unwrap_or(Found::Nothing),
        }
    }

    fn report(&self, path: &str) -> Option<Found> {
        let (run, file) = path.strip_prefix('/')?.split_once('/')?;
        let report = REPORTS.iter().find(|report| report.file == file)?;
        let path = self.run(&decoded(run)?)?.join(report.file);
        // A link could lead anywhere.
        fs::symlink_metadata(&path)
            .ok()
            .filter(fs::Metadata::is_file)?;
        let content = bounded::read(&path, LONGEST).ok()?;
        Some(match str::from_utf8(&content) {
            _ if report.file == html::REPORT.file => Found::Report(content),
            Ok(_) => Found::Text(content),
            Err(_) => Found::Binary(content),
        })
    }

    fn compared(&self, query: &str) -> Option<String> {
        let named = |key: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let (_, written) = pairs.find(|(name, _)| *name == key)?;
            // As forms write it.
            self.run(&decoded(&written.replace('+', " "))?)
        };
        let (before, after) = (named("before")?, named("after")?);
        let results = |run: &Path| listed::results(run).ok();
        pages::comparison(
            (&listed::name(&before), &results(&before)?),
            (&listed::name(&after), &results(&after)?),
        )
    }

    /// The directory of the run of this name.
    fn run(&self, name: &str) -> Option<PathBuf> {
        let mut runs = listed::directories(&self.dir).into_iter();
        runs.find(|run| listed::name(run) == name)
    }
}

/// A part of a link, of which some bytes are written as `%20` (RFC 3986 section 2.1).
fn decoded(written: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = written.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = str::from_utf8(digits)
            .ok()
            .filter(|digits| !digits.starts_with('+'))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}
