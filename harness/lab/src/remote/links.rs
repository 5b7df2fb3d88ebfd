//! Orders to holders: all links of a fault are cut, or none.

use std::collections::BTreeMap;
use std::time::Duration;

use model::fault::Cut;
use model::host::HostName;
use model::impairment::Impairment;

use super::driver::RemoteLab;
use super::machine_fault::Direction;
use super::machines::Machines;
use super::process_id::ProcessId;
use crate::LabError;
use crate::control::Order;

/// How long an order may take.
const ORDER_TIMEOUT: Duration = Duration::from_secs(5);

impl<M: Machines> RemoteLab<M> {
    /// Gives orders to holders, and waits until each has done what it was told, or said why not.
    /// Gives the answers in the order of the orders.
    fn order(
        &mut self,
        orders: Vec<(HostName, Order)>,
    ) -> Result<Vec<Result<(), String>>, LabError> {
        let mut due = Vec::new();
        for (host, order) in orders {
            let holder = ProcessId::holder(host);
            due.push((holder, self.machines.tell(holder, &order)?));
        }
        self.until(
            ORDER_TIMEOUT,
            |inbox| inbox.has_answers(&due),
            || "holders to cut, heal or impair links".to_owned(),
        )?;
        Ok(self.inbox.answers(&due))
    }

    /// Cuts links: all of them, or none.
    pub(super) fn cut(&mut self, cuts: &BTreeMap<Direction, Cut>) -> Result<(), LabError> {
        let orders = cuts.iter().map(|(&(from, to), &how)| {
            let peer = self.addresses.of(to);
            (from, Order::Cut { peer, how })
        });
        let done = self.order(orders.collect())?;
        let ways = cuts.keys().zip(&done);
        let refused = |(way, done): (&Direction, &Result<(), String>)| {
            Some((way.0, done.as_ref().err()?.clone()))
        };
        let Some((host, why)) = ways.clone().find_map(refused) else {
            return Ok(());
        };
        let error = LabError::NoMeans {
            what: "cut a link",
            host,
            why,
        };
        let were_cut = ways.filter(|(_, done)| done.is_ok()).map(|(way, _)| *way);
        self.heal_links(were_cut.collect())?;
        Err(error)
    }

    /// Heals links, all of which are cut.
    pub(super) fn heal_links(&mut self, ways: Vec<Direction>) -> Result<(), LabError> {
        let orders = ways.iter().map(|&(from, to)| {
            let peer = self.addresses.of(to);
            (from, Order::Heal { peer })
        });
        let done = self.order(orders.collect())?;
        let mut answers = ways.iter().zip(done);
        match answers.find_map(|(way, done)| Some((way.0, done.err()?))) {
            None => Ok(()),
            Some((host, why)) => {
                let why = format!("a link cannot be healed: {why}");
                Err(LabError::process(ProcessId::holder(host), why))
            }
        }
    }

    /// Has whatever these hosts send fare so from now on; gives the reason where that cannot be.
    pub(super) fn impair(
        &mut self,
        hosts: &[HostName],
        impairment: Impairment,
    ) -> Result<Option<LabError>, LabError> {
        let orders = hosts
            .iter()
            .map(|host| (*host, Order::Impair { impairment }));
        let done = self.order(orders.collect())?;
        let mut answers = hosts.iter().zip(done);
        Ok(answers.find_map(|(host, done)| {
            Some(LabError::NoMeans {
                what: "impair its links",
                host: *host,
                why: done.err()?,
            })
        }))
    }
}
