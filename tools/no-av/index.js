/** Called by nothing of ours: it tells where a bundled ffmpeg lies, and there is none. */
export function getFfmpegPath() {
  return undefined;
}
