use saaskit_kernel::Agent;

/// What a client seems to be, by what it calls itself: for people to know their own by, and nothing to decide by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The browser or program, if it is a common one.
    pub program: Option<&'static str>,
    /// What it runs on, if it is a common one.
    pub platform: Option<&'static str>,
}

/// What a name contains, and what that means; browsers name those they want to be taken for, so the first counts.
const PROGRAMS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
const PLATFORMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

impl Client {
    /// By what it calls itself.
    pub fn of(agent: &Agent) -> Self {
        let first = |known: &[(&str, &'static str)]| {
            let found = known.iter().find(|(part, _)| agent.as_str().contains(part));
            found.map(|(_, name)| *name)
        };
        Self { program: first(PROGRAMS), platform: first(PLATFORMS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_known_by_their_names() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, program, platform) in [
            (
                format!("Mozilla/5.0 (X11; Linux x86_64) {webkit} Chrome/140.0 Safari/537.36"),
                "Chrome",
                "Linux",
            ),
            (format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/140.0 Edg/140.0"), "Edge", "Windows"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.1; rv:140.0) Firefox/140.0".into(),
                "Firefox",
                "macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1".into(),
                "Safari",
                "iPhone",
            ),
            (format!("Mozilla/5.0 (Linux; Android 15) {webkit} Chrome/140.0 Mobile"), "Chrome", "Android"),
        ] {
            let client = Client::of(&Agent::new(&agent));
            assert_eq!((client.program, client.platform), (Some(program), Some(platform)), "{agent}");
        }
        assert_eq!(Client::of(&Agent::new("Something/1.0")), Client { program: None, platform: None });
    }
}
