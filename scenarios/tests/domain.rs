//! The reference pools as those of a SIP domain: they refuse whoever asks for another one, so that a
//! drill passes only if agents and callers are users of it.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::process::Command;

use model::Verdict;
use model::results::Results;
use rstest::rstest;

/// The results of a simulated drill whose target says this of its domain, and its journal.
fn drilled(domain: &str) -> (Results, String) {
    let reference = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scenarios/targets/reference.yaml"
    );
    let directory = tempfile::tempdir().unwrap();
    let (target, run) = (
        directory.path().join("reference.yaml"),
        directory.path().join("run"),
    );
    let text = fs::read_to_string(reference).unwrap();
    fs::write(&target, format!("{text}\n{domain}\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_rgdrill"))
        .args(["certify", "--walk", "imported-kill"])
        .arg("--target")
        .arg(target)
        .args(["--seed", "1"])
        .arg("--out")
        .arg(&run)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(run.join("results.json").exists(), "{errors}");
    let results = fs::read_to_string(run.join("results.json")).unwrap();
    let journal = fs::read_to_string(run.join("journal.jsonl")).unwrap();
    (serde_json::from_str(&results).unwrap(), journal)
}

#[rstest]
#[case::directly("domain: { name: voice.example }")]
#[case::by_route("domain: { name: voice.example, reached: by-route }")]
fn users_of_a_domain_are_drilled(#[case] domain: &str) {
    let (results, journal) = drilled(domain);
    let judged = results
        .clauses
        .iter()
        .filter(|clause| !clause.walks.is_empty());
    let others: Vec<String> = judged
        .clone()
        .filter(|clause| clause.verdict != Verdict::Pass)
        .map(|clause| format!("{} {}: {:?}", clause.id, clause.verdict, clause.walks))
        .collect();
    assert_eq!(others, [""; 0]);
    assert!(judged.count() > 0);
    // Of what is sent to pools, nobody is asked for at an address but to see whether it answers.
    for method in ["REGISTER sip:", "INVITE sip:"] {
        let mut sent = journal.match_indices(method);
        assert!(sent.any(|(at, _)| {
            journal[at..]
                .split(' ')
                .nth(1)
                .unwrap()
                .ends_with("voice.example")
        }));
    }
    assert!(!journal.contains("REGISTER sip:198."));
}
