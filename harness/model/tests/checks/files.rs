//! What is said about files that cannot be read, or are not what they should be.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Files, rendered};
use insta::assert_snapshot;
use model::Scenarios;
use model::file_kind::FileKind;
use model::scenarios::Checked;
use tempfile::TempDir;

/// A directory with one file in it, and what is said about the file.
fn complaint_about(name: &str, bytes: &[u8]) -> String {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join(name);
    fs::write(&path, bytes).expect("a file");
    complaint(directory.path(), path)
}

/// What is said about a path in this directory, whose own name is random.
fn complaint(directory: &Path, path: PathBuf) -> String {
    let scenarios = Files::in_order().load().expect("all in order");
    let errors = scenarios
        .check_files(&[path], |_| Ok(()))
        .expect_err("something is wrong");
    rendered(&errors).replace(&directory.display().to_string(), "DIR")
}

#[test]
fn a_missing_file_is_named() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("walk.yaml");
    assert_snapshot!(complaint(directory.path(), path));
}

#[test]
fn a_directory_is_no_file() {
    let directory = TempDir::new().expect("a directory");
    assert_snapshot!(complaint(directory.path(), directory.path().to_owned()));
}

#[test]
fn a_byte_that_belongs_to_no_character_is_told_with_its_place() {
    assert_snapshot!(complaint_about("walk.yaml", b"walk: x\nabout: caf\xe9\n"));
}

#[test]
fn a_file_is_not_endless() {
    assert_snapshot!(complaint_about("walk.yaml", &vec![b'#'; 2 << 20]));
}

#[test]
fn an_empty_file_is_nothing() {
    assert_snapshot!(complaint_about("walk.yaml", b""));
}

#[test]
fn a_file_without_keys_is_nothing() {
    assert_snapshot!(complaint_about("walk.yaml", b"- walk\n- about\n"));
}

#[test]
fn a_file_says_what_it_is_in_its_first_key() {
    assert_snapshot!(complaint_about("walk.yaml", b"about: nothing\nwalk: x\n"));
}

#[test]
fn a_file_holds_one_document() {
    assert_snapshot!(complaint_about("walk.yaml", b"walk: x\n---\nwalk: y\n"));
}

#[test]
fn aliases_do_not_multiply_without_end() {
    let mut bomb = String::from("walk: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..9 {
        let last = n - 1;
        let ten = vec![format!("*a{last}"); 10].join(", ");
        bomb += &format!("k{n}: &a{n} [{ten}]\n");
    }
    assert_snapshot!(complaint_about("walk.yaml", bomb.as_bytes()));
}

#[test]
fn a_walk_of_ones_own_may_use_what_is_built_in() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("mine.yaml");
    let files = Files::in_order();
    let mine = files.walk.replace("walk: sunday", "walk: mine");
    fs::write(&path, mine).expect("a file");
    let scenarios = files.load().expect("all in order");
    let checked = scenarios.check_files(std::slice::from_ref(&path), |_| Ok(()));
    let expected = Checked {
        file: path.display().to_string(),
        kind: FileKind::Walk,
    };
    assert_eq!(checked.expect("all in order"), [expected]);
}

#[test]
fn a_topology_that_takes_the_place_of_another_must_serve_its_walks() {
    let files = Files::in_order();
    let other = files.topology.replace("rita", "rosa");
    assert_snapshot!(complaint_about("small.yaml", other.as_bytes()));
}

#[test]
fn two_files_cannot_have_one_name() {
    let files = Files::in_order();
    let errors = Scenarios::load([
        ("tables.yaml", files.tables.as_str()),
        ("topologies/small.yaml", files.topology.as_str()),
        ("more/small.yaml", files.topology.as_str()),
    ]);
    assert_snapshot!(rendered(&errors.expect_err("something is wrong")));
}

#[test]
fn scenarios_without_tables_are_none() {
    let files = Files::in_order();
    let errors = Scenarios::load([("topologies/small.yaml", files.topology.as_str())]);
    assert_snapshot!(rendered(&errors.expect_err("something is wrong")));
}

#[test]
fn a_directory_without_scenarios_is_told_what_belongs_in_it() {
    let directory = TempDir::new().expect("a directory");
    let errors = Scenarios::read(directory.path()).expect_err("something is wrong");
    let text = rendered(&errors).replace(&directory.path().display().to_string(), "DIR");
    assert_snapshot!(text);
}
