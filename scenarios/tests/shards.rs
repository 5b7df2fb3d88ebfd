//! A drill in shards: what each of them says, and what `rgdrill merge` makes of them.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::process::{Command, Output};

use rstest::rstest;
use tempfile::TempDir;

/// Walks that are run quickly.
const WALKS: [&str; 4] = ["--walk", "control", "--walk", "imported-k*"];

fn rgdrill(desk: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rgdrill"))
        .args(arguments)
        .current_dir(desk.path())
        .output()
        .unwrap()
}

/// A directory with both halves of a drill: `one` and `two`.
fn halves() -> TempDir {
    let desk = tempfile::tempdir().unwrap();
    for (shard, out) in [("1/2", "one"), ("2/2", "two")] {
        let ran = certify(&desk, &["--shard", shard, "--out", out]);
        assert_eq!(ran.status.code(), Some(3), "no shard is the whole");
    }
    desk
}

fn certify(desk: &TempDir, options: &[&str]) -> Output {
    rgdrill(desk, &[&["certify"], &WALKS[..], options].concat())
}

fn journal(desk: &TempDir, run: &str) -> String {
    fs::read_to_string(desk.path().join(run).join("journal.jsonl")).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn shards_joined_are_the_drill_that_was_not_shared_out() {
    let desk = &halves();
    let whole = certify(desk, &["--out", "whole", "--evidence", "whole.tar"]);
    // In any order.
    let merge = [
        "merge",
        "two",
        "one",
        "--out",
        "joined",
        "--evidence",
        "joined.tar",
    ];
    let joined = rgdrill(desk, &merge);
    assert_eq!(
        joined.status.code(),
        whole.status.code(),
        "{}",
        errors(&joined)
    );
    assert_eq!(journal(desk, "joined"), journal(desk, "whole"));
    // What servers logged stays with the shards.
    let names = |run: &str| {
        let entries = fs::read_dir(desk.path().join(run)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.filter(|name| name != "logs").collect();
        names.sort();
        names
    };
    assert_eq!(names("joined"), names("whole"));
    for name in names("whole") {
        let of = |run: &str| fs::read(desk.path().join(run).join(&name)).unwrap();
        assert!(of("joined") == of("whole"), "{name:?} is the same");
    }
    let verified = |file| rgdrill(desk, &["verify", file]).stdout;
    let shown = |file| {
        String::from_utf8(verified(file))
            .unwrap()
            .replace(file, "FILE")
    };
    assert_eq!(shown("joined.tar"), shown("whole.tar"));
}

/// Also where every clause that was asked for was judged: others have more to say of it.
#[test]
fn a_shard_alone_is_incomplete_and_names_what_others_have() {
    let desk = &tempfile::tempdir().unwrap();
    let asked = [
        "certify",
        "--clause",
        "outage.connected.regular",
        "--walk",
        "imported-k*",
    ];
    let ran = rgdrill(
        desk,
        &[
            &asked[..],
            &[
                "--walk",
                "imported-freeze",
                "--shard",
                "1/2",
                "--out",
                "one",
            ],
        ]
        .concat(),
    );
    let printed = String::from_utf8(ran.stdout.clone()).unwrap();
    assert_eq!(ran.status.code(), Some(3), "{printed}");
    assert!(printed.contains("1 clause: 1 pass"), "{printed}");
    let sealed = ["--evidence", "drill.tar"];
    let merged = rgdrill(
        desk,
        &[&["merge", "one", "--out", "joined"], &sealed[..]].concat(),
    );
    let verified = rgdrill(desk, &["verify", "drill.tar"]);
    let verdict = String::from_utf8_lossy(&verified.stdout);
    assert_eq!(verified.status.code(), Some(1), "{verdict}");
    assert!(
        verdict.contains("shards of the drill are missing"),
        "{verdict}"
    );
    let merged = String::from_utf8(merged.stdout).unwrap();
    let says = "exit code 3: the run is incomplete: other shards have the rest of its walks";
    for printed in [&printed, &merged] {
        assert!(
            printed.contains("walks that are not here: imported-"),
            "{printed}"
        );
        assert!(printed.contains(says), "{printed}");
    }
    let read = |name| fs::read_to_string(desk.path().join("one").join(name)).unwrap();
    assert!(read("junit.xml").contains("another shard of the drill has this walk"));
    assert!(read("results.json").contains("\"elsewhere\": ["));
    assert!(read("report.html").contains("Walks that are not here"));
}

#[test]
fn runs_that_do_not_belong_together_are_refused() {
    let desk = &halves();
    let made: [(&str, &[&str]); 5] = [
        ("whole", &[]),
        ("other-seed", &["--seed", "2", "--shard", "2/2"]),
        (
            "other-clauses",
            &[
                "--clause",
                "failed-over.*",
                "--walk",
                "imported-freeze",
                "--shard",
                "2/2",
            ],
        ),
        (
            "other-walks",
            &["--walk", "imported-freeze", "--shard", "2/2"],
        ),
        ("thirds", &["--walk", "imported-freeze", "--shard", "3/3"]),
    ];
    for (out, options) in made {
        certify(desk, &[options, &["--out", out]].concat());
    }
    let refused = [
        (["one", "one"], "has shard 1, and so has another one"),
        (
            ["whole", "one"],
            "whole is no shard: it was run without --shard",
        ),
        (["one", "other-seed"], "they differ in the seed"),
        (
            ["one", "other-clauses"],
            "they differ in the clauses asked for",
        ),
        (
            ["one", "other-walks"],
            "they differ in the walks of the whole drill",
        ),
        (["one", "thirds"], "they differ in the number of shards"),
        (["one", "nowhere"], "nowhere is not a run directory"),
    ];
    for (runs, why) in refused {
        let merged = rgdrill(
            desk,
            &[&["merge"], &runs[..], &["--out", "joined"]].concat(),
        );
        let errors = errors(&merged)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(merged.status.code(), Some(64), "{errors}");
        assert!(errors.contains(why), "{errors}");
        assert!(!desk.path().join("joined").exists(), "nothing is left");
    }
}

#[rstest]
#[case::a_line_gone(4, "was altered or damaged")]
#[case::not_sealed(3, "is incomplete")]
fn a_journal_that_was_altered_is_not_merged(#[case] code: i32, #[case] why: &str) {
    let desk = &halves();
    let text = journal(desk, "two");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let altered = match code {
        4 => [&lines[..2], &lines[3..]].concat().concat(),
        _ => lines[..lines.len() - 1].concat(),
    };
    fs::write(desk.path().join("two/journal.jsonl"), altered).unwrap();
    let merged = rgdrill(desk, &["merge", "one", "two", "--out", "joined"]);
    assert_eq!(merged.status.code(), Some(code), "{}", errors(&merged));
    assert!(errors(&merged).contains(why), "{}", errors(&merged));
    assert!(!desk.path().join("joined").exists(), "nothing is left");
}

#[test]
fn no_more_shards_than_walks_and_no_certificate_of_one() {
    let desk = &tempfile::tempdir().unwrap();
    let none = certify(desk, &["--shard", "3/3"]);
    assert_eq!(none.status.code(), Some(64));
    assert!(errors(&none).contains("2 walks cannot be shared out over 3 shards"));
    let sealed = certify(desk, &["--shard", "1/2", "--evidence", "drill.tar"]);
    assert_eq!(sealed.status.code(), Some(64));
}
