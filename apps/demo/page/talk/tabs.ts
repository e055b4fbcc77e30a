/** Tabs by the ARIA pattern: arrows, Home and End move between them, one panel is shown. */
export function wireTabs(list: HTMLElement): void {
  const tabs = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
  const select = (chosen: HTMLElement): void => {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      document.getElementById(tab.getAttribute('aria-controls')!)!.hidden = tab !== chosen;
    }
  };
  const keys: Readonly<Record<string, (at: number) => number>> = {
    ArrowRight: (at) => (at + 1) % tabs.length, ArrowLeft: (at) => (at + tabs.length - 1) % tabs.length, Home: () => 0, End: () => tabs.length - 1,
  };
  for (const tab of tabs) tab.addEventListener('click', () => select(tab));
  list.addEventListener('keydown', (event) => {
    const next = keys[event.key]?.(tabs.indexOf(document.activeElement as HTMLElement));
    if (next === undefined) return;
    event.preventDefault();
    select(tabs[next]!);
    tabs[next]!.focus();
  });
}
