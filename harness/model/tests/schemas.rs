//! The JSON Schemas of the repository are those of the types.

use std::fs;
use std::path::{Path, PathBuf};

use model::file_kind::FileKind;
use model::schema;
use rstest::rstest;

/// Where the schema of a kind of file is kept.
fn path(kind: FileKind) -> PathBuf {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/schemas");
    schemas.join(format!("{kind}.json"))
}

#[rstest]
#[case::tables(FileKind::Tables)]
#[case::topology(FileKind::Topology)]
#[case::programme(FileKind::Programme)]
#[case::walk(FileKind::Walk)]
fn a_schema_is_that_of_its_type(#[case] kind: FileKind) {
    let schema = schema::of(kind).expect("a scenario's");
    let fresh = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path(kind), &fresh).expect("a schema that can be written");
    }
    let kept = fs::read_to_string(path(kind)).unwrap_or_default();
    assert!(
        kept == fresh,
        "{} is stale: UPDATE=1 cargo test -p rgdrill-model --test schemas",
        path(kind).display()
    );
}
