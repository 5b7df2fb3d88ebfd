//! What the README shows is what rgdrill prints. After a change:
//! `UPDATE=1 cargo test --test readme`.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

#[test]
fn the_readme_shows_the_table_that_certify_prints() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let printed = printed(&["certify", "--out", out.to_str().unwrap()]);
    // The last lines name the run's directory.
    let table = printed.split("\n\nThe run is in").next().unwrap();
    shows(
        "certify",
        &format!("```text\n{}\n```", table.trim_matches('\n')),
    );
}

#[test]
fn the_readme_lists_the_walks() {
    let walks = printed(&["list", "walks"]);
    let listed = format!(
        "```console\n$ cargo run --release -- list walks\n{}```",
        walks
    );
    shows("list walks", &listed);
}

/// What rgdrill prints where there is no terminal.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rgdrill"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Compares the part of the README between `<!-- name -->` and `<!-- end -->`, or refreshes it.
fn shows(name: &str, expected: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let begin = format!("<!-- {name} -->\n");
    let (before, rest) = readme.split_once(&begin).unwrap();
    let (shown, after) = rest.split_once("<!-- end -->").unwrap();
    let expected = format!("{expected}\n");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(
            &path,
            format!("{before}{begin}{expected}<!-- end -->{after}"),
        )
        .unwrap();
        return;
    }
    assert_eq!(
        shown, expected,
        "the README is stale: UPDATE=1 cargo test --test readme"
    );
}
