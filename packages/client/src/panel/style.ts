/** Colours are the page's, where it has any of these names. */
const TEXT = `
:host { display: block; color: var(--ink, #f4f1ec); font: 14px/1.4 system-ui, sans-serif; --edge: var(--line, rgb(128 128 128 / 35%)); --dim: var(--muted, #aab3bf); --mark: var(--accent, #f2c79b); }
* { box-sizing: border-box; }
details { border-bottom: 1px solid var(--edge); padding: 2px 0; }
summary { cursor: pointer; padding: 9px 0; font-weight: 600; list-style: none; display: flex; justify-content: space-between; }
summary::-webkit-details-marker { display: none; }
summary::after { content: '+'; color: var(--dim); font-weight: 400; }
details[open] > summary::after { content: '\\2212'; }
details > :last-child:not(summary) { margin-bottom: 12px; }
details details { border: 0; padding: 0 0 0 2px; }
details details > summary { font-weight: 400; color: var(--dim); padding: 6px 0; }
.slider { display: grid; grid-template-columns: minmax(7.5em, 38%) 1fr 3.6em; align-items: center; gap: 8px; min-height: 26px; }
.slider span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.slider output { text-align: right; font-variant-numeric: tabular-nums; color: var(--dim); font-size: 12px; }
.slider.held output { color: var(--mark); }
.slider input { width: 100%; min-width: 0; accent-color: var(--mark); }
.choices { display: flex; flex-wrap: wrap; gap: 6px; margin: 2px 0 8px; }
.caption { color: var(--dim); margin: 6px 0 4px; font-size: 12px; }
.line { display: flex; gap: 8px; margin-bottom: 8px; }
button, input[type='text'] { font: inherit; color: inherit; background: rgb(128 128 128 / 16%); border: 1px solid var(--edge); border-radius: 9px; padding: 5px 11px; }
input[type='text'] { flex: 1; min-width: 0; }
button { cursor: pointer; }
button:hover { background: rgb(128 128 128 / 28%); }
button[aria-pressed='true'] { background: var(--mark); border-color: var(--mark); color: var(--on-accent, #1d1712); }
:is(button, input, summary):focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.check { display: flex; gap: 8px; align-items: center; min-height: 30px; }
.check input { accent-color: var(--mark); margin: 0; }
`;

let sheet: CSSStyleSheet | undefined;

/** One sheet for all panels of a page. A constructed one: pages that allow no inline styles take it. */
export function panelStyle(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(TEXT);
  }
  return sheet;
}
