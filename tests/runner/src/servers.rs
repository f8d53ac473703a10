use anyhow::Result;
use saaskit_peers::{Mongo, Postgres, RedisCluster, RedisSentinel, RedisServer, Smtp, Sns, Twilio};

use crate::cargo::Cargo;
use crate::report::Report;

/// The servers that many tests share. They run as long as this value lives; those that could not be had are named and
/// skipped.
#[derive(Debug)]
pub(crate) struct Servers {
    _postgres: Option<Postgres>,
    _mongo: Option<Mongo>,
    _smtp: Option<Smtp>,
    _twilio: Option<Twilio>,
    _sns: Option<Sns>,
    _redis: Option<(RedisServer, RedisCluster, RedisSentinel)>,
}

impl Servers {
    /// Starts them and tells cargo where they are.
    pub(crate) fn start(cargo: &mut Cargo, report: &mut Report) -> Self {
        let postgres = had("PostgreSQL", Postgres::start(), report);
        if let Some(postgres) = &postgres {
            println!("== PostgreSQL at {}", postgres.url());
            cargo.with_postgres(postgres.url());
        }
        let mongo = had("MongoDB", Mongo::start(), report);
        if let Some(mongo) = &mongo {
            println!("== MongoDB, what speaks like it, at {}", mongo.url());
            cargo.with_mongo(mongo.url());
        }
        let smtp = had("SMTP", Smtp::start(), report);
        if let Some(smtp) = &smtp {
            println!("== SMTP, told what to do at {}", smtp.control());
            cargo.with_smtp(smtp.control());
        }
        let twilio = had("Twilio", Twilio::start(), report);
        if let Some(twilio) = &twilio {
            println!("== Twilio's contract, and what it let through, at {}", twilio.addresses());
            cargo.with_twilio(twilio.addresses());
        }
        let sns = had("SNS", Sns::start(), report);
        if let Some(sns) = &sns {
            println!("== SNS at {}", sns.address());
            cargo.with_sns(sns.access());
        }
        let redis = had("Redis", redis(), report);
        if let Some((one, cluster, sentinel)) = &redis {
            println!("== Redis at {}, {} and {}", one.url(), cluster.url(), sentinel.url());
            cargo.with_redis(one.url(), cluster.url(), sentinel.url());
        }
        Self { _postgres: postgres, _mongo: mongo, _smtp: smtp, _twilio: twilio, _sns: sns, _redis: redis }
    }
}

/// One server, a cluster, and servers watched by sentinels.
fn redis() -> Result<(RedisServer, RedisCluster, RedisSentinel)> {
    Ok((RedisServer::start(&[])?, RedisCluster::start()?, RedisSentinel::start()?))
}

/// What could not be had is named and skipped.
pub(crate) fn had<S>(name: &str, started: Result<S>, report: &mut Report) -> Option<S> {
    started.map_err(|error| report.skipped(format!("{name}: {error:#}"))).ok()
}
