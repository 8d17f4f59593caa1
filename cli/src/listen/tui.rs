//! The terminal view: a list of the deliveries, and the chosen one in detail.

use std::{io, sync::Arc, time::Duration};

use ratatui::{
    DefaultTerminal, Frame,
    crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers},
    layout::{Constraint, Layout},
    style::{Modifier, Style},
    text::Line,
    widgets::{Block, List, ListItem, ListState, Paragraph, Wrap},
};
use serde_json::Value;

use super::{
    Urls,
    record::{Record, Records},
};
use crate::inbox::printable;

/// How often the list is drawn anew, keys aside.
const REFRESH: Duration = Duration::from_millis(200);

struct View<'a> {
    records: &'a Records,
    title: String,
    /// The chosen record, which stays chosen while others come.
    chosen: Option<Arc<Record>>,
    scroll: u16,
}

/// Shows the view until q, or until `has_ended`.
pub(super) fn show(
    records: &Records,
    urls: &Urls,
    made: Option<&str>,
    has_ended: impl Fn() -> bool,
) -> io::Result<()> {
    let secret = made.map(|secret| format!("  secret {secret}"));
    let view = View {
        records,
        title: format!(
            " {}  console {}{} ",
            urls.deliveries,
            urls.console,
            secret.unwrap_or_default()
        ),
        chosen: None,
        scroll: 0,
    };
    let terminal = ratatui::try_init()?;
    let shown = view.run(terminal, has_ended);
    ratatui::restore();
    shown
}

impl View<'_> {
    fn run(
        mut self,
        mut terminal: DefaultTerminal,
        has_ended: impl Fn() -> bool,
    ) -> io::Result<()> {
        while !has_ended() {
            let records = self.records.newest_first();
            terminal.draw(|frame| {
                self.draw(frame, &records);
            })?;
            if !event::poll(REFRESH)? {
                continue;
            }
            let Event::Key(key) = event::read()? else {
                continue;
            };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            match key.code {
                KeyCode::Char('q') => break,
                // The terminal gives no signal for it while it is read key by key.
                KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    return Ok(());
                }
                KeyCode::Down | KeyCode::Char('j') => self.choose(&records, 1),
                KeyCode::Up | KeyCode::Char('k') => self.choose(&records, -1),
                KeyCode::PageDown | KeyCode::Char(' ') => {
                    self.scroll = self.scroll.saturating_add(10);
                }
                KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(10),
                _ => {}
            }
        }
        Ok(())
    }

    fn position(&self, records: &[Arc<Record>]) -> Option<usize> {
        let chosen = self.chosen.as_ref()?;
        records
            .iter()
            .position(|record| Arc::ptr_eq(record, chosen))
    }

    fn choose(&mut self, records: &[Arc<Record>], by: isize) {
        let last = records.len().saturating_sub(1);
        let at = match self.position(records) {
            Some(at) => at.saturating_add_signed(by).min(last),
            None => 0,
        };
        self.chosen = records.get(at).cloned();
        self.scroll = 0;
    }

    fn draw(&self, frame: &mut Frame<'_>, records: &[Arc<Record>]) {
        let [list, detail] =
            Layout::vertical([Constraint::Percentage(40), Constraint::Percentage(60)])
                .areas(frame.area());
        let items = records.iter().map(|record| ListItem::new(record.line()));
        let items = List::new(items)
            .block(
                Block::bordered()
                    .title(self.title.as_str())
                    .title_bottom(" j/k choose  space/PgUp scroll  q quit "),
            )
            .highlight_style(Style::new().add_modifier(Modifier::REVERSED));
        let at = self.position(records);
        let mut state =
            ListState::default().with_selected(at.or((!records.is_empty()).then_some(0)));
        frame.render_stateful_widget(items, list, &mut state);

        let shown = self.chosen.as_ref().or(records.first());
        let lines = match shown {
            Some(record) => lines(record),
            None => vec![Line::from(
                "Nothing has come yet. Send a webhook to the URL above.",
            )],
        };
        let paragraph = Paragraph::new(lines)
            .block(Block::bordered().title(" delivery "))
            .wrap(Wrap { trim: false })
            .scroll((self.scroll, 0));
        frame.render_widget(paragraph, detail);
    }
}

/// The causes, the headers and the body of a record.
fn lines(record: &Record) -> Vec<Line<'static>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let mut lines = vec![Line::styled(record.line(), bold)];
    lines.extend(
        record
            .causes
            .iter()
            .map(|cause| Line::from(printable(cause))),
    );
    lines.push(Line::default());
    for (name, value) in &record.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        lines.push(Line::from(format!("{name}: {}", printable(&value))));
    }
    lines.push(Line::default());
    let body = match serde_json::from_slice::<Value>(&record.body) {
        Ok(json) => format!("{json:#}"),
        Err(_) => String::from_utf8_lossy(&record.body).into_owned(),
    };
    lines.extend(body.lines().map(|line| Line::from(printable(line))));
    lines
}
