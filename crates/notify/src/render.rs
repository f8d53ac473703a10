use std::collections::BTreeMap;
use std::fmt;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use saaskit_kernel::Locale;

use crate::{Branding, Template, TemplateError};

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

/// What every mail says in its reader's language.
struct Wording {
    fallback: &'static str,
    footer: &'static str,
}

const fn wording(locale: Locale) -> Wording {
    match locale {
        Locale::En => Wording {
            fallback: "If the button does not work, open this address:",
            footer: "You get this mail because of your account at {{ brand.name }}.",
        },
        Locale::De => Wording {
            fallback: "Wenn der Knopf nicht funktioniert, öffnen Sie diese Adresse:",
            footer: "Sie erhalten diese E-Mail wegen Ihres Kontos bei {{ brand.name }}.",
        },
    }
}

impl Template {
    /// Renders text and HTML from the one source. A value that is missing, or that the template does not know, is
    /// an error.
    pub fn render(
        self,
        locale: Locale,
        brand: &Branding,
        values: &Values,
    ) -> Result<Rendered, TemplateError> {
        self.check(values)?;
        let (subject, body) = self.source(locale).split_once("\n\n").unwrap_or_default();
        let blocks: Vec<Block<'_>> = body.split("\n\n").map(|part| read_block(part.trim())).collect();
        let words = wording(locale);
        let plain = Engine::new(AutoEscape::None, brand, values);
        let markup = Engine::new(AutoEscape::Html, brand, values);
        let subject = plain.fill(subject.trim_start_matches("# "))?;
        let text = plain.fill_all(&blocks, write_text)?.join("\n\n");
        let content = markup.fill_all(&blocks, |block| write_html(block, words.fallback))?.join("\n");
        let preview = blocks.iter().find_map(|block| match block {
            Block::Paragraph(lines) => Some(*lines),
            Block::Heading(_) | Block::Button { .. } => None,
        });
        let footer = plain.fill(words.footer)?;
        let html = markup.fill_with(
            LAYOUT,
            context! {
                content,
                footer => footer.as_str(),
                subject => subject.as_str(),
                locale => locale.as_str(),
                preview => markup.fill(preview.unwrap_or_default())?,
                ..markup.values.clone()
            },
        )?;
        Ok(Rendered { subject, text: format!("{text}\n\n-- \n{footer}\n"), html })
    }

