use std::path::PathBuf;

use clap::Parser as _;

use crate::config::Database;

use super::*;

const FLAGS: [&str; 14] = [
    "--data-dir",
    "--listen",
    "--public-url",
    "--trusted-proxies",
    "--tls-cert",
    "--tls-key",
    "--mail-from",
    "--training-email",
    "--support-email",
    "--support-phone",
    "--product-name",
    "--metrics-listen",
    "--log-format",
    "--rust-log",
];

#[derive(clap::Parser)]
struct CommandLine {
    #[command(flatten)]
    arguments: Arguments,
}

fn check(arguments: Arguments, secrets: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
    check_all(arguments, secrets).map_err(|mut wrong| wrong.remove(0))
}

fn check_all(
    arguments: Arguments,
    secrets: &[(&'static str, &str)],
) -> Result<Config, Vec<ConfigError>> {
    arguments.check(|name| {
        secrets
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| OsString::from(*value))
    })
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let arguments = Arguments {
        listen: Some("8080".into()),
        tls_key: Some("key.pem".into()),
        mail_from: Some("nobody".into()),
        ..Arguments::default()
    };
    let wrong = check_all(arguments, &[("SECRET_KEY", "short")]).unwrap_err();
    let variables: Vec<&str> = wrong.iter().map(|error| error.variable).collect();
    assert_eq!(variables, ["LISTEN", "TLS_CERT", "MAIL_FROM", "SECRET_KEY"]);
}

#[test]
fn where_to_listen_is_refused_by_what_is_amiss_with_it() {
    for (text, words) in [
        ("localhost:8080", "localhost is a name"),
        ("localhost", "localhost is a name"),
        (
            "accounts.company.example:80",
            "accounts.company.example is a name",
        ),
        ("::1", "like [::1]:8080: the port is missing"),
        ("10.0.0.1", "like 10.0.0.1:8080: the port is missing"),
        (
            "8080",
            "must be an address and a port, like 127.0.0.1:8080.",
        ),
        (
            ":8080",
            "must be an address and a port, like 127.0.0.1:8080.",
        ),
        (
            "127.0.0.1:http",
            "must be an address and a port, like 127.0.0.1:8080.",
        ),
    ] {
        let arguments = Arguments {
            listen: Some(text.into()),
            ..Arguments::default()
        };
        let error = check(arguments, &[]).unwrap_err();
        assert!(error.should_be.contains(words), "{text}: {error}");
    }
}

#[test]
fn links_that_follow_from_where_a_program_listens_are_noted_where_mail_goes_out() {
    let smtp = [("SMTP_URL", "smtp://127.0.0.1")];
    let config = check(Arguments::default(), &smtp).unwrap();
    assert!(config.notes()[0].contains("links in mails lead to http://127.0.0.1:8080"));
    let set = Arguments {
        public_url: Some("http://127.0.0.1:8080".into()),
        ..Arguments::default()
    };
    assert!(check(set, &smtp).unwrap().notes().is_empty());
    assert!(check(Arguments::default(), &[]).unwrap().notes().is_empty());
}

#[test]
fn with_nothing_set_everything_has_a_default() {
    let config = check(Arguments::default(), &[]).unwrap();
    assert!(matches!(config.database, Database::Private));
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.origin(), "http://127.0.0.1:8080");
    assert!(config.smtp.is_none() && config.require_mail().is_ok() && config.warnings().is_empty());
}

