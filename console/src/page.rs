//! The page. What senders wrote is never in it: the script adds it, as text.

use maud::{DOCTYPE, Markup, html};

/// What the page has besides the list.
pub(crate) struct Features<'a> {
    pub(crate) samples: Vec<&'a str>,
    pub(crate) has_inbox: bool,
}

pub(crate) fn page(features: &Features<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Webhooks console" }
                link rel="stylesheet" href="console.css";
                link rel="icon" href="icon.svg" type="image/svg+xml";
                script src="console.js" defer {}
            }
            body {
                a.skip href="#list" { "Skip to the requests" }
                header {
                    h1 { "Webhooks console" }
                    p #live .live.off role="status" { "not connected" }
                    p.keys.wide {
                        kbd { "j" } " next, " kbd { "k" } " previous, " kbd { "/" } " search"
                    }
                }
                main {
                    section #list aria-labelledby="list-title" tabindex="-1" {
                        h2 #list-title { "Requests" }
                        form #filter role="search" {
                            label { "Search" input #search type="search" autocomplete="off"; }
                            label {
                                "Verdict"
                                select #verdict {
                                    option value="" { "all" }
                                    option value="verified" { "verified" }
                                    option value="rejected" { "rejected" }
                                }
                            }
                            button #clear type="button" { "Clear" }
                        }
                        @if !features.samples.is_empty() {
                            form #send {
                                label {
                                    "Sample"
                                    select #sample {
                                        @for sample in &features.samples {
                                            option value=(sample) { (sample) }
                                        }
                                    }
                                }
                                button type="submit" { "Send" }
                            }
                        }
                        p #status .faint role="status" aria-live="polite" {}
                        div.table {
                            table {
                                caption.faint #count { "0 requests" }
                                thead {
                                    tr {
                                        th scope="col" { "Time" }
                                        th scope="col" { "Type" }
                                        th.wide scope="col" { "Sender" }
                                        th scope="col" { "Verdict" }
                                        th scope="col" { "Status" }
                                        th.wide scope="col" { "Duration" }
                                    }
                                }
                                tbody #rows {}
                            }
                        }
                        p #empty { "Nothing has come yet. Send a webhook to this service and it appears here." }
                        @if features.has_inbox {
                            section #inbox aria-labelledby="inbox-title" {
                                h3 #inbox-title { "Inbox" }
                                p #inbox-stats .faint {}
                                div.table {
                                    table {
                                        caption.faint { "Dead letters" }
                                        thead {
                                            tr {
                                                th scope="col" { "Message" }
                                                th scope="col" { "Target" }
                                                th scope="col" { "Reason" }
                                                th scope="col" { "Status" }
                                                th scope="col" { "Action" }
                                            }
                                        }
                                        tbody #dead {}
                                    }
                                }
                            }
                        }
                    }
                    section #detail aria-label="Request" aria-live="polite" {
                        p.faint { "Choose a request to see what it was and what became of it." }
                    }
                }
            }
        }
    }
}
