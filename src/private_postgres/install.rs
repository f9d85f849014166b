//! How to install PostgreSQL on this operating system.

use std::fs;

/// The files that name a Linux distribution, in the order of os-release(5).
const OS_RELEASE: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// The command, for a person to run.
pub(super) fn install_command() -> &'static str {
    if cfg!(target_os = "macos") {
        return "brew install postgresql@17";
    }
    let os_release = OS_RELEASE
        .iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .unwrap_or_default();
    command_for(&os_release)
}

/// Takes ID first, then what it is like.
fn command_for(os_release: &str) -> &'static str {
    let value = |key: &str| {
        os_release
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
            .map(|value| value.trim().trim_matches(['"', '\'']).to_string())
            .unwrap_or_default()
    };
    let names = format!("{} {}", value("ID"), value("ID_LIKE"));
    names
        .split_whitespace()
        .find_map(|name| match name {
            "debian" | "ubuntu" => Some("apt-get install postgresql postgresql-contrib"),
            "fedora" | "rhel" | "centos" | "rocky" | "almalinux" | "amzn" => {
                Some("dnf install postgresql-server postgresql-contrib")
            }
            "alpine" => Some("apk add postgresql postgresql-contrib"),
            "arch" => Some("pacman -S postgresql"),
            "suse" | "opensuse" | "opensuse-leap" | "opensuse-tumbleweed" | "sles" => {
                Some("zypper install postgresql-server postgresql-contrib")
            }
            _ => None,
        })
        .unwrap_or("apt-get install postgresql postgresql-contrib")
}

#[cfg(test)]
mod tests {
    use super::command_for;

    #[test]
    fn names_the_command_of_the_distribution_or_of_its_parent() {
        assert!(command_for("NAME=x\nID=debian\n").starts_with("apt-get"));
        assert!(command_for("ID=pop\nID_LIKE=\"ubuntu debian\"\n").starts_with("apt-get"));
        assert!(command_for("ID=\"rocky\"\nID_LIKE=\"rhel fedora\"\n").starts_with("dnf"));
        assert!(command_for("ID=alpine\n").starts_with("apk"));
        assert!(command_for("ID=manjaro\nID_LIKE=arch\n").starts_with("pacman"));
        assert!(command_for("ID_LIKE=\"suse opensuse\"\nID=foo\n").starts_with("zypper"));
    }
}