    fn check(self, values: &Values) -> Result<(), TemplateError> {
        let fault = |why: &str, name: &str| TemplateError(format!("{} {why} {name}", self.as_str()));
        if let Some(missing) = self.variables().iter().find(|name| !values.contains_key(**name)) {
            return Err(fault("lacks", missing));
        }
        match values.keys().find(|name| !self.variables().contains(&name.as_str())) {
            Some(unknown) => Err(fault("knows no", unknown)),
            None => Ok(()),
        }
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

/// Programs that read mail often drop style sheets: what matters is said at each element. A button is a cell,
/// because some of them know no padding elsewhere; 12 + 20 + 12 points are what a thumb meets.
fn write_html(block: &Block<'_>, fallback: &str) -> String {
    match block {
        Block::Heading(line) => format!(
            r#"<h1 class="strong" style="margin:0 0 16px;color:#18181b;font-size:24px;line-height:32px;font-weight:700;overflow-wrap:anywhere;">{line}</h1>"#
        ),
        Block::Paragraph(lines) => format!(
            r#"<p class="body" style="margin:0 0 16px;color:#3f3f46;font-size:16px;line-height:26px;overflow-wrap:anywhere;">{lines}</p>"#
        ),
        Block::Button { label, url } => format!(
            r#"<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 24px;">
<tr><td align="center" style="border:1px solid {{{{ brand.edge }}}};border-radius:8px;background:{{{{ brand.color }}}};">
<a href="{url}" style="display:inline-block;padding:12px 24px;border-radius:8px;color:{{{{ brand.on_color }}}};font-size:16px;line-height:20px;font-weight:600;text-decoration:none;overflow-wrap:anywhere;">{label}</a>
</td></tr></table>
<p class="quiet" style="margin:0 0 24px;color:#5b5b66;font-size:13px;line-height:20px;overflow-wrap:anywhere;word-break:break-word;">{fallback}<br><span style="word-break:break-all;">{url}</span></p>"#
        ),
    }
}

struct Engine {
    environment: Environment<'static>,
    values: Value,
}

impl Engine {
    fn new(escape: AutoEscape, brand: &Branding, values: &Values) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(move |_| escape.clone());
        let brand = context! {
            name => brand.name.as_str(),
            color => String::from(brand.color),
            edge => String::from(brand.color.edge()),
            on_color => String::from(brand.color.readable_on_it()),
            logo => brand.logo.as_ref().map(crate::Logo::as_str),
        };
        let named = values.iter().map(|(name, value)| (name.as_str(), Value::from(value.as_str())));
        Self { environment, values: Value::from_pairs(named.chain([("brand", brand)])) }
    }

    fn fill_all(
        &self,
        blocks: &[Block<'_>],
        write: impl Fn(&Block<'_>) -> String,
    ) -> Result<Vec<String>, TemplateError> {
        blocks.iter().map(|block| self.fill(&write(block))).collect()
    }

    fn fill(&self, source: &str) -> Result<String, TemplateError> {
        self.fill_with(source, self.values.clone())
    }

    fn fill_with(&self, source: &str, values: Value) -> Result<String, TemplateError> {
        let filled = self.environment.render_str(source, values);
        filled.map_err(|error| TemplateError(error.to_string()))
    }
}

const LAYOUT: &str = include_str!("template/layout.html");

#[cfg(test)]
mod tests {
    use saaskit_kernel::Name;

    use super::*;

    const LINK: &str = "https://app.example/verify-email?token=abc&x=1";

    fn brand() -> Branding {
        Branding::named(Name::parse("Acme").unwrap())
    }

    /// A value for each name the template declares.
    fn values(template: Template) -> Values {
        let value = |name: &str| if name == "link" { LINK.to_owned() } else { format!("a-{name}") };
        template.variables().iter().map(|name| ((*name).to_owned(), value(name))).collect()
    }

    fn everywhere(mut check: impl FnMut(Template, Locale, &Rendered)) {
        for template in Template::ALL {
            for locale in Locale::ALL {
                let mail = template.render(locale, &brand(), &values(*template)).unwrap();
                check(*template, locale, &mail);
            }
        }
    }

    #[test]
    fn every_template_says_each_of_its_values_in_text_and_html_in_every_language() {
        everywhere(|template, locale, mail| {
            let name = format!("{template:?} {locale:?}");
            assert!(!mail.subject.is_empty() && !mail.subject.contains('\n'), "{name}");
            for (variable, value) in values(template) {
                let escaped = value.replace('&', "&amp;").replace('/', "&#x2f;");
                assert!(mail.text.contains(&value), "{name} does not use {variable}");
                assert!(mail.html.contains(&escaped), "{name} does not use {variable}");
            }
            assert!(mail.html.contains(&format!("<html lang=\"{}\">", locale.as_str())), "{name}");
            assert!(mail.text.contains("Acme") && mail.html.contains("Acme"), "{name}");
            for left_over in ["{{", "{%", "]("] {
                assert!(!mail.text.contains(left_over) && !mail.html.contains(left_over), "{name}");
            }
        });
    }

    #[test]
    fn a_link_is_a_button_and_an_address_to_copy() {
        everywhere(|template, _, mail| {
            let links = usize::from(template.variables().contains(&"link"));
            assert_eq!(mail.text.matches(&format!(":\n{LINK}\n")).count(), links, "{}", mail.text);
            assert_eq!(mail.html.matches("<a href=\"https:&#x2f;&#x2f;app.example").count(), links);
        });
    }

    #[test]
    fn a_language_is_translated_whole() {
        for template in Template::ALL {
            let [english, german] = [Locale::En, Locale::De].map(|locale| template.source(locale));
            let lines = |source: &str| source.lines().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(lines(english).len(), lines(german).len(), "{template:?}");
            let same = lines(english).into_iter().zip(lines(german)).find(|(a, b)| !a.is_empty() && a == b);
            assert_eq!(same, None, "{template:?}");
        }
    }

    #[test]
    fn a_value_that_is_missing_or_unknown_is_an_error() {
        for template in Template::ALL {
            for missing in template.variables() {
                let mut values = values(*template);
                values.remove(*missing);
                let answer = template.render(Locale::En, &brand(), &values);
                assert!(answer.is_err(), "{template:?} without {missing}");
            }
            let mut values = values(*template);
            values.insert("brand".to_owned(), "Evil".to_owned());
            assert!(template.render(Locale::En, &brand(), &values).is_err(), "{template:?}");
        }
    }

    #[test]
    fn a_value_can_be_no_markup_and_no_block() {
        let mut values = values(Template::Welcome);
        values
            .insert("tenant".into(), "<b>x</b>\n\n[Click](https://evil.example)\n\n## Big {{ link }}".into());
        let mail = Template::Welcome.render(Locale::En, &brand(), &values).unwrap();
        for markup in ["<b>x", "href=\"https://evil", "\">Big"] {
            assert!(!mail.html.contains(markup), "{}", mail.html);
        }
        assert!(mail.html.contains("{{ link }}"));
    }

    #[test]
    fn a_mail_bears_its_brand() {
        let brand = Branding {
            name: Name::parse("Söhne & <Co>").unwrap(),
            color: crate::Color::parse("#facc15").unwrap(),
            logo: crate::Logo::parse("https://cdn.example/logo.png"),
        };
        let mail = Template::Welcome.render(Locale::De, &brand, &values(Template::Welcome)).unwrap();
        assert!(mail.html.contains("src=\"https:&#x2f;&#x2f;cdn.example&#x2f;logo.png\""));
        assert!(mail.html.contains("background:#facc15;") && mail.html.contains("color:#000000;"));
        assert!(mail.html.contains("alt=\"Söhne &amp; &lt;Co&gt;\""), "{}", mail.html);
        assert!(mail.text.ends_with("bei Söhne & <Co>.\n"), "{}", mail.text);
    }
}
