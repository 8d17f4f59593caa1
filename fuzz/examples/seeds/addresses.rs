use std::io;

use super::{choice, seed};

pub(crate) fn forwarded() -> io::Result<()> {
    for (name, lines) in [
        ("one", "203.0.113.7"),
        ("proxies", "203.0.113.7, 10.0.0.2, 10.0.0.3"),
        ("forged", "203.0.113.7, 198.51.100.9, 10.0.0.2"),
        (
            "ports",
            "203.0.113.7:443,[2001:db8:a::1]:443\n[2001:db8:ffff::2]",
        ),
        ("bare-ipv6", "2001:db8:a::1,::ffff:10.0.0.2"),
        ("unknown", "203.0.113.7, unknown"),
        ("only-proxies", "10.0.0.2"),
    ] {
        for peer in 0..5 {
            let choices = [choice(0, 2), choice(peer, 5)].concat();
            let name = format!("list-{name}-{peer}");
            seed("forwarded", &name, &[&choices, lines.as_bytes()])?;
        }
    }
    for (name, lines) in [
        ("one", "for=203.0.113.7"),
        (
            "pairs",
            "for=203.0.113.7;proto=https;by=10.0.0.9, for=10.0.0.2",
        ),
        (
            "quoted",
            r#"For="203.0.113.7:443" , host="a,\"b;c\\";for="10.0.0.2""#,
        ),
        (
            "ipv6",
            r#"for="[2001:db8:a::1]:443",for="[2001:db8:ffff::2]""#,
        ),
        ("unknown", "for=203.0.113.7\nfor=unknown, for=_hidden"),
        ("open-quote", r#"for="203.0.113.7, for=198.51.100.9"#),
        ("twice", "for=203.0.113.7;for=203.0.113.7"),
        ("empty", ";;,"),
    ] {
        let choices = [choice(1, 2), choice(0, 5)].concat();
        seed(
            "forwarded",
            &format!("rfc7239-{name}"),
            &[&choices, lines.as_bytes()],
        )?;
    }
    Ok(())
}

pub(crate) fn networks() -> io::Result<()> {
    for (name, lines) in [
        ("address", "203.0.113.7"),
        ("networks", "10.0.0.0/8\n 203.0.113.0/24\n2001:db8::/32"),
        (
            "touching",
            "203.0.113.0/25\n203.0.113.128/25\n203.0.112.0/24",
        ),
        (
            "mapped",
            "::ffff:203.0.113.7\n::ffff:10.0.0.0/104\n>::ffff:192.0.2.0/120",
        ),
        (
            "trusted",
            "203.0.113.7\n192.0.2.1\n>10.0.0.0/8\n>2001:db8:ffff::/48",
        ),
        ("everybody", "203.0.113.7\n>0.0.0.0/1\n>128.0.0.0/1"),
        ("zeros", "010.0.0.0/08"),
    ] {
        let near = [choice(1, 2).as_slice(), &[0, 1]].concat();
        seed("networks", name, &[&near, lines.as_bytes()])?;
        let any = [choice(0, 2).as_slice(), &[0], &[7, 113, 0, 203]].concat();
        seed(
            "networks",
            &format!("{name}-any"),
            &[&any, lines.as_bytes()],
        )?;
    }
    Ok(())
}
