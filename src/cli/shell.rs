//! `completions` and `man`: what shells and `man` know of the commands, made from the commands.

use std::fs;
use std::io::{Write as _, stdout};
use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

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
        .and_then(|()| clap_mangen::generate_to(commands, folder))
        .map_err(|error| {
            format!(
                "FOLDER is {}, where the pages could not be written: {error}.",
                folder.display()
            )
        })
}
