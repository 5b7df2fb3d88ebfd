//! The kinds of files that rgdrill reads. A file's first key says what it is.

use std::fmt;

/// The first keys of all kinds, for help texts.
pub(crate) const FIRST_KEYS: &str =
    "`schema` (tables), `topology`, `programme`, `walk` or `target`";

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// The oracle.
    Tables,
    /// Who takes part.
    Topology,
    /// Who does what when.
    Programme,
    /// How a drill goes through the stages.
    Walk,
    /// What rgdrill knows about an implementation.
    Target,
}

impl FileKind {
    /// All of them.
    pub const ALL: [FileKind; 5] = [
        FileKind::Tables,
        FileKind::Topology,
        FileKind::Programme,
        FileKind::Walk,
        FileKind::Target,
    ];

    /// The first key of such a file.
    pub const fn first_key(self) -> &'static str {
        match self {
            FileKind::Tables => "schema",
            FileKind::Topology => "topology",
            FileKind::Programme => "programme",
            FileKind::Walk => "walk",
            FileKind::Target => "target",
        }
    }

    /// The word that messages use.
    pub const fn word(self) -> &'static str {
        match self {
            FileKind::Tables => "tables",
            FileKind::Topology => "topology",
            FileKind::Programme => "programme",
            FileKind::Walk => "walk",
            FileKind::Target => "target",
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
