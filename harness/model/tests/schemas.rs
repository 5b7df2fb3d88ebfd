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

/// So that editors complete and check it.
#[test]
fn every_scenario_names_its_schema_in_its_first_line() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut folders = vec![scenarios];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yaml") {
                let text = fs::read_to_string(&path).expect("a text");
                let first = text.lines().next().unwrap_or_default();
                let schema = first.strip_prefix("# yaml-language-server: $schema=");
                let schema = schema.map(|schema| folder.join(schema));
                assert!(
                    schema.is_some_and(|schema| schema.is_file()),
                    "{}: {first}",
                    path.display()
                );
                files += 1;
            }
        }
    }
    assert!(files > 20, "{files}");
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
