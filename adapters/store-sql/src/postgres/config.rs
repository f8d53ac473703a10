use std::fmt;
use std::str::FromStr;

use saaskit_kernel::{ErrorKind, PortError, Secret, is_this_machine};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::engine::port_error;
use crate::PoolSettings;

/// Where the server is and how it is used.
#[derive(Clone)]
pub struct Config {
    /// `postgres://login:password@host/database?sslmode=verify-full`.
    pub url: Secret,
    /// Each of two pools: one for each role.
    pub pool: PoolSettings,
    /// The role that sees one tenant at a time.
    pub app_role: String,
    /// The role that sees all tenants: sign-in, queue, named use cases.
    pub system_role: String,
    /// The schema everything lies in.
    pub schema: String,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, pool, app_role, system_role, schema } = self;
        f.debug_struct("Config")
            .field("url", url)
            .field("pool", pool)
            .field("app_role", app_role)
            .field("system_role", system_role)
            .field("schema", schema)
            .finish()
    }
}

impl Config {
    /// The server of that address, with default pools and names.
    pub fn new(url: Secret) -> Self {
        Self {
            url,
            pool: PoolSettings::default(),
            app_role: "saaskit_app".to_owned(),
            system_role: "saaskit_system".to_owned(),
            schema: "saaskit".to_owned(),
        }
    }

    /// Whether it makes sense; `Invalid` with all that is wrong. Nothing is connected.
    pub fn validate(&self) -> Result<(), PortError> {
        let mut faults = self.pool.faults();
        let names =
            [("app role", &self.app_role), ("system role", &self.system_role), ("schema", &self.schema)];
        let wrong = names.into_iter().filter(|(_, name)| !is_name(name));
        faults
            .extend(wrong.map(|(what, _)| {
                format!("the {what} is named by 1 to 63 of a-z, 0-9 and _, a letter first")
            }));
        if self.app_role == self.system_role {
            faults.push("the app role and the system role are the same".to_owned());
        }
        if let Err(error) = self.options() {
            faults.push(error.to_string());
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(port_error(ErrorKind::Invalid).because(faults.join("; ")))
        }
    }

    /// Whether what is said to the server can be read on the way: it is on another machine, and a connection to it
    /// need not be encrypted.
    pub fn is_exposed(&self) -> bool {
        // One that can't be read is refused before anything is said to it.
        let Ok(options) = self.options() else { return false };
        let plain =
            matches!(options.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer);
        let host = options.get_host();
        let is_here = options.get_socket().is_some() || host.starts_with('/') || is_this_machine(host);
        plain && !is_here
    }

    pub(crate) fn options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        Ok(PgConnectOptions::from_str(self.url.expose())?.application_name("saaskit"))
    }

    /// What a connection of a pool begins with. Names were validated: they need no quotes.
    pub(crate) fn set_up(&self, role: &str) -> String {
        let millis = self.pool.statement.as_millis();
        let schema = &self.schema;
        format!("SET ROLE {role}; SET search_path TO {schema}, pg_temp; SET statement_timeout TO {millis}")
    }

    /// A script with this installation's role names. Scripts are written with the default ones, which are used for
    /// nothing else in them.
    pub(crate) fn named(&self, script: &str) -> String {
        script.replace("saaskit_app", &self.app_role).replace("saaskit_system", &self.system_role)
    }
}

fn is_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.len() <= 63 && name.bytes().all(letter) && name.starts_with(|first: char| first.is_ascii_lowercase())
}
