use super::*;
use crate::store::agent_group::{AgentGroup, Participation, Routing};
use crate::store::entry::EntryKey;
use crate::store::object::{ObjectId, Spec};
use crate::store::settings::Settings;
use std::time::Duration;

fn pool(name: &str) -> PoolName {
    PoolName(name.to_owned())
}

fn group(id: &str, owner: &str, name: &str) -> Object {
    Object {
        id: ObjectId(id.to_owned()),
        owner: pool(owner),
        name: name.to_owned(),
        description: String::new(),
        spec: Spec::AgentGroup(AgentGroup {
            agents: vec!["anna".to_owned()],
            participation: Participation::Informal,
            routing: Routing::Parallel,
            alert_time: Duration::from_secs(20),
        }),
    }
}

fn queue(id: &str, owner: &str, name: &str, group: &str) -> Object {
    Object {
        spec: Spec::Queue(crate::store::queue::Queue {
            agent_groups: vec![group.to_owned()],
            timeout: None,
            overflow: None,
        }),
        ..self::group(id, owner, name)
    }
}

fn store(objects: Vec<Object>) -> Store {
    let mut store = Store::default();
    for object in objects {
        store.apply(Change::Put(Entry::Object(Box::new(object))));
    }
    store
}

/// An import of what `objects` would be exported as.
fn import(objects: Vec<Object>) -> Import {
    let owner = objects[0].owner.clone();
    Import {
        overwrite_owner: false,
        replace_settings: false,
        resolve_names: false,
        file: ExportFile::of(&owner, &owner, &store(objects)),
    }
}

fn into(store: &Store, here: &str, import: Import) -> Result<Store, ImportError> {
    let partner = pool(if here == "backup" {
        "primary"
    } else {
        "backup"
    });
    let plan = import.plan(Destination {
        store,
        here: &pool(here),
        partner: Some(&partner),
    })?;
    let mut store = store.clone();
    for change in plan.changes {
        store.apply(change);
    }
    Ok(store)
}

fn names(store: &Store) -> Vec<(String, String)> {
    let named = |object: &Object| (object.owner.0.clone(), object.name.clone());
    let mut names: Vec<_> = store.objects().map(named).collect();
    names.sort();
    names
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn a_copy_keeps_its_owner() {
    let after = into(
        &store(vec![]),
        "backup",
        import(vec![group("1", "primary", "sales")]),
    );
    assert_eq!(names(&after.unwrap()), pairs(&[("primary", "sales")]));
}

#[test]
fn the_same_owner_and_identity_is_replaced_even_under_another_name() {
    let before = store(vec![group("1", "primary", "sales")]);
    let after = into(
        &before,
        "backup",
        import(vec![group("1", "primary", "orders")]),
    );
    assert_eq!(names(&after.unwrap()), pairs(&[("primary", "orders")]));
}

#[test]
fn a_name_that_belongs_to_another_owner_is_taken() {
    let before = store(vec![group("9", "backup", "sales")]);
    let error = into(
        &before,
        "backup",
        import(vec![group("1", "primary", "sales")]),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "the name `sales` is taken: the agent group of that name belongs to backup"
    );
}

#[test]
fn a_taken_name_is_resolved_by_a_number_that_is_free_and_references_follow() {
    let before = store(vec![
        group("8", "backup", "sales"),
        group("9", "backup", "sales1"),
    ]);
    let mut import = import(vec![
        group("1", "primary", "sales"),
        queue("2", "primary", "line", "sales"),
    ]);
    import.resolve_names = true;
    let after = into(&before, "backup", import).unwrap();
    assert!(
        after
            .owned(Kind::AgentGroup, "sales2", &pool("primary"))
            .is_some()
    );
    let queue = after.owned(Kind::Queue, "line", &pool("primary")).unwrap();
    assert_eq!(queue.queue().unwrap().agent_groups, ["sales2"]);
}

#[test]
fn importing_back_replaces_what_is_there() {
    let before = store(vec![group("1", "primary", "sales")]);
    for overwrite_owner in [false, true] {
        let mut import = import(vec![group("1", "primary", "sales")]);
        import.overwrite_owner = overwrite_owner;
        let after = into(&before, "primary", import).unwrap();
        assert_eq!(names(&after), pairs(&[("primary", "sales")]));
    }
}

#[test]
fn a_rebuilt_pool_and_one_of_another_name_have_to_overwrite_the_owner() {
    for here in ["primary", "third"] {
        let refused = into(
            &store(vec![]),
            here,
            import(vec![group("1", "primary", "sales")]),
        );
        assert!(
            matches!(refused, Err(ImportError::OwnerMustBeOverwritten { .. })),
            "{here}"
        );
        let mut import = import(vec![group("1", "primary", "sales")]);
        import.overwrite_owner = true;
        let after = into(&store(vec![]), here, import).unwrap();
        assert_eq!(names(&after), pairs(&[(here, "sales")]));
    }
}

#[test]
fn overwriting_the_owner_twice_is_no_conflict_with_oneself() {
    let overwriting = || {
        let mut import = import(vec![group("1", "primary", "sales")]);
        import.overwrite_owner = true;
        import
    };
    let once = into(&store(vec![]), "third", overwriting()).unwrap();
    let twice = into(&once, "third", overwriting()).unwrap();
    assert_eq!(names(&twice), pairs(&[("third", "sales")]));
}

#[test]
fn settings_are_kept_unless_they_are_to_be_replaced() {
    let mut before = store(vec![]);
    let own = Settings {
        ring_back_grace: Duration::from_secs(90),
        ..Settings::default()
    };
    before.apply(Change::Put(Entry::Settings(own.clone())));
    for replace_settings in [false, true] {
        let mut import = import(vec![group("1", "primary", "sales")]);
        import.replace_settings = replace_settings;
        let after = into(&before, "backup", import).unwrap();
        assert_eq!(after.settings() == own, !replace_settings);
    }
}

#[test]
fn sign_ins_are_no_part_of_it() {
    let sign_in = crate::store::sign_in::SignIn {
        owner: pool("primary"),
        group: "sales".to_owned(),
        agent: "anna".to_owned(),
    };
    let mut before = store(vec![group("1", "primary", "sales")]);
    before.apply(Change::Put(Entry::SignIn(sign_in.clone())));
    let after = into(
        &before,
        "primary",
        import(vec![group("1", "primary", "sales")]),
    );
    assert!(after.unwrap().is_signed_in(&sign_in));
    let removal = before.removal(&group("1", "primary", "sales"));
    assert!(removal.contains(&Change::Delete(EntryKey::SignIn(sign_in))));
}

#[test]
fn what_is_malformed_is_refused_as_a_whole() {
    let mut dangling = import(vec![group("1", "primary", "sales")]);
    dangling.file.queues = vec![queue("2", "primary", "line", "nobody")];
    let mut misplaced = import(vec![group("1", "primary", "sales")]);
    misplaced.file.hours = misplaced.file.agent_groups.clone();
    let mut foreign = import(vec![group("1", "primary", "sales")]);
    foreign.file.schema = "something/7".to_owned();
    let mut twice = import(vec![group("1", "primary", "sales")]);
    twice.file.agent_groups.push(group("2", "primary", "sales"));
    for import in [dangling, misplaced, foreign, twice] {
        assert!(into(&store(vec![]), "backup", import).is_err());
    }
}
