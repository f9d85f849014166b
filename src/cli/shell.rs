//! `completions` and `man`: what shells and `man` know of the commands, made from the commands.

use std::fs;
use std::io::{self, Write as _, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Refusal;

/// The name that shells and `man` know the program by.
const NAME: &str = "user-accounts";

/// `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
For bash:  user-accounts completions bash > ~/.local/share/bash-completion/completions/user-accounts
For zsh:   user-accounts completions zsh > ~/.zfunc/_user-accounts   (a folder that is in fpath)
For fish:  user-accounts completions fish > ~/.config/fish/completions/user-accounts.fish")]
pub struct CompletionsCommand {
    /// The shell that is to know them
    shell: Shell,
}

/// `man`.
#[derive(Debug, Args)]
#[command(after_help = "Read one with: man -l FOLDER/user-accounts.1")]
pub struct ManCommand {
    /// Where the pages go, like /usr/local/share/man/man1
    folder: PathBuf,
}

/// Says the script for a shell.
pub fn completions(mut commands: Command, command: &CompletionsCommand) {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut commands, NAME, &mut script);
    // A closed pipe is no error: whoever read has read enough.
    let _ = stdout().write_all(&script);
}

/// Writes a page for every command.
///
/// # Errors
/// A sentence for the terminal.
pub fn man(commands: Command, command: &ManCommand) -> Result<(), Refusal> {
    let folder = &command.folder;
    fs::create_dir_all(folder)
        .and_then(|()| write_pages(commands, folder))
        .map_err(|error| {
            format!(
                "FOLDER is {}, where the pages could not be written: {error}.",
                folder.display()
            )
        })
}

/// The page of a command, and of those under it.
fn write_pages(mut command: Command, folder: &Path) -> io::Result<()> {
    let under: Vec<Command> = command.get_subcommands().cloned().collect();
    for command in under.into_iter().filter(|command| !command.is_hide_set()) {
        write_pages(command, folder)?;
    }
    let usage = command.render_usage().to_string();
    let page = Man::new(command);
    let mut text = Vec::new();
    page.render(&mut text)?;
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    fs::write(
        folder.join(page.get_filename()),
        with_synopsis(&text, &usage),
    )
}

/// The page with the line that `--help` begins with: clap_mangen's own names no values, and brackets
/// what must be given like what stands for a value.
fn with_synopsis(page: &str, usage: &str) -> String {
    const SYNOPSIS: &str = ".SH SYNOPSIS\n";
    let usage = usage.trim_start_matches("Usage:").trim();
    // A hyphen in roff may be typeset as a dash, which nobody can paste.
    let line = usage.replace('\\', "\\e").replace('-', "\\-");
    let replaced = page
        .split_once(SYNOPSIS)
        .and_then(|(before, rest)| Some((before, rest.find(".SH ")?, rest)));
    match replaced {
        Some((before, end, rest)) => format!("{before}{SYNOPSIS}{line}\n{}", &rest[end..]),
        None => page.to_string(),
    }
}
