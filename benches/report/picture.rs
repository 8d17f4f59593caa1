//! The cost of a verification over the body's size, each over the floor.

use std::ops::Range;

use plotters::prelude::*;

use benches::interleave::Measured;

use crate::size;

const DIMENSIONS: (u32, u32) = (820, 420);
const CONTENDERS: [(&str, RGBColor); 4] = [
    ("standardwebhooks", RGBColor(0xd9, 0x76, 0x06)),
    ("svix", RGBColor(0xb9, 0x1c, 0x1c)),
    ("handwritten", RGBColor(0x52, 0x52, 0x5b)),
    ("ours", RGBColor(0x1d, 0x4e, 0xd8)),
];

type DrawingError = Box<dyn std::error::Error>;

/// An SVG document.
pub(crate) fn cost_over_the_floor(verify: &Measured) -> Result<String, DrawingError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, DIMENSIONS).into_drawing_area();
        area.fill(&WHITE)?;
        draw(&area, verify)?;
        area.present()?;
    }
    Ok(svg)
}

fn draw(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    verify: &Measured,
) -> Result<(), DrawingError> {
    let floors: Vec<_> = verify
        .cases()
        .iter()
        .filter(|case| case.contender == "floor")
        .collect();
    let (Some(first), Some(last)) = (floors.first(), floors.last()) else {
        return Err("nothing was measured".into());
    };
    let sizes: Range<f64> = as_float(first.bytes)..as_float(last.bytes);
    let mut chart = ChartBuilder::on(area)
        .caption(
            "Verifying a webhook: times the cost of hashing it",
            ("sans-serif", 20),
        )
        .margin(16)
        .margin_right(40)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(
            sizes.log_scale().base(4.0),
            (1.0..12.0).log_scale().base(2.0),
        )?;
    chart
        .configure_mesh()
        .x_desc("body")
        .y_desc("over the floor (1 = HMAC-SHA256 alone)")
        .x_label_formatter(&|bytes| size(as_bytes(*bytes)))
        .y_label_formatter(&|ratio| format!("{ratio}"))
        .light_line_style(WHITE)
        .draw()?;
    for (contender, colour) in CONTENDERS {
        let ratios = floors.iter().map(|floor| {
            let case = verify.at(contender, floor.bytes);
            (as_float(floor.bytes), case.over(floor))
        });
        chart
            .draw_series(LineSeries::new(ratios, colour.stroke_width(3)).point_size(4))?
            .label(contender)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleRight)
        .background_style(WHITE)
        .border_style(BLACK)
        .draw()?;
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a body has less than 2^53 bytes"
)]
fn as_float(bytes: usize) -> f64 {
    bytes as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the axis shows sizes of bodies"
)]
fn as_bytes(value: f64) -> usize {
    value.round() as usize
}
