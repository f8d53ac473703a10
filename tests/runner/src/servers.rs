use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, bail};
use saaskit_peers::{
    Mongo, Postgres, RedisCluster, RedisSentinel, RedisServer, Smtp, Sns, Twilio, installed,
};

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
    /// Starts them all at once, for most of that is waiting for what is installed, and tells cargo where they are.
    pub(crate) fn start(cargo: &mut Cargo, report: &mut Report) -> Self {
        thread::scope(|scope| {
            let postgres = scope.spawn(Postgres::start);
            let mongo = scope.spawn(Mongo::start);
            let smtp = scope.spawn(Smtp::start);
            let twilio = scope.spawn(Twilio::start);
            let sns = scope.spawn(Sns::start);
            let redis = scope.spawn(redis);
            let browser = scope.spawn(|| installed("chromium", "chromium"));
            let postgres = had("PostgreSQL", ended(postgres), report);
            if let Some(postgres) = &postgres {
                println!("== PostgreSQL at {}", postgres.url());
                cargo.with_postgres(postgres.url());
            }
            let mongo = had("MongoDB", ended(mongo), report);
            if let Some(mongo) = &mongo {
                println!("== MongoDB, what speaks like it, at {}", mongo.url());
                cargo.with_mongo(mongo.url());
            }
            let smtp = had("SMTP", ended(smtp), report);
            if let Some(smtp) = &smtp {
                println!("== SMTP, told what to do at {}", smtp.control());
                cargo.with_smtp(smtp.control());
            }
            let twilio = had("Twilio", ended(twilio), report);
            if let Some(twilio) = &twilio {
                println!("== Twilio's contract, and what it let through, at {}", twilio.addresses());
                cargo.with_twilio(twilio.addresses());
            }
            let sns = had("SNS", ended(sns), report);
            if let Some(sns) = &sns {
                println!("== SNS at {}", sns.address());
                cargo.with_sns(sns.access());
            }
            let redis = had("Redis", ended(redis), report);
            if let Some((one, cluster, sentinel)) = &redis {
                println!("== Redis at {}, {} and {}", one.url(), cluster.url(), sentinel.url());
                cargo.with_redis(one.url(), cluster.url(), sentinel.url());
            }
            if let Some(browser) = had("a browser", ended(browser), report) {
                cargo.with_browser(browser.display().to_string());
            }
            Self {
                _postgres: postgres,
                _mongo: mongo,
                _smtp: smtp,
                _twilio: twilio,
                _sns: sns,
                _redis: redis,
            }
        })
    }
}

/// One server, a cluster, and servers watched by sentinels.
fn redis() -> Result<(RedisServer, RedisCluster, RedisSentinel)> {
    Ok((RedisServer::start(&[])?, RedisCluster::start()?, RedisSentinel::start()?))
}

/// What became of what was begun beside others.
pub(crate) fn ended<S>(begun: ScopedJoinHandle<'_, Result<S>>) -> Result<S> {
    begun.join().unwrap_or_else(|_| bail!("its start ended in the middle"))
}

/// What could not be had is named and skipped.
pub(crate) fn had<S>(name: &str, started: Result<S>, report: &mut Report) -> Option<S> {
    started.map_err(|error| report.skipped(format!("{name}: {error:#}"))).ok()
}
