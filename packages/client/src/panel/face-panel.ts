import type { Pose } from '@visavis/face';
import { button, element } from './controls.js';
import { HandPose } from './hand-pose.js';
import { emotionPart, headPart, lookPart, shapesPart, speechPart, visemePart, type Looks, type Part } from './sections.js';
import { panelStyle } from './style.js';

/** The part of an `AvatarView` that the panel needs. */
export interface PanelView extends Looks {
  poseFilter: ((pose: Pose, nowMs: number) => Pose) | undefined;
}

export interface FacePanelOptions {
  /** Whose face is moved. The panel takes its `poseFilter` until it is disposed of. */
  readonly view: PanelView;
  /** Speaks a text. Absent: the panel has no such part. */
  readonly say?: ((text: string) => void) | undefined;
  readonly stop?: (() => void) | undefined;
  /** The one text that can be spoken. Absent: any. */
  readonly sentence?: string | undefined;
}

/**
 * Controls for one face, drawn into an element: a sentence, the visemes, emotions, gaze and head, the look, all 52 shapes.
 * What is held lies over what the face does by itself, so that it can talk meanwhile; a double click lets a slider go.
 * Colours follow the page's `--ink`, `--muted`, `--line`, `--accent` and `--on-accent`.
 */
export class FacePanel {
  readonly #root: HTMLElement;
  readonly #hand = new HandPose();
  readonly #parts: readonly Part[];
  #view: PanelView | undefined;

  constructor(container: HTMLElement, { view, say, stop, sentence }: FacePanelOptions) {
    const hand = this.#hand;
    this.#parts = [...(say ? [speechPart(say, stop, sentence)] : []), visemePart(hand), emotionPart(hand), headPart(hand), lookPart(view), shapesPart(hand)];
    this.#root = element('div', { className: 'visavis-panel' });
    const shadow = this.#root.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [panelStyle()];
    const letGo = element('div', { className: 'choices' }, button('Let go of everything', () => this.reset()));
    shadow.append(...this.#parts.map(({ root }) => root), letGo);
    container.append(this.#root);
    this.#view = view;
    view.poseFilter = (pose, nowMs) => {
      const shaped = hand.shape(pose, nowMs);
      for (const part of this.#parts) part.refresh?.();
      return shaped;
    };
  }

  /** Lets go of everything that is held. */
  reset(): void {
    this.#hand.reset();
    for (const part of this.#parts) part.reset();
  }

  /** Takes the panel off the page and its hands off the face. */
  dispose(): void {
    this.#root.remove();
    if (this.#view) this.#view.poseFilter = undefined;
    this.#view = undefined;
  }
}
