//! Each fault, in containers and in simulation, as all probes see it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use campaign::{DockerFactory, LabFactory, LabSpec, SimFactory};
use lab::Lab;
use lab::docker::ImageSource;
use model::fault::{FAULTS, Fault, FaultKind};
use model::host::HostName;
use model::journal::Event;
use model::reach::Reach;
use model::shared::Shared;
use model::topology::Pool;
use tokio_util::sync::CancellationToken;

/// How long a lab has until all is well, or a fault is what it is.
const TO_SETTLE: Duration = Duration::from_secs(20);

/// For how long everything must stay as it is.
const TO_STAY: Duration = Duration::from_millis(2500);

/// What a probe finds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Findings {
    hosts: Shared<BTreeMap<HostName, Reach>>,
    heard: Shared<Vec<HostName>>,
    pools: Shared<BTreeMap<Pool, Reach>>,
    database: Option<Reach>,
}

type View = BTreeMap<String, Findings>;

pub(crate) fn look_as_in_simulation() {
    let image = match std::env::var("RGDRILL_IMAGE") {
        Ok(image) => ImageSource::Existing(image),
        Err(_) => ImageSource::Program(env!("CARGO_BIN_EXE_rgdrill").into()),
    };
    let target = rgdrill::reference_target().unwrap();
    let containers =
        DockerFactory::prepare(&image, None, &target, None, &CancellationToken::new()).unwrap();
    let (mut real, mut simulated) = (create(&containers), create(&SimFactory));
    let well = settled(simulated.as_mut());
    assert_eq!(await_view(real.as_mut(), &well), well);
    for kind in FAULTS.iter() {
        let fault = Fault {
            kind,
            hosts: vec![HostName::PRIMARY, HostName::PRIMARY_DATABASE],
        };
        let ids = [
            simulated.inject(&fault).unwrap(),
            real.inject(&fault).unwrap(),
        ];
        let expected = as_seen_by_others(settled(simulated.as_mut()), kind);
        let seen = as_seen_by_others(await_view(real.as_mut(), &expected), kind);
        assert_eq!(seen, expected, "{kind}");
        simulated.heal(ids[0]).unwrap();
        real.heal(ids[1]).unwrap();
        assert_eq!(settled(simulated.as_mut()), well, "{kind}");
        assert_eq!(await_view(real.as_mut(), &well), well, "{kind}, healed");
    }
}

fn create(labs: &dyn LabFactory) -> Box<dyn Lab> {
    let scenarios = rgdrill::scenarios().unwrap();
    let walk = scenarios.walks["control"].clone();
    let plan = drawing::Plan::of(&walk, &scenarios);
    let target = Arc::new(rgdrill::reference_target().unwrap());
    let secrets = target.secrets(|_| None).unwrap();
    let logs = tempfile::tempdir().unwrap();
    let spec = LabSpec {
        name: &walk.walk,
        plan: &plan,
        target: &target,
        secrets: &secrets,
        seed: 1,
        dir: Some(logs.path()),
        cancelled: &CancellationToken::new(),
    };
    labs.create(&spec).unwrap()
}

/// Without the probes of hosts that have no power: those in containers go on, and hear nothing.
fn as_seen_by_others(mut view: View, kind: FaultKind) -> View {
    if kind == FaultKind::POWER_OFF {
        view.retain(|host, _| !host.starts_with("primary"));
    }
    view
}

/// What all probes find in the end, after all has settled.
fn settled(lab: &mut dyn Lab) -> View {
    let mut view = View::new();
    let until = lab.now() + Duration::from_secs(4);
    while let Some(observed) = lab.next(until).unwrap() {
        take(&mut view, &observed.host, observed.event);
    }
    view
}

/// Waits until the probes find what is expected, and go on to do so; else, what they find.
fn await_view(lab: &mut dyn Lab, expected: &View) -> View {
    let mut view = View::new();
    let deadline = lab.now() + TO_SETTLE;
    let mut since = None;
    while lab.now() < deadline {
        let until = lab.now() + Duration::from_millis(100);
        while let Some(observed) = lab.next(until).unwrap() {
            take(&mut view, &observed.host, observed.event);
        }
        let fits = expected
            .iter()
            .all(|(host, found)| view.get(host) == Some(found));
        since = fits.then(|| since.unwrap_or_else(|| lab.now()));
        if since.is_some_and(|since| lab.now().since(since) > TO_STAY) {
            break;
        }
    }
    view.retain(|host, _| expected.contains_key(host));
    view
}

fn take(view: &mut View, host: &str, event: Event) {
    if let Event::Probed {
        hosts,
        heard,
        pools,
        database,
    } = event
    {
        let findings = Findings {
            hosts,
            heard,
            pools,
            database,
        };
        view.insert(host.to_owned(), findings);
    }
}
