//! How a verb is carried out: in one step or in two, perhaps otherwise in each surface.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::command::CommandBinding;
use crate::http::{At, HttpBinding};
use crate::reading::{Answer, Convention, Reading, Rules, Test};
use crate::template::{Placeholder, Template};
use crate::variables::Variable;
use crate::words::Words;
use model::Span;
use model::verb::Surface;
use model::yaml_path::YamlPath;

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
    pub begin: Exchange,
    /// Asks whether it is done.
    pub finish: Poll,
}

/// One step of two.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Exchange {
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
    pub ask: Exchange,
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
    pub control_panel: Option<Exchange>,
    /// In the one of commands.
    #[serde(default)]
    pub shell: Option<Exchange>,
}

/// A binding once the surface is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BoundVerb<'a> {
    /// By one HTTP exchange.
    Http(&'a HttpBinding),
    /// By one command.
    Command(&'a CommandBinding),
    /// In two steps.
    TwoStep(&'a TwoStep),
}

impl Binding {
    /// How the verb is carried out through `surface`, if it is bound there.
    pub fn bound(&self, surface: Option<Surface>) -> Option<BoundVerb<'_>> {
        match self {
            Binding::Http(http) => Some(BoundVerb::Http(http)),
            Binding::Command(command) => Some(BoundVerb::Command(command)),
            Binding::TwoStep(steps) => Some(BoundVerb::TwoStep(steps)),
            Binding::BySurface(surfaces) => match surface? {
                Surface::ControlPanel => surfaces.control_panel.as_ref(),
                Surface::Shell => surfaces.shell.as_ref(),
            }
            .map(Exchange::bound),
        }
    }

    /// Whether any of its templates speaks of `variable`.
    pub fn speaks_of(&self, variable: Variable) -> bool {
        let steps = self.exchanges(&YamlPath::top());
        let mut templates = steps.iter().flat_map(|step| &step.templates);
        templates.any(|(_, template)| {
            template
                .placeholders()
                .any(|placeholder| *placeholder == Placeholder::Variable(variable))
        })
    }

    /// Its steps, with their places and with the names that are captured before each.
    pub(super) fn exchanges(&self, path: &YamlPath) -> Vec<LocatedExchange<'_>> {
        match self {
            Binding::Http(http) => vec![LocatedExchange::http(path, http)],
            Binding::Command(command) => vec![LocatedExchange::command(path, command)],
            Binding::TwoStep(steps) => {
                let path = path.clone().key("two-step");
                let begin = steps.begin.located(&path.clone().key("begin"));
                let mut finish = steps.finish.ask.located(&path.key("finish").key("ask"));
                finish.captured = begin.rules.capture.keys().map(String::as_str).collect();
                vec![begin, finish]
            }
            Binding::BySurface(surfaces) => {
                let path = path.clone().key("by-surface");
                let control_panel = surfaces.control_panel.iter();
                let shell = surfaces.shell.iter();
                control_panel
                    .map(|step| step.located(&path.clone().key("control-panel")))
                    .chain(shell.map(|step| step.located(&path.clone().key("shell"))))
                    .collect()
            }
        }
    }
}

impl Exchange {
    fn bound(&self) -> BoundVerb<'_> {
        match self {
            Exchange::Http(http) => BoundVerb::Http(http),
            Exchange::Command(command) => BoundVerb::Command(command),
        }
    }

    fn located(&self, path: &YamlPath) -> LocatedExchange<'_> {
        match self {
            Exchange::Http(http) => LocatedExchange::http(path, http),
            Exchange::Command(command) => LocatedExchange::command(path, command),
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
        if self.pending.matches(answer) {
            return PollAnswer::Pending;
        }
        let rules = match &self.ask {
            Exchange::Http(http) => &http.read,
            Exchange::Command(command) => &command.read,
        };
        PollAnswer::Ended(rules.read(answer, words))
    }
}

/// A step, as checks see it.
pub(super) struct LocatedExchange<'a> {
    /// Where its `http` or `command` stands.
    pub(super) path: YamlPath,
    /// Which host is asked.
    pub(super) at: At,
    /// The command, if it is one.
    pub(super) command: Option<&'a CommandBinding>,
    /// All templates in it, with their places.
    pub(super) templates: Vec<(YamlPath, &'a Template)>,
    /// How its answers are read.
    pub(super) rules: &'a Rules,
    /// The names that are captured before it.
    pub(super) captured: Vec<&'a str>,
}

impl<'a> LocatedExchange<'a> {
    fn http(path: &YamlPath, http: &'a HttpBinding) -> Self {
        let path = path.clone().key("http");
        LocatedExchange {
            at: http.at,
            command: None,
            templates: http.templates(&path),
            path,
            rules: &http.read,
            captured: Vec::new(),
        }
    }

    fn command(path: &YamlPath, command: &'a CommandBinding) -> Self {
        let path = path.clone().key("command");
        LocatedExchange {
            at: command.at,
            command: Some(command),
            templates: command.templates(&path),
            path,
            rules: &command.read,
            captured: Vec::new(),
        }
    }
}
