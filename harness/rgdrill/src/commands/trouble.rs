//! Trouble of a lab or its engine: whose it is, and what to do about it. Each kind has a sentence of its
//! own, for advice that does not fit sends people the wrong way.

use campaign::CampaignError;
use conductor::ConductorError;
use lab::LabError;
use lab::docker::{AddressError, ContainerFault, ContainerPart, DockerError};
use miette::Diagnostic;
use model::file::{FileError, FileErrors, SourceFile};
use model::journal::JournalError;
use target::{Runs, Target};

use super::judging::NO_ROOM;
use crate::command_error::CommandError;

/// What to do about a machine that has no time for what runs on it.
const NO_TIME: &str = "this is the environment's trouble: the machine may have no time for so much at once (--jobs 1 runs one walk after the other); with --keep, the logs of the containers are in the run directory";

/// What to do about an engine.
pub(super) fn help_for_engine(error: &DockerError) -> &'static str {
    match error {
        DockerError::Address(error) => help_for_address(error),
        DockerError::NoEngine { denied: true, .. } => {
            "let this user use it (`sudo usermod -aG docker \"$USER\"`, and log in again), or say with DOCKER_HOST where another one is; `rgdrill certify --lab sim` runs the same walks in simulation, and needs none"
        }
        DockerError::NoEngine { .. } => {
            "start one (`dockerd`, or Docker Desktop), or say with DOCKER_HOST where it is; `rgdrill certify --lab sim` runs the same walks in simulation, and needs none"
        }
        DockerError::Gone { .. } => {
            "start it again; then `rgdrill clean` removes what drills have left there"
        }
        DockerError::Unanswered { .. } => {
            "see whether it is stuck (`docker ps`), and restart it if it is; then `rgdrill clean` removes what drills have left there"
        }
        DockerError::Refused { why, .. } if is_full(why) => {
            "the engine's disk is full: `docker system df` shows what takes the room, `docker system prune` makes some"
        }
        DockerError::Refused { status, why, .. } if *status == Some(403) || is_denied(why) => {
            "the engine does not permit that: ask whoever runs it, or say with DOCKER_HOST where another one is"
        }
        DockerError::Refused { .. } | DockerError::NotUp(_) | DockerError::NoWorkload { .. } => {
            "the engine's own log says more (`journalctl -u docker`); `rgdrill clean` removes what earlier drills left there"
        }
        DockerError::NoImage(_) => {
            "a lab pulls no images: `docker pull` or `docker load` it first, or leave out --image, and it is made of this program"
        }
        DockerError::Build { .. } => {
            "with --image REF, an image is used that the engine has already"
        }
        DockerError::NoFreeNetwork { .. } => {
            "`rgdrill clean` removes networks that earlier drills left; --subnet takes another one, such as 10.20.30.0/24"
        }
        DockerError::Local { .. } => NO_ROOM,
        DockerError::Cancelled => "nothing has been drilled",
    }
}

fn help_for_address(error: &AddressError) -> &'static str {
    match error {
        AddressError::NoContext { .. } => {
            "`docker context ls` names them all; DOCKER_HOST, or DOCKER_CONTEXT=default, passes them over"
        }
        AddressError::Damaged { .. } => "restore it, or say with DOCKER_HOST where the engine is",
        AddressError::NoCertificate { .. } => {
            "DOCKER_CERT_PATH (or ~/.docker) is the directory that has ca.pem, cert.pem and key.pem; without DOCKER_TLS_VERIFY, nothing is encrypted"
        }
        AddressError::Unverified(_) => {
            "give the context the certificate of the engine's authority: docker context update --docker host=…,ca=…,cert=…,key=…"
        }
        AddressError::Ssh(_) => {
            "have its socket forwarded (ssh -NL /tmp/engine.sock:/var/run/docker.sock USER@HOST), and set DOCKER_HOST=unix:///tmp/engine.sock"
        }
        AddressError::Unknown(_) => {
            "write it as unix:///PATH or tcp://HOST:PORT; with DOCKER_TLS_VERIFY=1, the latter is encrypted"
        }
    }
}