#[test]
fn every_wrong_value_is_one_sentence_that_names_its_variable() {
    let some = |text: &str| Some(text.to_string());
    let with = |change: fn(&mut Arguments, Option<String>), text: &str| {
        let mut arguments = Arguments::default();
        change(&mut arguments, some(text));
        check(arguments, &[]).unwrap_err()
    };
    let flags: [(ConfigError, &str); 10] = [
        (with(|a, v| a.listen = v, "8080"), "LISTEN"),
        (
            with(|a, v| a.public_url = v, "ftp://x.example"),
            "PUBLIC_URL",
        ),
        (
            with(|a, v| a.trusted_proxies = v, "10.0.0.0/33"),
            "TRUSTED_PROXIES",
        ),
        (with(|a, v| a.mail_from = v, "nobody"), "MAIL_FROM"),
        (
            with(|a, v| a.training_email = v, "a@b, c@d"),
            "TRAINING_EMAIL",
        ),
        (with(|a, v| a.support_email = v, "x"), "SUPPORT_EMAIL"),
        (
            with(|a, v| a.product_name = v, "two\nlines"),
            "PRODUCT_NAME",
        ),
        (with(|a, v| a.metrics_listen = v, "x"), "METRICS_LISTEN"),
        (with(|a, v| a.log_format = v, "xml"), "LOG_FORMAT"),
        (with(|a, v| a.rust_log = v, "a=b=c"), "RUST_LOG"),
    ];
    for (error, variable) in flags {
        assert_eq!(error.variable, variable);
    }
    for (name, value) in [
        ("DATABASE_URL", "mysql://secret-word@x"),
        ("DATABASE_URL", "postgres://me:secret-word@x@host/accounts"),
        ("DATABASE_URL", "postgres://me:1/secret-word@host/accounts"),
        ("DATABASE_URL", "postgres://me:secret-word%zz@host/accounts"),
        ("SMTP_URL", "http://secret-word@x"),
        ("SECRET_KEY", "secret-word"),
    ] {
        let error = check(Arguments::default(), &[(name, value)]).unwrap_err();
        assert_eq!(error.variable, name);
        assert!(
            error.to_string().ends_with('.') && !error.to_string().contains("secret-word"),
            "{error}"
        );
    }
    let alone = check(
        Arguments::default(),
        &[("MIGRATION_DATABASE_URL", "postgres://x")],
    )
    .unwrap_err();
    assert_eq!(alone.variable, "DATABASE_URL");
    let error = check(
        Arguments {
            tls_cert: Some("x".into()),
            ..Arguments::default()
        },
        &[],
    )
    .unwrap_err();
    assert_eq!(error.variable, "TLS_KEY");
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    // As a compose file or a unit file leaves variables that nobody filled in.
    let line = ["program"]
        .into_iter()
        .chain(FLAGS.into_iter().flat_map(|flag| [flag, ""]));
    let arguments = CommandLine::try_parse_from(line).unwrap().arguments;
    let config = check(
        arguments,
        &[("DATABASE_URL", ""), ("SMTP_URL", ""), ("SECRET_KEY", "")],
    )
    .unwrap();
    assert!(matches!(config.database, Database::Private));
    assert!(config.tls.is_none() && config.smtp.is_none() && config.secret_key.is_none());
    assert_eq!(config.data_dir, PathBuf::from("./data"));
    assert_eq!(config.log_filter, None);
}

#[test]
fn every_address_that_libpq_understands_is_taken() {
    for address in [
        "postgres://me@/accounts?host=/var/run/postgresql",
        "postgresql:///accounts",
        "postgres://me:p%40ss@a.example:5432,b.example:5432/accounts?target_session_attrs=read-write",
    ] {
        let config = check(Arguments::default(), &[("DATABASE_URL", address)]).unwrap();
        assert!(matches!(config.database, Database::Url { .. }), "{address}");
    }
}

#[test]
fn no_secret_has_a_flag() {
    let command = <CommandLine as clap::CommandFactory>::command();
    for argument in command.get_arguments() {
        let name = argument.get_id().as_str();
        assert!(
            !["database_url", "smtp_url", "secret_key"].contains(&name),
            "{name}"
        );
        assert!(
            argument.is_hide_env_values_set() || argument.get_env().is_none(),
            "{name}"
        );
    }
}

#[test]
fn a_page_for_other_machines_needs_a_mail_server() {
    let arguments = Arguments {
        public_url: Some("https://accounts.company.example".into()),
        ..Arguments::default()
    };
    let config = check(arguments.clone(), &[]).unwrap();
    assert_eq!(config.require_mail().unwrap_err().variable, "SMTP_URL");
    assert_eq!(config.warnings().len(), 4);
    let config = check(arguments, &[("SMTP_URL", "smtps://mail.company.example")]).unwrap();
    assert!(config.require_mail().is_ok());
}
