/** The line under the stage that tells how far an avatar is on its way, until it is seen. */
export class LoadBar {
  readonly #bar: HTMLElement;

  /** `bar` has the role `progressbar` and one child, which is as long as what has come. */
  constructor(bar: HTMLElement) {
    this.#bar = bar;
  }

  /** Of its files so much has come, 0..1; once all has, its picture is being made, which may take seconds where graphics are slow. */
  show(share: number): void {
    this.#bar.hidden = false;
    this.#bar.classList.toggle('busy', share >= 1);
    if (share >= 1) this.#bar.removeAttribute('aria-valuenow');
    else this.#bar.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    (this.#bar.firstElementChild as HTMLElement).style.width = `${share * 100}%`;
  }

  /** It is seen, or will not be. */
  done(): void {
    this.#bar.hidden = true;
  }
}
