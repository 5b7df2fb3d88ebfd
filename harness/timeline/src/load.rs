//! What was measured of the load in the background.

use std::collections::BTreeMap;

use model::Stage;
use model::load::{Actor, LoadResult, Measured, StageLoad};

use crate::position::Position;
use crate::timeline::Timeline;

/// What a part of the load measured over some time.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadPart {
    /// When it was told.
    pub position: Position,
    /// Of whom.
    pub of: Actor,
    /// The stage that it was in; none before the first, between two and after the last.
    pub stage: Option<Stage>,
    /// What.
    pub measured: Measured,
}

impl Timeline {
    /// The parts of one actor of the load, in order.
    pub fn load_of(&self, actor: &Actor) -> impl Iterator<Item = &LoadPart> {
        self.load.iter().filter(move |part| part.of == *actor)
    }

    /// All of the load, brought together by who it was, for the walk of this name.
    pub fn load_results(&self, walk: &str) -> Vec<LoadResult> {
        let mut actors: Vec<(&Actor, Vec<&LoadPart>)> = Vec::new();
        let mut places: BTreeMap<&Actor, usize> = BTreeMap::new();
        for part in &self.load {
            let place = *places.entry(&part.of).or_insert_with(|| {
                actors.push((&part.of, Vec::new()));
                actors.len() - 1
            });
            actors[place].1.push(part);
        }
        let result = |(actor, parts): (&Actor, Vec<&LoadPart>)| LoadResult {
            walk: walk.to_owned(),
            kind: actor.kind.clone(),
            of: actor.of,
            role: actor.role,
            in_all: Measured::all(parts.iter().map(|part| &part.measured)),
            stages: parts
                .iter()
                .map(|part| StageLoad {
                    stage: part.stage,
                    n: part.position.n,
                    measured: part.measured.in_short(),
                })
                .collect(),
        };
        actors.into_iter().map(result).collect()
    }
}
