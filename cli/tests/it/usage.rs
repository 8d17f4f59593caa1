use crate::support::{SECRET, run};

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    for name in [
        "listen",
        "send",
        "explain",
        "verify",
        "sign",
        "secret",
        "inbox",
        "describe",
        "completions",
    ] {
        assert!(
            help.stdout.contains(&format!("\n  {name} ")),
            "{name}: {}",
            help.stdout
        );
    }
    assert!(help.stdout.contains("Exit codes:"));
    for command in [
        "listen",
        "send",
        "explain",
        "verify",
        "sign",
        "inbox",
        "secret",
        "describe",
        "completions",
    ] {
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
