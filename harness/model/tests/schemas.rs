//! The JSON Schemas of the repository are those of the types.

#![expect(
    clippy::expect_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::path::Path;

use model::file_kind::FileKind;
use model::results::Results;
use model::schema;
use rstest::rstest;
use schemars::Schema;

#[rstest]
#[case::tables(FileKind::Tables)]
#[case::topology(FileKind::Topology)]
#[case::programme(FileKind::Programme)]
#[case::walk(FileKind::Walk)]
fn a_scenarios_schema_is_that_of_its_type(#[case] kind: FileKind) {
    let schema = schema::of(kind).expect("a scenario's");
    is_kept(&kind.to_string(), &schema);
}

#[test]
fn the_schema_of_results_is_that_of_its_type() {
    is_kept("results", &Results::json_schema());
}

/// Compares the schema with the one in the repository, or refreshes that.
fn is_kept(name: &str, schema: &Schema) {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/schemas");
    let path = schemas.join(format!("{name}.json"));
    let fresh = serde_json::to_string_pretty(schema).expect("JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).expect("a schema that can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == fresh,
        "{} is stale: UPDATE=1 cargo test -p rgdrill-model --test schemas",
        path.display()
    );
}
