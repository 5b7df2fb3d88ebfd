//! What a test has phones do, and what they have seen.

use super::adapter::Command;
use super::phone::{self, PhoneEvent, ReceivedMedia};
use super::{Pool, World};

impl World {
    /// `caller` calls `number` through `pool`.
    pub fn call(&mut self, caller: &str, number: &str, pool: Pool) {
        let command = phone::PhoneCommand::Call {
            to: number.to_owned(),
            through: pool.sip(),
        };
        self.sim
            .command(self.phones[caller], Command::Phone(command));
    }

    pub fn hang_up(&mut self, name: &str) {
        let command = Command::Phone(phone::PhoneCommand::HangUp);
        self.sim.command(self.phones[name], command);
    }

    /// A phone is gone for good.
    pub fn unplug(&mut self, name: &str) {
        self.sim.kill(self.phones[name]);
    }

    pub fn behave(&mut self, name: &str, behaviour: phone::Behaviour) {
        let command = Command::Phone(phone::PhoneCommand::Behave(behaviour));
        self.sim.command(self.phones[name], command);
    }

    /// What a phone hears now.
    pub fn received_media(&mut self, name: &str) -> ReceivedMedia {
        let command = Command::Phone(phone::PhoneCommand::Report);
        self.sim.command(self.phones[name], command);
        self.run(1);
        let events = self.events.get(name).into_iter().flatten().rev();
        let media = events.filter_map(|(_, event)| match event {
            PhoneEvent::Report(media) => Some(*media),
            _ => None,
        });
        media.take(1).next().unwrap()
    }

    /// Forgets what was seen so far.
    pub fn forget(&mut self) {
        self.events.clear();
    }

    pub fn events(&self, name: &str) -> Vec<PhoneEvent> {
        let events = self.events.get(name).into_iter().flatten();
        events
            .map(|(_, event)| event.clone())
            .filter(|event| !matches!(event, PhoneEvent::Report(_)))
            .collect()
    }

    /// What a phone has seen last of its calls.
    pub fn outcome(&self, name: &str) -> Option<PhoneEvent> {
        let is_of_call = |event: &PhoneEvent| {
            !matches!(
                event,
                PhoneEvent::Registered(_) | PhoneEvent::NotRegistered(..)
            )
        };
        self.events(name).into_iter().rfind(is_of_call)
    }

    pub fn was_alerted(&self, name: &str) -> bool {
        let events = self.events(name);
        events
            .iter()
            .any(|event| matches!(event, PhoneEvent::Alerted { .. }))
    }

    pub fn ended(&self, name: &str) -> bool {
        self.events(name).contains(&PhoneEvent::Ended)
    }

    /// Who was alerted, in order.
    pub fn alerted(&self) -> Vec<&str> {
        let mut alerted = Vec::new();
        for (name, events) in &self.events {
            for (at, event) in events {
                if matches!(event, PhoneEvent::Alerted { .. }) {
                    alerted.push((*at, name.as_str()));
                }
            }
        }
        alerted.sort();
        alerted.into_iter().map(|(_, name)| name).collect()
    }

    pub fn is_media_of(media: ReceivedMedia, pool: Pool) -> bool {
        matches!(media, ReceivedMedia::From(from) if from.ip() == pool.sip().ip())
    }
}
