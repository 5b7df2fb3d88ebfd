//! What was measured of the load in the background.

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
        let mut actors: Vec<&Actor> = Vec::new();
        for part in &self.load {
            if !actors.contains(&&part.of) {
                actors.push(&part.of);
            }
        }
        let result = |actor: &&Actor| {
            let parts = self.load_of(actor);
            let in_all = parts.fold(Measured::default(), |all, part| all.and(&part.measured));
            let stages = self.load_of(actor).map(|part| StageLoad {
                stage: part.stage,
                n: part.position.n,
                measured: part.measured.in_short(),
            });
            LoadResult {
                walk: walk.to_owned(),
                kind: actor.kind.clone(),
                of: actor.of,
                role: actor.role,
                in_all,
                stages: stages.collect(),
            }
        };
        actors.iter().map(result).collect()
    }
}
