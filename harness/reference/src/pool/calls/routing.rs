//! In which order the agents of a group are asked.

use std::collections::BTreeMap;

use node::Now;

use crate::store::agent_group::Routing;

/// The agents to be asked next, of those who are `available`, in the order in which the group
/// lists them. All at once, or the one whose turn it is.
pub(super) fn choose<'a>(
    routing: Routing,
    agents: &[String],
    available: &[&'a String],
    last_asked: Option<&String>,
    idle_since: &BTreeMap<String, Now>,
) -> Vec<&'a String> {
    let one = match routing {
        Routing::Parallel | Routing::Attendant => return available.to_vec(),
        Routing::Serial => available.first(),
        Routing::RoundRobin => {
            let place = |agent: &String| agents.iter().position(|other| other == agent);
            let last = last_asked.and_then(place);
            let behind = available.iter().find(|agent| place(agent) > last);
            match last {
                Some(_) => behind.or(available.first()),
                None => available.first(),
            }
        }
        // Who has never had a call has been idle the longest; among equals the list decides.
        Routing::LongestIdle => available
            .iter()
            .min_by_key(|agent| idle_since.get(**agent).copied()),
    };
    one.into_iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[rstest]
    #[case::parallel_asks_all(Routing::Parallel, &["b", "c"], None, &["b", "c"])]
    #[case::serial_begins_from_the_first(Routing::Serial, &["b", "c"], Some("b"), &["b"])]
    #[case::round_robin_goes_on(Routing::RoundRobin, &["a", "b", "c"], Some("b"), &["c"])]
    #[case::round_robin_begins_again(Routing::RoundRobin, &["a", "b"], Some("c"), &["a"])]
    #[case::round_robin_begins_somewhere(Routing::RoundRobin, &["b", "c"], None, &["b"])]
    #[case::longest_idle_takes_who_never_had_one(Routing::LongestIdle, &["a", "b"], None, &["b"])]
    #[case::longest_idle_takes_the_earlier(Routing::LongestIdle, &["a", "c"], None, &["c"])]
    #[case::nobody_is_there(Routing::Serial, &[], None, &[])]
    fn the_next_to_be_asked(
        #[case] routing: Routing,
        #[case] available: &[&str],
        #[case] last_asked: Option<&str>,
        #[case] expected: &[&str],
    ) {
        let agents = names(&["a", "b", "c"]);
        let idle_since = BTreeMap::from([
            ("a".to_owned(), Now::from_micros(20)),
            ("c".to_owned(), Now::from_micros(10)),
        ]);
        let available = names(available);
        let available: Vec<&String> = available.iter().collect();
        let last = last_asked.map(str::to_owned);
        let chosen = choose(routing, &agents, &available, last.as_ref(), &idle_since);
        assert_eq!(chosen, expected);
    }
}