/// What to do about a lab that failed.
pub(super) fn help_for_lab(error: &LabError) -> &'static str {
    match error {
        LabError::Engine(error) => help_for_engine(error),
        LabError::Silent { .. } => {
            "see whether the engine still answers (`docker ps`) and whether the machine has time; then `rgdrill clean` removes what the drill has left"
        }
        LabError::Process { .. } | LabError::TimedOut { .. } => NO_TIME,
        LabError::NoMeans { .. } => "the machine that the lab is on lacks it: use another one",
        LabError::Machines(_) => {
            "this is the environment's trouble: see what the machines and the target's own commands say"
        }
        LabError::TooManyActors { .. } => {
            "the topology's agents, callers and callees are to be fewer"
        }
        LabError::TooFewPorts { .. } => "`clients: { ports: … }` of the target's file gives them",
        LabError::Cancelled
        | LabError::UnknownActor(_)
        | LabError::UnknownFault(_)
        | LabError::NoServer { .. }
        | LabError::Overlap { .. }
        | LabError::Network(_) => "see whether the scenarios are in order: `rgdrill check FILE…`",
    }
}

/// What to do about a campaign that could not be completed.
pub(super) fn help_for_campaign(error: &CampaignError) -> &'static str {
    match error {
        CampaignError::Lab { source, .. } => help_for_lab(source),
        CampaignError::Walk { source, .. } => match source.as_ref() {
            ConductorError::Lab { cause, .. } => help_for_lab(cause),
            ConductorError::Journal(error) => help_for_journal(error),
            ConductorError::Cancelled { .. } => "run the drill again",
        },
        CampaignError::Journal(error) => help_for_journal(error),
        CampaignError::Cancelled => "run the drill again",
    }
}

fn help_for_journal(error: &JournalError) -> &'static str {
    match error {
        JournalError::Write { .. } => NO_ROOM,
        JournalError::Outgrown { .. } => {
            "ask for fewer repetitions of each walk (--repeat), or for fewer walks (--walk)"
        }
        _ => {
            "the files of the run were changed while it went on: run the drill again, into another place (--out)"
        }
    }
}

/// The mistake in the target's file that keeps a lab from being made, if it is one.
pub(super) fn mistake(
    error: &LabError,
    target: &Target,
    file: &SourceFile,
) -> Option<CommandError> {
    let LabError::Engine(DockerError::NotUp(fault)) = error else {
        return None;
    };
    let Runs::Containers(containers) = &target.runs else {
        return None;
    };
    let mut lists = containers.lists().into_iter();
    let (path, list) = lists.find_map(|(hosts, path, list)| {
        let is_there = hosts.iter().any(|host| host.name == fault.host);
        is_there.then_some((path, list))
    })?;
    let index = list
        .iter()
        .position(|container| container.name == fault.container)?;
    let path = path.item(index);
    let path = match fault.part {
        ContainerPart::Command => path.key("command"),
        ContainerPart::Ready => path.key("ready").key("run"),
        ContainerPart::Within => path.key("ready").key("within"),
    };
    let error = FileError::at(file, &path, Mistake(fault.clone()));
    Some(CommandError::usage(FileErrors::from(error)))
}

/// What a target's file says of a container that does not come up.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Mistake(ContainerFault);

impl Diagnostic for Mistake {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(match self.0.part {
            ContainerPart::Command => {
                "correct the container's `command`, its `files`, or its image: `docker run` shows what the image does by itself"
            }
            ContainerPart::Ready => {
                "correct `run`: it is a command inside the container, and ends with 0 when that is ready"
            }
            ContainerPart::Within => {
                "give it longer, or correct `run`: it is a command inside the container, and ends with 0 when that is ready"
            }
        }))
    }
}

