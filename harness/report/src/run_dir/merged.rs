//! Runs of the shards of one drill, joined: the journal that one process would have written, had it run
//! all of their walks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use model::journal::{Header, JournalError, Part, Recorder as _, Spool, WalkJournal, assemble};
use model::repetition;
use model::shards::Shards;

use super::stored::{StoredRun, StoredRunError, keep_tables};
use super::{JOURNAL, WriteError};

/// Why runs cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("there is no run to merge")]
    NoRun,
    /// One of them cannot be read.
    #[error("{} cannot be merged", path.display())]
    Run {
        /// The run's directory.
        path: PathBuf,
        /// Why.
        #[source]
        cause: StoredRunError,
    },
    /// One of them was not begun as a shard.
    #[error("{} is no shard: it was run without --shard", .0.display())]
    NoShard(PathBuf),
    /// They are not of one drill.
    #[error("{} and {} do not belong together: they differ in {what}", first.display(), path.display())]
    Differs {
        /// The first run's directory.
        first: PathBuf,
        /// That of the one that differs.
        path: PathBuf,
        /// In what, such as `the seed`.
        what: &'static str,
    },
    /// A shard is there twice.
    #[error("{} has shard {number}, and so has another one of these runs", path.display())]
    Twice {
        /// The run's directory.
        path: PathBuf,
        /// The shard's number.
        number: u32,
    },
    /// A run has other walks than its shard.
    #[error("{} is not what its shard should be: {what} walk `{walk}`", path.display())]
    OtherWalks {
        /// The run's directory.
        path: PathBuf,
        /// `it lacks`, or `it has`.
        what: &'static str,
        /// The walk.
        walk: String,
    },
    /// The joined journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Nor can anything else.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Joins the journals of these runs, of which there is one at least, into `dir`, with the tables that they were planned by. If all shards
/// are there, it is the journal of a whole drill; if not, its header, which is given, says so.
///
/// One run after the other is in memory, and each is believed no more than when it is judged.
///
/// # Errors
///
/// [`MergeError`].
pub fn merge(runs: &[PathBuf], dir: &Path) -> Result<Header, MergeError> {
    let mut joined: Option<Joined> = None;
    for path in runs {
        let run = StoredRun::load(path).map_err(|cause| MergeError::Run {
            path: path.clone(),
            cause,
        })?;
        let shards = run.journal.header.shards.clone();
        let shards = shards.ok_or_else(|| MergeError::NoShard(path.clone()))?;
        let joined = match &mut joined {
            Some(joined) => {
                joined.take(path, &run.journal.header, &shards)?;
                joined
            }
            None => {
                keep_tables(dir, &run.tables_text)?;
                joined.insert(Joined::new(path, &run.journal.header, &shards))
            }
        };
        joined.spool(path, &shards, &run.journal.walks, dir)?;
    }
    joined.ok_or(MergeError::NoRun)?.write(dir)
}

/// The runs that were read so far.
struct Joined {
    /// The directory of the first.
    first: PathBuf,
    header: Header,
    shards: Shards,
    /// Each walk's lines, by its name.
    parts: BTreeMap<String, Part>,
}

impl Joined {
    fn new(path: &Path, header: &Header, shards: &Shards) -> Self {
        Joined {
            first: path.to_owned(),
            header: header.clone(),
            shards: shards.clone(),
            parts: BTreeMap::new(),
        }
    }

    /// Takes a further run of the same drill.
    fn take(&mut self, path: &Path, header: &Header, shards: &Shards) -> Result<(), MergeError> {
        let differs = difference(&self.header, header).or(other_shards(&self.shards, shards));
        if let Some(what) = differs {
            return Err(MergeError::Differs {
                first: self.first.clone(),
                path: path.to_owned(),
                what,
            });
        }
        if let Some(number) = shards.held.intersection(&self.shards.held).next() {
            let (path, number) = (path.to_owned(), *number);
            return Err(MergeError::Twice { path, number });
        }
        self.shards.held.extend(&shards.held);
        // The drill began when the first of them did.
        self.header.began = [self.header.began.take(), header.began.clone()]
            .into_iter()
            .flatten()
            .min();
        Ok(())
    }

