use std::ffi::OsString;

use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::{Args, Command, read_from};
use crate::seed::RECIPIENTS_MAX;

fn read(words: &[&str]) -> Result<Args, clap::Error> {
    read_from(std::iter::once("standin").chain(words.iter().copied()).map(OsString::from))
}

#[test]
fn the_table_of_options_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn every_option_of_the_server_has_its_environment_variable() {
    let command = Args::command();
    let options = command.get_arguments().filter(|arg| !["help", "version"].contains(&arg.get_id().as_str()));
    let mut count = 0;
    for option in options {
        let wanted = format!("STANDIN_{}", option.get_id().as_str().to_uppercase());
        assert_eq!(option.get_env().and_then(|name| name.to_str()), Some(&*wanted), "of {}", option.get_id());
        count += 1;
    }
    assert!(count >= 12, "only {count} options");
}

#[test]
fn serve_may_be_left_out() {
    let plain = read(&["--recipients", "0", "--vendors", "a,b"]).expect("good");
    assert!(plain.command.is_none());
    let Some(Command::Serve(named)) =
        read(&["serve", "--recipients", "0", "--vendors", "a,b"]).expect("good").command
    else {
        panic!("serve was asked for");
    };
    for serve in [&plain.serve, &*named] {
        assert_eq!(serve.recipients, Some(0));
        assert_eq!(serve.vendors, ["a", "b"]);
    }
}

#[test]
fn lists_are_given_one_by_one_or_with_commas() {
    let args = read(&["--set", "a.b=c", "--set", "d.e=f,g.h=i", "--vendor-listen", "a=:1,b=unix:/tmp/s"])
        .expect("good");
    let picks: Vec<String> = args.serve.profiles.set.iter().map(ToString::to_string).collect();
    assert_eq!(picks, ["a.b=c", "d.e=f", "g.h=i"]);
    assert_eq!(args.serve.vendor_listen.len(), 2);
}

#[test]
fn a_log_filter_is_a_level_and_levels_of_parts() {
    for good in ["info", "WARN", "off", "standin=debug", "warn,standin::engine=trace,hyper=off"] {
        assert!(read(&["--log", good]).is_ok(), "{good}");
    }
}

fn check_refused(words: &[&str], kind: ErrorKind, part: &str) {
    let error = read(words).expect_err("refused");
    assert_eq!(error.kind(), kind, "{words:?}");
    assert_eq!(error.exit_code(), 2, "{words:?}");
    assert!(error.to_string().contains(part), "{words:?} gave {error}");
}

#[test]
fn a_value_of_the_wrong_form_is_refused_with_the_right_one() {
    let most = format!("from 0 to {RECIPIENTS_MAX}");
    check_refused(&["--recipients", "1000001"], ErrorKind::ValueValidation, &most);
    check_refused(&["--recipients", "-1"], ErrorKind::ValueValidation, &most);
    check_refused(&["--set", "plan=basic"], ErrorKind::ValueValidation, "VENDOR.NAME=VALUE");
    check_refused(&["--vendor-listen", "a"], ErrorKind::ValueValidation, "VENDOR=ADDR");
    check_refused(&["--listen", "localhost"], ErrorKind::ValueValidation, "localhost:8080");
    check_refused(
        &["--seed-file", "a.csv", "--recipients", "1"],
        ErrorKind::ArgumentConflict,
        "--recipients",
    );
    check_refused(&["--log-format", "xml"], ErrorKind::InvalidValue, "json");
    check_refused(&["--log", "inof"], ErrorKind::ValueValidation, "`inof` is no level");
    check_refused(&["--log", "standin=loud"], ErrorKind::ValueValidation, "PART=LEVEL");
    check_refused(&["chek"], ErrorKind::InvalidSubcommand, "check");
}
