//! The load in the background of a walk: who of it is at which ports of the clients' host.

use actors::BackgroundSpec;
use model::load::{Actor, Kind, Load, LoadGroup, Role};

/// The SIP port of the first of its actors; the others' follow.
const FIRST_SIP: u16 = 15_900;

/// The first of their ports for media: those of a drill's own actors are below.
const FIRST_MEDIA: u16 = 24_000;

/// The load of a walk, as a lab has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Background {
    /// How many ports each reference pool has for media.
    pub pool_ports: u16,
    /// All callers and agents.
    pub actors: Vec<BackgroundSpec>,
}

impl Background {
    /// What a walk's file says, played by these.
    pub fn of(load: &Load, groups: &[LoadGroup]) -> Background {
        let mut next = FIRST_MEDIA;
        let actors = load.actors().zip(FIRST_SIP..).filter_map(|(actor, sip)| {
            let kind = load.kind(&actor.kind)?.clone();
            let names = names(&actor, groups);
            let media = (!kind.media.is_none()).then(|| {
                let first = next;
                next = next.saturating_add(ports(&actor, &kind));
                (first, next - 1)
            });
            Some(BackgroundSpec {
                actor,
                kind,
                names,
                sip,
                media,
            })
        });
        Background {
            actors: actors.collect(),
            pool_ports: load.pool_ports,
        }
    }
}

/// Whom callers call; who registers.
fn names(actor: &Actor, groups: &[LoadGroup]) -> Vec<String> {
    let groups = groups.iter().filter(|group| group.kind == actor.kind);
    match actor.role {
        Role::Callers => {
            let called = groups.filter(|group| group.owner == actor.of);
            called.map(|group| group.name.clone()).collect()
        }
        Role::Agents => {
            let members = groups.flat_map(|group| &group.members);
            let homed = members.filter(|(_, home)| **home == actor.of);
            homed.map(|(name, _)| name.clone()).collect()
        }
    }
}

/// How many ports for media they need, of which every other is used. The calls to both pools may go to agents who
/// are homed in one.
fn ports(actor: &Actor, kind: &Kind) -> u16 {
    let calls = match actor.role {
        Role::Callers => kind.most_at_once(),
        Role::Agents => 2 * kind.most_at_once(),
    };
    u16::try_from(2 * calls).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use model::Span;
    use model::clause::CallKind;
    use model::load::Media;
    use model::topology::Pool;

    use super::*;

    fn kind(name: &str, media: Media) -> Kind {
        Kind {
            name: name.to_owned(),
            groups: 1,
            agents: 2,
            calls: CallKind::Regular,
            rate: 2,
            lasting: Span::from_secs(10),
            answered_after: None,
            media,
        }
    }

    #[test]
    fn each_has_ports_of_its_own_and_everybody_has_a_place() {
        let load = Load {
            pool_ports: 1_000,
            kinds: vec![kind("loud", Media::Audio), kind("mute", Media::None)],
        };
        let group = |kind: &str, owner: Pool| LoadGroup {
            kind: kind.to_owned(),
            owner,
            name: format!("{kind}-{owner}"),
            members: [owner, owner.partner()]
                .map(|home| (format!("{kind}-{owner}-{home}"), home))
                .into(),
        };
        let kinds = ["loud", "mute"].into_iter();
        let groups = kinds.flat_map(|kind| Pool::BOTH.map(|owner| group(kind, owner)));
        let groups: Vec<LoadGroup> = groups.collect();
        let Background { actors, .. } = Background::of(&load, &groups);
        let ports: Vec<u16> = actors.iter().flat_map(BackgroundSpec::ports).collect();
        assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), ports.len());
        let placed: BTreeSet<&String> = actors.iter().flat_map(|actor| &actor.names).collect();
        assert_eq!((actors.len(), placed.len()), (8, 4 + 8));
        let media = actors.iter().filter(|actor| actor.media.is_some());
        assert!(media.clone().all(|actor| actor.actor.kind == "loud"));
        assert_eq!(media.count(), 4);
    }
}
