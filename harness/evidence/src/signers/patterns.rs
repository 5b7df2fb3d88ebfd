//! Lists of patterns, as OpenSSH has them (ssh_config(5), "PATTERNS"). [`model::pattern`] is another
//! kind, which knows no `?`.

/// Whether a list of patterns, separated by commas, has this text: one of them matches, and none that
/// begins with `!`.
pub(super) fn list_matches(list: &str, text: &str) -> bool {
    let refused = |pattern: &str| {
        let pattern = pattern.strip_prefix('!');
        pattern.is_some_and(|pattern| matches(pattern, text))
    };
    !list.split(',').any(refused) && list.split(',').any(|pattern| matches(pattern, text))
}

/// Whether a pattern matches the whole text: `*` stands for any bytes, `?` for exactly one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut read) = (0, 0);
    // Where the last `*` stands, and up to where it stands for the text.
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((place, taken)) = star else {
                    return false;
                };
                star = Some((place, taken + 1));
                at = place + 1;
                read = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("rgdrill", true)]
    #[case("git,rgdrill", true)]
    #[case("rg*", true)]
    #[case("*d*l", true)]
    #[case("rg?rill", true)]
    #[case("?gdrill?", false)]
    #[case("rgdrill*", true)]
    #[case("git", false)]
    #[case("", false)]
    #[case("*,!rgdrill", false)]
    #[case("!git,*", true)]
    #[case("!git", false)]
    #[case("Rgdrill", false)]
    fn a_list_has_what_one_of_it_matches_and_none_refuses(#[case] list: &str, #[case] has: bool) {
        assert_eq!(list_matches(list, "rgdrill"), has);
    }
}
