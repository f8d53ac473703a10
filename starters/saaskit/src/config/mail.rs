use saaskit_http_axum::PublicUrl;
use saaskit_kernel::Mailbox;

use super::reader::Reader;
use super::{Mode, read_mailbox};

/// How mail goes out.
#[derive(Debug)]
pub struct Mail {
    /// Who it is from.
    pub from: Mailbox,
    /// By which server; without one it is kept to be looked at, which only development may.
    #[cfg(feature = "email-smtp")]
    pub smtp: Option<saaskit_email_smtp::SmtpConfig>,
}

/// What means nothing without a server.
const BESIDE_THE_HOST: [&str; 7] = [
    "SMTP_PORT",
    "SMTP_USERNAME",
    "SMTP_PASSWORD",
    "SMTP_TLS",
    "DKIM_SELECTOR",
    "DKIM_DOMAIN",
    "DKIM_PRIVATE_KEY_PEM",
];

pub(super) fn read(reader: &mut Reader<'_>, mode: Mode, public_url: Option<&PublicUrl>) -> Option<Mail> {
    let from = reader.parsed("EMAIL_FROM", read_mailbox);
    if !reader.is_set("SMTP_HOST") {
        let others: Vec<_> = BESIDE_THE_HOST.into_iter().filter(|name| reader.is_set(name)).collect();
        for name in others {
            reader.fault(name, "is set, and SMTP_HOST is not");
        }
        if mode == Mode::Production {
            reader.fault("SMTP_HOST", "is needed in production");
        }
    }
    #[cfg(feature = "email-smtp")]
    return Some(Mail { smtp: smtp::read(reader, mode, public_url), from: from? });
    #[cfg(not(feature = "email-smtp"))]
    {
        let _ = public_url;
        if reader.is_set("SMTP_HOST") {
            reader.fault("SMTP_HOST", "is set, and this build can't send mail by SMTP");
        }
        Some(Mail { from: from? })
    }
}

#[cfg(feature = "email-smtp")]
mod smtp {
    use saaskit_email_smtp::{DkimConfig, SmtpConfig, SmtpLogin, SmtpTls};

    use super::{Mode, PublicUrl, Reader};

    pub(super) fn read(
        reader: &mut Reader<'_>,
        mode: Mode,
        public_url: Option<&PublicUrl>,
    ) -> Option<SmtpConfig> {
        if !reader.is_set("SMTP_HOST") {
            return None;
        }
        let tls = reader.parsed("SMTP_TLS", |word| {
            SmtpTls::parse(word).ok_or_else(|| "is none of starttls, implicit, none".to_owned())
        })?;
        let mut config = SmtpConfig::new(reader.text("SMTP_HOST")?, tls);
        if reader.is_set("SMTP_PORT") {
            config.port = u16::try_from(reader.number("SMTP_PORT", 1, 65_535)).unwrap_or_default();
        }
        if let Some(host) = public_url.and_then(|url| host(url.origin().as_str())) {
            host.clone_into(&mut config.hello);
        }
        if mode == Mode::Production && tls == SmtpTls::None && !config.is_local() {
            reader.fault("SMTP_TLS", "is none, and the mail server is another machine");
        }
        config.login = read_login(reader);
        config.dkim = read_dkim(reader);
        if let Err(invalid) = config.check() {
            reader.fault(
                "SMTP_HOST",
                format!("can't be used with the other SMTP and DKIM settings: {invalid}"),
            );
        }
        Some(config)
    }

    /// The name in an origin; of an IPv6 address nothing.
    fn host(origin: &str) -> Option<&str> {
        let (_, rest) = origin.split_once("://")?;
        rest.split(':').next().filter(|host| !host.starts_with('['))
    }

    fn read_login(reader: &mut Reader<'_>) -> Option<SmtpLogin> {
        let complete = together(reader, &["SMTP_USERNAME", "SMTP_PASSWORD"]);
        let (username, password) = (reader.text("SMTP_USERNAME"), reader.secret("SMTP_PASSWORD"));
        complete.then_some(SmtpLogin { username: username?, password: password? })
    }

    fn read_dkim(reader: &mut Reader<'_>) -> Option<DkimConfig> {
        let complete = together(reader, &["DKIM_SELECTOR", "DKIM_DOMAIN", "DKIM_PRIVATE_KEY_PEM"]);
        let (selector, domain) = (reader.text("DKIM_SELECTOR"), reader.text("DKIM_DOMAIN"));
        let private_key = reader.secret("DKIM_PRIVATE_KEY_PEM");
        complete.then_some(DkimConfig { domain: domain?, selector: selector?, private_key: private_key? })
    }

    /// The parts of a setting that are good only together: all, or none.
    fn together(reader: &mut Reader<'_>, names: &[&'static str]) -> bool {
        let missing: Vec<_> = names.iter().copied().filter(|name| !reader.is_set(name)).collect();
        if missing.len() < names.len() {
            for name in &missing {
                let others: Vec<_> = names.iter().copied().filter(|other| other != name).collect();
                reader.fault(name, format!("is missing beside {}", others.join(" and ")));
            }
        }
        missing.is_empty()
    }
}
