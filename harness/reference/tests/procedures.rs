//! Export, import, listing and changing, through the management surfaces.

mod world;

use serde_json::{Value, json};

use world::{Backup, Pool, Primary, World};

#[expect(
    clippy::unwrap_used,
    reason = "a row without its columns fails the test"
)]
fn list(world: &mut World, at: Pool, query: &str) -> Vec<(String, String, String)> {
    let path = format!("/management/{query}");
    let answer = world.ask("administrator", at, "GET", &path, json!({}));
    assert_eq!(answer.status, 200, "{answer:?}");
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = answer.body["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| (text(row, "name"), text(row, "owner"), text(row, "parent")))
        .collect()
}

fn row(name: &str, owner: &str, parent: &str) -> (String, String, String) {
    (name.to_owned(), owner.to_owned(), parent.to_owned())
}

fn describe(world: &mut World, at: Pool, surface: &str, group: &str, parent: &str) -> u16 {
    let path = format!("/management/{surface}/workflows/{group}?parent={parent}");
    let body = json!({"description": "changed"});
    world.ask("administrator", at, "PUT", &path, body).status
}

#[test]
fn an_export_holds_all_sections_and_the_settings() {
    let mut world = World::new();
    let file = world.administer(Primary, "export", json!({"owner": "primary"}));
    assert_eq!(file.body["schema"], "rgs-export/1");
    for section in ["workflows", "queues", "agent_groups"] {
        assert_eq!(file.body[section].as_array().unwrap().len(), 3, "{section}");
    }
    for section in ["hours", "holidays"] {
        assert!(file.body[section].is_array(), "{section}");
    }
    assert!(file.body["settings"].is_object());
}

#[test]
fn of_a_pool_that_does_not_exist_nothing_is_exported_or_removed() {
    let mut world = World::new();
    for remove in [false, true] {
        let asked = json!({"owner": "primray", "remove": remove});
        let answer = world.administer(Primary, "export", asked);
        assert_eq!(answer.status, 404, "{answer:?}");
        assert_eq!(answer.body, json!({"error": "there is no pool `primray`"}));
    }
    let of_partner = world.administer(Primary, "export", json!({"owner": "backup"}));
    assert_eq!(of_partner.status, 200);
}

#[test]
fn imported_groups_keep_their_owner_and_are_listed_only_when_asked_for() {
    let mut world = World::new();
    world.import_into_backup();
    let own = [row("control", "backup", "backup")];
    let copies = ["doctor", "formal", "sales"].map(|name| row(name, "primary", "backup"));
    assert_eq!(
        list(&mut world, Backup, "shell/workflows?identity=backup"),
        own
    );
    let panel = "control-panel/workflows?identity=backup&show_all=true";
    assert_eq!(list(&mut world, Backup, panel), own);
    let owned = "shell/workflows?identity=backup&owner=primary";
    assert_eq!(list(&mut world, Backup, owned), copies);
    let all = "shell/queues?identity=backup&show_all=true";
    assert_eq!(list(&mut world, Backup, all).len(), 4);
    let at_partner = "shell/workflows?identity=primary";
    assert_eq!(list(&mut world, Backup, at_partner).len(), 3);
}

#[test]
fn the_primary_s_groups_can_be_viewed_without_the_primary_and_not_without_its_database() {
    let mut world = World::new();
    world.kill(Primary);
    world.run(2_000);
    let query = "control-panel/workflows?identity=primary";
    assert_eq!(list(&mut world, Backup, query).len(), 3);
    let database = world.databases[&Primary];
    world.sim.kill(database);
    let path = format!("/management/{query}");
    let answer = world.ask("administrator", Backup, "GET", &path, json!({}));
    assert_eq!(answer.status, 503);
    let error = "the database of primary cannot be read";
    assert_eq!(answer.body, json!({"error": error}));
}

#[test]
fn own_groups_are_changed_at_their_owner_only_while_it_is_open() {
    let mut world = World::new();
    assert_eq!(
        describe(&mut world, Primary, "control-panel", "sales", "primary"),
        200
    );
    assert_eq!(
        describe(&mut world, Backup, "shell", "sales", "primary"),
        200
    );
    world.begin_fail_over("1s");
    world.run(2_000);
    assert_eq!(
        describe(&mut world, Primary, "shell", "sales", "primary"),
        503
    );
    assert_eq!(
        describe(&mut world, Backup, "shell", "sales", "primary"),
        503
    );
    assert_eq!(
        describe(&mut world, Backup, "shell", "control", "backup"),
        200
    );
}

#[test]
fn copies_are_changed_by_the_shell_and_not_by_the_control_panel() {
    let mut world = World::new();
    world.import_into_backup();
    assert_eq!(
        describe(&mut world, Backup, "control-panel", "sales", "backup"),
        403
    );
    assert_eq!(
        describe(&mut world, Backup, "shell", "sales", "backup"),
        200
    );
    let path = "/management/shell/workflows?identity=backup&owner=primary";
    let rows = world.ask("administrator", Backup, "GET", path, json!({}));
    assert!(rows.body.to_string().contains("changed"));
}

#[test]
fn a_change_made_at_the_backup_survives_failback() {
    let mut world = World::new();
    world.import_into_backup();
    world.kill(Primary);
    world.run(2_000);
    assert_eq!(world.fail_over().status, 200);
    assert_eq!(
        describe(&mut world, Backup, "shell", "sales", "backup"),
        200
    );
    world.restart(Primary);
    world.run(2_000);
    assert_eq!(world.fail_back().status, 200);
    let body = json!({"owner": "primary", "remove": true});
    let file = world.administer(Backup, "export", body);
    assert_eq!(file.status, 200);
    let all = "shell/workflows?identity=backup&show_all=true";
    let control = [row("control", "backup", "backup")];
    assert_eq!(list(&mut world, Backup, all), control, "removed");
    let body = json!({"overwrite_owner": true, "file": file.body});
    let answer = world.administer(Primary, "import", body);
    assert_eq!(answer.body, json!({"imported": 9}), "{answer:?}");
    let path = "/management/shell/workflows?identity=primary";
    let rows = world.ask("administrator", Primary, "GET", path, json!({}));
    assert!(rows.body.to_string().contains("changed"));
    assert_eq!(rows.body["rows"].as_array().unwrap().len(), 3);
}

#[test]
fn an_import_that_meets_a_taken_name_changes_nothing_unless_names_are_resolved() {
    let mut options = world::deployment::Options::default();
    let group = world::deployment::Group::regular(Backup, &["boris"]);
    options.groups.insert("control", group.clone());
    let mut world = World::with(options);
    let file = world
        .administer(Primary, "export", json!({"owner": "primary"}))
        .body;
    // A group of the backup's own has got the name that the file brings.
    let text = file.to_string().replace("\"sales\"", "\"control\"");
    let file: Value = serde_json::from_str(&text).unwrap();
    let answer = world.administer(Backup, "import", json!({"file": file}));
    assert_eq!(answer.status, 409);
    assert!(answer.body["error"].as_str().unwrap().contains("control"));
    let all = "shell/workflows?identity=backup&show_all=true";
    assert_eq!(list(&mut world, Backup, all).len(), 1);
    let body = json!({"resolve_names": true, "file": file});
    assert_eq!(world.administer(Backup, "import", body).status, 200);
    let copies = "shell/workflows?identity=backup&owner=primary";
    let names: Vec<String> = list(&mut world, Backup, copies)
        .into_iter()
        .map(|(name, ..)| name)
        .collect();
    assert_eq!(names, ["control1", "doctor", "formal"]);
}

#[test]
fn malformed_and_unauthorised_requests_are_refused() {
    let mut world = World::new();
    let answer = world.administer(Backup, "import", json!({"file": 7}));
    assert_eq!(answer.status, 400);
    let path = "/management/export";
    assert_eq!(
        world.ask("anna", Primary, "POST", path, json!({})).status,
        403
    );
    let path = "/console/GetGroups";
    assert_eq!(
        world.ask("nobody", Primary, "POST", path, json!({})).status,
        403
    );
    assert_eq!(
        world
            .ask("administrator", Primary, "GET", "/nowhere", json!({}))
            .status,
        404
    );
}
