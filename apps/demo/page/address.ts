/** What the address of the page asks for. */
import type { RenderQuality } from '@visavis/client';
import { isQuality } from './talk/settings.js';

/** `?avatar=ID`, one of those the backend serves. */
export function avatarFromAddress(): string {
  return new URL(location.href).searchParams.get('avatar') ?? 'ava';
}

/** `?quality=low|medium|high|ultra|auto`, for machines that should not choose by themselves. */
export function qualityFromAddress(): RenderQuality | undefined {
  const asked = new URL(location.href).searchParams.get('quality');
  return isQuality(asked) ? asked : undefined;
}

/** `?say=TEXT` and `?clip=ID`, as `visavis speak` opens the page. Taken off the address, so that a reload is quiet. */
export function wishFromAddress(): string | undefined {
  const { searchParams } = new URL(location.href);
  const [clip, text] = [searchParams.get('clip'), searchParams.get('say')];
  for (const name of ['say', 'clip']) searchParams.delete(name);
  history.replaceState(null, '', `${location.pathname}${searchParams.size > 0 ? `?${searchParams}` : ''}`);
  if (clip) return `/clip ${clip}`;
  return text ? `/say ${text}` : undefined;
}
