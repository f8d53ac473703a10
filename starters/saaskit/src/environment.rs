use crate::config::Environment;

/// What the process was started with; in development also what `.env` says that is not set otherwise.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn read() -> anyhow::Result<Environment> {
    let mut environment: Environment = std::env::vars().collect();
    let production = environment.get("APP_ENV").is_some_and(|mode| mode == "production");
    if !production && std::path::Path::new(".env").exists() {
        for pair in dotenvy::from_path_iter(".env")? {
            let (name, value) = pair?;
            environment.entry(name).or_insert(value);
        }
    }
    Ok(environment)
}
