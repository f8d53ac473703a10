//! Text messages by AWS SNS.
