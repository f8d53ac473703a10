use super::Mode;
use super::reader::Reader;

/// How text messages go out.
#[derive(Debug)]
pub enum Sms {
    /// Not at all: nobody is sent any.
    Nowhere,
    /// They are kept to be looked at, which only development may.
    Outbox,
    /// By Twilio.
    #[cfg(feature = "sms-twilio")]
    Twilio(saaskit_sms_twilio::TwilioConfig),
    /// By AWS SNS.
    #[cfg(feature = "sms-sns")]
    Sns(saaskit_sms_sns::SnsConfig),
}

/// What means nothing without an account.
const BESIDE_THE_SID: [&str; 3] = ["TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER", "TWILIO_BASE_URL"];

pub(super) fn read(reader: &mut Reader<'_>, mode: Mode) -> Option<Sms> {
    if reader.is_set("SMS_PROVIDER") {
        return match reader.text("SMS_PROVIDER")?.as_str() {
            "twilio" => read_twilio(reader),
            "sns" => read_sns(reader),
            "outbox" => read_outbox(reader, mode),
            _ => {
                reader.fault("SMS_PROVIDER", "is none of twilio, sns, outbox");
                None
            }
        };
    }
    if reader.is_set("TWILIO_ACCOUNT_SID") {
        return read_twilio(reader);
    }
    for name in BESIDE_THE_SID {
        if reader.is_set(name) {
            reader.fault(name, "is set, and TWILIO_ACCOUNT_SID is not");
        }
    }
    Some(if mode == Mode::Development { Sms::Outbox } else { Sms::Nowhere })
}

fn read_outbox(reader: &mut Reader<'_>, mode: Mode) -> Option<Sms> {
    if mode == Mode::Production {
        reader.fault(
            "SMS_PROVIDER",
            "keeps texts in the store instead of sending them, and this is production",
        );
        return None;
    }
    Some(Sms::Outbox)
}

#[cfg(not(feature = "sms-twilio"))]
fn read_twilio(reader: &mut Reader<'_>) -> Option<Sms> {
    let name = if reader.is_set("SMS_PROVIDER") { "SMS_PROVIDER" } else { "TWILIO_ACCOUNT_SID" };
    reader.fault(name, "is set, and this build can't send texts by Twilio");
    None
}

#[cfg(feature = "sms-twilio")]
fn read_twilio(reader: &mut Reader<'_>) -> Option<Sms> {
    need(reader, &["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"]);
    let (sid, from) = (reader.text("TWILIO_ACCOUNT_SID"), reader.text("TWILIO_FROM_NUMBER"));
    let token = reader.secret("TWILIO_AUTH_TOKEN");
    let mut config = saaskit_sms_twilio::TwilioConfig::new(sid?, token?, from?);
    config.base_url = reader.text("TWILIO_BASE_URL")?;
    if let Err(invalid) = config.check() {
        for (field, rule) in invalid.rules() {
            let name = match *field {
                "account_sid" => "TWILIO_ACCOUNT_SID",
                "auth_token" => "TWILIO_AUTH_TOKEN",
                "from_number" => "TWILIO_FROM_NUMBER",
                _ => "TWILIO_BASE_URL",
            };
            broken(reader, name, rule);
        }
    }
    Some(Sms::Twilio(config))
}

#[cfg(not(feature = "sms-sns"))]
fn read_sns(reader: &mut Reader<'_>) -> Option<Sms> {
    reader.fault("SMS_PROVIDER", "is sns, and this build can't send texts by it");
    None
}

#[cfg(feature = "sms-sns")]
fn read_sns(reader: &mut Reader<'_>) -> Option<Sms> {
    use saaskit_sms_sns::{SnsConfig, SnsKey};

    need(reader, &["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
    let (region, access_key_id) = (reader.text("AWS_REGION"), reader.text("AWS_ACCESS_KEY_ID"));
    let secret_access_key = reader.secret("AWS_SECRET_ACCESS_KEY");
    let session_token = reader.secret("AWS_SESSION_TOKEN");
    let key = SnsKey { access_key_id: access_key_id?, secret_access_key: secret_access_key?, session_token };
    let mut config = SnsConfig::new(region?, key);
    config.endpoint_url = reader.text("SNS_ENDPOINT_URL");
    config.sender_id = reader.text("SNS_SENDER_ID");
    if let Err(invalid) = config.check() {
        for (field, rule) in invalid.rules() {
            let name = match *field {
                "region" => "AWS_REGION",
                "access_key_id" => "AWS_ACCESS_KEY_ID",
                "secret_access_key" => "AWS_SECRET_ACCESS_KEY",
                "session_token" => "AWS_SESSION_TOKEN",
                "sender_id" => "SNS_SENDER_ID",
                _ => "SNS_ENDPOINT_URL",
            };
            broken(reader, name, rule);
        }
    }
    Some(Sms::Sns(config))
}

/// What a provider can't be used without.
#[cfg(any(feature = "sms-twilio", feature = "sms-sns"))]
fn need(reader: &mut Reader<'_>, names: &[&'static str]) {
    for name in names {
        if !reader.is_set(name) {
            reader.fault(name, "is needed to send texts");
        }
    }
}

#[cfg(any(feature = "sms-twilio", feature = "sms-sns"))]
fn broken(reader: &mut Reader<'_>, name: &'static str, rule: &str) {
    reader.fault(name, format!("is no good: a good one {rule}"));
}
