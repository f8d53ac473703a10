use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::apt::{install, is_root};
use crate::command::succeed;
use crate::port::free_port;

/// What every server is started with.
const SETTINGS: &[&str] = &["shared_buffers=64MB", "max_connections=400", "listen_addresses=127.0.0.1"];
/// Speed, not durability: the data is thrown away, and the tests kill clients, never this server.
const FAST: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// A throw-away PostgreSQL server. It ends with this value, and with this process however that ends.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    owner: Owner,
    programs: PathBuf,
    home: PathBuf,
    settings: Vec<&'static str>,
    guardian: Child,
}

impl Postgres {
    /// Finds the server's programs, or installs them where that is possible, and starts a server on a free port.
    /// The error says what is missing.
    pub fn start() -> Result<Self> {
        Self::with([SETTINGS, FAST].concat())
    }

    /// The same, and what it acknowledged is there again after it fell.
    pub fn durable() -> Result<Self> {
        Self::with(SETTINGS.to_vec())
    }

    fn with(settings: Vec<&'static str>) -> Result<Self> {
        let programs = match find() {
            Some(programs) => programs,
            None => install_postgres()?,
        };
        let owner = if is_root()? { Owner::Postgres } else { Owner::Me };
        let port = free_port()?;
        let home = std::env::temp_dir().join(format!("saaskit-postgres-{}-{port}", std::process::id()));
        owner.make(&home)?;
        let guardian = guardian(owner, &programs, &home)?;
        let server = Self { port, owner, programs, home, settings, guardian };

        let mut initdb = server.command("initdb");
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"]);
        succeed(&mut initdb).context("initdb")?;
        server.start_again()?;
        Ok(server)
    }

    /// It falls in the middle of whatever it does.
    pub fn fall(&self) -> Result<()> {
        succeed(self.command("pg_ctl").args(["-m", "immediate", "stop"])).context("pg_ctl stop")
    }

    /// After it fell: it is there again, on its port and its data.
    pub fn start_again(&self) -> Result<()> {
        let settings = self.settings.iter().map(|setting| format!("-c {setting}"));
        let settings = settings.collect::<Vec<_>>().join(" ");
        let (port, home) = (self.port, self.home.display());
        let options = format!("-p {port} -c unix_socket_directories={home} {settings}");
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl.args(["-w", "-l"]).arg(self.home.join("log")).args(["-o", &options, "start"]);
        succeed(&mut pg_ctl).context("pg_ctl start")
    }

    /// It does nothing any more, none of its processes does, and its connections stay open.
    pub fn pause(&self) -> Result<()> {
        // First the one that makes the others.
        self.processes()?.iter().try_for_each(|id| signal("-STOP", id))
    }

    /// It goes on where it was paused.
    pub fn resume(&self) -> Result<()> {
        self.processes()?.iter().rev().try_for_each(|id| signal("-CONT", id))
    }

    /// The ids of its processes; first that of the one that made the others.
    fn processes(&self) -> Result<Vec<String>> {
        let file = self.home.join("data/postmaster.pid");
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let first = text.lines().next().context("the server runs")?.to_owned();
        let made = Command::new("pgrep").args(["-P", &first]).output().context("running pgrep")?;
        let made = String::from_utf8(made.stdout)?;
        Ok(std::iter::once(first).chain(made.lines().map(str::to_owned)).collect())
    }

    /// One of its programs, about its data.
    fn command(&self, program: &str) -> Command {
        let mut command = self.owner.command(&self.programs.join(program), &self.home);
        command.arg("-D").arg(self.home.join("data"));
        command
    }

    /// Where a superuser reaches it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guardian.stdin.take());
        drop(self.guardian.wait());
    }
}

fn signal(name: &str, process: &str) -> Result<()> {
    succeed(Command::new("kill").args([name, process]))
}

/// A process in a group of its own that waits for the end of its input, which comes when this process drops the
/// pipe or dies, and then stops the server, paused or not, and removes its files.
fn guardian(owner: Owner, programs: &Path, home: &Path) -> Result<Child> {
    use std::os::unix::process::CommandExt as _;
    const SCRIPT: &str = r#"cat; kill -CONT "$(head -n 1 "$2/data/postmaster.pid")"; "$1/pg_ctl" -D "$2/data" -m immediate stop; rm -rf "$2""#;
    let mut command = owner.command(Path::new("sh"), Path::new("/"));
    command.args(["-c", SCRIPT, "guardian"]).arg(programs).arg(home).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().context("starting the guardian of the PostgreSQL server")
}

/// Whose processes and files the server's are: PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Me,
    Postgres,
}

impl Owner {
    fn command(self, program: &Path, folder: &Path) -> Command {
        let mut command = match self {
            Self::Me => Command::new(program),
            Self::Postgres => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
                command
            }
        };
        command.current_dir(folder).env("LC_ALL", "C.UTF-8");
        command
    }

    fn make(self, folder: &Path) -> Result<()> {
        let mut install = Command::new("install");
        install.args(["-d", "-m", "700"]);
        if matches!(self, Self::Postgres) {
            install.args(["-o", "postgres"]);
        }
        succeed(install.arg(folder)).context("making the server's folder")
    }
}

/// The folder of the newest server's programs.
fn find() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("initdb").exists())
        .max()
        .map(|(_, programs)| programs);
    newest.or_else(|| {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        let programs = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        programs.join("initdb").exists().then_some(programs)
    })
}

fn install_postgres() -> Result<PathBuf> {
    install("postgresql")?;
    find().context("apt-get installed postgresql, but its programs are not where they are on Debian")
}
