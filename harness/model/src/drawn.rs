//! What was drawn for a walk: who plays the roles that scenario files speak of, and what is written
//! in place of their words.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::load::LoadGroup;

/// What a seed has drawn. Nothing, where a walk is run as its files say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// The roles of agents, callers, callees and groups: their names in the topology's file, and in
    /// the walk.
    pub names: BTreeMap<String, String>,
    /// The descriptions that administrators write: as in the programme's file, and in the walk.
    pub values: BTreeMap<String, String>,
    /// The groups of the walk's load, with their agents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub load: Vec<LoadGroup>,
}

impl Drawn {
    /// Whether nothing was drawn.
    pub fn is_nothing(&self) -> bool {
        self.names.is_empty() && self.values.is_empty() && self.load.is_empty()
    }

    /// The name of whoever plays this role; the role's own where nothing was drawn.
    pub fn name<'a>(&'a self, role: &'a str) -> &'a str {
        self.names.get(role).map_or(role, String::as_str)
    }

    /// The role that somebody of this name plays; the name where nothing was drawn.
    pub fn role<'a>(&'a self, name: &'a str) -> &'a str {
        let mut names = self.names.iter();
        let played = names.find(|(_, drawn)| *drawn == name);
        played.map_or(name, |(role, _)| role)
    }

    /// A text for readers: behind each name, where it stands first, its role in parentheses.
    pub fn explained(&self, text: &str) -> String {
        let roles: BTreeMap<&str, &str> = self
            .names
            .iter()
            .map(|(role, name)| (name.as_str(), role.as_str()))
            .collect();
        if roles.is_empty() {
            return text.to_owned();
        }
        let mut told = BTreeSet::new();
        let mut explained = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let length = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(length);
            let name = word.trim_end_matches(['.', '-']);
            explained.push_str(name);
            let mut next = &rest[name.len()..];
            // `maria/2` is a call's name.
            if let Some(role) = roles.get(name)
                && !next.starts_with('/')
                && told.insert(name)
            {
                if next.starts_with('`') {
                    explained.push('`');
                    next = &next[1..];
                }
                explained.push_str(&format!(" ({role})"));
            }
            if length == 0 {
                let mut letters = after.chars();
                explained.extend(letters.next());
                next = letters.as_str();
            } else if name.is_empty() {
                explained.push_str(word);
                next = after;
            }
            rest = next;
        }
        explained
    }
}

/// A text that was [explained](Drawn::explained), with roles in the place of names: what is the same for all
/// who play them.
pub fn by_role(explained: &str) -> String {
    let mut text = explained.to_owned();
    for (at, _) in explained.match_indices(" (") {
        let (before, after) = (&explained[..at], &explained[at + 2..]);
        let role = after.split(')').next().unwrap_or_default();
        let before = before.trim_end_matches('`');
        let name = before.rsplit(|c| !is_of_name(c)).next().unwrap_or_default();
        if !name.is_empty() && !role.is_empty() && role.chars().all(is_of_name) {
            for told in [format!("{name}` ({role})"), format!("{name} ({role})")] {
                let end = if told.contains('`') { "`" } else { "" };
                text = text.replace(&told, &format!("{role}{end}"));
            }
            text = text.replace(name, role);
        }
    }
    text
}

/// Whether names may have it.
fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn drawn() -> Drawn {
        let names = [("rita", "u.weber"), ("sales", "billing-ulm")];
        Drawn {
            names: names
                .map(|(role, name)| (role.to_owned(), name.to_owned()))
                .into(),
            values: BTreeMap::new(),
            load: Vec::new(),
        }
    }

    #[test]
    fn what_is_said_of_roles_is_the_same_whoever_plays_them() {
        let of = |name: &str, group: &str| {
            by_role(&format!(
                "{name} (rita)'s call to `{group}` (sales), {name}/1, 0.5 s (line 3)"
            ))
        };
        let in_roles = "rita's call to `sales`, rita/1, 0.5 s (line 3)";
        assert_eq!(of("u.weber", "billing-ulm"), in_roles);
        assert_eq!(of("493027", "museum"), in_roles);
    }

    #[test]
    fn roles_and_names_are_found_from_each_other() {
        let drawn = drawn();
        assert_eq!(
            (drawn.name("rita"), drawn.role("u.weber")),
            ("u.weber", "rita")
        );
        assert_eq!((drawn.name("rob"), drawn.role("weber")), ("rob", "weber"));
    }

    #[rstest]
    #[case("u.weber called.", "u.weber (rita) called.")]
    #[case("it was u.weber.", "it was u.weber (rita).")]
    #[case(
        "u.weber's call to `billing-ulm`, of u.weber",
        "u.weber (rita)'s call to `billing-ulm` (sales), of u.weber"
    )]
    #[case("(u.weber/1) - billing, weber: ü.", "(u.weber/1) - billing, weber: ü.")]
    #[case("", "")]
    fn a_name_is_explained_where_it_stands_first(#[case] text: &str, #[case] explained: &str) {
        assert_eq!(drawn().explained(text), explained);
        assert_eq!(Drawn::default().explained(text), text);
    }
}
