use saaskit_kernel::{PhoneNumber, ProviderId, Secret, SmsSender, SmsStatus};
use saaskit_sms_sns::{SnsConfig, SnsKey, SnsSms};

use crate::peer::{Peer, message};

const TAKEN: &str =
    "<PublishResponse><PublishResult><MessageId>0f2a</MessageId></PublishResult></PublishResponse>";

/// The value of an attribute in a form, by its name.
fn attribute(form: &str, name: &str) -> Option<String> {
    let field = |text: &str| form.split('&').find_map(|field| field.strip_prefix(text)).map(str::to_owned);
    let number = (1..5)
        .find(|number| field(&format!("MessageAttributes.entry.{number}.Name=")).as_deref() == Some(name))?;
    assert_eq!(
        field(&format!("MessageAttributes.entry.{number}.Value.DataType=")).as_deref(),
        Some("String")
    );
    field(&format!("MessageAttributes.entry.{number}.Value.StringValue="))
}

#[tokio::test]
async fn a_message_is_transactional_and_from_whom_it_says() {
    let peer = Peer::alone().await;
    peer.say(200, "", TAKEN);
    assert_eq!(peer.sender().send(&message()).await.unwrap(), ProviderId("0f2a".to_owned()));
    let mut other = message();
    other.from = PhoneNumber::parse("+442079460958").ok();
    peer.say(200, "", TAKEN);
    peer.sender().send(&other).await.unwrap();
    let nameless = SnsSms::new(&SnsConfig { sender_id: None, ..peer.config() }).unwrap();
    peer.say(200, "", TAKEN);
    nameless.send(&message()).await.unwrap();

    let forms: Vec<String> = peer
        .front
        .exchanges()
        .iter()
        .map(|it| it.request.split("\r\n\r\n").last().unwrap().to_owned())
        .collect();
    let number = "%2B442079460958".to_owned();
    for (form, sender, from) in
        [(&forms[0], Some("Acme"), None), (&forms[1], Some("Acme"), Some(number)), (&forms[2], None, None)]
    {
        assert!(form.contains("Action=Publish&") && form.contains("PhoneNumber=%2B40721234567"), "{form}");
        assert_eq!(attribute(form, "AWS.SNS.SMS.SMSType").as_deref(), Some("Transactional"));
        assert_eq!(attribute(form, "AWS.SNS.SMS.SenderID").as_deref(), sender);
        assert_eq!(attribute(form, "AWS.MM.SMS.OriginationNumber"), from);
    }
}

#[tokio::test]
async fn a_key_that_is_good_for_a_while_says_so() {
    let peer = Peer::alone().await;
    let config = peer.config();
    let key = SnsKey { session_token: Some(Secret::new("a-token-of-sixteen")), ..config.key.clone() };
    peer.say(200, "", TAKEN);
    SnsSms::new(&SnsConfig { key, ..config }).unwrap().send(&message()).await.unwrap();
    let request = &peer.front.exchanges()[0].request;
    assert!(request.contains("\r\nx-amz-security-token: a-token-of-sixteen\r\n"), "{request}");
}

#[tokio::test]
async fn what_became_of_a_message_is_unknown_and_not_asked_for() {
    let peer = Peer::alone().await;
    let status = peer.sender().status(&ProviderId("0f2a".to_owned())).await.unwrap();
    assert_eq!((status, peer.front.exchanges().len()), (SmsStatus::Unknown, 0));
}
