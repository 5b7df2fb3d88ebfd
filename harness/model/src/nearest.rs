//! What to write instead of a word that is not known.

/// How alike two words must be, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.75;

/// A help text for a `word` that is none of the known ones: the nearest, and all of them.
pub fn advice<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if known.is_empty() {
        return "there is none to choose from".to_owned();
    }
    let list = listed(&known);
    match nearest(word, &known) {
        Some(nearest) => format!("did you mean `{nearest}`? Known: {list}"),
        None => format!("known: {list}"),
    }
}

/// The known word that is most like it, if any is alike enough.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|known| (strsim::jaro_winkler(word, known), *known))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

/// Words in the order given, each in backticks.
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood() {
        assert_eq!(
            advice("heald", ["fault", "hosts", "healed"]),
            "did you mean `healed`? Known: `fault`, `hosts`, `healed`"
        );
    }

    #[test]
    fn a_word_that_is_like_none_gets_the_list_alone() {
        assert_eq!(advice("xyz", ["fault", "hosts"]), "known: `fault`, `hosts`");
    }
}
