use std::process::Command;

use crate::support::{Listening, SECRET, run};

const README: &str = include_str!("../../../README.md");

const COMMANDS: [&str; 9] = [
    "listen",
    "send",
    "explain",
    "verify",
    "sign",
    "secret",
    "inbox",
    "describe",
    "completions",
];

/// The section of the README, and the commands in it.
fn readme() -> (&'static str, Vec<Vec<&'static str>>) {
    let section = README.split("\n## Command line\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let commands = section
        .lines()
        .filter_map(|line| line.strip_prefix("tower-webhook "));
    let commands = commands.map(|command| command.split_whitespace().collect());
    (section, commands.collect())
}

#[test]
fn the_readme_names_every_command() {
    let (section, _) = readme();
    let names = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert_eq!(names.collect::<Vec<_>>(), COMMANDS);
}

#[test]
fn what_the_readme_sends_is_accepted_by_what_it_starts() {
    let (_, commands) = readme();
    let [listen, send] = &*commands else {
        unreachable!("two commands: {commands:?}");
    };
    // Its port may be taken on the machine of the tests.
    let mut listening = Listening::start(&listen[1..]);
    let url = "http://127.0.0.1:4400/webhooks";
    let send = send
        .iter()
        .map(|arg| if *arg == url { &listening.url } else { *arg });
    let sent = run(&send.collect::<Vec<_>>());
    assert_eq!(sent.code, 0, "{sent:?}");
    assert_eq!(listening.line()["type"], "contact.created");
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("Exit codes:"));
    let listed = help.stdout.split("Commands:\n").nth(1).unwrap();
    let listed = listed
        .lines()
        .map_while(|line| line.split_whitespace().next());
    assert_eq!(
        listed.collect::<Vec<_>>(),
        [&COMMANDS[..], &["help"]].concat()
    );
    for command in COMMANDS {
        let help = run(&[command, "--help"]);
        assert_eq!(help.code, 0);
        assert!(
            help.stdout.contains("Exit codes:"),
            "{command}: {}",
            help.stdout
        );
    }
}

#[test]
fn wrong_arguments_are_exit_code_2() {
    for args in [
        &["nonsense"][..],
        &["explain", "--nonsense"],
        &["send", "--count", "0"],
        &["listen", "--port", "70000"],
        &["listen", "--forward", "localhost"],
        &["describe", "swagger"],
        &["secret", "new", "--bytes", "8"],
    ] {
        assert_eq!(run(args).code, 2, "{args:?}");
    }
}

#[test]
fn an_unknown_sender_is_exit_code_2_and_the_known_ones_are_named() {
    for command in ["explain", "verify", "sign", "send", "listen"] {
        let wrong = run(&[command, "--provider", "githubb", "--secret", "x"]);
        assert_eq!(wrong.code, 2);
        assert!(wrong.stderr.contains("github, "), "{}", wrong.stderr);
        assert!(wrong.stderr.contains("voyado"), "{}", wrong.stderr);
    }
}

#[test]
fn a_url_without_its_scheme_is_told_from_an_event_type() {
    let url = run(&["send", "--secret", SECRET, "127.0.0.1:4400/webhooks"]);
    assert_eq!(url.code, 2);
    assert!(
        url.stderr.contains("a URL begins with http://"),
        "{}",
        url.stderr
    );
    let event_type = run(&["send", "--secret", SECRET, "contact.crated"]);
    assert_eq!(event_type.code, 2);
    assert!(
        !event_type.stderr.contains("a URL"),
        "{}",
        event_type.stderr
    );
}

#[test]
fn completions_of_each_shell_name_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let completions = run(&["completions", shell]);
        assert_eq!(completions.code, 0);
        assert!(completions.stdout.contains("explain"), "{shell}");
    }
}

/// Runs a command of the shell whose reader is gone before anything is written, and gives its exit code and errors.
fn unread(command: &str) -> String {
    let script = format!("(sleep 0.2; {command}; echo $? >&2) | true");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_reader_that_has_seen_enough_changes_no_exit_code() {
    let binary = env!("CARGO_BIN_EXE_tower-webhook");
    for command in [
        "completions bash",
        "describe openapi",
        "describe json-schema",
    ] {
        assert_eq!(unread(&format!("{binary} {command}")), "0\n", "{command}");
    }
    let request = "POST / HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n{}";
    for command in ["verify", "explain"] {
        let judged = format!("printf '{request}' | {binary} {command} --secret {SECRET}");
        assert_eq!(unread(&judged), "1\n", "{command}");
    }
    let nobody = format!("{binary} send http://127.0.0.1:1/ --secret {SECRET}");
    assert_eq!(unread(&nobody), "1\n");
}
