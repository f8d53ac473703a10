use std::collections::BTreeMap;
use std::fmt;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use crate::{NotifyError, Template};

/// A mail as its reader gets it.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Bodies hold links that sign people in: a debug print leaves them out.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A template's values, by name.
pub type Values = BTreeMap<String, String>;

/// One part of a mail. The source is cut into blocks before values are put in, so that no value can make one.
#[derive(Debug)]
enum Block<'a> {
    Heading(&'a str),
    Paragraph(&'a str),
    Button { label: &'a str, url: &'a str },
}

impl Template {
    const fn source(self) -> &'static str {
        match self {
            Self::VerifyEmail => include_str!("template/verify-email.md"),
            Self::AccountExists => include_str!("template/account-exists.md"),
            Self::Welcome => include_str!("template/welcome.md"),
        }
    }

    /// Renders text and HTML from the one source. A value that is missing is an error.
    pub fn render(self, values: &Values) -> Result<Rendered, NotifyError> {
        let (subject, body) = self.source().split_once("\n\n").unwrap_or_default();
        let blocks: Vec<Block<'_>> = body.split("\n\n").map(|part| read_block(part.trim())).collect();
        let plain = Engine::new(AutoEscape::None);
        let markup = Engine::new(AutoEscape::Html);
        let fill = |engine: &Engine, write: fn(&Block<'_>) -> String| -> Result<Vec<String>, NotifyError> {
            blocks.iter().map(|block| engine.fill(&write(block), values)).collect()
        };
        Ok(Rendered {
            subject: plain.fill(subject.trim_start_matches("# "), values)?,
            text: fill(&plain, write_text)?.join("\n\n") + "\n",
            html: LAYOUT.replace("{content}", &fill(&markup, write_html)?.join("\n")),
        })
    }
}

fn read_block(part: &str) -> Block<'_> {
    if let Some(heading) = part.strip_prefix("## ") {
        return Block::Heading(heading);
    }
    let button =
        part.strip_prefix('[').and_then(|rest| rest.strip_suffix(')')).and_then(|rest| rest.split_once("]("));
    button.map_or(Block::Paragraph(part), |(label, url)| Block::Button { label, url })
}

fn write_text(block: &Block<'_>) -> String {
    match block {
        Block::Heading(line) | Block::Paragraph(line) => (*line).to_owned(),
        Block::Button { label, url } => format!("{label}:\n{url}"),
    }
}

fn write_html(block: &Block<'_>) -> String {
    match block {
        Block::Heading(line) => format!("<h1>{line}</h1>"),
        Block::Paragraph(lines) => format!("<p>{lines}</p>"),
        Block::Button { label, url } => {
            format!("<p><a class=\"button\" href=\"{url}\">{label}</a></p>\n<p class=\"quiet\">{url}</p>")
        }
    }
}

struct Engine(Environment<'static>);

impl Engine {
    fn new(escape: AutoEscape) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(move |_| escape.clone());
        Self(environment)
    }

    fn fill(&self, source: &str, values: &Values) -> Result<String, NotifyError> {
        let values = values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let filled = self.0.render_str(source, minijinja::Value::from_pairs(values));
        filled.map_err(|error| NotifyError::Template(error.to_string()))
    }
}

const LAYOUT: &str = include_str!("template/layout.html");

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let link = "https://app.example/verify-email?token=abc&x=1";
        [("name", "Ana"), ("tenant", "Acme"), ("link", link)]
            .map(|(name, value)| (name.into(), value.into()))
            .into()
    }

    #[test]
    fn every_template_renders_to_text_and_html_that_hold_the_link() {
        for template in Template::ALL {
            let mail = template.render(&values()).unwrap();
            assert!(!mail.subject.is_empty() && !mail.subject.contains('\n'), "{template:?}");
            assert!(mail.text.contains("https://app.example/verify-email?token=abc&x=1\n"), "{}", mail.text);
            assert!(
                mail.html
                    .contains("href=\"https:&#x2f;&#x2f;app.example&#x2f;verify-email?token=abc&amp;x=1\""),
                "{}",
                mail.html
            );
            assert!(!mail.text.contains("{{") && !mail.html.contains("{content}"), "{template:?}");
        }
    }

    #[test]
    fn a_missing_value_is_an_error() {
        for template in Template::ALL {
            assert!(matches!(template.render(&Values::new()), Err(NotifyError::Template(_))), "{template:?}");
        }
    }

    #[test]
    fn a_value_can_be_no_markup_and_no_block() {
        let mut values = values();
        values
            .insert("tenant".into(), "<b>x</b>\n\n[Click](https://evil.example)\n\n## Big {{ link }}".into());
        let mail = Template::Welcome.render(&values).unwrap();
        assert!(
            !mail.html.contains("<b>x")
                && !mail.html.contains("href=\"https://evil")
                && !mail.html.contains("<h1>Big")
        );
        assert!(mail.html.contains("{{ link }}"));
    }
}