/// Whether a text of an engine says that a disk is full.
fn is_full(why: &str) -> bool {
    why.contains("no space left")
}

/// Whether it says that something is not permitted.
fn is_denied(why: &str) -> bool {
    [
        "permission denied",
        "not permitted",
        "denied by",
        "forbidden",
    ]
    .iter()
    .any(|word| why.to_lowercase().contains(word))
}

#[cfg(test)]
mod tests {
    use model::exit_code::ExitCode;
    use model::host::HostName;

    use super::*;

    const TARGET: &str = r#"target: acme
schema: rgdrill-target/1
about: A target.
labs: [docker]
ports: { sip: 5060, http: 8080 }
runs:
  containers:
    pool:
      - name: media
        image: acme-media:1
      - name: telephony
        image: acme:1
        command: [serve]
        ready: { run: [ctl, status], within: 5s }
capabilities: []
verbs:
  fail-over:
    command: { in: container, run: [ctl, over] }
  fail-back:
    command: { in: container, run: [ctl, back] }
"#;

    fn refused(status: u16, why: &str) -> LabError {
        LabError::Engine(DockerError::Refused {
            what: "do something".to_owned(),
            status: Some(status),
            why: why.to_owned(),
        })
    }

    #[test]
    fn a_container_that_does_not_come_up_is_a_mistake_in_a_line_of_the_file() {
        let file = SourceFile::new("acme.yaml", TARGET);
        let target = Target::load(&file).unwrap_or_else(|errors| panic!("{errors:?}"));
        let parts = [
            ("media", ContainerPart::Command, "name: media"),
            ("telephony", ContainerPart::Command, "[serve]"),
            ("telephony", ContainerPart::Ready, "[ctl, status]"),
            ("telephony", ContainerPart::Within, "5s"),
        ];
        for (container, part, at) in parts {
            let fault = ContainerFault {
                host: HostName::BACKUP,
                container: container.to_owned(),
                part,
                why: "does not come up".to_owned(),
            };
            let error = LabError::Engine(DockerError::NotUp(fault));
            let mistake = mistake(&error, &target, &file).unwrap();
            assert_eq!(mistake.code, ExitCode::Usage);
            let mut labels = mistake.report.labels().unwrap();
            let offset = labels.next().unwrap().offset();
            assert!(TARGET[offset..].starts_with(at), "{}", &TARGET[offset..]);
            assert_eq!(
                mistake
                    .report
                    .to_string()
                    .matches("does not come up")
                    .count(),
                1
            );
        }
    }

    #[test]
    fn what_is_no_mistake_of_the_file_is_not_told_as_one() {
        let file = SourceFile::new("acme.yaml", TARGET);
        let target = Target::load(&file).unwrap_or_else(|errors| panic!("{errors:?}"));
        let full = refused(500, "write: no space left on device");
        assert!(mistake(&full, &target, &file).is_none());
    }

    #[test]
    fn each_kind_of_trouble_has_advice_of_its_own() {
        let gone = DockerError::Gone {
            address: "unix:///engine.sock".to_owned(),
            what: "list containers".to_owned(),
            why: "connection refused".to_owned(),
        };
        let unanswered = DockerError::Unanswered {
            address: "unix:///engine.sock".to_owned(),
            what: "list containers".to_owned(),
            seconds: 15,
        };
        let errors = [
            (gone.into(), "start it again"),
            (unanswered.into(), "see whether it is stuck"),
            (
                refused(500, "mkdir: no space left on device"),
                "disk is full",
            ),
            (
                refused(403, "authorization denied by plugin"),
                "does not permit",
            ),
            (refused(500, "something else"), "own log"),
            (LabError::Silent { seconds: 15 }, "still answers"),
        ];
        for (error, advice) in errors {
            assert!(help_for_lab(&error).contains(advice), "{error}");
            assert_ne!(help_for_lab(&error), NO_ROOM);
        }
    }
}
