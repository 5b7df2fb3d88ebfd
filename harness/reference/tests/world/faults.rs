//! What a test does to pools and their links.

use node::sim::{Cut, HostId};

use super::{Pool, World};

impl World {
    pub fn kill(&mut self, pool: Pool) {
        self.sim.kill(self.pools[&pool]);
    }

    pub fn restart(&mut self, pool: Pool) {
        self.sim.start(self.pools[&pool]);
    }

    pub fn freeze(&mut self, pool: Pool) {
        self.sim.freeze(self.pools[&pool]);
    }

    pub fn thaw(&mut self, pool: Pool) {
        self.sim.thaw(self.pools[&pool]);
    }

    pub fn power_off(&mut self, pool: Pool) {
        self.sim.power_off(self.sim.host_of(self.pools[&pool]));
    }

    /// Cuts a pool off from everybody but its database, silently.
    pub fn isolate(&mut self, pool: Pool) {
        let host = self.sim.host_of(self.pools[&pool]);
        for other in self.others(pool) {
            self.sim.cut(host, other, Cut::Silent);
            self.sim.cut(other, host, Cut::Silent);
        }
    }

    /// Cuts what a pool sends to everybody but its database.
    pub fn cut_outgoing(&mut self, pool: Pool) {
        let host = self.sim.host_of(self.pools[&pool]);
        for other in self.others(pool) {
            self.sim.cut(host, other, Cut::Silent);
        }
    }

    pub fn rejoin(&mut self, pool: Pool) {
        let host = self.sim.host_of(self.pools[&pool]);
        for other in self.others(pool) {
            self.sim.heal(host, other);
            self.sim.heal(other, host);
        }
    }

    fn others(&self, pool: Pool) -> [HostId; 3] {
        let partner = pool.partner();
        [
            self.clients,
            self.sim.host_of(self.pools[&partner]),
            self.sim.host_of(self.databases[&partner]),
        ]
    }
}
