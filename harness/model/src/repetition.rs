//! A walk that is run several times: `kill`, `kill#2`, `kill#3`.
//!
//! Each repetition is a walk of its own to the journal, its chain and the judge; its name alone
//! tells that it is one. The first has the walk's own name, and is what the walk would be without
//! any repetition. A `#` occurs in no walk's name otherwise.

/// What stands between the walk's name and the repetition's number.
const SEPARATOR: char = '#';

/// The name of the repetition `number`, from 1, of `walk`.
pub fn name(walk: &str, number: u32) -> String {
    match number {
        0 | 1 => walk.to_owned(),
        number => format!("{walk}{SEPARATOR}{number}"),
    }
}

/// The walk's own name, and which repetition of it this is, from 1.
pub fn parts(name: &str) -> (&str, u32) {
    let numbered = name.rsplit_once(SEPARATOR);
    numbered
        .and_then(|(walk, number)| Some((walk, number.parse().ok()?)))
        .unwrap_or((name, 1))
}

/// The seed of the repetition `number`, from 1, in a run with this seed.
pub const fn seed(seed: u64, number: u32) -> u64 {
    seed.wrapping_add((number as u64).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_s_name_says_which_it_is() {
        for number in [1, 2, 17] {
            assert_eq!(
                parts(&name("imported-kill", number)),
                ("imported-kill", number)
            );
        }
    }

    #[test]
    fn the_first_repetition_has_the_walk_s_own_name() {
        assert_eq!(name("imported-kill", 1), "imported-kill");
    }
}
