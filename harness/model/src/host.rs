//! The machines of a drill. Each has an address of its own, which its lab gives it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::in_text::in_text;
use crate::topology::Pool;

/// The name of a machine of the drill: lower-case letters, digits and `-`, at most 31 of them.
///
/// The hosts of the paired pools come first in every order, the others by their names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String", extend("pattern" = "^[a-z][a-z0-9-]{0,30}$"))]
pub struct HostName {
    /// Its place among [`HostName::PAIRED`]; others come after those.
    place: u8,
    /// Filled up with zeros.
    name: [u8; HostName::LONGEST],
    length: u8,
}

/// Why a text is no [`HostName`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no name of a host: write lower-case letters, digits and `-`, beginning with a letter, at most {longest}",
    longest = HostName::LONGEST
)]
pub struct NotAHostName(String);

/// Which part of the deployment a host goes down with.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Site {
    /// The primary pool's.
    Primary,
    /// The backup pool's.
    Backup,
    /// Neither pool's.
    Neither,
}

/// A machine of the drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Host {
    /// Its name.
    pub name: HostName,
    /// What it goes down with.
    pub site: Site,
}

/// The hosts that a target has, beside those of its two pools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetHosts {
    /// Whether the primary's database has a host of its own: else it is a part of its pool.
    pub database: bool,
    /// Further hosts: a witness, a load balancer, a media server.
    pub further: Vec<Host>,
}

impl HostName {
    /// How many characters a name can have.
    pub const LONGEST: usize = 31;

    /// The primary pool.
    pub const PRIMARY: HostName = HostName::known(0, "primary");
    /// The primary pool's back-end database.
    pub const PRIMARY_DATABASE: HostName = HostName::known(1, "primary-database");
    /// The backup pool.
    pub const BACKUP: HostName = HostName::known(2, "backup");
    /// The backup pool's back-end database.
    pub const BACKUP_DATABASE: HostName = HostName::known(3, "backup-database");
    /// All agents, callers and administrators.
    pub const CLIENTS: HostName = HostName::known(4, "clients");

    /// The hosts of every drill, in the order in which they are listed.
    pub const PAIRED: [HostName; 5] = [
        HostName::PRIMARY,
        HostName::PRIMARY_DATABASE,
        HostName::BACKUP,
        HostName::BACKUP_DATABASE,
        HostName::CLIENTS,
    ];

    /// A name that is known to be one.
    const fn known(place: u8, name: &str) -> HostName {
        let bytes = name.as_bytes();
        let mut copy = [0; HostName::LONGEST];
        let mut n = 0;
        while n < bytes.len() {
            copy[n] = bytes[n];
            n += 1;
        }
        HostName {
            place,
            name: copy,
            length: n as u8,
        }
    }

    /// The name, as files and reports use it.
    pub fn word(&self) -> &str {
        let name = &self.name[..usize::from(self.length)];
        // Only ASCII is accepted as a name.
        std::str::from_utf8(name).unwrap_or_default()
    }
}

impl FromStr for HostName {
    type Err = NotAHostName;

    fn from_str(text: &str) -> Result<Self, NotAHostName> {
        let is_name = text.len() <= HostName::LONGEST
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_name {
            return Err(NotAHostName(text.to_owned()));
        }
        let paired = HostName::PAIRED.iter().find(|host| host.word() == text);
        let other = || HostName::known(HostName::PAIRED.len() as u8, text);
        Ok(paired.copied().unwrap_or_else(other))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Debug for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostName({})", self.word())
    }
}

in_text!(HostName);

impl Site {
    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Site::Primary => "primary",
            Site::Backup => "backup",
            Site::Neither => "neither",
        }
    }

    /// The pool whose site it is.
    pub const fn pool(self) -> Option<Pool> {
        match self {
            Site::Primary => Some(Pool::Primary),
            Site::Backup => Some(Pool::Backup),
            Site::Neither => None,
        }
    }
}

impl Host {
    /// The hosts of every drill: two pools, each with a database beside it, and the clients.
    pub const PAIRED: [Host; 5] = [
        Host::new(HostName::PRIMARY, Site::Primary),
        Host::new(HostName::PRIMARY_DATABASE, Site::Primary),
        Host::new(HostName::BACKUP, Site::Backup),
        Host::new(HostName::BACKUP_DATABASE, Site::Backup),
        Host::new(HostName::CLIENTS, Site::Neither),
    ];

    /// A host.
    pub const fn new(name: HostName, site: Site) -> Host {
        Host { name, site }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("primary")]
    #[case("backup-database")]
    #[case("witness-2")]
    #[case("a-host-with-a-name-of-31-letters")]
    fn a_name_is_read_as_it_is_written(#[case] name: &str) {
        let name = &name[..name.len().min(HostName::LONGEST)];
        assert_eq!(name.parse::<HostName>().unwrap().to_string(), name);
    }

    #[rstest]
    #[case("")]
    #[case("Primary")]
    #[case("2nd")]
    #[case("ü")]
    #[case("a b")]
    #[case("a-host-with-a-name-of-32-letters.")]
    fn what_is_no_name_is_refused(#[case] name: &str) {
        assert_eq!(name.parse::<HostName>(), Err(NotAHostName(name.to_owned())));
    }

    #[test]
    fn the_pools_hosts_come_first() {
        let other = |name: &str| name.parse::<HostName>().unwrap();
        let mut hosts = [
            other("zone"),
            HostName::CLIENTS,
            other("arbiter"),
            HostName::PRIMARY,
        ];
        hosts.sort_unstable();
        let words: Vec<&str> = hosts.iter().map(HostName::word).collect();
        assert_eq!(words, ["primary", "clients", "arbiter", "zone"]);
    }
}
