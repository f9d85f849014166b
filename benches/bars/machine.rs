//! What it was measured on, and what a process uses.

use std::fs;

/// Processor, cores and memory, in words.
pub fn words() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|rest| rest.split(':').nth(1))
        .unwrap_or("unknown processor")
        .trim()
        .to_string();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field("/proc/meminfo", "MemTotal:") / 1024.0 / 1024.0;
    format!("{model}, {cores} cores, {memory:.0} GB of memory")
}

/// Load of the last minute: what else the machine was doing.
pub fn load() -> f64 {
    fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .unwrap_or(f64::NAN)
}

/// Resident memory of a process, MB.
pub fn resident(pid: u32) -> f64 {
    field(&format!("/proc/{pid}/status"), "VmRSS:") / 1024.0
}

/// The most it ever was, MB.
pub fn most_resident(pid: u32) -> f64 {
    field(&format!("/proc/{pid}/status"), "VmHWM:") / 1024.0
}

/// Threads of a process.
pub fn threads(pid: u32) -> f64 {
    field(&format!("/proc/{pid}/status"), "Threads:")
}

/// Open files of a process, connections among them.
pub fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

fn field(file: &str, name: &str) -> f64 {
    fs::read_to_string(file)
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(f64::NAN)
}
