//! What the README and the pages beside it show is what rgdrill prints. After a change:
//! `UPDATE=1 cargo test --test readme`.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

/// A drill as `certify` prints it, without its last lines, which name the run's directory.
fn drill(options: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let arguments = ["certify", "--out", out.to_str().unwrap()];
    printed(&[&arguments, options].concat())
}

#[test]
fn the_readme_shows_the_table_that_certify_prints() {
    let printed = drill(&[]);
    let table = printed.split("\n\nRun directory:").next().unwrap();
    shows("README.md", "certify", &text_block(table));
}

#[test]
fn the_readme_shows_how_a_broken_pool_fails() {
    let printed = drill(&["--mutant", "never-fenced"]);
    let paragraphs = printed.split("\n\n").filter(|paragraph| {
        ["✗ failed-over.new.imported", "64 clauses: "]
            .iter()
            .any(|begin| paragraph.starts_with(begin))
    });
    let shown = paragraphs.collect::<Vec<_>>().join("\n\n");
    let name = "certify --mutant never-fenced";
    shows("README.md", name, &text_block(&shown));
}

#[test]
fn the_walks_page_lists_the_walks() {
    let listed = printed(&["list", "walks"]);
    let listed = format!("```console\n$ rgdrill list walks\n{listed}```");
    shows("harness/docs/walks.md", "list walks", &listed);
}

#[test]
fn the_faults_page_lists_the_faults() {
    let listed = printed(&["list", "faults"]);
    let listed = format!("```console\n$ rgdrill list faults\n{listed}```");
    shows("harness/docs/faults.md", "list faults", &listed);
}

/// What files and outputs are made in, as the sources name it.
#[test]
fn the_stability_page_names_every_format() {
    let page = page("harness/docs/stability.md");
    let mut formats = BTreeSet::new();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("harness")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                formats.extend(formats_in(&fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(formats.contains("rgdrill-results/1"), "{formats:?}");
    for format in formats {
        assert!(page.contains(&format!("| `{format}` |")), "{format}");
    }
}

/// `rgdrill-NAME/NUMBER`, where a constant has it.
fn formats_in(source: &str) -> impl Iterator<Item = String> {
    let constants = source
        .lines()
        .filter(|line| line.contains("const SCHEMA: "));
    let texts = constants.filter_map(|line| line.split('"').nth(1));
    texts
        .filter(|text| text.starts_with("rgdrill-"))
        .map(str::to_owned)
}

#[test]
fn the_stability_page_has_the_exit_codes_of_the_help() {
    let help = printed(&["--help"]);
    let codes = help.split("Exit codes:\n").nth(1).unwrap().lines();
    let codes = codes.map_while(|line| line.trim().split_once("  "));
    let page = page("harness/docs/stability.md");
    let mut count = 0;
    for (code, _) in codes {
        assert!(page.contains(&format!("| {code} | ")), "{code}");
        count += 1;
    }
    assert_eq!(count, 6, "{help}");
}

fn page(name: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn text_block(text: &str) -> String {
    format!("```text\n{}\n```", text.trim_matches('\n'))
}

/// What rgdrill prints where there is no terminal; a drill that fails prints too.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rgdrill"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        [Some(0), Some(1)].contains(&output.status.code()),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Compares the part of a page between `<!-- name -->` and `<!-- end -->`, or refreshes it.
fn shows(page: &str, name: &str, expected: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(page);
    // One after the other: tests refresh parts of the same page.
    static PAGES: Mutex<()> = Mutex::new(());
    let _page = PAGES.lock();
    let text = fs::read_to_string(&path).unwrap();
    let begin = format!("<!-- {name} -->\n");
    let (before, rest) = text.split_once(&begin).unwrap();
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
        "{page} is stale: UPDATE=1 cargo test --test readme"
    );
}

/// Where a line of a page has a command.
const COMMANDS: [&str; 3] = ["rgdrill ", "target/release/rgdrill ", "cargo run -- "];

/// The pages whose commands whoever reads them will type.
fn pages() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let beside = ["README.md", "CONTRIBUTING.md", "docker/README.md"];
    let mut pages: Vec<PathBuf> = beside.iter().map(|page| root.join(page)).collect();
    for entry in fs::read_dir(root.join("harness/docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
    pages
}

/// The arguments of each command that a page shows, as a shell takes them; those that go on in the next line with it.
fn commands(page: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let page = page.replace("\\\n", " ");
    for block in page.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        for line in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let line = line.split(" #").next().unwrap_or(line);
            let begin = COMMANDS.iter().find_map(|name| {
                let at = line.find(name)?;
                let mut before = line[..at].split(' ').filter(|word| !word.is_empty());
                let is_command = before.all(|word| word == "time" || word.contains('='));
                is_command.then(|| at + name.len())
            });
            let Some(begin) = begin else { continue };
            let ends = [" | ", " || ", " && ", " > ", " &", ";"];
            let arguments = &line[begin..];
            let end = ends.iter().filter_map(|end| arguments.find(end)).min();
            commands.push(arguments[..end.unwrap_or(arguments.len())].to_owned());
        }
    }
    commands
}

/// Whoever types what a page shows is not told that there is no such command, option or value.
#[test]
fn every_command_of_the_pages_is_known() {
    let mut known = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for command in commands(&page) {
            let script = format!("exec {} {command} --help", env!("CARGO_BIN_EXE_rgdrill"));
            let mut shell = Command::new("sh");
            let asked = shell.args(["-c", &script]).env("K", "1").output().unwrap();
            let errors = String::from_utf8_lossy(&asked.stderr);
            assert!(
                asked.status.success(),
                "{}: {command}: {errors}",
                path.display()
            );
            known += 1;
        }
    }
    assert!(known > 50, "{known} commands");
}
