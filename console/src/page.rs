//! The page. What senders wrote is never in it: the script adds it, as text.

use maud::{DOCTYPE, Markup, html};

/// What the page has besides the list.
pub(crate) struct Features<'a> {
    /// Where the page is, without a slash at the end.
    pub(crate) base: &'a str,
    /// The names of the samples, if the page can send any.
    pub(crate) samples: Option<Vec<&'a str>>,
    pub(crate) has_inbox: bool,
}

pub(crate) fn page(features: &Features<'_>) -> Markup {
    let base = features.base;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Webhooks console" }
                link rel="stylesheet" href={ (base) "/console.css" };
                link rel="icon" href={ (base) "/icon.svg" } type="image/svg+xml";
                script src={ (base) "/common.js" } defer {}
                script src={ (base) "/pretty.js" } defer {}
                script src={ (base) "/console.js" } defer {}
            }
            body data-base=(base) data-can-sign=(features.samples.is_some()) {
                a.skip href="#list" { "Skip to the requests" }
                header {
                    h1 { "Webhooks console" }
                    p #live .live.off role="status" { "not connected" }
                    p.keys {
                        kbd { "j" } " next, " kbd { "k" } " previous, " kbd { "/" } " search, "
                        kbd { "Enter" } " open, " kbd { "r" } " replay, " kbd { "n" } " replay as new, "
                        kbd { "Esc" } " back"
                    }
                }
                main {
                    div #list tabindex="-1" {
                        (requests())
                        @if let Some(samples) = &features.samples { (sending(samples)) }
                        @if features.has_inbox { (inbox()) }
                    }
                    section #detail aria-label="Request" {
                        p.faint { "Choose a request to see what it was and what became of it." }
                    }
                }
                p #status role="status" aria-live="polite" {}
            }
        }
    }
}

fn requests() -> Markup {
    html! {
        section aria-labelledby="list-title" {
            h2 #list-title { "Requests" }
            form #filter role="search" {
                label { "Search" input #search type="search" autocomplete="off" spellcheck="false"; }
                label {
                    "Verdict"
                    select #verdict {
                        option value="" { "all" }
                        option value="verified" { "verified" }
                        option value="rejected" { "rejected" }
                        option value="other" { "other" }
                    }
                }
                label { "Type" select #type { option value="" { "all" } } }
                button #clear type="button" { "Clear" }
            }
            div.table.tall tabindex="0" role="region" aria-labelledby="count" {
                table {
                    caption #count { "No requests" }
                    thead {
                        tr {
                            th scope="col" { "Time" }
                            th scope="col" { "Type" }
                            th.wide scope="col" { "Sender" }
                            th scope="col" { "Verdict" }
                            th scope="col" { "Response" }
                            th.wide scope="col" { "Duration" }
                        }
                    }
                    tbody #rows {}
                }
            }
            p #empty { "Nothing has come yet. Send a webhook to this service and it appears here." }
            p #no-match hidden { "No request matches the search." }
        }
    }
}

fn sending(samples: &[&str]) -> Markup {
    html! {
        section aria-labelledby="send-title" {
            h2 #send-title { "Send a sample" }
            form #send {
                label {
                    "Sample"
                    select #sample {
                        @for sample in samples { option { (sample) } }
                        option value="" { "(empty)" }
                    }
                }
                button type="submit" { "Send" }
                details {
                    summary { "Edit it first" }
                    label { "Body" textarea #body rows="10" spellcheck="false" {} }
                }
            }
        }
    }
}

fn inbox() -> Markup {
    html! {
        section #inbox aria-labelledby="inbox-title" {
            h2 #inbox-title { "Inbox" }
            ul #targets {}
            div.table tabindex="0" role="region" aria-labelledby="dead-count" {
                table {
                    caption #dead-count { "No dead letters" }
                    thead {
                        tr {
                            th scope="col" { "Message" }
                            th scope="col" { "Target" }
                            th scope="col" { "Reason" }
                            th scope="col" { "Action" }
                        }
                    }
                    tbody #dead {}
                }
            }
        }
    }
}
