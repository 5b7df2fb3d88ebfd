//! Items on as few lines as they need, none of them broken.

use console::measure_text_width;

/// What stands between two items.
const BETWEEN: &str = "   ";

/// Items one after the other, beginning with `lead`; what does not fit into `width` columns goes
/// on beneath, `indent` columns in. Escape sequences have no width.
pub(super) fn fill(lead: &str, indent: usize, items: &[String], width: u16) -> String {
    let mut text = lead.to_owned();
    let mut column = indent;
    for (place, item) in items.iter().enumerate() {
        let wide = measure_text_width(item);
        if place > 0 && column + BETWEEN.len() + wide <= usize::from(width) {
            text.push_str(BETWEEN);
            column += BETWEEN.len();
        } else if place > 0 {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            column = indent;
        }
        text.push_str(item);
        column += wide;
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_that_does_not_fit_goes_on_beneath_whole() {
        let items = ["✓ one".to_owned(), "✓ number two".to_owned()];
        assert_eq!(fill("> ", 2, &items, 22), "> ✓ one   ✓ number two\n");
        assert_eq!(fill("> ", 2, &items, 21), "> ✓ one\n  ✓ number two\n");
    }

    #[test]
    fn an_item_wider_than_the_terminal_is_not_broken() {
        assert_eq!(fill("", 0, &["a long one".to_owned()], 4), "a long one\n");
    }
}
