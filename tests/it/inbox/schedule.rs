//! Schedules as an operator writes them.

use std::time::Duration;

use tower_webhook::inbox::Schedule;

#[test]
fn delays_are_seconds_with_commas_between_them() {
    for (text, milliseconds) in [
        ("", &[][..]),
        (" \t\n", &[]),
        ("0", &[0]),
        ("5", &[5_000]),
        ("5,300,0.5", &[5_000, 300_000, 500]),
        (" 5 , 300\t,\n7 ", &[5_000, 300_000, 7_000]),
        ("0.001,.25,2.", &[1, 250, 2_000]),
        ("1,1,1", &[1_000, 1_000, 1_000]),
    ] {
        let schedule = Schedule::from_seconds(text).unwrap();
        assert_eq!(text.parse(), Ok(schedule.clone()));
        let delays: Vec<_> = milliseconds
            .iter()
            .map(|delay| Duration::from_millis(*delay))
            .collect();
        assert_eq!(schedule.delays(), delays, "{text:?}");
        assert_eq!(schedule, Schedule::new(delays));
    }
    let default = Schedule::from_seconds("5,300,1800,7200,18000,36000,36000").unwrap();
    assert_eq!(default, Schedule::default());
}

#[test]
fn what_is_no_number_of_seconds_is_an_error_that_names_it() {
    for (text, item) in [
        ("-1", "-1"),
        ("-0.5", "-0.5"),
        ("NaN", "NaN"),
        ("inf", "inf"),
        ("-infinity", "-infinity"),
        ("1e300", "1e300"),
        ("five", "five"),
        ("5,soon,300", "soon"),
        ("5s", "5s"),
        ("5m,300", "5m"),
        ("5;300", "5;300"),
        ("5 300", "5 300"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        // Nothing between commas: rather a mistake than an attempt at once.
        (",", ""),
        ("5,", ""),
        ("5, ,300", ""),
        (" 5,  -7 ", "-7"),
    ] {
        let error = Schedule::from_seconds(text).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("invalid delay `{item}` (expected seconds, e.g. `5,300,1800`)"),
            "{text:?}"
        );
    }
}
