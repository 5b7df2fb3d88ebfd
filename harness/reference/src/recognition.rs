//! What some mutants look for, to tell a drill from any other day: the names and words that scenario
//! files use, and the Call-IDs of probes as they once were. Whom and what they recognise they serve as documented.
//!
//! They go red because nothing of it is on the wire: names and words are drawn, and probes ask as
//! telephones do.

/// The callers of new calls.
pub(crate) const CALLERS: &[&str] = &[
    "rob", "ruth", "anja", "bart", "hera", "wilma", "karin", "rick",
];

/// The agents of formal groups.
pub(crate) const FORMAL_AGENTS: &[&str] = &["pavel", "bianca"];

/// The agent who calls on behalf of groups.
pub(crate) const ON_BEHALF: &[&str] = &["bea"];

/// The anonymous groups.
pub(crate) const ANONYMOUS_GROUPS: &[&str] = &["helpline", "clinic", "practice", "ward", "shelter"];

/// The group whose copy is changed.
pub(crate) const CHANGED_GROUPS: &[&str] = &["sales"];

/// What is written names stages.
const STAGES: &[&str] = &["healthy", "outage", "failover", "failed", "failback"];

/// How the Call-IDs of probes began.
const PROBES: &str = "probe-";

/// Whether a description names a stage of a drill.
pub(crate) fn names_a_stage(description: &str) -> bool {
    let first = description.split(' ').next().unwrap_or_default();
    STAGES.contains(&first)
}

/// Whether a request is a probe's.
pub(crate) fn is_of_a_probe(call_id: &str) -> bool {
    call_id.starts_with(PROBES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_that_used_its_files_words_would_be_recognised() {
        assert!(names_a_stage("failed over in the panel"));
        assert!(!names_a_stage("new rota"));
        assert!(is_of_a_probe("probe-clients-7@198.18.0.30:7007"));
        assert!(!is_of_a_probe("00c0ffee"));
    }
}
