use std::collections::BTreeMap;
use std::fmt;

use saaskit_kernel::Secret;

use super::variable::{VARIABLES, Variable};

/// What is wrong with one variable, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub variable: &'static str,
    /// What is wrong; never holds a secret.
    pub fault: String,
    /// An example, or what to do.
    pub mend: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.variable, self.fault, self.mend)
    }
}

/// The environment as it is given: names and values. Values stay text until they are parsed.
pub type Environment = BTreeMap<String, String>;

/// Reads variables one by one and collects every fault instead of stopping at the first.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    environment: &'a Environment,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(environment: &'a Environment) -> Self {
        Self { environment, faults: Vec::new() }
    }

    /// The value as text: what is set, else the default; `None` where there is neither.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        let variable = self.variable(name)?;
        let set = self.set(variable);
        set.or_else(|| (!variable.default.is_empty()).then(|| variable.default.to_owned()))
    }

    /// The value, parsed; a value that can't be is a fault.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(name, fault);
                None
            }
        }
    }

    pub(crate) fn secret(&mut self, name: &'static str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        let parse = |text: &str| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("is neither true nor false".to_owned()),
        };
        self.parsed(name, parse).unwrap_or(false)
    }

    pub(crate) fn number(&mut self, name: &'static str, least: u32, most: u32) -> u32 {
        let parse = |text: &str| match text.parse::<u32>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(format!("is no number from {least} to {most}")),
        };
        self.parsed(name, parse).unwrap_or(least)
    }

    /// Whether it was set at all, itself or by its file.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        let set = |name: &str| self.environment.get(name).is_some_and(|value| !value.is_empty());
        set(name) || set(&format!("{name}_FILE"))
    }

    pub(crate) fn fault(&mut self, name: &'static str, fault: impl Into<String>) {
        let example =
            VARIABLES.iter().find(|variable| variable.name == name).map_or("", |variable| variable.example);
        self.faults.push(Fault { variable: name, fault: fault.into(), mend: format!("Example: {example}") });
    }

    pub(crate) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    fn variable(&mut self, name: &'static str) -> Option<&'static Variable> {
        let variable = VARIABLES.iter().find(|variable| variable.name == name);
        if variable.is_none() {
            self.fault(name, "is read but not in the list of variables");
        }
        variable
    }

    fn set(&mut self, variable: &'static Variable) -> Option<String> {
        let own = self.environment.get(variable.name).filter(|value| !value.is_empty()).cloned();
        let file =
            variable.secret.then(|| self.environment.get(&format!("{}_FILE", variable.name))).flatten();
        match (own, file) {
            (Some(_), Some(_)) => {
                self.fault(variable.name, "is given twice, itself and as a file");
                None
            }
            (own, None) => own,
            (None, Some(path)) => match read_value(path) {
                Ok(value) => Some(value),
                Err(kind) => {
                    self.fault(variable.name, format!("is given as a file that can't be read ({kind})"));
                    None
                }
            },
        }
    }
}

/// What a file holds that is named in place of a value; ends of lines at its end are none of it.
pub(crate) fn read_value(path: &str) -> Result<String, std::io::ErrorKind> {
    let text = std::fs::read_to_string(path).map_err(|error| error.kind())?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
