//! The two targets that the tests ask, and what they are asked with.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use model::Span;
use model::clause::CallKind;
use model::file::SourceFile;
use model::topology::{Group, Participation, Pool, Routing};
use model::verb::{About, Filter, Surface, Verb, VerbOutcome};
use model::walk::Timing;
use target::binding::BoundVerb;
use target::{CommandBinding, HttpBinding, Secrets, Target, TwoStep, Variables};

const REFERENCE: &str = include_str!("../../../../scenarios/targets/reference.yaml");
/// A vendor's, in which all is bound otherwise than in the reference's.
pub(crate) const VENDOR: &str = include_str!("vendor.yaml");

pub(crate) fn reference() -> Target {
    Target::load(&SourceFile::new("reference.yaml", REFERENCE)).expect("a target in order")
}

pub(crate) fn vendor() -> Target {
    Target::load(&SourceFile::new("vendor.yaml", VENDOR)).expect("a target in order")
}

/// What the environment has for the two targets.
pub(crate) fn secrets(target: &Target) -> Secrets {
    let environment = |name: &str| (name == "VENDOR_TOKEN").then(|| "s3cr3t".to_owned());
    target.secrets(environment).expect("all secrets")
}

/// One of everything that `verb` can be about. An import is of the last export unless it says
/// otherwise.
pub(crate) fn about_of(verb: Verb) -> About {
    let about = about();
    let value = about.value.filter(|_| verb != Verb::Import);
    About { value, ..about }
}

/// One of everything that a verb can be about.
pub(crate) fn about() -> About {
    About {
        owner: Some(Pool::Primary),
        parent: Some(Pool::Backup),
        surface: Some(Surface::Shell),
        filter: Some(Filter::Owner(Pool::Primary)),
        group: Some("sales".to_owned()),
        agent: Some("alice".to_owned()),
        callee: Some("carol".to_owned()),
        value: Some("drilled".to_owned()),
        definition: Some(Box::new(group())),
    }
}

/// A group that is to be created.
fn group() -> Group {
    Group {
        name: "sales".to_owned(),
        owner: Pool::Primary,
        calls: CallKind::Anonymous,
        participation: Participation::Formal,
        routing: Routing::RoundRobin,
        alert_time: Span::from_secs(20),
        queue_timeout: None,
        members: vec!["alice".to_owned(), "bob".to_owned()],
    }
}

/// The values for a verb that is invoked at the backup.
pub(crate) fn variables(target: &Target, verb: Verb, about: &About) -> Variables {
    let captured = BTreeMap::from([
        ("export".to_owned(), r#"{"workflows":[1]}"#.to_owned()),
        ("job".to_owned(), "job 7".to_owned()),
    ]);
    Variables::new(verb, Pool::Backup, about, &Timing::default(), &target.words)
        .with_captured(&captured)
}

pub(crate) fn http(target: &Target, verb: Verb) -> &HttpBinding {
    match target.bound(verb, Some(Surface::Shell)) {
        Some(BoundVerb::Http(http)) => http,
        other => panic!("{verb:?} is bound by {other:?}"),
    }
}

pub(crate) fn command(target: &Target, verb: Verb) -> &CommandBinding {
    match target.bound(verb, Some(Surface::Shell)) {
        Some(BoundVerb::Command(command)) => command,
        other => panic!("{verb:?} is bound by {other:?}"),
    }
}

pub(crate) fn two_step(target: &Target, verb: Verb) -> &TwoStep {
    match target.bound(verb, None) {
        Some(BoundVerb::TwoStep(steps)) => steps,
        other => panic!("{verb:?} is bound by {other:?}"),
    }
}

pub(crate) fn request(target: &Target, verb: Verb, about: &About) -> Request<Bytes> {
    http(target, verb)
        .request(&variables(target, verb, about), &secrets(target))
        .expect("a request")
}

/// A refusal, for this reason.
pub(crate) fn refused(why: &str) -> VerbOutcome {
    VerbOutcome::Refused {
        why: why.to_owned(),
    }
}
