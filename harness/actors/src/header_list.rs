//! Header values that are lists (RFC 3261 section 7.3.1).

/// The elements of a header value that is a list: what stands between commas, but for those within
/// quotes or angle brackets.
pub(crate) fn elements(value: &str) -> Vec<&str> {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    let split = |c: char| {
        let is_escaped = std::mem::take(&mut escaped);
        match c {
            '\\' if quoted => escaped = true,
            '"' if !is_escaped => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            ',' => return !quoted && !bracketed,
            _ => {}
        }
        false
    };
    value.split(split).map(str::trim).collect()
}