    /// Keeps a run's walks, which must be those of its shards.
    fn spool(
        &mut self,
        path: &Path,
        shards: &Shards,
        walks: &[WalkJournal],
        dir: &Path,
    ) -> Result<(), MergeError> {
        let other_walks = |what, walk: &str| MergeError::OtherWalks {
            path: path.to_owned(),
            what,
            walk: walk.to_owned(),
        };
        for walk in walks {
            let (name, number) = repetition::parts(&walk.walk);
            let is_named_so = repetition::name(name, number) == walk.walk;
            if !is_named_so || !shards.holds(name) || number > self.header.repetitions {
                return Err(other_walks("it has", &walk.walk));
            }
            // Not after the walk: what a journal says is no name for a file.
            let file = dir.join(format!("{}.spool", self.parts.len()));
            self.parts.insert(walk.walk.clone(), copied(walk, &file)?);
        }
        for name in names(shards.here(), &self.header) {
            if !self.parts.contains_key(&name) {
                return Err(other_walks("it lacks", &name));
            }
        }
        Ok(())
    }

    fn write(mut self, dir: &Path) -> Result<Header, MergeError> {
        let ordered: Vec<String> = names(self.shards.here(), &self.header).collect();
        let parts = ordered.iter().filter_map(|name| self.parts.remove(name));
        let parts = parts.collect();
        let missing = self.shards.elsewhere().next().is_some();
        let header = self.header.sharing(missing.then_some(self.shards));
        assemble(&dir.join(JOURNAL), &header, parts)?;
        Ok(header)
    }
}

/// The names of these walks' repetitions, in the order of a journal.
fn names<'a>(
    walks: impl Iterator<Item = &'a str>,
    header: &Header,
) -> impl Iterator<Item = String> {
    let numbers = 1..=header.repetitions.max(1);
    walks.flat_map(move |walk| {
        let numbers = numbers.clone();
        numbers.map(move |number| repetition::name(walk, number))
    })
}

/// A walk's lines as they were written when it was run: the same, byte for byte.
fn copied(walk: &WalkJournal, file: &Path) -> Result<Part, JournalError> {
    let mut spool = Spool::create(file, &walk.walk)?;
    for record in &walk.records {
        spool.write(record.t_us, record.clock, &record.host, &record.event)?;
    }
    spool.finish()
}

/// In what two headers differ that shards of one drill have in common.
fn difference(one: &Header, other: &Header) -> Option<&'static str> {
    // Spelt out, so that whoever adds a member decides whether shards have it in common.
    let Header {
        schema,
        rgdrill,
        target,
        lab,
        ran,
        seed,
        tables_sha256,
        asked,
        claims,
        repetitions,
        objectives,
        yardstick,
        began: _,
        shards: _,
    } = one;
    let differs = [
        ("the journal's schema", *schema != other.schema),
        ("the version of rgdrill", *rgdrill != other.rgdrill),
        ("the target", *target != other.target),
        ("the lab", *lab != other.lab),
        ("the seed", *seed != other.seed),
        ("the tables", *tables_sha256 != other.tables_sha256),
        ("what ran as the pools", *ran != other.ran),
        ("the clauses asked for (--clause)", *asked != other.asked),
        ("what the target claims", *claims != other.claims),
        (
            "how often walks are run (--repeat)",
            *repetitions != other.repetitions,
        ),
        ("the objectives", *objectives != other.objectives),
        ("the scenarios", *yardstick != other.yardstick),
    ];
    first_of(differs)
}

/// In what the shards of two runs differ that they have in common if they are of one drill.
fn other_shards(one: &Shards, other: &Shards) -> Option<&'static str> {
    first_of([
        ("the program that ran them", one.program != other.program),
        ("the number of shards", one.of != other.of),
        (
            "the walks of the whole drill",
            !one.walks.iter().eq(&other.walks),
        ),
    ])
}

fn first_of(differs: impl IntoIterator<Item = (&'static str, bool)>) -> Option<&'static str> {
    let mut differs = differs.into_iter();
    differs.find(|(_, differs)| *differs).map(|(what, _)| what)
}
