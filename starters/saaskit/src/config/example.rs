use super::variable::{VARIABLES, Variable};

/// The text of `.env.example`: every variable, with what counts when it is not set.
pub fn example_file() -> String {
    let mut text = String::from(
        "# Every variable saaskit reads. Made from the code; a test keeps it true. Nothing here has to be set in\n\
         # development. A secret may be given as a file instead: NAME_FILE=/path/to/file.\n",
    );
    text.extend(VARIABLES.iter().map(|it| format!("\n# {}\n# {}={}\n", it.about, it.name, shown(it))));
    text
}

/// The table of `docs/configuration.md`.
pub fn reference_page() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         Every variable `saaskit` reads, made from the code (a test keeps this page true). Values are text until they are parsed, so a\n\
         password of digits stays a password. A secret may also be given as a file: `NAME_FILE`. `saaskit config check` reads all of them\n\
         and names everything that is wrong at once; `serve` refuses to start with exit status 78.\n\n\
         | variable | default | what it is for |\n|---|---|---|\n",
    );
    text.extend(VARIABLES.iter().map(row));
    text
}

fn row(variable: &Variable) -> String {
    let default = if variable.default.is_empty() { String::new() } else { format!("`{}`", variable.default) };
    let secret = if variable.secret { " (secret)" } else { "" };
    format!("| `{}`{secret} | {default} | {} |\n", variable.name, variable.about)
}

fn shown(variable: &Variable) -> &'static str {
    if variable.default.is_empty() { variable.example } else { variable.default }
}
