//! What a process has used, from `/proc`.

use anyhow::Context as _;

/// Clock ticks a second in `/proc/PID/stat`: 100 on every Linux this runs on.
const TICKS: f64 = 100.0;

/// User and system time of a process, in microseconds.
pub(crate) fn used_us(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit_once(')').context("no stat")?.1;
    let ticks: Vec<f64> =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / TICKS * 1e6)
}

/// Resident memory of a process, in MiB.
pub(crate) fn resident_mib(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}

/// How busy the machine was in the last minute: processes that wanted a core.
pub(crate) fn load_average() -> anyhow::Result<String> {
    let averages = std::fs::read_to_string("/proc/loadavg")?;
    Ok(averages.split(' ').next().context("no load average")?.to_owned())
}
