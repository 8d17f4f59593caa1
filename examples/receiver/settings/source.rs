//! Where deliveries may come from.

use std::num::NonZeroU8;

use tower_webhook::{
    SourceIp,
    receiver::{ForwardedHeader, ReceiverBuilder, source_ip},
};

use super::variable::{Unset, Variable, VariableError, variables};

variables! {
    ALLOWED_SOURCES: Unset::Without("everywhere"), "addresses, networks and presets such as svix-eu, separated by commas";
    TRUSTED_PROXIES: Unset::Without("no proxy"), "addresses and networks of the proxies in front, separated by commas";
    TRUSTED_HOPS: Unset::Without("no proxy"), "how many proxies are in front, where their addresses are not known";
    FORWARDED_HEADER: Unset::Without("default: x-forwarded-for"), "the header in which these proxies name the source";
}

pub(super) fn add(builder: ReceiverBuilder) -> Result<ReceiverBuilder, VariableError> {
    let proxies = TRUSTED_PROXIES.list()?;
    let hops = TRUSTED_HOPS.text()?.map(|hops| hops.parse::<NonZeroU8>());
    let hops = hops
        .transpose()
        .map_err(|_| TRUSTED_HOPS.error("is not a whole number from 1 to 255"))?;
    let header = FORWARDED_HEADER.text()?;
    if header.is_some() && proxies.is_none() && hops.is_none() {
        return Err(TRUSTED_PROXIES.missing_beside(&FORWARDED_HEADER));
    }
    let Some(allowed) = allowed()? else {
        return match (proxies, hops) {
            (Some(_), _) => Err(ALLOWED_SOURCES.missing_beside(&TRUSTED_PROXIES)),
            (None, Some(_)) => Err(ALLOWED_SOURCES.missing_beside(&TRUSTED_HOPS)),
            (None, None) => Ok(builder),
        };
    };
    let header: ForwardedHeader = header
        .map(|header| header.parse())
        .transpose()
        .map_err(|_| FORWARDED_HEADER.error("is not the name of a header"))?
        .unwrap_or_default();
    let source_ip = allowed
        .trusted_proxies(proxies.unwrap_or_default())
        .trusted_hops(hops.map_or(0, NonZeroU8::get))
        .forwarded_header(header);
    Ok(builder.source_ip(source_ip))
}

fn allowed() -> Result<Option<SourceIp>, VariableError> {
    let allowed = ALLOWED_SOURCES.list()?.map(|entries| {
        let networks = entries
            .iter()
            .flat_map(|entry| match source_ip::preset(entry) {
                Some(preset) => preset.to_vec(),
                None => vec![entry.as_str()],
            });
        SourceIp::allow(networks.collect::<Vec<_>>())
    });
    Ok(allowed)
}

/// Whether this text, which is no network, is in the list of the proxies.
pub(super) fn is_of_the_proxies(culprit: Option<&str>) -> bool {
    let proxies = TRUSTED_PROXIES.list().ok().flatten().unwrap_or_default();
    culprit.is_some_and(|culprit| proxies.iter().any(|proxy| proxy == culprit))
}
