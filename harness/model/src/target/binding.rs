//! How a verb is carried out: in one step or in two, perhaps otherwise in each surface.

use schemars::JsonSchema;
use serde::Deserialize;

use super::command::CommandBinding;
use super::file::Words;
use super::http::HttpBinding;
use super::reading::{Answer, Convention, Reading, Rules, Test};
use super::template::{Placeholder, Template};
use super::variables::Variable;
use crate::Span;
use crate::journal::event::Surface;
use crate::place::Place;

/// How a verb is carried out.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Binding {
    /// By one HTTP exchange, whose response says that it is done.
    Http(Box<HttpBinding>),
    /// By one command, whose exit says that it is done.
    Command(Box<CommandBinding>),
    /// By a first step that begins it, and a second, repeated until it is done.
    TwoStep(Box<TwoStep>),
    /// Otherwise in each management surface. Only of verbs that are invoked through one.
    BySurface(Box<BySurface>),
}

/// A verb that is begun, and asked after until it is done.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TwoStep {
    /// Begins it. Done means that it has begun; what it captures is `{captured:…}` in the second.
    pub begin: Step,
    /// Asks whether it is done.
    pub finish: Poll,
}

/// One step of two.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// An HTTP exchange.
    Http(Box<HttpBinding>),
    /// A command.
    Command(Box<CommandBinding>),
}

/// The second step: a question that is asked again until the answer is final.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Poll {
    /// The question.
    pub ask: Step,
    /// When an answer means: not yet. All others are read as the question's own rules say.
    pub pending: Test,
    /// How long after an answer it is asked again.
    #[serde(default = "every")]
    pub every: Span,
    /// How long after the first step it is asked at all; then the outcome is indefinite.
    pub within: Span,
}

fn every() -> Span {
    Span::from_millis(250)
}

/// What an answer to the second step's question means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PollAnswer {
    /// Ask again.
    Pending,
    /// The verb has ended.
    Ended(Reading),
}

/// A verb in each management surface; one that is not given is not bound.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BySurface {
    /// In the graphical one.
    #[serde(default)]
    pub control_panel: Option<Step>,
    /// In the one of commands.
    #[serde(default)]
    pub shell: Option<Step>,
}

/// A binding once the surface is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way<'a> {
    /// By one HTTP exchange.
    Http(&'a HttpBinding),
    /// By one command.
    Command(&'a CommandBinding),
    /// In two steps.
    TwoStep(&'a TwoStep),
}

impl Binding {
    /// How the verb is carried out through `surface`, if it is bound there.
    pub fn way(&self, surface: Option<Surface>) -> Option<Way<'_>> {
        match self {
            Binding::Http(http) => Some(Way::Http(http)),
            Binding::Command(command) => Some(Way::Command(command)),
            Binding::TwoStep(steps) => Some(Way::TwoStep(steps)),
            Binding::BySurface(surfaces) => match surface? {
                Surface::ControlPanel => surfaces.control_panel.as_ref(),
                Surface::Shell => surfaces.shell.as_ref(),
            }
            .map(Step::way),
        }
    }

    /// Whether any of its templates speaks of `variable`.
    pub fn speaks_of(&self, variable: Variable) -> bool {
        let steps = self.steps(&Place::top());
        let mut templates = steps.iter().flat_map(|step| &step.templates);
        templates.any(|(_, template)| {
            template
                .placeholders()
                .any(|placeholder| *placeholder == Placeholder::Variable(variable))
        })
    }

    /// Its steps, with their places and with the names that are captured before each.
    pub(super) fn steps(&self, place: &Place) -> Vec<PlacedStep<'_>> {
        match self {
            Binding::Http(http) => vec![PlacedStep::http(place, http)],
            Binding::Command(command) => vec![PlacedStep::command(place, command)],
            Binding::TwoStep(steps) => {
                let place = place.clone().key("two-step");
                let begin = steps.begin.placed(&place.clone().key("begin"));
                let mut finish = steps.finish.ask.placed(&place.key("finish").key("ask"));
                finish.captured = begin.rules.capture.keys().map(String::as_str).collect();
                vec![begin, finish]
            }
            Binding::BySurface(surfaces) => {
                let place = place.clone().key("by-surface");
                let control_panel = surfaces.control_panel.iter();
                let shell = surfaces.shell.iter();
                control_panel
                    .map(|step| step.placed(&place.clone().key("control-panel")))
                    .chain(shell.map(|step| step.placed(&place.clone().key("shell"))))
                    .collect()
            }
        }
    }
}

impl Step {
    fn way(&self) -> Way<'_> {
        match self {
            Step::Http(http) => Way::Http(http),
            Step::Command(command) => Way::Command(command),
        }
    }

    fn placed(&self, place: &Place) -> PlacedStep<'_> {
        match self {
            Step::Http(http) => PlacedStep::http(place, http),
            Step::Command(command) => PlacedStep::command(place, command),
        }
    }
}

impl Poll {
    /// What a response to the question means, where that is an HTTP exchange.
    pub fn read(&self, status: u16, body: &[u8], words: &Words) -> PollAnswer {
        self.read_answer(&Answer::new(Convention::Http, status, body), words)
    }

    /// What an exit means, where the question is a command.
    pub fn read_exit(&self, exit: u16, stdout: &[u8], stderr: &[u8], words: &Words) -> PollAnswer {
        let answer = Answer::new(Convention::Exit, exit, stdout).with_explanation(stderr);
        self.read_answer(&answer, words)
    }

    fn read_answer(&self, answer: &Answer<'_>, words: &Words) -> PollAnswer {
        if self.pending.holds(answer) {
            return PollAnswer::Pending;
        }
        let rules = match &self.ask {
            Step::Http(http) => &http.read,
            Step::Command(command) => &command.read,
        };
        PollAnswer::Ended(rules.read(answer, words))
    }
}

/// A step, as checks see it.
pub(super) struct PlacedStep<'a> {
    /// Where its `http` or `command` stands.
    pub(super) place: Place,
    /// All templates in it, with their places.
    pub(super) templates: Vec<(Place, &'a Template)>,
    /// How its answers are read.
    pub(super) rules: &'a Rules,
    /// The names that are captured before it.
    pub(super) captured: Vec<&'a str>,
}

impl<'a> PlacedStep<'a> {
    fn http(place: &Place, http: &'a HttpBinding) -> Self {
        let place = place.clone().key("http");
        PlacedStep {
            templates: http.templates(&place),
            place,
            rules: &http.read,
            captured: Vec::new(),
        }
    }

    fn command(place: &Place, command: &'a CommandBinding) -> Self {
        let place = place.clone().key("command");
        PlacedStep {
            templates: command.templates(&place),
            place,
            rules: &command.read,
            captured: Vec::new(),
        }
    }
}
