//! Whether a target's directory can be used: each entry is there once, and there are enough of them.

use miette::Diagnostic;
use model::Topology;
use model::check::complaints::Complaints;
use model::check::names::is_reserved;
use model::directory::{Directory, Entries, Listed};
use model::file::{FileErrors, SourceFile};
use model::load::Load;
use model::yaml_path::YamlPath;

use crate::file::Target;

/// What is wrong with a directory.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadDirectory {
    #[error("`{name}` is listed twice")]
    #[diagnostic(help("remove one"))]
    Twice { name: String },
    #[error("`{name}` is listed among the {others} as well")]
    #[diagnostic(help(
        "agents, groups, callers and callees are told apart by their names alone: change one"
    ))]
    Shared { name: String, others: Listed },
    #[error("the name `{name}` is taken: the journal uses it for the drill's own parts")]
    #[diagnostic(help("choose another"))]
    Reserved { name: String },
    #[error("there are {found} entries, and the topology `{topology}` has {needed} {listed}{}", if *.with_load { ", with the load of a walk" } else { "" })]
    #[diagnostic(help("list {needed} or more, or take this out: then their names are drawn"))]
    TooFew {
        found: usize,
        needed: usize,
        listed: Listed,
        topology: String,
        with_load: bool,
    },
}

impl Target {
    /// That its directory has as many entries as these topologies need, each with the load of its walk, which is known
    /// only when it is known what is to be run. `file` is its own.
    ///
    /// # Errors
    ///
    /// All parts that have too few, with their places in the file.
    pub fn lists_enough_for<'t>(
        &self,
        topologies: impl Iterator<Item = (&'t Topology, Option<&'t Load>)> + Clone,
        file: &SourceFile,
    ) -> Result<(), FileErrors> {
        let mut complaints = Complaints::about(file);
        for (listed, entries) in parts(&self.directory) {
            let found = entries.count();
            let needing = topologies.clone().map(|(topology, load)| {
                let of_load = load.map_or(0, |load| listed.count_of_load(load));
                (listed.count(topology) + of_load, of_load > 0, topology)
            });
            let Some((needed, with_load, topology)) = needing.max_by_key(|(needed, ..)| *needed)
            else {
                continue;
            };
            if found < needed {
                let topology = topology.topology.clone();
                let problem = BadDirectory::TooFew {
                    found,
                    needed,
                    listed,
                    topology,
                    with_load,
                };
                complaints.at(&place(listed), problem);
            }
        }
        FileErrors::none_of(complaints.into_errors())
    }
}

/// Each entry is there once, and is no name of the drill's own, nor one of a host.
pub(crate) fn check(complaints: &mut Complaints<'_>, target: &Target) {
    let hosts = target.hosts().further;
    let is_host = |name: &str| hosts.iter().any(|host| host.name.word() == name);
    let mut before: Vec<(Listed, &Entries)> = Vec::new();
    for (listed, entries) in parts(&target.directory) {
        if let Some((index, name)) = entries.repeated() {
            let name = name.to_owned();
            complaints.at(&place(listed).item(index), BadDirectory::Twice { name });
        }
        if let Entries::Names(names) = entries {
            for (index, name) in names
                .iter()
                .enumerate()
                .filter(|(_, name)| is_reserved(name) || is_host(name))
            {
                let name = name.clone();
                complaints.at(&place(listed).item(index), BadDirectory::Reserved { name });
            }
        }
        let shared = before.iter().find_map(|(others, known)| {
            let name = entries.shared_with(known)?;
            Some(BadDirectory::Shared {
                name,
                others: *others,
            })
        });
        if let Some(shared) = shared {
            complaints.at(&place(listed), shared);
        }
        before.push((listed, entries));
    }
}

fn parts(directory: &Directory) -> impl Iterator<Item = (Listed, &Entries)> {
    let all = Listed::ALL.into_iter();
    all.filter_map(|listed| Some((listed, directory.entries(listed)?)))
}

fn place(listed: Listed) -> YamlPath {
    listed.place(YamlPath::top().key("directory"))
}
