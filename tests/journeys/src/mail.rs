use serde_json::Value;

/// A mail of the development outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its key.
    pub id: String,
    /// Whom it is to.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub links: Vec<String>,
}

impl Mail {
    pub(crate) fn of(value: &Value) -> Self {
        let text =
            |name: &str| value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}")).to_owned();
        let links = value["links"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Self {
            id: text("id"),
            to: text("to"),
            subject: text("subject"),
            text: text("text"),
            links: links.map(str::to_owned).collect(),
        }
    }

    /// The link that carries a token.
    pub fn link(&self) -> &str {
        let link = self.links.iter().find(|link| link.contains("?token="));
        link.unwrap_or_else(|| panic!("no link with a token: {self:?}"))
    }

    /// The token that the link carries.
    pub fn token(&self) -> String {
        self.link().split_once("?token=").expect("the link carries a token").1.to_owned()
    }
}
