//! What a target calls pools and surfaces.

use model::topology::Pool;
use model::verb::Surface;
use schemars::JsonSchema;
use serde::Deserialize;

/// What a target calls pools and surfaces; in its answers too.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Words {
    /// The pool that the drill takes away.
    pub primary: String,
    /// Its paired backup pool.
    pub backup: String,
    /// The graphical management surface.
    pub control_panel: String,
    /// The management surface of commands.
    pub shell: String,
}

impl Default for Words {
    /// The project's own.
    fn default() -> Self {
        Words {
            primary: Pool::Primary.word().to_owned(),
            backup: Pool::Backup.word().to_owned(),
            control_panel: Surface::ControlPanel.word().to_owned(),
            shell: Surface::Shell.word().to_owned(),
        }
    }
}

impl Words {
    /// What the target calls a pool.
    pub fn pool(&self, pool: Pool) -> &str {
        match pool {
            Pool::Primary => &self.primary,
            Pool::Backup => &self.backup,
        }
    }

    /// What the target calls a surface.
    pub fn surface(&self, surface: Surface) -> &str {
        match surface {
            Surface::ControlPanel => &self.control_panel,
            Surface::Shell => &self.shell,
        }
    }

    /// The pool that the target calls so.
    pub fn read_pool(&self, word: &str) -> Option<Pool> {
        Pool::BOTH.into_iter().find(|pool| self.pool(*pool) == word)
    }
}
