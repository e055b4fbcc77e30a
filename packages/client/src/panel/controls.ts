/** The few elements that the panel is made of. */

/** A new element with properties and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name, properties: Partial<HTMLElementTagNameMap[Name]> = {}, ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export interface Slider {
  readonly row: HTMLElement;
  /** Shows a value without telling anyone. */
  show(value: number): void;
}

export interface SliderOptions {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly value?: number;
  /** What a value is called beside the slider. Default: its hundredths. */
  readonly text?: (value: number) => string;
  readonly onInput: (value: number) => void;
  /** Double click on the label. */
  readonly onRelease?: () => void;
}

export function slider({ label, min, max, value = 0, text = (shown) => shown.toFixed(2), onInput, onRelease }: SliderOptions): Slider {
  const input = element('input', { type: 'range', min: String(min), max: String(max), step: String((max - min) / 200), value: String(value) });
  const number = element('output', { textContent: text(value) });
  const row = element('label', { className: 'slider' }, element('span', { textContent: label }), input, number);
  const show = (shown: number): void => {
    input.value = String(shown);
    number.textContent = text(shown);
    row.classList.remove('held');
  };
  input.addEventListener('input', () => {
    number.textContent = text(input.valueAsNumber);
    row.classList.add('held');
    onInput(input.valueAsNumber);
  });
  row.addEventListener('dblclick', () => {
    show(value);
    onRelease?.();
  });
  return { row, show };
}

export interface Choice<T extends string> {
  readonly row: HTMLElement;
  /** Marks one without telling anyone, or none. */
  show(value: T | undefined): void;
}

/** Buttons of which one at a time is pressed. Where `canRelease`, pressing it again lets it go: then `onChoose` gets undefined. */
export function choice<T extends string>(values: readonly T[], onChoose: (value: T | undefined) => void, canRelease = false): Choice<T> {
  let chosen: T | undefined;
  const buttons = values.map((value) => element('button', { type: 'button', textContent: value, onclick: () => {
    show(canRelease && chosen === value ? undefined : value);
    onChoose(chosen);
  } }));
  const show = (value: T | undefined): void => {
    if (value === chosen && buttons[0]?.ariaPressed !== null) return;
    chosen = value;
    buttons.forEach((button, i) => { button.ariaPressed = String(values[i] === value); });
  };
  show(undefined);
  return { row: element('div', { className: 'choices' }, ...buttons), show };
}

export function button(text: string, onclick: () => void, title = ''): HTMLButtonElement {
  return element('button', { type: 'button', textContent: text, onclick, title });
}

/** A part of the panel that opens and closes. */
export function section(title: string, isOpen: boolean, ...children: readonly Node[]): HTMLDetailsElement {
  return element('details', { open: isOpen }, element('summary', { textContent: title }), ...children);
}
