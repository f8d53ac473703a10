use crate::config::Environment;

/// What the process was started with; in development also what `.env` says that is not set otherwise.
pub(crate) fn read() -> anyhow::Result<Environment> {
    let mut environment = Environment::new();
    for (name, value) in std::env::vars_os() {
        // What is no text is none of ours, unless it bears one of our names: then it is missed by that.
        if let (Ok(name), Ok(value)) = (name.into_string(), value.into_string()) {
            environment.insert(name, value);
        }
    }
    let production = environment.get("APP_ENV").is_some_and(|mode| mode == "production");
    if !production && std::path::Path::new(".env").exists() {
        for (before, pair) in dotenvy::from_path_iter(".env")?.enumerate() {
            // The error of the library repeats the line, which may hold a secret.
            let Ok((name, value)) = pair else {
                anyhow::bail!(
                    ".env: what follows after {before} settings can't be read; a value with spaces is quoted"
                )
            };
            environment.entry(name).or_insert(value);
        }
    }
    Ok(environment)
}
