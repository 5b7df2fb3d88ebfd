//! Where in a file a value stands.

use std::fmt;

/// The keys and positions that lead from the top of a file to a value: `agents[2].name`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YamlPath(Vec<Segment>);

/// One step of the path to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Into the value of a mapping's key.
    Key(String),
    /// Into an item of a list, counted from 0.
    Item(usize),
}

impl YamlPath {
    /// The whole file.
    pub fn top() -> Self {
        YamlPath::default()
    }

    /// The value of a key of the mapping at this place.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Segment::Key(key.to_owned()));
        self
    }

    /// An item of the list at this place, counted from 0.
    #[must_use]
    pub fn item(mut self, index: usize) -> Self {
        self.0.push(Segment::Item(index));
        self
    }

    /// What this place is part of; nothing for the whole file.
    pub(crate) fn parent(&self) -> Option<YamlPath> {
        let (_, parents) = self.0.split_last()?;
        Some(YamlPath(parents.to_vec()))
    }

    /// The segments, from the top.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.0
    }
}

impl fmt::Display for YamlPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, turn) in self.0.iter().enumerate() {
            match turn {
                Segment::Key(key) if n == 0 => write!(f, "{key}")?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
