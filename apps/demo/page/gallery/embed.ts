/** The code that shows the picked avatar on one's own page. */

export interface Embedded {
  readonly id: string;
  /** The file's name, where it is the visitor's own and nobody serves it yet. */
  readonly ownFile?: string | undefined;
  /** That file is the manifest of a package. */
  readonly isPacked?: boolean | undefined;
}

export function embedCode({ id }: Embedded): string {
  return `import {
  AvatarManager, AvatarSDK, AvatarView,
  unlockOnGesture, WebSocketTransport,
} from '@visavis/client';

await AvatarSDK.initialize('your-app');
const avatar = await AvatarManager.shared.load('${id}');
const view = new AvatarView(avatar, document.getElementById('stage'));
unlockOnGesture(view.controller);

async function getTicket() { // { url, ticket } from your backend
  return (await fetch('/api/ticket', { method: 'POST' })).json();
}
const transport = new WebSocketTransport({ getTicket, avatarId: '${id}' });
await view.controller.connect(transport);`;
}

/** What has to be done before, in one line. */
export function embedNote({ id, ownFile, isPacked }: Embedded): string {
  if (ownFile === undefined || isPacked) return `The folder avatars/${id} has to be served by your backend or your Motion Server.`;
  return `First make a package of it: npx visavis avatar pack ${quoted(ownFile)} --id ${id} --license LicenseRef-unknown --out avatars/${id}`;
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}

/** The dialog: opened by its button, filled anew each time. Returns what says which avatar is there to embed, if any. */
export function wireEmbed(): (embedded: Embedded | undefined) => void {
  let current: Embedded | undefined;
  const open = document.getElementById('embed-open') as HTMLButtonElement;
  open.disabled = true;
  const [dialog, note, code] = ['embed', 'embed-note', 'embed-code'].map((id) => document.getElementById(id)!) as [HTMLDialogElement, HTMLElement, HTMLElement];
  const copy = document.getElementById('embed-copy') as HTMLButtonElement;
  open.addEventListener('click', () => {
    if (!current) return;
    note.textContent = embedNote(current);
    code.textContent = embedCode(current);
    copy.textContent = 'Copy';
    dialog.showModal();
  });
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(code.textContent ?? '').then(() => { copy.textContent = 'Copied'; }, () => selectAll(code));
  });
  return (embedded) => {
    current = embedded;
    open.disabled = !embedded;
  };
}

/** Where the browser gives no clipboard the code is selected, to be copied by hand. */
function selectAll(element: HTMLElement): void {
  getSelection()?.selectAllChildren(element);
}
